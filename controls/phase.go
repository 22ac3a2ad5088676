package controls

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evidencepack/evidence"
)

// phase is a part of the period through which the same exemptions hold. Its frames
// judge by other exemptions than one another, and by the same evidence.
type phase struct {
	from time.Time
	held *frame // by the exemptions that hold

	// approved judges by those of them alone of which the approver is recorded; nil where
	// all are, or none holds.
	approved *frame

	// restored judges as if none had lapsed, and by each as if that one had not; nil where
	// none has.
	restored *frame
	lapsed   []lapsedExemption
}

type lapsedExemption struct {
	Exemption
	frame *frame // nil: too many lapsed to judge by each
}

// mostFrames bounds how often the policy is compiled for exemptions that lapse at different
// times. Beyond it an item names all that lapsed and not the one that concerns it.
const mostFrames = 64

// splitByExemptions finds the phases of the period. There is none where the control is
// judged by all of its exemptions through all of it, and each says who approved it.
func (f *frame) splitByExemptions(ctx context.Context) error {
	all, err := f.control.Exemptions(f.in.Period.Start.Location())
	if err != nil {
		return err
	}
	plain := true
	for _, e := range all {
		plain = plain && e.Approved() && !e.Lapsed(f.in.Period)
	}
	if plain {
		return nil
	}
	made := map[string]*frame{}
	judgingBy := func(holds func(Exemption) bool) *frame {
		if err != nil {
			return nil
		}
		var by *frame
		by, err = f.judgingBy(ctx, all, holds, made)
		return by
	}
	for _, from := range phaseStarts(f.in.Period, all) {
		holds := func(e Exemption) bool { return e.holds(from) }
		p := phase{from: from, held: judgingBy(holds)}
		if slices.ContainsFunc(all, func(e Exemption) bool { return holds(e) && !e.Approved() }) {
			p.approved = judgingBy(func(e Exemption) bool { return holds(e) && e.Approved() })
		}
		for _, e := range all {
			if holds(e) {
				continue
			}
			var alone *frame
			if len(made) < mostFrames {
				alone = judgingBy(func(other Exemption) bool { return holds(other) || other == e })
			}
			p.lapsed = append(p.lapsed, lapsedExemption{e, alone})
			p.restored = judgingBy(func(Exemption) bool { return true })
		}
		f.phases = append(f.phases, p)
	}
	return err
}

// phaseStarts are the moments of the period from which other exemptions hold than before.
func phaseStarts(period evidence.Period, all []Exemption) []time.Time {
	starts := []time.Time{period.Start}
	for _, e := range all {
		if !e.Ends.IsZero() && period.Contains(e.Ends) {
			starts = append(starts, e.Ends)
		}
	}
	slices.SortFunc(starts, time.Time.Compare)
	return slices.CompactFunc(starts, time.Time.Equal)
}

// JudgedBy are the parameters that policies see from a moment of a period on.
type JudgedBy struct {
	From   time.Time      `json:"from"`
	Params map[string]any `json:"params"`
}

// JudgedBy lists the parameters that the control is judged by through a period, where
// they are not those that it has: an exemption lapses, or is written with its value.
func (c *Control) JudgedBy(period evidence.Period) ([]JudgedBy, error) {
	all, err := c.Exemptions(period.Start.Location())
	if err != nil {
		return nil, err
	}
	var list []JudgedBy
	for _, from := range phaseStarts(period, all) {
		list = append(list, JudgedBy{from, c.paramsWith(func(param string, at int) bool {
			return slices.ContainsFunc(all, func(e Exemption) bool { return e.Parameter == param && e.at == at && e.holds(from) })
		})})
	}
	if len(list) == 1 && !slices.ContainsFunc(all, func(e Exemption) bool { return e.plain || !e.holds(period.Start) }) {
		return nil, nil
	}
	return list, nil
}

// judgingBy is the frame of the same evidence with those of the exemptions that hold.
// Made has those that there are already.
func (f *frame) judgingBy(ctx context.Context, all []Exemption, holds func(Exemption) bool, made map[string]*frame) (*frame, error) {
	key := make([]byte, len(all))
	left := 0
	for i, e := range all {
		if holds(e) {
			key[i] = 1
			left++
		}
	}
	if left == len(all) {
		return f, nil
	}
	if by := made[string(key)]; by != nil {
		return by, nil
	}
	c := *f.control
	c.Params = c.paramsWith(func(param string, at int) bool {
		return slices.ContainsFunc(all, func(e Exemption) bool { return e.Parameter == param && e.at == at && holds(e) })
	})
	e, err := Prepare(ctx, &c)
	if err != nil {
		return nil, err
	}
	by := &frame{Evaluator: e, in: f.in, period: f.period, asOf: f.asOf, joins: f.joins, order: f.order, newest: f.newest, memo: e.memos()}
	made[string(key)] = by
	f.others = append(f.others, by)
	return by, nil
}

