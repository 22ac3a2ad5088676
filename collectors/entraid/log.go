package entraid

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/internal/graph"
	"github.com/evidencepack/evidence/collectors/internal/window"
)

// logOf is a list of what happened.
type logOf struct {
	what    string                               // in words
	field   string                               // the property that is an element's time
	ordered bool                                 // the source promises the order of time
	ask     func(from, to time.Time) graph.Query // both ends belong to it
}

// watermark is how far a log has been read, by its own times. A link to a next page
// expires; the time of the newest record, with the records of about that time, does
// not.
type watermark struct {
	Newest   time.Time `json:"newest,omitzero"`    // of what was met
	IDs      []string  `json:"ids,omitempty"`      // of what was met in Newest's second, and after it
	From     time.Time `json:"from,omitzero"`      // where the present reading began, if not at the beginning
	Unsorted bool      `json:"unsorted,omitempty"` // the promise of order was broken: the mark says nothing
}

// mostMarked bounds the identities in a watermark. More in one second make the mark
// useless, as disorder does.
const mostMarked = 5000

// meet moves the mark on to a record and reports whether it was dealt with before.
// Times are compared by the second, so that a source that rounds loses nothing.
func (w *watermark) meet(id string, at time.Time) (known bool) {
	second := at.Truncate(time.Second)
	newest := w.Newest.Truncate(time.Second)
	switch {
	case w.Newest.IsZero() || second.After(newest):
		w.Newest, w.IDs = at, nil
	case second.Before(newest):
		w.Unsorted = true
		return false
	case at.After(w.Newest):
		w.Newest = at
	}
	if slices.Contains(w.IDs, id) {
		return true
	}
	if len(w.IDs) >= mostMarked {
		w.Unsorted = true
		return false
	}
	w.IDs = append(w.IDs, id)
	return false
}

// readLog reads a unit's part of a log.
func (r *run) readLog(l logOf) step {
	return func(ctx context.Context) error {
		from, to, ok := r.part()
		if !ok {
			return nil
		}
		for {
			q := l.ask(window.Later(from, r.at.Log.From), to)
			p := r.at.Place
			a, err := r.page(ctx, q, &p, &r.ahead)
			switch {
			case expired(err, r.at.Place):
				if err := r.resume(l, err); err != nil {
					return err
				}
				continue
			case refused(err):
				r.refuse(l.what, err, r.kind.needs[0].name)
				return nil
			case err != nil && r.beyond(err):
				return nil
			case err != nil:
				return err
			}
			b := r.batch()
			for _, item := range a.Value.Array() {
				if err := r.event(b, l, item, a.Origin); err != nil {
					return err
				}
			}
			if r.at.Place = p; p.Link == "" {
				return b.last()
			}
			if err := b.flush(); err != nil {
				return err
			}
		}
	}
}

// event takes one element of a log.
func (r *run) event(b *batch, l logOf, item gjson.Result, from evidence.Origin) error {
	id, when := item.Get("id"), instant(item.Get(l.field))
	if !item.IsObject() || id.Type != gjson.String || id.Str == "" || when.IsZero() {
		r.unnamed(l.what, item)
		return nil
	}
	if l.ordered && r.at.Log.meet(id.Str, when) {
		return nil
	}
	if !r.reach().Contains(when) {
		r.outside(id.Str)
		return nil
	}
	return b.add(id.Str, when, from, []byte(item.Raw))
}

// resume goes on where a link has expired: at the mark if the source kept the order
// of time, else at the beginning, since what is left may lie anywhere.
func (r *run) resume(l logOf, err error) error {
	mark := &r.at.Log
	if !l.ordered || mark.Unsorted {
		return r.again(err)
	}
	if at := mark.Newest.Truncate(time.Second); at.After(mark.From) {
		mark.From = at
		r.log.Info("a link to the next page has expired: reading goes on from the newest record", "kind", r.kind.name, "because", err)
	} else if err := r.back(err); err != nil { // the mark has not moved since
		return err
	}
	r.at.Place = place{}
	return nil
}

// reach is the time of which the unit's records are: its window, and what is wanted
// around the period.
func (r *run) reach() evidence.Period {
	w := r.unit.Window
	if r.spec.From != nil {
		w.Start = window.Earlier(w.Start, *r.spec.From)
	}
	if r.spec.To != nil {
		w.End = window.Later(w.End, *r.spec.To)
	}
	return w
}

// oldest is how far back Graph lets the logs be asked for. A filter that reaches
// beyond it is refused as if it were not well formed.
const oldest = 90 * 24 * time.Hour

// part is what is to be asked of a log: what the source no longer has is not, and
// is a gap as far as it is of the unit's window.
func (r *run) part() (from, to time.Time, ok bool) {
	w := r.reach()
	held := r.settings.retained(r.kind.name)
	if kept := r.at.Taken.Add(-held); r.unit.Window.Start.Before(kept) {
		lost := evidence.Period{Start: r.unit.Window.Start, End: window.Earlier(r.unit.Window.End, kept)}
		r.gap(evidence.Finding{Code: "older_than_retained", Forgotten: true, Object: r.unit.Scope.String(), Window: lost})
	}
	// A minute more than the limit, since the clocks differ.
	from = window.Later(w.Start, r.at.Taken.Add(time.Minute-max(oldest, held)))
	to = window.Earlier(w.End, window.Later(r.unit.Window.End, r.at.Taken.Add(-settling)))
	return from, to, from.Before(to)
}

// beyond reports whether a refusal is of what the source no longer has, which is a
// gap already.
func (r *run) beyond(err error) bool {
	var e *graph.Error
	return r.unit.Window.Start.Before(r.at.Taken.Add(-r.settings.retained(r.kind.name))) && errors.As(err, &e) && e.Status == http.StatusBadRequest
}

// instant reads a time of Graph's, which has up to seven fractional digits; the zero
// time when there is none.
func instant(v gjson.Result) time.Time {
	if v.Type != gjson.String {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, v.Str)
	if err != nil {
		return time.Time{}
	}
	return t
}
