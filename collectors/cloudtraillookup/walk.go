package cloudtraillookup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	api "github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/cloudtrail"
	"github.com/evidencepack/evidence/collectors/internal/awsauth"
)

const (
	retention  = 90 * 24 * time.Hour
	pageEvents = 50
	batchPages = 10 // five seconds of walking
)

// cursor is how far a unit has been walked. A page token would not outlive the
// run, so the place is remembered by what was seen there.
type cursor struct {
	Walk   int       `json:"walk"`            // which of the unit's walks
	Before time.Time `json:"before,omitzero"` // everything after this time was dealt with
	IDs    []string  `json:"ids,omitempty"`   // and of the events at this time, these
	Tally  tally     `json:"tally"`           // of all that was dealt with
	Done   bool      `json:"done,omitempty"`  // the claims were handed over too
}

// tally counts what was read of a unit.
type tally struct {
	Pages   int64              `json:"pages"`
	Read    int64              `json:"read"`
	Kept    int64              `json:"kept"`
	KeptFor map[string]int64   `json:"kept_for,omitempty"`
	Gaps    []evidence.Finding `json:"gaps,omitempty"`
}

var errStopped = errors.New("stopped")

// run is the collection of one unit.
type run struct {
	*history
	unit   evidence.Unit
	client *api.Client
	at     cursor
	batch  evidence.Batch
	pages  int             // in the batch
	known  map[string]bool // IDs of the events dealt with in this walk
	yield  func(evidence.Batch, error) bool
}

// Collect walks one unit from the newest event to the oldest.
func (h *history) Collect(ctx context.Context, u evidence.Unit, from evidence.Cursor) iter.Seq2[evidence.Batch, error] {
	return func(yield func(evidence.Batch, error) bool) {
		r := &run{history: h, unit: u, yield: yield}
		err := r.all(ctx, from)
		if err != nil && !errors.Is(err, errStopped) {
			yield(evidence.Batch{}, fmt.Errorf("collect %s: %w", u, err))
		}
	}
}

func (r *run) all(ctx context.Context, from evidence.Cursor) error {
	if len(from) > 0 {
		if err := json.Unmarshal(from, &r.at); err != nil {
			return fmt.Errorf("its cursor: %w", err)
		}
	}
	if r.at.Done {
		return ctx.Err()
	}
	if r.at.Tally.KeptFor == nil {
		r.at.Tally.KeptFor = map[string]int64{}
	}
	cfg, err := r.session.Config(ctx)
	if err != nil {
		return err
	}
	r.client = api.NewFromConfig(cfg, func(o *api.Options) {
		o.Region = r.unit.Scope["region"]
		o.APIOptions = append(o.APIOptions, awsauth.WholeBody)
	})
	walks := names(r.unit.Want)
	for r.at.Walk < len(walks) {
		if err := r.walk(ctx, walks[r.at.Walk]); err != nil {
			return err
		}
		r.at.Walk, r.at.Before, r.at.IDs = r.at.Walk+1, time.Time{}, nil
	}
	r.batch.Claims = []evidence.Claim{r.claim(len(walks))}
	r.at.Done = true
	return r.flush()
}

// walk reads the pages of one event name, or of all.
func (r *run) walk(ctx context.Context, name string) error {
	in := &api.LookupEventsInput{StartTime: &r.unit.Window.Start, EndTime: &r.unit.Window.End, MaxResults: aws.Int32(pageEvents)}
	if !r.at.Before.IsZero() {
		in.EndTime = aws.Time(r.at.Before)
	}
	if name != "" {
		in.LookupAttributes = []types.LookupAttribute{{AttributeKey: types.LookupAttributeKeyEventName, AttributeValue: &name}}
	}
	r.known = map[string]bool{}
	for _, id := range r.at.IDs {
		r.known[id] = true
	}
	for {
		if err := r.limits.wait(ctx, r.unit.Scope["account"], r.unit.Scope["region"]); err != nil {
			return err
		}
		page, err := r.client.LookupEvents(ctx, in)
		if err != nil {
			return fmt.Errorf("LookupEvents in %s: %w", r.unit.Scope["region"], err)
		}
		if err := r.take(page, name); err != nil {
			return err
		}
		if page.NextToken == nil {
			return nil
		}
		in.NextToken = page.NextToken
	}
}

// take deals with one page.
func (r *run) take(page *api.LookupEventsOutput, name string) error {
	r.at.Tally.Pages++
	r.pages++
	origin := r.origin(page, name)
	used := false
	for _, e := range page.Events {
		at, id := aws.ToTime(e.EventTime).UTC(), aws.ToString(e.EventId)
		if r.seen(at, id) || !r.unit.Window.Contains(at) {
			continue
		}
		r.at.Tally.Read++
		if rec, ok := r.wanted(aws.ToString(e.CloudTrailEvent), id); ok {
			if !used {
				r.batch.Origins = append(r.batch.Origins, origin)
				used = true
			}
			rec.Origin = len(r.batch.Origins) - 1
			r.batch.Records = append(r.batch.Records, rec)
		}
	}
	if r.pages >= batchPages && len(r.batch.Records) > 0 {
		return r.flush()
	}
	return nil
}

