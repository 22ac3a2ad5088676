package demo

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/evidencepack/evidence"
)

//go:embed expected.json
var expectedJSON []byte

// Golden is what the controls make of a month. It is compared in both
// directions: what it does not list must not be found.
type Golden struct {
	Period   evidence.Period `json:"period"`
	Controls []Findings      `json:"controls"`
}

// Findings is what one control makes of it.
type Findings struct {
	Control       string          `json:"control"`
	Result        evidence.Result `json:"result"`
	Population    int             `json:"population"`     // items tested
	Exceptions    int             `json:"exceptions"`     // of them, those that are exceptions
	NotApplicable int             `json:"not_applicable"` // of them, those that the control does not apply to
	Items         []Exception     `json:"items"`          // every exception
}

// Exception is one item that is an exception.
type Exception struct {
	Control string        `json:"control"`
	Item    string        `json:"item"` // the record's ID; of a snapshot, of what it was taken
	Codes   []string      `json:"codes"`
	Time    time.Time     `json:"time,omitzero"` // of a snapshot none, where that depends on when it was taken
	Why     evidence.Text `json:"why,omitzero"`  // for people; Compare does not look at it
}

// Expected is what must be found in the demo's month.
func Expected() (Golden, error) {
	var g Golden
	if err := json.Unmarshal(expectedJSON, &g); err != nil {
		return Golden{}, fmt.Errorf("expected.json: %w", err)
	}
	return g, nil
}

// Compare says in plain words how what was found differs from g, in both
// directions. It returns nothing when they agree.
func (g Golden) Compare(found Golden) []string {
	var diff []string
	if g.Period.String() != found.Period.String() {
		diff = append(diff, fmt.Sprintf("the period is %s, expected %s", found.Period, g.Period))
	}
	want, got := byControl(g.Controls), byControl(found.Controls)
	for _, id := range slices.Sorted(maps.Keys(want)) {
		if f, ok := got[id]; ok {
			diff = append(diff, want[id].compare(f)...)
		} else {
			diff = append(diff, id+" was not evaluated")
		}
	}
	for _, id := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[id]; !ok {
			diff = append(diff, id+" was evaluated and is not expected")
		}
	}
	return diff
}

func byControl(all []Findings) map[string]Findings {
	m := map[string]Findings{}
	for _, f := range all {
		m[f.Control] = f
	}
	return m
}

func (f Findings) compare(found Findings) []string {
	var diff []string
	if f.Result != found.Result {
		diff = append(diff, fmt.Sprintf("%s: the result is %s, expected %s", f.Control, found.Result, f.Result))
	}
	for _, c := range []struct {
		name      string
		got, want int
	}{
		{"items in the population", found.Population, f.Population},
		{"exceptions", found.Exceptions, f.Exceptions},
		{"items that are not applicable", found.NotApplicable, f.NotApplicable},
	} {
		if c.got != c.want {
			diff = append(diff, fmt.Sprintf("%s: %d %s, expected %d", f.Control, c.got, c.name, c.want))
		}
	}
	return append(diff, compareItems(f.Control, f.Items, found.Items)...)
}

func compareItems(control string, want, got []Exception) []string {
	var diff []string
	pending := map[string]Exception{}
	for _, e := range want {
		pending[e.Item] = e
	}
	for _, e := range got {
		w, ok := pending[e.Item]
		if thing, _, at := strings.Cut(e.Item, "@"); !ok && at && pending[thing].Item != "" {
			w, ok = pending[thing], true
			if w.Time.IsZero() {
				w.Time = e.Time
			}
		}
		if !ok {
			diff = append(diff, fmt.Sprintf("%s: %s (%s) at %s was found and is not expected, or was found twice", control, e.Item, strings.Join(e.Codes, ", "), e.Time.UTC().Format(time.RFC3339)))
			continue
		}
		delete(pending, w.Item)
		if g, w := slices.Sorted(slices.Values(e.Codes)), slices.Sorted(slices.Values(w.Codes)); !slices.Equal(g, w) {
			diff = append(diff, fmt.Sprintf("%s: %s has the reasons %s, expected %s", control, e.Item, strings.Join(g, ", "), strings.Join(w, ", ")))
		}
		if !e.Time.Equal(w.Time) {
			diff = append(diff, fmt.Sprintf("%s: %s is of %s, expected %s", control, e.Item, e.Time.UTC().Format(time.RFC3339), w.Time.UTC().Format(time.RFC3339)))
		}
	}
	for _, item := range slices.Sorted(maps.Keys(pending)) {
		e := pending[item]
		when := ""
		if !e.Time.IsZero() {
			when = " at " + e.Time.UTC().Format(time.RFC3339)
		}
		diff = append(diff, fmt.Sprintf("%s: %s (%s)%s was not found: %s", control, item, strings.Join(e.Codes, ", "), when, e.Why.EN))
	}
	return diff
}
