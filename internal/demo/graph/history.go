package graph

import (
	"slices"
	"time"
)

// history is a thing as it was at each time: what it began as, and what changed it.
// Edits may be told in any order.
type history struct {
	began Object
	born  time.Time
	edits []edit
	t     *Tenant
}

// edit is one change. When Entra logs it, told makes the audits of what the thing
// was before and is now.
type edit struct {
	at    time.Time
	apply func(Object) Object // nil: the thing is gone
	told  func(before, after Object) []Object
}

func (t *Tenant) begin(born time.Time, body Object) *history {
	h := &history{began: body, born: born, t: t}
	t.histories = append(t.histories, h)
	return h
}

// change adds an edit that changes fields in place.
func (h *history) change(at time.Time, apply func(Object), told func(before, after Object) []Object) {
	h.t.unsettled()
	h.edits = append(h.edits, edit{at, func(o Object) Object { apply(o); return o }, told})
}

// end makes the thing be gone from a time on.
func (h *history) end(at time.Time, told func(before, after Object) []Object) {
	h.t.unsettled()
	h.edits = append(h.edits, edit{at: at, told: told})
}

// at is the thing at a time: a copy, or nil when it is not there yet or no more.
func (h *history) at(now time.Time) Object {
	if now.Before(h.born) {
		return nil
	}
	o, _ := deep(h.began).(Object)
	for _, e := range h.edits {
		switch {
		case e.at.After(now):
			return o
		case e.apply == nil:
			o = nil
		case o != nil:
			o = e.apply(o)
		}
	}
	return o
}

// settle puts the edits into the order of time and makes their audits.
func (h *history) settle() []Object {
	slices.SortStableFunc(h.edits, func(x, y edit) int { return x.at.Compare(y.at) })
	o, _ := deep(h.began).(Object)
	var audits []Object
	for _, e := range h.edits {
		before, _ := deep(o).(Object)
		switch {
		case e.apply == nil:
			o = nil
		case o != nil:
			o = e.apply(o)
		}
		if e.told != nil {
			after, _ := deep(o).(Object)
			audits = append(audits, e.told(before, after)...)
		}
	}
	return audits
}