// seen reports whether an event was dealt with before, and remembers it. The
// cursor follows the oldest event, since they come newest first; should one come
// out of order, it is still taken.
func (r *run) seen(at time.Time, id string) bool {
	if r.known[id] {
		return true
	}
	r.known[id] = true
	switch {
	case r.at.Before.IsZero() || at.Before(r.at.Before):
		r.at.Before, r.at.IDs = at, []string{id}
	case at.Equal(r.at.Before):
		r.at.IDs = append(r.at.IDs, id)
	}
	return false
}

// wanted makes a record of an event, if a selection wants it.
func (r *run) wanted(body, id string) (evidence.Record, bool) {
	raw := []byte(body)
	if !json.Valid(raw) {
		r.invalid(id, "CloudTrailEvent is not JSON")
		return evidence.Record{}, false
	}
	var who []string
	for _, s := range r.unit.Want {
		if s.Where.Match(raw) && !slices.Contains(who, s.For) {
			who = append(who, s.For)
		}
	}
	if len(who) == 0 {
		return evidence.Record{}, false
	}
	rec, err := cloudtrail.NewEvent(raw, 0)
	if err != nil {
		r.invalid(id, err.Error())
		return evidence.Record{}, false
	}
	r.at.Tally.Kept++
	for _, w := range who {
		r.at.Tally.KeptFor[w]++
	}
	return rec, true
}

func (r *run) invalid(id, detail string) {
	r.at.Tally.Gaps = append(r.at.Tally.Gaps, evidence.Finding{Code: "record_invalid", Object: id, Window: r.unit.Window, Detail: detail})
}

func (r *run) origin(page *api.LookupEventsOutput, name string) evidence.Origin {
	resp := awsauth.ResponseOf(page.ResultMetadata)
	o := evidence.Origin{
		Request: fmt.Sprintf("LookupEvents %s %s", r.unit, "page "+fmt.Sprint(r.at.Tally.Pages)),
		SHA256:  resp.SHA256, Size: resp.Size,
	}
	if name != "" {
		o.Request += " EventName=" + name
	}
	o.Response, _ = awsmiddleware.GetRequestIDMetadata(page.ResultMetadata)
	o.Date, _ = awsmiddleware.GetServerTime(page.ResultMetadata)
	o.Date = o.Date.UTC()
	return o
}

func (r *run) flush() error {
	c, err := json.Marshal(r.at)
	if err != nil {
		return fmt.Errorf("its cursor: %w", err)
	}
	b := r.batch
	b.Kind, b.Cursor = cloudtrail.EventKind, c
	r.batch, r.pages = evidence.Batch{}, 0
	if !r.yield(b, nil) {
		return errStopped
	}
	return nil
}

// claim says how complete the unit is: every walk came to the history's end.
// How many pages that took depends on where it was resumed, and is a count.
func (r *run) claim(walks int) evidence.Claim {
	t := r.at.Tally
	c := evidence.Claim{
		Kind: cloudtrail.EventKind, Method: evidence.PagesExhausted, Scope: r.unit.Scope, Window: r.unit.Window,
		Unit: "lookup_walks", Expected: int64(walks), Found: int64(walks),
		Counts: []evidence.Count{{Code: "lookup_pages", N: t.Pages}, {Code: "events_read", N: t.Read}, {Code: "events_kept", N: t.Kept}},
		Gaps:   append([]evidence.Finding{}, t.Gaps...),
		Notes: []evidence.Finding{
			{Code: "no_integrity_proof", Object: r.unit.Scope.String()},
			{Code: "management_events_only", Object: r.unit.Scope.String()},
		},
	}
	var fors []string
	for _, s := range r.unit.Want {
		fors = append(fors, s.For)
	}
	slices.Sort(fors)
	for _, f := range slices.Compact(fors) {
		c.Counts = append(c.Counts, evidence.Count{Code: "events_kept", For: f, N: t.KeptFor[f]})
	}
	if oldest := r.now().Add(-retention).UTC(); r.unit.Window.Start.Before(oldest) {
		lost := evidence.Period{Start: r.unit.Window.Start, End: r.unit.Window.End}
		if oldest.Before(lost.End) {
			lost.End = oldest
		}
		c.Gaps = append(c.Gaps, evidence.Finding{Code: "older_than_90_days", Forgotten: true, Object: r.unit.Scope.String(), Window: lost})
	}
	return c
}