// phaseOf is the phase by whose exemptions an item is judged: that of the item's own
// time or, where it lasts, of its end; of the period's end for what was there later,
// as the newest state may be, and of its start for what began before. Nil: there are none.
func (f *frame) phaseOf(rec evidence.Record, t time.Time) *phase {
	if len(f.phases) == 0 {
		return nil
	}
	if p := f.control.Population.part(rec.Kind); p != nil && p.End != "" {
		if end, err := timeAt(rec, p.End); err == nil && end.After(t) {
			t = end.Add(-1)
		}
	}
	at := 0
	for i, p := range f.phases {
		if !p.from.After(t) {
			at = i
		}
	}
	return &f.phases[at]
}

// last is the phase at the end of the period; nil: there are none.
func (f *frame) last() *phase {
	if len(f.phases) == 0 {
		return nil
	}
	return &f.phases[len(f.phases)-1]
}

// byExemptions judges one record by the exemptions that hold at its time, and tells
// what became of those that concern it.
func (f *frame) byExemptions(ctx context.Context, rec evidence.Record, t time.Time, w *worker) (Item, error) {
	p := f.phaseOf(rec, t)
	if p == nil {
		return f.judgeItem(ctx, rec, t, w)
	}
	own := w.ownWork
	defer func() { w.ownWork = own }()
	judged := func(by *frame) (Item, error) {
		w.ownWork = own.of(by)
		return by.judgeItem(ctx, rec, t, w)
	}
	item, err := judged(p.held)
	if err != nil {
		return Item{}, err
	}
	return item, p.tell(&item, judged)
}

// tell says of an item whether it is left out without a recorded approval, and which
// lapsed exemptions would have made another verdict of it. Judged judges it by a frame.
func (p *phase) tell(item *Item, judged func(*frame) (Item, error)) error {
	// Where no code says that an exemption leaves an item out, one may act otherwise.
	if p.approved != nil && (item.Exempt() || !p.held.control.tellsExempt()) {
		other, err := judged(p.approved)
		if err != nil {
			return err
		}
		item.Unapproved = other.Verdict != item.Verdict
	}
	if p.restored == nil {
		return nil
	}
	other, err := judged(p.restored)
	if err != nil || other.Verdict == item.Verdict {
		return err
	}
	var alone, together []Reason
	for _, e := range p.lapsed {
		said, err := e.lapsed()
		if err != nil {
			return err
		}
		together = append(together, said)
		if e.frame == nil {
			continue
		}
		other, err := judged(e.frame)
		if err != nil {
			return err
		}
		if other.Verdict != item.Verdict {
			alone = append(alone, said)
		}
	}
	if len(alone) == 0 {
		alone = together
	}
	item.Observations = slices.CompactFunc(sorted(append(slices.Clone(item.Observations), alone...)), func(a, b Reason) bool {
		return a.Code == b.Code && bytes.Equal(a.Detail, b.Detail)
	})
	return nil
}

// tellsExempt reports whether a code of the control says that an exemption leaves an
// item out.
func (c *Control) tellsExempt() bool {
	for code := range c.NotApplicable {
		if Exempt(evidence.NotApplicable, []Reason{{Code: code}}) {
			return true
		}
	}
	return false
}

// wholeByExemptions is [frame.wholeItems] by the exemptions that hold at the period's
// end: with scope whole there is one set of them for all items.
func (f *frame) wholeByExemptions(ctx context.Context, members []member) ([]Item, error) {
	p := f.last()
	if p == nil {
		return f.wholeItems(ctx, members)
	}
	judged := map[*frame][]Item{}
	by := func(by *frame) ([]Item, error) {
		if items, ok := judged[by]; ok {
			return items, nil
		}
		items, err := by.wholeItems(ctx, members)
		judged[by] = items
		return items, err
	}
	items, err := by(p.held)
	if err != nil {
		return nil, err
	}
	items = slices.Clone(items)
	for i := range items {
		err := p.tell(&items[i], func(other *frame) (Item, error) {
			list, err := by(other)
			if err != nil {
				return Item{}, err
			}
			return list[i], nil
		})
		if err != nil {
			return nil, fmt.Errorf("control %s: %w", f.control.ID, err)
		}
	}
	return items, nil
}
