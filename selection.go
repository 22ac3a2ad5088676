package evidence

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/tidwall/gjson"
)

// Selection says which records of a kind are wanted, as data, so that a
// collector can push it down to its source.
type Selection struct {
	Kind  string `json:"kind"`
	Where Where  `json:"where,omitempty"`
	For   string `json:"for"` // who wants them: a control's ID, or "ID/name" for what it relates to

	// Before and After say how far around the period records are wanted to relate
	// items to. How complete they are is measured within the period alone.
	Before time.Duration `json:"before_ns,omitempty"`
	After  time.Duration `json:"after_ns,omitempty"`

	// Optional: where no source gives the kind at all, it is done without. What a
	// source gives must be complete all the same.
	Optional bool `json:"optional,omitempty"`
}

// Covers reports whether everything that o selects, s selects too. It may
// answer false for selections that happen to be equivalent, never true wrongly.
func (s Selection) Covers(o Selection) bool {
	return s.Kind == o.Kind && s.Where.covers(o.Where) && s.Before >= o.Before && s.After >= o.After
}

// Around is the time that records are wanted of for a period.
func (s Selection) Around(p Period) Period {
	return Period{Start: p.Start.Add(-s.Before), End: p.End.Add(s.After)}
}

// Where holds alternatives: a record is wanted when any clause accepts it.
// An empty Where accepts everything.
type Where []Clause

// Clause maps dotted paths in a record's body ("userIdentity.type") to the
// values accepted there; all paths must accept. A value is compared with a
// string's content or with the literal text of a number, true, false or null.
type Clause map[string][]string

var pathPattern = regexp.MustCompile(`^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$`)

// Validate refuses paths and clauses that could not mean anything.
func (w Where) Validate() error {
	for _, c := range w {
		if len(c) == 0 {
			return fmt.Errorf("where: an empty clause would accept everything")
		}
		for path, values := range c {
			if !pathPattern.MatchString(path) {
				return fmt.Errorf("where: path %q: want names joined by dots", path)
			}
			if len(values) == 0 {
				return fmt.Errorf("where: %s: no value would ever be accepted", path)
			}
		}
	}
	return nil
}

// Match reports whether the body, a valid JSON object, is wanted.
func (w Where) Match(body []byte) bool {
	if len(w) == 0 {
		return true
	}
	return slices.ContainsFunc(w, func(c Clause) bool { return c.match(body) })
}

func (c Clause) match(body []byte) bool {
	for path, values := range c {
		v := gjson.GetBytes(body, path)
		if !v.Exists() || v.IsObject() || v.IsArray() {
			return false
		}
		text := v.Raw
		if v.Type == gjson.String {
			text = v.Str
		}
		if !slices.Contains(values, text) {
			return false
		}
	}
	return true
}

func (w Where) covers(o Where) bool {
	if len(w) == 0 {
		return true
	}
	if len(o) == 0 {
		return false
	}
	for _, oc := range o {
		if !slices.ContainsFunc(w, func(c Clause) bool { return c.covers(oc) }) {
			return false
		}
	}
	return true
}

// covers: every path that c restricts, o restricts at least as much.
func (c Clause) covers(o Clause) bool {
	for path, values := range c {
		narrower, ok := o[path]
		if !ok {
			return false
		}
		for _, v := range narrower {
			if !slices.Contains(values, v) {
				return false
			}
		}
	}
	return true
}
