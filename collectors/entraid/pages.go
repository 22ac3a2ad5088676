package entraid

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/internal/graph"
	"github.com/evidencepack/evidence/collectors/internal/window"
)

// A list that is lied about must not be read for ever.
const (
	mostBacks  = 5   // how often a list is begun anew since its links expire
	mostBarren = 200 // pages in a row that bring nothing that is new
)

// headway is what a list has brought so far. An element is new when its identity is,
// whether it is kept or not: a long list of what nobody wants is no endless one.
type headway struct {
	met    seen
	barren int // pages in a row that brought nothing
}

// page counts a page, and reports whether the list still gets ahead.
func (h *headway) page(elements gjson.Result) bool {
	h.barren++
	for _, e := range elements.Array() {
		if id := e.Get("id").Str; id != "" && h.met.meet(id) == unknown {
			h.barren = 0
		}
	}
	return h.barren <= mostBarren
}

var errCircle = errors.New("its pages do not end: they bring nothing that was not there before")

// page reads the page of a list that a place is at, and moves the place to the
// next one. The last page leaves the place without a link.
func (r *run) page(ctx context.Context, q graph.Query, p *place, h *headway) (graph.Answer, error) {
	var a graph.Answer
	var err error
	named := q
	if p.Page > 0 {
		named.Label = fmt.Sprintf("%s, page %d", q.Label, p.Page+1)
	}
	if p.Link == "" {
		a, err = r.client.Get(ctx, named)
	} else {
		a, err = r.client.Next(ctx, named, p.Link)
	}
	if err != nil {
		return a, err
	}
	if !h.page(a.Value) || a.NextLink != "" && a.NextLink == p.Link {
		return a, fmt.Errorf("%s: %w", named.Label, errCircle)
	}
	p.Link, p.Page = a.NextLink, p.Page+1
	return a, nil
}

// expired reports whether a place's link is no longer good, so that the list must
// be gone into again.
func expired(err error, p place) bool { return p.Link != "" && graph.Expired(err) }

// back counts that a list is gone into anew; an error says that it is no use.
func (r *run) back(err error) error {
	if r.at.Backs++; r.at.Backs > mostBacks {
		return fmt.Errorf("its pages expire before they can be read to the end: %w", err)
	}
	r.log.Info("a link to the next page has expired: the list is gone into again", "kind", r.kind.name, "because", err)
	return nil
}

// errAgain: the unit's lists are to be read from the first one's beginning.
var errAgain = errors.New("again")

// again begins a unit anew whose list cannot be gone on with. What was handed over
// stays: of things that change, what has not been handed over is. Snapshots are
// taken anew, as another moment's, since what they show may have changed meanwhile.
func (r *run) again(err error) error {
	if err := r.back(err); err != nil {
		return err
	}
	r.at.Step, r.at.Place, r.at.Log, r.at.Groups = 0, place{}, watermark{}, nil
	r.ahead = headway{}
	t := &r.at.Tally
	t.Read, t.Kept, t.KeptFor, t.Counts = 0, 0, nil, nil
	if r.kind.form != evidence.Snapshot {
		r.seen.again()
		return errAgain
	}
	r.seen.forget()
	r.at.Taken = window.Later(r.at.Taken.Add(time.Second), r.now().UTC().Truncate(time.Second))
	return errAgain
}
