package m365

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/internal/window"
)

// cursor is how far a unit has come.
type cursor struct {
	Taken time.Time `json:"taken"`           // when the unit was begun
	Parts []part    `json:"parts,omitempty"` // what is left to read; the first is at hand
	Done  bool      `json:"done,omitempty"`  // the claim was handed over too
	Tally tally     `json:"tally"`           // of the parts that are done
}

// part is a stretch of time that one search is for: the unit's own, or what it was cut
// into since a search gives so many records and no more.
type part struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`

	Search  string    `json:"search,omitempty"` // its ID; empty: none was created yet
	Created time.Time `json:"created,omitzero"` // when that was
	Page    string    `json:"page,omitempty"`   // where reading goes on: Graph's link
	Pages   int       `json:"pages,omitempty"`  // how many were read
	Rows    int64     `json:"rows,omitempty"`   // how many records they had, with those that came twice
	Again   bool      `json:"again,omitempty"`  // they are read for the second time
	Tally   tally     `json:"tally,omitzero"`   // of the records, until all are read
}

func (p part) String() string {
	return p.Start.Format(time.RFC3339) + "/" + p.End.Format(time.RFC3339)
}

var errStopped = errors.New("stopped")

// run is the collection of one unit.
type run struct {
	*source
	unit   evidence.Unit
	at     cursor
	filter []string    // operations that are asked for; empty: all
	narrow bool        // the permissions are for some services alone
	met    map[id]bool // the records that the search at hand gave so far
	given  map[id]bool // those of the part at hand that were handed over, by whichever search
	partly bool        // met lacks what an earlier run read of the part at hand
	barren int         // pages in a row that brought nothing to hand over
	yield  func(evidence.Batch, error) bool
}

// id stands for a record's identity, of which there may be a million.
type id [16]byte

func idOf(s string) id {
	sum := sha256.Sum256([]byte(s))
	return id(sum[:16])
}

// Collect reads one unit.
func (s *source) Collect(ctx context.Context, u evidence.Unit, from evidence.Cursor) iter.Seq2[evidence.Batch, error] {
	return func(yield func(evidence.Batch, error) bool) {
		r := &run{source: s, unit: u, filter: operations(u.Want), met: map[id]bool{}, given: map[id]bool{}, yield: yield}
		err := r.all(ctx, from)
		if ctx.Err() != nil && !errors.Is(err, errStopped) {
			err = errors.Join(ctx.Err(), err)
		}
		if err != nil && !errors.Is(err, errStopped) {
			yield(evidence.Batch{}, fmt.Errorf("collect %s: %w", u, err))
		}
	}
}

func (r *run) all(ctx context.Context, from evidence.Cursor) error {
	if err := r.begin(from); err != nil {
		return err
	}
	if r.at.Done {
		return ctx.Err()
	}
	if len(r.at.Parts) > 0 {
		if err := r.readable(ctx); err != nil {
			return err
		}
	}
	for len(r.at.Parts) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := r.part(ctx); err != nil {
			return err
		}
	}
	r.at.Done = true
	return r.handOver(evidence.Batch{Claims: []evidence.Claim{r.claim()}})
}

// begin sets out from a cursor, or from the unit's beginning.
func (r *run) begin(from evidence.Cursor) error {
	if len(from) > 0 {
		if err := json.Unmarshal(from, &r.at); err != nil {
			return fmt.Errorf("its cursor: %w", err)
		}
		r.resume()
		return nil
	}
	var sp spec
	if err := json.Unmarshal(r.unit.Spec, &sp); err != nil {
		return fmt.Errorf("its specification: %w", err)
	}
	r.at.Taken = r.now().UTC().Truncate(time.Second)
	w := r.unit.Window
	whole := part{Start: w.Start.UTC(), End: w.End.UTC()}
	if sp.From != nil {
		whole.Start = sp.From.UTC()
	}
	if sp.To != nil {
		whole.End = window.Later(whole.End, window.Earlier(sp.To.UTC(), r.at.Taken.Add(-settling)))
	}
	oldest := r.at.Taken.AddDate(0, 0, -r.settings.RetentionDays)
	if w.Start.Before(oldest) {
		r.at.Tally.gap(evidence.Finding{
			Code: "older_than_retained", Forgotten: true, Object: "audit log of " + r.unit.Scope.String(), Window: evidence.Period{Start: w.Start, End: window.Earlier(w.End, oldest)},
			Detail: fmt.Sprintf("retention_days is %d", r.settings.RetentionDays),
		})
	}
	if w.End.After(oldest) {
		r.at.Parts = []part{whole}
	}
	return nil
}

// resume looks whether what a cursor says can be gone on with. A search knows what had
// arrived when it was created: one that is from before the day had settled will not do
// after it has. What a second reading is held against is not in the cursor, so that
// both are done again.
func (r *run) resume() {
	if len(r.at.Parts) == 0 {
		return
	}
	p := &r.at.Parts[0]
	r.partly = p.Pages > 0
	settled := r.unit.Window.End.Add(settles)
	switch {
	case p.Search != "" && p.Created.Before(settled) && !r.now().Before(settled):
		r.anew()
	case p.Again:
		r.restart()
	}
}

// handOver yields a batch with the cursor as it stands.
func (r *run) handOver(b evidence.Batch) error {
	c, err := json.Marshal(r.at)
	if err != nil {
		return fmt.Errorf("its cursor: %w", err)
	}
	b.Kind, b.Cursor = AuditRecord, c
	if !r.yield(b, nil) {
		return errStopped
	}
	return nil
}

// operations are those that a search can be narrowed to: all that any selection wants,
// if every selection says which.
func operations(want []evidence.Selection) []string {
	var list []string
	for _, s := range want {
		if len(s.Where) == 0 {
			return nil
		}
		for _, clause := range s.Where {
			names := clause["operation"]
			if len(names) == 0 {
				return nil
			}
			list = append(list, names...)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}
