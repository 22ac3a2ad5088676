package xlsx

import (
	"fmt"
	"strings"

	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// deltaSheet tells what changed since the previous period: each control compared, what
// of the controls themselves changed, and every exception of either period.
func (b *book) deltaSheet() error {
	d := b.p.Delta
	if d == nil {
		return nil
	}
	if err := d.Check(); err != nil {
		return err
	}
	s := b.open(b.names.delta, setup{widths: []float64{12, 30, 22, 22, 24, 44, 60, 16, 16, 16, 14, 14, 14, 14, 14}, large: true})
	s.addHigh(30, cell{value: b.in(words.DeltaHeading), style: b.styles.title})
	s.add(cell{value: b.text(d.Sentence(b.p.Lang)), style: b.styles.cell, span: 7})
	for _, line := range d.Intro(b.p.Lang) {
		s.add(cell{value: b.text(line), style: b.styles.cell, span: 7})
	}
	b.deltaControls(s)
	b.deltaRules(s)
	b.deltaExceptions(s)
	return s.close()
}

func (b *book) deltaHeading(s *sheet, title string) {
	s.gap()
	s.addHigh(22, cell{value: title, style: b.styles.heading, span: 7})
}

func (b *book) deltaControls(s *sheet) {
	b.deltaHeading(s, b.in(words.DeltaControls))
	s.add(b.heads(b.in(words.Control), b.in(words.Title), b.in(words.BeforeResult), b.in(words.AfterResult), b.in(words.NewStillGone), b.in(words.OwedTo), b.in(words.Detail),
		b.in(words.BeforePopulation), b.in(words.AfterPopulation), b.in(words.BeforeExceptions), b.in(words.AfterExceptions),
		b.in(words.BeforeShare), b.in(words.AfterShare), b.in(words.BeforeAnswered), b.in(words.AfterAnswered))...)
	for i := range b.p.Delta.Controls {
		c := &b.p.Delta.Controls[i]
		facts := c.AllFacts(b.p.Lang)
		if c.Cause != "" {
			facts = facts[1:]
		}
		cells := []cell{b.deltaControl(c.ID), b.str(c.Title), b.state(c.Before), b.state(c.After), b.str(c.ThreeCounts()), b.str(c.Cause), b.str(strings.Join(facts, "\n"))}
		for _, of := range []func(*reports.DeltaState) int64{
			func(s *reports.DeltaState) int64 { return s.Population }, func(s *reports.DeltaState) int64 { return s.Exceptions },
		} {
			cells = append(cells, b.stateCount(c.Before, of), b.stateCount(c.After, of))
		}
		cells = append(cells, b.str(c.Before.Share()), b.str(c.After.Share()))
		answered := func(s *reports.DeltaState) int64 { return s.Answered }
		s.add(append(cells, b.stateCount(c.Before, answered), b.stateCount(c.After, answered))...)
	}
}

// deltaControl leads to the control's sheet, where the pack has the control.
func (b *book) deltaControl(id string) cell {
	if to, ok := b.names.byID[id]; ok {
		return b.goTo(id, to, 1)
	}
	return b.str(id)
}

// state is a period's result; a dash where it has none.
func (b *book) state(s *reports.DeltaState) cell {
	if s == nil {
		return b.str(words.NoNumber)
	}
	return b.result(s.Result)
}

func (b *book) stateCount(s *reports.DeltaState, of func(*reports.DeltaState) int64) cell {
	if s == nil {
		return b.str(words.NoNumber)
	}
	return b.count(of(s))
}

func (b *book) deltaRules(s *sheet) {
	b.deltaHeading(s, b.in(words.DeltaRules))
	if b.p.Delta.Totals().Rules == 0 {
		s.add(cell{value: b.in(words.DeltaRulesNone), style: b.styles.cell, span: 7})
		return
	}
	s.add(b.heads(b.in(words.Control), b.in(words.ControlTitle), b.in(words.ChangedOf), b.in(words.Name), "", b.in(words.BeforeValue), b.in(words.AfterValue))...)
	for c, x := range b.p.Delta.AllChanges() {
		s.add(b.deltaControl(c.ID), b.str(c.Title), b.str(x.What), b.str(x.Name), b.str(""), b.mono(x.Before), b.mono(x.After))
	}
}

// deltaExceptions lists every exception of either period, as many as the sheet holds.
func (b *book) deltaExceptions(s *sheet) {
	b.deltaHeading(s, b.in(words.DeltaExceptions))
	heads := b.heads(b.in(words.Control), b.in(words.ItemLabel), b.in(words.Compared), b.zoned(b.in(words.When)), b.in(words.OwedTo), b.in(words.ItemID), b.in(words.Reasons), b.in(words.ResponseNow))
	s.add(heads...)
	first := s.row
	t := b.p.Delta.Totals()
	left := t.New + t.Still + t.Gone
	if left == 0 {
		s.add(b.str(""), b.word(words.NoExceptions))
	}
	for c, e := range b.p.Delta.AllExceptions() {
		if s.row >= b.maxRows-1 {
			s.add(b.str(fmt.Sprintf(b.in(words.BeyondSheet), format.Count(left))))
			break
		}
		left--
		s.add(b.deltaControl(c.ID), b.str(e.Label), b.str(e.Presence.Mark()+" "+b.in(e.Presence.Name())), b.when(e.Time), b.str(e.Cause), b.str(e.ID), b.str(e.Remarks()), b.str(e.Response))
	}
	s.filter(first, len(heads))
}
