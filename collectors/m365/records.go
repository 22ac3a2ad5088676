package m365

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/internal/graph"
)

const (
	// pageSize is how many records are asked for at a time.
	pageSize = 999

	// restarts is how often a list is begun anew since its links are no longer good.
	restarts = 3

	// lookbacks is how often records are asked for of a search whose records are not
	// there yet although it has succeeded.
	lookbacks = 10

	// mostBarren is after how many pages without anything to keep the place is noted.
	mostBarren = 20

	// mostPages is how many pages a list may have. A search has a million records; Graph
	// gives a hundred and more at a time.
	mostPages = 20000
)

// records reads the records of the search at hand. The part is then done.
func (r *run) records(ctx context.Context, f found) error {
	begun, unreadyFor := 0, 0
	led := map[string]bool{} // where the links of this reading led
	for {
		p := &r.at.Parts[0]
		a, err := r.page(ctx, *p)
		switch {
		case err == nil:
		case graph.Expired(err) && p.Page != "" && begun < restarts:
			begun++
			r.restart()
			clear(led)
			continue
		case graph.NotFound(err):
			return fmt.Errorf("%w (%s)", errGone, p.Search)
		case unready(err) && p.Page == "" && unreadyFor < lookbacks:
			unreadyFor++
			if err := r.sleep(ctx, longestWait/2); err != nil {
				return err
			}
			continue
		default:
			return err
		}
		b, err := r.take(a, p)
		if err != nil {
			return err
		}
		switch {
		case a.NextLink != "" && (led[a.NextLink] || p.Pages >= r.mostPages):
			return fmt.Errorf("%s: the list of its records has no end", a.Origin.Request)
		case a.NextLink != "":
			p.Page = a.NextLink
			led[a.NextLink] = true
		case !p.Again && r.lacking(f, p.Rows):
			// Lists of the same search have been seen to differ: a second reading may bring
			// what the first did not.
			r.log.Info("fewer records than Microsoft counts: they are read again", "part", p.String(), "read", p.Rows, "counted", f.counted)
			if r.partly {
				r.restart()
			}
			p.Again, p.Page, p.Pages, p.Rows = true, "", 0, 0
			clear(led)
		default:
			r.done(f)
			if len(b.Records) == 0 {
				return nil
			}
			return r.handOver(b)
		}
		if len(b.Records) == 0 {
			if r.barren++; r.barren < mostBarren {
				continue
			}
		}
		r.barren = 0
		if err := r.handOver(b); err != nil {
			return err
		}
	}
}

// restart begins the list of the same search anew.
func (r *run) restart() {
	p := &r.at.Parts[0]
	*p = part{Start: p.Start, End: p.End, Search: p.Search, Created: p.Created}
	clear(r.met)
	r.partly = false
}

// page asks for the page at hand.
func (r *run) page(ctx context.Context, p part) (graph.Answer, error) {
	label := fmt.Sprintf("GET %s/%s/records page %d (%s)", queries, p.Search, p.Pages+1, r.described(p))
	q := r.query(label, fmt.Sprintf("%s/%s/records?$top=%d", queries, p.Search, pageSize))
	q.List = true
	if p.Page != "" {
		return r.client.Next(ctx, q, p.Page)
	}
	return r.client.Get(ctx, q)
}

// take counts the records of a page and makes a batch of those that are wanted.
func (r *run) take(a graph.Answer, p *part) (evidence.Batch, error) {
	b := evidence.Batch{Origins: []evidence.Origin{a.Origin}}
	var failed error
	a.Value.ForEach(func(_, v gjson.Result) bool {
		p.Rows++
		failed = r.record(v, p, &b)
		return failed == nil
	})
	p.Pages++
	if len(b.Records) == 0 {
		b.Origins = nil
	}
	return b, failed
}

// record counts one record, and keeps it if a selection wants it.
func (r *run) record(v gjson.Result, p *part, b *evidence.Batch) error {
	name, at := v.Get("id").String(), created(v)
	if name == "" || at.IsZero() {
		p.Tally.gap(evidence.Finding{Code: "record_without_identity", Object: "audit log of " + r.unit.Scope.String(), Window: evidence.Period{Start: p.Start, End: p.End}})
		return nil
	}
	key := idOf(name)
	if r.met[key] {
		return nil
	}
	r.met[key] = true
	if at.Before(p.Start) || !at.Before(p.End) {
		return nil // its neighbour's
	}
	p.Tally.Read++
	var who []string
	for _, s := range r.unit.Want {
		if s.Where.Match([]byte(v.Raw)) && !slices.Contains(who, s.For) {
			who = append(who, s.For)
		}
	}
	if len(who) == 0 {
		return nil
	}
	p.Tally.Kept++
	for _, w := range who {
		p.Tally.kept(w, 1)
	}
	if r.given[key] {
		return nil
	}
	rec, err := evidence.NewRecord(AuditRecord, name, at, 0, []byte(v.Raw))
	if err != nil {
		return err
	}
	r.given[key] = true
	b.Records = append(b.Records, rec)
	return nil
}

// created is when a record's activity happened; the zero time when it does not say.
func created(v gjson.Result) time.Time {
	text := v.Get("createdDateTime").String()
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05"} { // without a zone it is UTC, as in auditData
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// lacking reports whether fewer records came than Microsoft counts. It counts those
// too that narrower permissions do not give.
func (r *run) lacking(f found, rows int64) bool {
	return !r.narrow && f.counted > max(rows, int64(len(r.met)))
}

// tolerated is how many records fewer than Microsoft counts may come, after a second
// reading, for a count that it calls approximate: two, or one in a thousand.
func tolerated(counted int64) int64 { return max(2, counted/1000) }

// done takes the part at hand, which was read to its end, off the list. The count is
// approximate: a few records less are told of, more than that is a gap.
func (r *run) done(f found) {
	p := r.at.Parts[0]
	if r.lacking(f, p.Rows) {
		n := max(p.Rows, int64(len(r.met)))
		finding := evidence.Finding{
			Code: "fewer_than_counted", Object: "audit log of " + r.unit.Scope.String(), Window: evidence.Period{Start: p.Start, End: p.End},
			Detail: fmt.Sprintf("%d read, about %d counted", n, f.counted),
		}
		if f.counted-n > tolerated(f.counted) {
			p.Tally.gap(finding)
		} else {
			p.Tally.note(finding)
		}
	}
	r.at.Tally.add(p.Tally)
	r.at.Parts = r.at.Parts[1:]
	clear(r.met)
	clear(r.given)
	r.partly = false
}
