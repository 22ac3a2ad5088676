package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/delta"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/reportstest"
)

// TestDeltaOutcome: what cannot be evaluated in either period weighs most, and an
// exception counts in the later one alone.
func TestDeltaOutcome(t *testing.T) {
	for _, tt := range []struct {
		before, after evidence.Result
		want          int
	}{
		{evidence.Effective, evidence.NoOccurrence, exitOK},
		{evidence.ExceptionsNoted, evidence.Effective, exitOK},
		{evidence.Effective, evidence.ExceptionsNoted, exitExceptions},
		{evidence.NotEvaluable, evidence.Effective, exitIncomplete},
		{evidence.NotEvaluable, "", exitIncomplete},
		{"", evidence.ExceptionsNoted, exitExceptions},
		{evidence.ExceptionsNoted, evidence.NotEvaluable, exitIncomplete},
	} {
		state := func(r evidence.Result) *delta.State {
			if r == "" {
				return nil
			}
			return &delta.State{Result: r}
		}
		err := deltaOutcome(&delta.Delta{Controls: []delta.Control{{Before: state(tt.before), After: state(tt.after)}}})
		got := outcome(exitOK)
		if err != nil && !errors.As(err, &got) {
			t.Fatal(err)
		}
		if int(got) != tt.want {
			t.Errorf("%q, then %q: exit code %d, want %d", tt.before, tt.after, got, tt.want)
		}
	}
}

// TestTellDelta: the terminal gives the counts that the reports give, the first
// exceptions of a control, and no character that would steer it.
func TestTellDelta(t *testing.T) {
	for _, l := range []evidence.Lang{evidence.Japanese, evidence.English} {
		p := reportstest.Pack(reportstest.Options{Lang: l})
		p.Delta.Earlier = "2026-09\x1b[31m"
		var b bytes.Buffer
		(&app{stdout: &b}).tellDelta(p.Delta, l, time.UTC, 50)
		text := b.String()
		if strings.ContainsAny(text, "\x1b\x00\x07\u202e\ufeff") {
			t.Errorf("%s: what steers a terminal reaches it", l)
		}
		for i := range p.Delta.Controls {
			c := &p.Delta.Controls[i]
			population, exceptions, shares := c.CountsFromTo()
			if (c.Changed || c.Still > 0) && (!strings.Contains(text, population) || !strings.Contains(text, exceptions+" ("+shares+")")) {
				t.Errorf("%s: %s is not told of with %s, %s (%s)", l, c.ID, population, exceptions, shares)
			}
		}
		n := strings.Count(text, reports.DeltaNew.Mark()+" "+reports.DeltaNew.Name().In(l))
		if more := words(l)("ほか77件", "77 more"); n != 50 || !strings.Contains(text, more) {
			t.Errorf("%s: %d of 120 new exceptions, and %q", l, n, more)
		}
	}
}
