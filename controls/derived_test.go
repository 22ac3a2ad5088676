package controls

import (
	"slices"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
)

// TestDerivedPopulation: a control of a derived kind asks sources for the kinds that it
// is computed from, in its own name, and as far around the period as both say.
func TestDerivedPopulation(t *testing.T) {
	c := &Control{ID: "TST-01", Population: Population{Kind: "securitygroup.diff"}, Related: map[string]Related{
		"diffs": {Kind: "securitygroup.diff", Window: Window{Before: time.Hour}, Optional: true},
		"other": {Kind: "test.item"},
	}}
	kinds := map[string]int{}
	for _, s := range c.Selections() {
		kinds[s.Kind]++
		switch {
		case s.Kind == "securitygroup.diff":
			t.Errorf("a source is asked for a derived kind: %+v", s)
		case s.Kind == "cloudtrail.event" && (len(s.Where) == 0 || !slices.Contains(s.Where[0]["eventName"], "AuthorizeSecurityGroupIngress")):
			t.Errorf("all events are asked for: %+v", s)
		case s.Kind != "test.item" && s.For == "TST-01" && (s.Before < 24*time.Hour || s.Optional != (s.Kind == "config.item")):
			t.Errorf("the population: %+v", s)
		}
	}
	for _, s := range c.Selections() {
		if s.For == "TST-01/diffs" {
			of := slices.IndexFunc(c.Selections(), func(p evidence.Selection) bool { return p.For == "TST-01" && p.Kind == s.Kind })
			if p := c.Selections()[of]; s.Before != p.Before+time.Hour || !s.Optional {
				t.Errorf("the relation: %+v", s)
			}
		}
	}
	if kinds["securitygroup.snapshot"] != 2 || kinds["cloudtrail.event"] != 2 || kinds["test.item"] != 1 {
		t.Errorf("kinds %v", kinds)
	}
	if got := c.Recorded(); !slices.Contains(got, "securitygroup.snapshot") || slices.Contains(got, "securitygroup.diff") {
		t.Errorf("recorded kinds %v", got)
	}
}

// TestExposuresWithoutSnapshots: an organisation whose groups are not read has the rules
// judged that its events show; changes need both.
func TestExposuresWithoutSnapshots(t *testing.T) {
	for kind, without := range map[string]bool{"securitygroup.exposure": true, "securitygroup.diff": false} {
		for _, s := range (&Control{ID: "TST-01", Population: Population{Kind: kind}}).Selections() {
			want := map[string]bool{"securitygroup.snapshot": without, "config.item": true, "cloudtrail.event": false}[s.Kind]
			if s.Optional != want {
				t.Errorf("%s of %s: optional %t", s.Kind, kind, s.Optional)
			}
		}
	}
}

// TestPopulationOfThePeriodAlone: a population that rests on nothing recorded asks
// sources for what is joined to it, whose completeness stands for its own.
func TestPopulationOfThePeriodAlone(t *testing.T) {
	c := &Control{ID: "TST-01", Population: Population{Kind: "calendar.day"}, Related: map[string]Related{
		"jobs":  {Kind: "test.job"},
		"diffs": {Kind: "securitygroup.exposure", Optional: true},
	}}
	for _, s := range c.Selections() {
		if s.Kind == "calendar.day" || s.For == "TST-01" {
			t.Errorf("a source is asked for days: %+v", s)
		}
	}
	got := c.Recorded()
	if !slices.Contains(got, "test.job") || !slices.Contains(got, "cloudtrail.event") || slices.Contains(got, "calendar.day") {
		t.Errorf("recorded kinds %v", got)
	}
}
