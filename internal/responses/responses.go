// Package responses reads what management answers to exceptions: files that an
// organisation keeps under version control beside its configuration.
//
// A response stands beside its exception. It changes no verdict and no count.
package responses

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/evidencepack/evidence"
)

// Kind says what sort of answer a response is.
type Kind string

// The kinds of responses.
const (
	Explained     Kind = "explained"      // what happened was in order, and why
	AcceptedRisk  Kind = "accepted_risk"  // it stays as it is until the response lapses
	Remediated    Kind = "remediated"     // it has been put right
	FalsePositive Kind = "false_positive" // the test took for an exception what is none
)

var kindNames = map[Kind]evidence.Text{
	Explained:     {JA: "説明", EN: "explained"},
	AcceptedRisk:  {JA: "リスク受容", EN: "risk accepted"},
	Remediated:    {JA: "是正済み", EN: "remediated"},
	FalsePositive: {JA: "誤検出", EN: "false positive"},
}

// Name is what readers call the kind.
func (k Kind) Name() evidence.Text { return kindNames[k] }

// Response is one answer to one exception.
type Response struct {
	Control  string
	Item     string // the exception's identity, or its label where no other exception of the control has it
	Kind     Kind
	Text     evidence.Text // in one language where it was written in one
	Owner    string        // who answers
	Approver string        // who approved the answer: somebody else
	Approved time.Time     // midnight of the day, in the organisation's time zone
	Ticket   string        // may be empty
	Expires  time.Time     // midnight after its last day; zero: it does not lapse
	File     string        // its path below the folder of responses
	Line     int
}

func (r *Response) place() string { return fmt.Sprintf("%s:%d", r.File, r.Line) }

// File is one file of responses: those to exceptions of a control in a period.
type File struct {
	Path      string // below the folder of responses, with slashes
	Source    []byte
	Control   string
	Period    evidence.Period
	Responses []Response
}

// Load reads every *.yaml file below the folder. Its error names every file and line
// that is wrong: a name that is not known, a response without what it needs, or one
// that its owner approved.
func Load(folder fs.FS, zone *time.Location) ([]File, error) {
	calendar := evidence.Calendar{Location: zone}
	var files []File
	var wrong []error
	err := fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".yaml" {
			return err
		}
		source, err := fs.ReadFile(folder, name)
		if err != nil {
			return err
		}
		f, err := parse(name, source, calendar)
		if err != nil {
			wrong = append(wrong, err)
			return nil
		}
		files = append(files, f)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return files, errors.Join(append(wrong, twice(files)...)...)
}

// Parse reads one file, as [Load] does.
func Parse(name string, source []byte, zone *time.Location) (File, error) {
	return parse(name, source, evidence.Calendar{Location: zone})
}

// twice tells of exceptions that have several responses.
func twice(files []File) []error {
	type exception struct {
		control, item string
		period        evidence.Period
	}
	first := map[exception]*Response{}
	var wrong []error
	for _, f := range files {
		for i := range f.Responses {
			r := &f.Responses[i]
			e := exception{r.Control, r.Item, f.Period}
			if o := first[e]; o != nil {
				wrong = append(wrong, fmt.Errorf("%s: %s %q is answered in %s too", r.place(), r.Control, r.Item, o.place()))
				continue
			}
			first[e] = r
		}
	}
	return wrong
}

// written is a file as written.
type written struct {
	Control   string     `yaml:"control"`
	Period    string     `yaml:"period"`
	Responses []ast.Node `yaml:"responses"`
}

type entry struct {
	Item     string `yaml:"item"`
	Kind     Kind   `yaml:"kind"`
	Text     text   `yaml:"text"`
	Owner    string `yaml:"owner"`
	Approver string `yaml:"approver"`
	Approved string `yaml:"approved"`
	Ticket   string `yaml:"ticket"`
	Expires  string `yaml:"expires"`
}

// text is written once, or in both languages: {ja: …, en: …}.
type text evidence.Text

func (t *text) UnmarshalYAML(b []byte) error {
	var one string
	if err := yaml.Unmarshal(b, &one); err == nil {
		*t = text{JA: one, EN: one}
		return nil
	}
	return yaml.UnmarshalWithOptions(b, (*evidence.Text)(t), yaml.Strict())
}

