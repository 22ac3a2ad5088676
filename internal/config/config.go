// Package config reads evidence.yaml: which organisation, which sources, which
// controls, where the locker, the packs and the keys are.
//
// Unknown fields are errors, and errors name the line. Relative paths are
// relative to the file that names them.
package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"
	_ "time/tzdata" // an organisation's zone must not depend on the machine

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/locker"
)

// FileName is the configuration's name where none is given.
const FileName = "evidence.yaml"

// ErrNotFound: there is no configuration file.
var ErrNotFound = errors.New("no configuration")

// Config is a checked configuration.
type Config struct {
	Path         string // of the file, absolute
	Dir          string // its folder: what relative paths are relative to
	Organisation evidence.Text
	Calendar     evidence.Calendar
	Lang         evidence.Lang
	PreparedBy   evidence.Name
	Distribution evidence.Text // who may have the packs, as their covers say; may be empty
	Recipients   []Recipient
	Assertion    *Assertion     // nil: none
	Locker       string         // absolute path of a folder, or s3://bucket/prefix
	Bucket       *locker.Bucket // what the locker is in; nil: a folder
	Copies       []string       // places that checkpoints are copied to
	Packs        string         // absolute path
	Overlay      string         // absolute path of the organisation's own controls; empty: none
	Responses    string         // absolute path of the folder of responses to exceptions; it need not exist
	AuditWindow  string         // the period that the examination covers, "FY2026"; empty: the twelve months up to a pack's end
	Frameworks   []string
	Keys         Keys
	Timestamps   []TimestampAuthority // that packs are time-stamped by; all are asked
	Sign         Sign
	Sources      []Source
	Controls     map[string]ControlSettings
	Samples      Samples
	Redaction    *Redaction // of auditors' copies; nil: none is configured
	Demo         bool       // a simulated company: marked on everything that comes of it
}

// Recipient is one of those whom packs are made for, as the distribution list names them.
type Recipient struct {
	Name         evidence.Name `yaml:"name"`
	Organisation evidence.Name `yaml:"organisation"`
	Purpose      evidence.Name `yaml:"purpose"`
}

// Assertion is what management asserts of its controls, in its own words.
type Assertion struct {
	Text      evidence.Text `yaml:"text"`
	Signatory evidence.Text `yaml:"signatory"` // name and title
	Date      string        `yaml:"date"`      // "2026-11-05"; may be empty
}

// Day is the assertion's date in a time zone; the zero time: it has none.
func (a *Assertion) Day(zone *time.Location) (time.Time, error) {
	if a.Date == "" {
		return time.Time{}, nil
	}
	return time.ParseInLocation(time.DateOnly, a.Date, zone)
}

// Keys are paths of key files, absolute.
type Keys struct {
	Locker      string // Ed25519 key that signs checkpoints
	Pack        string // key that signs packs
	Certificate string // certificate chain of the pack key, PEM, leaf first; empty: a bare key
}

// Source is one entry of the list of sources.
type Source struct {
	Name   string // the organisation's name for it; the locker files its batches under it
	Driver string

	settings *ast.MappingNode // the entry without name and driver
}

// Decode fills a struct with the driver's own settings. It refuses fields that
// the struct does not have, naming the line of the configuration.
func (s Source) Decode(into any) error {
	if err := yaml.NodeToValue(s.settings, into, yaml.Strict()); err != nil {
		return fmt.Errorf("source %s: %s", s.Name, yaml.FormatError(err, false, true))
	}
	return nil
}

// ControlSettings change a shipped control without copying it.
type ControlSettings struct {
	Disabled bool           `yaml:"disabled"`
	Owner    string         `yaml:"owner"`
	Params   map[string]any `yaml:"params"`
}

