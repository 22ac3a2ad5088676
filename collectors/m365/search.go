package m365

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/internal/graph"
)

const queries = "/security/auditLog/queries"

// margin is how much longer than its part a search is for: whether its bounds belong
// to it Microsoft does not say. What lies outside the part is left to its neighbour.
const margin = time.Second

// shortest is the part that is not cut any more.
const shortest = time.Minute

// tries is how often a search is created for one part in a run. Microsoft's may fail
// or be gone.
const tries = 4

// patience is how long a search is waited for, in all. After that the next run goes on
// with it.
const patience = 6 * time.Hour

// What became of a search.
var (
	errGone   = errors.New("the search no longer exists")
	errFailed = errors.New("the search did not succeed")
)

// part reads the part at hand, or cuts it in two. It is done when it is no longer the
// first.
func (r *run) part(ctx context.Context) error {
	for try := 1; ; try++ {
		err := r.attempt(ctx)
		switch {
		case graph.Denied(err) || graph.Unlicensed(err):
			r.at.Tally.add(r.at.Parts[0].Tally)
			r.at.Parts = nil
			r.at.Tally.gap(evidence.Finding{Code: "not_readable", Object: "audit log of " + r.unit.Scope.String(), Detail: reason(err) + "; needed: " + needed()})
			return nil
		case !errors.Is(err, errGone) && !errors.Is(err, errFailed):
			return err
		case try == tries:
			return fmt.Errorf("%d searches for %s: %w", tries, r.at.Parts[0], err)
		}
		r.log.Info("another search is created", "part", r.at.Parts[0].String(), "because", err)
		r.anew()
	}
}

// anew forgets the search of the part at hand and what was counted of it: all is read
// again from another.
func (r *run) anew() {
	p := &r.at.Parts[0]
	*p = part{Start: p.Start, End: p.End}
	clear(r.met)
	r.partly = false
}

// attempt creates the search of the part at hand, unless there is one, waits for it
// and reads it.
func (r *run) attempt(ctx context.Context) error {
	p := &r.at.Parts[0]
	waited := time.Duration(0)
	if p.Search == "" {
		search, err := r.create(ctx, *p)
		if err != nil {
			return err
		}
		p.Search, p.Created = search, r.now().UTC()
		if err := r.handOver(evidence.Batch{}); err != nil {
			return err
		}
		waited = firstWait
		if err := r.sleep(ctx, waited); err != nil {
			return err
		}
	}
	found, err := r.await(ctx, *p, waited)
	if err != nil {
		return err
	}
	if found.exceeded {
		return r.cut()
	}
	return r.records(ctx, found)
}

// create makes a search and returns its ID.
func (r *run) create(ctx context.Context, p part) (string, error) {
	body := map[string]any{
		"displayName":         "evidence " + p.String(),
		"filterStartDateTime": p.Start.Add(-margin).UTC().Format(time.RFC3339),
		"filterEndDateTime":   ceil(p.End.Add(margin)).UTC().Format(time.RFC3339),
	}
	if len(r.filter) > 0 {
		body["operationFilters"] = r.filter
	}
	a, err := r.client.Post(ctx, r.query("POST "+queries+" "+r.described(p), queries), body)
	if err != nil {
		return "", err
	}
	search := object(a).Get("id").String()
	if !searchID.MatchString(search) {
		return "", fmt.Errorf("POST %s: Graph names no search", queries)
	}
	return search, nil
}

// searchID is what may stand in a path.
var searchID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)

// ceil rounds up to the second, which is what searches go by.
func ceil(t time.Time) time.Time {
	if down := t.Truncate(time.Second); down.Before(t) {
		return down.Add(time.Second)
	}
	return t
}

// described says what a search is for.
func (r *run) described(p part) string {
	if len(r.filter) == 0 {
		return p.String()
	}
	return p.String() + " operations " + strings.Join(r.filter, ", ")
}

func (r *run) query(label, path string) graph.Query {
	return graph.Query{Label: label, Beta: r.settings.Beta, Class: graph.AuditQueries, Request: graph.Path(path)}
}

// object is an answer that is one object, which the reference shows within "value".
func object(a graph.Answer) gjson.Result {
	if a.Value.IsObject() {
		return a.Value
	}
	return gjson.ParseBytes(a.Body)
}

// found is a search that has succeeded.
type found struct {
	counted  int64 // how many records Microsoft counts, about; -1 where it does not say
	exceeded bool  // there are more than a search gives
}

// How long a search is waited for between two looks at it: twice as long each time.
const (
	firstWait   = 500 * time.Millisecond
	longestWait = time.Minute
)

// await looks at a search until it has succeeded.
func (r *run) await(ctx context.Context, p part, waited time.Duration) (found, error) {
	wait := firstWait
	for {
		label := "GET " + queries + "/" + p.Search
		a, err := r.client.Get(ctx, r.query(label, queries+"/"+p.Search))
		if graph.NotFound(err) {
			return found{}, fmt.Errorf("%w (%s)", errGone, p.Search)
		}
		if err != nil {
			return found{}, err
		}
		search := object(a)
		switch status := search.Get("status").String(); {
		case status == "succeeded":
			f := found{counted: -1, exceeded: search.Get("isRecordCountLimitExceeded").Bool()}
			if n := search.Get("approximateReturnedRecordCount"); n.Type == gjson.Number {
				f.counted = n.Int()
			}
			return f, nil
		case status == "failed" || status == "cancelled":
			return found{}, fmt.Errorf("%w: Microsoft says %s", errFailed, status)
		case waited >= patience:
			return found{}, fmt.Errorf("search %s for %s is %q after %s: the next run goes on with it", p.Search, p, status, patience)
		}
		wait = min(wait*2, longestWait)
		if err := r.sleep(ctx, wait); err != nil {
			return found{}, err
		}
		waited += wait
	}
}

// cut puts two halves in the place of the part at hand. What cannot be cut is a gap.
func (r *run) cut() error {
	p := r.at.Parts[0]
	half := p.Start.Add(p.End.Sub(p.Start) / 2).Truncate(time.Second)
	if p.End.Sub(p.Start) <= shortest || !half.After(p.Start) {
		r.at.Tally.gap(evidence.Finding{Code: "more_than_a_search", Object: "audit log of " + r.unit.Scope.String(), Window: evidence.Period{Start: p.Start, End: p.End}})
		r.at.Parts = r.at.Parts[1:]
	} else {
		r.log.Info("a search has more records than it gives: it is cut in two", "part", p.String())
		r.at.Parts = append([]part{{Start: p.Start, End: half}, {Start: half, End: p.End}}, r.at.Parts[1:]...)
	}
	return r.handOver(evidence.Batch{})
}

// reason is Graph's own part of an error.
func reason(err error) string {
	var e *graph.Error
	if errors.As(err, &e) {
		return strings.TrimSpace(e.Code + ": " + e.Message)
	}
	return err.Error()
}

// unready reports whether Graph says of a search that has succeeded that its records
// are not there yet.
func unready(err error) bool {
	var e *graph.Error
	return errors.As(err, &e) && e.Status == http.StatusBadRequest && unreadyMessage.MatchString(e.Message)
}

var unreadyMessage = regexp.MustCompile(`(?i)not (yet )?(been )?(ready|complete|finished|succeeded)`)
