package locker

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/evidencepack/evidence"
)

// Type says what a manifest tells of.
type Type string

const (
	Plan    Type = "plan"    // what was going to be collected, written before it is
	Batch   Type = "batch"   // records of one unit that became durable together
	Failure Type = "failure" // a unit, or a whole source, that could not be read
)

// Version is the format version of manifests that this package writes.
const Version = 1

// Manifest is one leaf of the log.
type Manifest struct {
	Version   int       `json:"version"`
	Type      Type      `json:"type"`
	Source    string    `json:"source"` // the source's name in the configuration
	Driver    string    `json:"driver"`
	Collected Collected `json:"collected"`
	Plan      string    `json:"plan,omitempty"` // of a batch or failure: Hash of the plan it belongs to

	// Of a plan.
	Query      *evidence.Query `json:"query,omitempty"`
	Units      []PlannedUnit   `json:"units,omitempty"`
	Unreadable []string        `json:"unreadable,omitempty"` // parts of the source that could not even be planned
	Location   string          `json:"location,omitempty"`   // where the source is, without secrets

	// Of a batch; of a failure, the unit that failed.
	Unit *PlannedUnit `json:"unit,omitempty"`

	// Of a batch.
	Seq     int               `json:"seq"`               // 0, 1, 2 … within the unit and plan; a unit that is read anew begins at 0 again
	Last    bool              `json:"last,omitempty"`    // the unit is complete with this batch
	Kind    string            `json:"kind,omitempty"`    // of every record
	Records int64             `json:"records,omitempty"` // how many there are
	Object  string            `json:"object,omitempty"`  // hex SHA-256 of batches/<object>.jsonl.zst; empty when there are no records
	Size    int64             `json:"size,omitempty"`    // of the object, in bytes
	Origins []evidence.Origin `json:"origins,omitempty"`
	Claims  []evidence.Claim  `json:"claims,omitempty"`
	Cursor  []byte            `json:"cursor,omitempty"` // where collection resumes after this batch

	// Of a failure.
	Error string `json:"error,omitempty"`
}

// Collected says when, where, with what and as whom something was collected.
type Collected struct {
	At       time.Time `json:"at"`
	Host     string    `json:"host"`
	Tool     string    `json:"tool"`               // "evidence v0.1.0"
	Identity string    `json:"identity,omitempty"` // empty when it could not be determined
}

// PlannedUnit is an [evidence.Unit] as a manifest keeps it.
type PlannedUnit struct {
	Key    string          `json:"key"` // evidence.Unit.Key
	Kinds  []string        `json:"kinds"`
	Scope  evidence.Scope  `json:"scope"`
	Window evidence.Period `json:"window"`
}

// Planned returns what a manifest keeps of a unit.
func Planned(u evidence.Unit) PlannedUnit {
	return PlannedUnit{Key: u.Key(), Kinds: u.Kinds, Scope: u.Scope, Window: u.Window}
}

// Encode returns the manifest's bytes: one line of JSON without its newline,
// keys in the order of the struct's fields, times in UTC, <, > and & unescaped.
// Equal manifests give equal bytes. They are the data of the leaf.
func Encode(m Manifest) ([]byte, error) {
	m.Collected.At = m.Collected.At.UTC()
	origins := m.Origins
	m.Origins = nil
	for _, o := range origins {
		o.Date = o.Date.UTC()
		m.Origins = append(m.Origins, o)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(m); err != nil {
		return nil, fmt.Errorf("encode manifest of %s: %w", m.Source, err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Decode reads a manifest. It refuses unknown fields, anything after the
// manifest, and a manifest that contradicts itself.
func Decode(data []byte) (Manifest, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	var m Manifest
	if err := dec.Decode(&m); err != nil {
		return Manifest{}, fmt.Errorf("manifest: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return Manifest{}, errors.New("manifest: something follows it")
	}
	if err := m.validate(); err != nil {
		return Manifest{}, fmt.Errorf("manifest: %w", err)
	}
	return m, nil
}

// Hash returns the hex SHA-256 of the manifest's bytes, by which other manifests
// and packs refer to it. It panics if the manifest cannot be encoded, which
// [Writer.Append] refuses beforehand.
func (m Manifest) Hash() string {
	b, err := Encode(m)
	if err != nil { // a time beyond the year 9999
		panic("locker: " + err.Error())
	}
	return hexSHA256(b)
}

func (m Manifest) validate() error {
	switch {
	case m.Version != Version:
		return fmt.Errorf("format version %d, want %d", m.Version, Version)
	case m.Source == "" || m.Driver == "":
		return errors.New("source and driver are needed")
	case m.Collected.At.IsZero():
		return errors.New("the time of collection is needed")
	case m.Plan != "" && !isHexSHA256(m.Plan):
		return fmt.Errorf("plan %q is not a SHA-256 in hex", m.Plan)
	}
	switch m.Type {
	case Plan:
		return m.validatePlan()
	case Batch:
		return m.validateBatch()
	case Failure:
		if m.Error == "" {
			return errors.New("a failure needs its error")
		}
		return nil
	}
	return fmt.Errorf("unknown type %q", m.Type)
}

func (m Manifest) validatePlan() error {
	switch {
	case m.Query == nil:
		return errors.New("a plan needs its query")
	case m.Plan != "" || m.Unit != nil || m.Object != "" || m.Records != 0:
		return errors.New("a plan holds no records and belongs to no plan")
	}
	return nil
}

func (m Manifest) validateBatch() error {
	switch {
	case m.Plan == "" || m.Unit == nil || m.Unit.Key == "":
		return errors.New("a batch needs its plan and its unit")
	case m.Seq < 0 || m.Records < 0 || m.Size < 0:
		return errors.New("a batch's numbers cannot be negative")
	case (m.Records > 0) != (m.Object != "") || (m.Size > 0) != (m.Object != ""):
		return errors.New("records, object and size go together")
	case m.Object != "" && !isHexSHA256(m.Object):
		return fmt.Errorf("object %q is not a SHA-256 in hex", m.Object)
	case m.Object != "" && m.Kind == "":
		return errors.New("records need their kind")
	}
	return nil
}

func hexSHA256(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// isHexSHA256 reports whether s is a SHA-256 in lower-case hex: names of files
// are made of it.
func isHexSHA256(s string) bool {
	if len(s) != 2*sha256.Size {
		return false
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