// file is evidence.yaml as written.
type file struct {
	Version         int                        `yaml:"version"`
	Organisation    evidence.Text              `yaml:"organisation"`
	Timezone        string                     `yaml:"timezone"`
	FiscalYearStart int                        `yaml:"fiscal_year_start"`
	Language        string                     `yaml:"language"`
	PreparedBy      evidence.Name              `yaml:"prepared_by"`
	Distribution    evidence.Text              `yaml:"distribution"`
	Recipients      []Recipient                `yaml:"recipients"`
	Assertion       *Assertion                 `yaml:"assertion"`
	Locker          lockerFile                 `yaml:"locker"`
	Checkpoints     checkpointsFile            `yaml:"checkpoints"`
	Packs           string                     `yaml:"packs"`
	Overlay         string                     `yaml:"overlay"`
	Responses       string                     `yaml:"responses"`
	AuditWindow     string                     `yaml:"audit_window"`
	Frameworks      []string                   `yaml:"frameworks"`
	Keys            keysFile                   `yaml:"keys"`
	Sign            signFile                   `yaml:"sign"`
	Sources         []any                      `yaml:"sources"` // read from the syntax tree, so that errors keep their lines
	Controls        map[string]ControlSettings `yaml:"controls"`
	Samples         samplesFile                `yaml:"samples"`
	Redaction       *redactionFile             `yaml:"redaction"`
	Demo            bool                       `yaml:"demo"`
}

type keysFile struct {
	Locker      string `yaml:"locker"`
	Pack        string `yaml:"pack"`
	Certificate string `yaml:"certificate"`
}

// Load reads and checks the configuration at path.
func Load(path string) (*Config, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	b, err := os.ReadFile(abs)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w at %s", ErrNotFound, path)
	}
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	c, err := Parse(b, filepath.Dir(abs))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	c.Path = abs
	return c, nil
}

// Parse checks a configuration whose relative paths are relative to dir.
func Parse(b []byte, dir string) (*Config, error) {
	var f file
	dec := yaml.NewDecoder(bytes.NewReader(b), yaml.Strict())
	if err := dec.Decode(&f); err != nil {
		return nil, errors.New(yaml.FormatError(err, false, true))
	}
	if f.Version != 1 {
		return nil, fmt.Errorf("version: is %d, and this tool reads version 1", f.Version)
	}
	if !f.Organisation.Complete() {
		return nil, errors.New("organisation: a name in both languages is needed: {ja: …, en: …}")
	}
	if d := f.Distribution; d != (evidence.Text{}) && !d.Complete() {
		return nil, errors.New("distribution: a text in both languages is needed, or none: {ja: …, en: …}")
	}
	if !f.PreparedBy.Whole() {
		return nil, errors.New("prepared_by: a name is needed, or one in both languages: {ja: …, en: …}")
	}
	for i, r := range f.Recipients {
		if r.Name == (evidence.Name{}) {
			return nil, fmt.Errorf("recipients: the name of number %d is missing", i+1)
		}
		if !r.Name.Whole() || !r.Organisation.Whole() || !r.Purpose.Whole() {
			return nil, fmt.Errorf("recipients: number %d: a text is needed, or one in both languages: {ja: …, en: …}", i+1)
		}
	}
	if a := f.Assertion; a != nil && (!a.Text.Complete() || !a.Signatory.Complete()) {
		return nil, errors.New("assertion: text and signatory are needed in both languages: {ja: …, en: …}")
	}
	c := &Config{
		Dir: dir, Organisation: f.Organisation, PreparedBy: f.PreparedBy, Distribution: f.Distribution, Recipients: f.Recipients, Assertion: f.Assertion,
		Frameworks: f.Frameworks, Controls: f.Controls, Demo: f.Demo,
		Packs:   inDir(dir, f.Packs, "packs"),
		Overlay: inDir(dir, f.Overlay, ""), Responses: inDir(dir, f.Responses, "responses"),
		Keys: Keys{
			Locker:      inDir(dir, f.Keys.Locker, "keys/locker.pem"),
			Pack:        inDir(dir, f.Keys.Pack, "keys/pack.pem"),
			Certificate: inDir(dir, f.Keys.Certificate, ""),
		},
	}
	var err error
	if c.Sign, err = signers(f.Sign, c.Keys, f.Keys, dir); err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	if len(c.Frameworks) == 0 {
		c.Frameworks = []string{"soc1"}
	}
	if c.Locker, c.Bucket, err = f.Locker.place(dir); err != nil {
		return nil, err
	}
	if c.Copies, err = f.Checkpoints.places(dir); err != nil {
		return nil, err
	}
	if c.Calendar, err = calendar(f.Timezone, f.FiscalYearStart); err != nil {
		return nil, err
	}
	if a := c.Assertion; a != nil {
		if _, err := a.Day(c.Calendar.Location); err != nil {
			return nil, fmt.Errorf("assertion: date: %q is no day, such as 2026-11-05", a.Date)
		}
	}
	if c.Lang, err = evidence.ParseLang(orDefault(f.Language, string(evidence.Japanese))); err != nil {
		return nil, fmt.Errorf("language: %w", err)
	}
	if c.AuditWindow = f.AuditWindow; c.AuditWindow != "" {
		if _, err := c.Calendar.Parse(c.AuditWindow); err != nil {
			return nil, fmt.Errorf("audit_window: %w", err)
		}
	}
	if c.Sources, err = sources(b); err != nil {
		return nil, err
	}
	if c.Timestamps, err = timestamps(f.Sign.Timestamps, dir); err != nil {
		return nil, err
	}
	if c.Samples, err = samples(f.Samples, dir); err != nil {
		return nil, err
	}
	if c.Redaction, err = redacting(f.Redaction, dir); err != nil {
		return nil, fmt.Errorf("redaction: %w", err)
	}
	return c, nil
}

