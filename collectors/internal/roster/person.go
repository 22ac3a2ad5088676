// Package roster is what the sources of people have in common: the body of
// hr.person, how the dates, numbers and addresses of HR systems are read, and how
// one reading of a roster becomes records and a claim.
//
// A roster is read as a whole and handed over as one batch: a person who changes
// place while it is read may be in none of its pages, so that half a reading is
// worth nothing.
package roster

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
)

// Kind is the record kind of a person.
const Kind = "hr.person"

// KindOf describes the kind for a driver: every source of people calls it the
// same and means the same by it.
func KindOf(methods ...evidence.Method) collectors.Kind {
	return collectors.Kind{
		Name: Kind, Title: evidence.Text{JA: "人事システムの従業員", EN: "person in the HR system"},
		Form: evidence.Snapshot, Methods: methods,
	}
}

// What a roster says of whether somebody is employed, in SmartHR's words.
const (
	Employed = "employed"
	Absent   = "absent" // on leave
	Retired  = "retired"
)

// Person is one person as a roster tells of them. What is not known is empty, or
// the zero time.
type Person struct {
	Number     string // the employee number, normalised
	Name       string
	Emails     []string // normalised, each once
	Department string
	Employment string // the type of employment
	Status     string // Employed, Absent or Retired
	Joined     time.Time
	Left       time.Time // the last instant of employment
	Moves      []Move    // in the order of their times
	Source     json.RawMessage
}

// Move is a transfer to a department.
type Move struct {
	At         time.Time
	Department string
}

// body is hr.person. The schema controls/schemas/hr.person.json describes it.
type body struct {
	Number     *string         `json:"employee_number"`
	Name       *string         `json:"name"`
	Emails     []string        `json:"emails"`
	Department *string         `json:"department"`
	Employment *string         `json:"employment_type"`
	Joined     *string         `json:"joined_at"`
	Left       *string         `json:"left_at"`
	Moves      []move          `json:"moves"`
	Status     *string         `json:"status"`
	Roster     string          `json:"roster"`
	Key        string          `json:"key"`
	Source     json.RawMessage `json:"source"`
}

type move struct {
	At         *string `json:"at"`
	Department *string `json:"department"`
}

// body writes the person as JSON. roster and key say which entry of which roster
// it is.
func (p Person) body(roster, key string) ([]byte, error) {
	b := body{
		Number: optional(p.Number), Name: optional(p.Name), Emails: p.Emails,
		Department: optional(p.Department), Employment: optional(p.Employment), Status: optional(p.Status),
		Joined: instant(p.Joined), Left: instant(p.Left), Moves: []move{},
		Roster: roster, Key: key, Source: p.Source,
	}
	if b.Emails == nil {
		b.Emails = []string{}
	}
	for _, m := range p.Moves {
		b.Moves = append(b.Moves, move{instant(m.At), optional(m.Department)})
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(b); err != nil {
		return nil, err
	}
	return bytes.TrimRight(out.Bytes(), "\n"), nil
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func instant(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := t.Format(time.RFC3339Nano)
	return &s
}