// fileName: packs carry the files, to wherever they are unpacked.
var fileName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$`)

func parse(name string, source []byte, calendar evidence.Calendar) (File, error) {
	fail := func(err error) (File, error) { return File{}, fmt.Errorf("%s: %w", name, err) }
	if !fileName.MatchString(name) {
		return fail(errors.New("the names of files and folders are letters, digits, dots, hyphens and underscores"))
	}
	var w written
	if err := yaml.NewDecoder(bytes.NewReader(source), yaml.Strict()).Decode(&w); err != nil {
		return fail(errors.New(yaml.FormatError(err, false, true)))
	}
	if w.Control == "" {
		return fail(errors.New("control is missing"))
	}
	f := File{Path: name, Source: source, Control: w.Control}
	if strings.HasPrefix(w.Period, "FY") { // packs do not tell when a fiscal year begins
		return fail(fmt.Errorf("period %q: want a period of the calendar, such as 2026-10 or 2026-Q4", w.Period))
	}
	var err error
	if f.Period, err = calendar.Parse(w.Period); err != nil {
		return fail(err)
	}
	var wrong []error
	for _, n := range w.Responses {
		r := Response{Control: w.Control, File: name, Line: n.GetToken().Position.Line}
		if err := r.read(n, calendar); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", r.place(), err))
		}
		f.Responses = append(f.Responses, r)
	}
	return f, errors.Join(wrong...)
}

func (r *Response) read(n ast.Node, calendar evidence.Calendar) error {
	var e entry
	if err := yaml.NodeToValue(n, &e, yaml.Strict()); err != nil {
		return errors.New(yaml.FormatError(err, false, false))
	}
	r.Item, r.Kind, r.Text, r.Owner, r.Approver, r.Ticket = e.Item, e.Kind, evidence.Text(e.Text), e.Owner, e.Approver, e.Ticket
	for _, need := range []struct{ name, value string }{
		{"item", r.Item}, {"kind", string(r.Kind)}, {"text", r.Text.JA}, {"text", r.Text.EN}, {"owner", r.Owner}, {"approver", r.Approver}, {"approved", e.Approved},
	} {
		if strings.TrimSpace(need.value) == "" {
			return fmt.Errorf("%q: %s is missing", r.Item, need.name)
		}
	}
	if _, ok := kindNames[r.Kind]; !ok {
		return fmt.Errorf("%q: kind %q is none of explained, accepted_risk, remediated, false_positive", r.Item, r.Kind)
	}
	if person(r.Owner) == person(r.Approver) {
		return fmt.Errorf("%q: %s approved their own response: another person must", r.Item, r.Owner)
	}
	approved, err := calendar.Parse(e.Approved)
	if err != nil || len(approved.Days()) != 1 {
		return fmt.Errorf("%q: approved: %q is no day, such as 2026-11-05", r.Item, e.Approved)
	}
	r.Approved = approved.Start
	if e.Expires == "" {
		if r.Kind == AcceptedRisk {
			return fmt.Errorf("%q: a risk is accepted for a time: expires is missing", r.Item)
		}
		return nil
	}
	expires, err := calendar.Parse(e.Expires)
	if err != nil || len(expires.Days()) != 1 {
		return fmt.Errorf("%q: expires: %q is no day, such as 2027-03-31", r.Item, e.Expires)
	}
	if r.Expires = expires.End; !r.Approved.Before(r.Expires) {
		return fmt.Errorf("%q: it expires on %s, before it was approved on %s", r.Item, e.Expires, e.Approved)
	}
	return nil
}

// person makes names comparable: neither width, case nor spacing makes another person.
func person(name string) string {
	return cases.Fold().String(strings.Join(strings.Fields(norm.NFKC.String(name)), ""))
}

// For returns the files that answer exceptions of the given controls in the period, or
// in a part of it.
func For(files []File, p evidence.Period, controls []string) []File {
	return slices.DeleteFunc(slices.Clone(files), func(f File) bool {
		within := !f.Period.Start.Before(p.Start) && !f.Period.End.After(p.End)
		return !within || !slices.Contains(controls, f.Control)
	})
}
