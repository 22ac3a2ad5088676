package evaluation

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/sealed"
)

// Encode writes the results as results.json: JSON with one exception a line, so
// that a hundred thousand of them need no memory to write, nor a reader to
// compare. Equal results give equal bytes.
func (r *Results) Encode(w io.Writer) error {
	b := bufio.NewWriter(w)
	e := encoder{w: b}
	e.open((*results)(r), "controls")
	for i := range r.Controls {
		e.text(separator(i))
		e.control(&r.Controls[i])
	}
	e.text("]}\n")
	if e.err != nil {
		return fmt.Errorf("encode results: %w", e.err)
	}
	return b.Flush()
}

// EncodeEarlier writes what Encode wrote before results told of exemptions.
func (r *Results) EncodeEarlier(w io.Writer) error {
	earlier := *r
	earlier.Controls = slices.Clone(r.Controls)
	for i := range earlier.Controls {
		c := &earlier.Controls[i]
		c.Exempt, c.Unapproved, c.JudgedBy = 0, 0, nil
	}
	return earlier.Encode(w)
}

// EncodeSummary writes what Encode writes, without the items: of each control its
// result, counts and parameters.
func (r *Results) EncodeSummary(w io.Writer) error {
	b := bufio.NewWriter(w)
	e := encoder{w: b}
	e.open((*results)(r), "controls")
	for i := range r.Controls {
		c := control(r.Controls[i])
		c.Pending, c.Undecided = nil, nil
		e.text(separator(i))
		e.value(c)
	}
	e.text("]}\n")
	if e.err != nil {
		return fmt.Errorf("encode a summary of the results: %w", e.err)
	}
	return b.Flush()
}

// MarshalJSON writes what Encode writes.
func (r *Results) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	err := r.Encode(&b)
	return b.Bytes(), err
}

// MarshalJSON writes the control as it stands in results.json.
func (c *Control) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	e := encoder{w: &b}
	e.control(c)
	return b.Bytes(), e.err
}

// The same types without their MarshalJSON.
type (
	results Results
	control Control
)

func separator(i int) string {
	if i == 0 {
		return "\n"
	}
	return ",\n"
}

// encoder writes JSON piece by piece and keeps the first error.
type encoder struct {
	w   io.Writer
	err error
}

func (e *encoder) text(s string) {
	if e.err == nil {
		_, e.err = io.WriteString(e.w, s)
	}
}

func (e *encoder) value(v any) {
	b, err := json.Marshal(v)
	if e.err == nil {
		e.err = err
	}
	e.text(string(b))
}

func (e *encoder) control(c *Control) {
	e.open((*control)(c), "exceptions")
	for i, item := range c.Exceptions {
		e.text(separator(i))
		e.value(item)
	}
	e.text("]")
	e.observed(c)
	e.text("}")
}

// observed lists the items that have observations and stand in no other list,
// from the spool: there may be as many as the population has.
func (e *encoder) observed(c *Control) {
	if len(c.Observed) == 0 {
		return
	}
	e.text(`,"observed":[`)
	n := 0
	for item, err := range c.Items() {
		if err != nil {
			e.err = errors.Join(e.err, err)
			return
		}
		if len(item.Observations) == 0 || listed(item.Verdict) {
			continue
		}
		e.text(separator(n))
		e.value(item)
		n++
	}
	e.text("]")
}

// listed reports whether items of that verdict stand in a list of their own.
func listed(v evidence.Verdict) bool {
	return v == evidence.Exception || v == evidence.Undetermined || v == evidence.Pending
}

// open writes v, an object, with a last member more, and leaves that at the
// beginning of its list.
func (e *encoder) open(v any, list string) {
	b, err := json.Marshal(v)
	if e.err == nil {
		e.err = err
	}
	e.text(strings.TrimSuffix(string(b), "}") + `,"` + list + `":[`)
}

// Said is what results.json says, as far as it is needed to repeat the tests:
// the bytes of the rest are compared.
type Said struct {
	Sources  []sealed.Source `json:"sources"`
	Controls []SaidControl   `json:"controls"`
}

// SaidControl is what results.json says of a control.
type SaidControl struct {
	ID     string          `json:"id"`
	Result evidence.Result `json:"result"`
	Counts Counts          `json:"counts"`
	Owner  string          `json:"owner"`
	Params map[string]any  `json:"params"`
}

// Find returns what is said of a control.
func (s *Said) Find(id string) (SaidControl, bool) {
	for _, c := range s.Controls {
		if c.ID == id {
			return c, true
		}
	}
	return SaidControl{}, false
}

// Decode reads what Encode wrote.
func Decode(r io.Reader) (*Said, error) {
	var s Said
	if err := json.NewDecoder(r).Decode(&s); err != nil {
		return nil, fmt.Errorf("decode results: %w", err)
	}
	return &s, nil
}