func calendar(zone string, start int) (evidence.Calendar, error) {
	loc, err := time.LoadLocation(orDefault(zone, "Asia/Tokyo"))
	if err != nil {
		return evidence.Calendar{}, fmt.Errorf("timezone: %q is no name of the IANA time zone database, such as Asia/Tokyo", zone)
	}
	if start == 0 {
		start = int(time.January)
	}
	if start < 1 || start > 12 {
		return evidence.Calendar{}, fmt.Errorf("fiscal_year_start: %d is no month (1 to 12)", start)
	}
	return evidence.Calendar{Location: loc, FiscalYearStart: time.Month(start)}, nil
}

var sourceName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// sources takes the entries out of the syntax tree rather than out of decoded
// values, so that an error in a driver's settings names its line.
func sources(b []byte) ([]Source, error) {
	tree, err := parser.ParseBytes(b, 0)
	if err != nil {
		return nil, err
	}
	path, err := yaml.PathString("$.sources")
	if err != nil {
		return nil, err
	}
	node, err := path.FilterFile(tree)
	if yaml.IsNotFoundNodeError(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("sources: %w", err)
	}
	entries, ok := node.(*ast.SequenceNode)
	if !ok {
		return nil, fmt.Errorf("sources: line %d: want a list", node.GetToken().Position.Line)
	}
	var list []Source
	for _, e := range entries.Values {
		s, err := source(e)
		if err != nil {
			return nil, fmt.Errorf("sources: line %d: %w", e.GetToken().Position.Line, err)
		}
		if slices.ContainsFunc(list, func(o Source) bool { return o.Name == s.Name }) {
			return nil, fmt.Errorf("sources: line %d: %s stands twice", e.GetToken().Position.Line, s.Name)
		}
		list = append(list, s)
	}
	return list, nil
}

func source(n ast.Node) (Source, error) {
	entry, ok := n.(*ast.MappingNode)
	if !ok {
		return Source{}, errors.New("want an entry with name and driver")
	}
	var s Source
	settings := *entry
	settings.Values = nil
	for _, v := range entry.Values {
		var err error
		switch v.Key.String() {
		case "name":
			err = yaml.NodeToValue(v.Value, &s.Name)
		case "driver":
			err = yaml.NodeToValue(v.Value, &s.Driver)
		default:
			settings.Values = append(settings.Values, v)
		}
		if err != nil {
			return Source{}, err
		}
	}
	s.settings = &settings
	if !sourceName.MatchString(s.Name) {
		return Source{}, fmt.Errorf("name %q: want small letters, digits and hyphens", s.Name)
	}
	if s.Driver == "" {
		return Source{}, fmt.Errorf("%s: driver is missing (see: evidence collectors list)", s.Name)
	}
	return s, nil
}

// inDir makes a path absolute within dir; an empty one takes the default.
func inDir(dir, path, byDefault string) string {
	path = orDefault(path, byDefault)
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

func orDefault(s, byDefault string) string {
	if s == "" {
		return byDefault
	}
	return s
}
