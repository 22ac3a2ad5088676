package securitygroup

import (
	"cmp"
	"context"
	"encoding/json"
	"iter"
	"slices"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/derived/kind"
)

const (
	day   = 24 * time.Hour
	reach = 45 * day // before the period
)

func from() []evidence.Selection {
	return []evidence.Selection{
		{Kind: "securitygroup.snapshot", For: "securitygroup.diff", Before: reach, After: 5 * day},
		{Kind: "cloudtrail.event", For: "securitygroup.diff", Before: reach, After: 5 * day,
			Where: evidence.Where{{"eventSource": {"ec2.amazonaws.com"}, "eventName": EventNames}}},
		{Kind: "config.item", For: "securitygroup.diff", Before: reach, After: 5 * day, Optional: true,
			Where: evidence.Where{{"ConfigurationItem.resourceType": {configType}}}},
	}
}

// Diff is the kind securitygroup.diff: one record per change of a security group.
func Diff() kind.Kind {
	return kind.Kind{
		Name:   "securitygroup.diff",
		Title:  evidence.Text{JA: "セキュリティグループの変更", EN: "Security group changes"},
		From:   from(),
		Derive: diffs,
	}
}

type between struct {
	From *time.Time `json:"From,omitempty"`
	To   time.Time  `json:"To"`
}

type pair struct{ Before, After Rule }

type source struct{ Kind, ID string }

type body struct {
	AccountID       string `json:"AccountId"`
	Region          string
	GroupID         string   `json:"GroupId"`
	GroupName       string   `json:",omitempty"`
	Candidates      []string `json:",omitempty"`
	VpcID           string   `json:"VpcId,omitempty"`
	Time            time.Time
	Observed        string
	EventID         string `json:"EventId,omitempty"`
	EventName       string `json:",omitempty"`
	Actor           *Actor `json:",omitempty"`
	SourceIPAddress string `json:",omitempty"`
	UserAgent       string `json:",omitempty"`
	Change          string
	Added, Removed  []Rule
	Changed         []pair
	Unknown         []string
	Diff            []string
	Between         *between `json:",omitempty"`
	Sources         []source
}

func (c *change) record() (evidence.Record, error) {
	b := body{AccountID: c.g.place.account, Region: c.g.place.region, GroupID: c.g.id, GroupName: c.g.name, VpcID: c.g.vpc, Time: c.time.UTC(),
		Candidates: c.candidates, Change: c.what, Added: export(c.added), Removed: export(c.removed), Changed: []pair{}, Unknown: append([]string{}, c.unknown...), Diff: c.lines()}
	for _, p := range c.changed {
		b.Changed = append(b.Changed, pair{p[0].export(), p[1].export()})
	}
	switch {
	case c.call != nil:
		b.Observed, b.EventID, b.EventName, b.Actor = "event", c.call.id, c.call.name, c.call.actor
		b.SourceIPAddress, b.UserAgent = c.call.address, c.call.agent
		b.Sources = []source{{"cloudtrail.event", c.call.record}}
	case c.by != nil:
		b.Observed, b.Sources = "event", []source{{"cloudtrail.event", c.by.record}}
	default:
		b.Observed, b.Sources = "snapshot", []source{{c.kind, c.shot}}
	}
	if c.call == nil {
		b.Between = &between{To: c.time.UTC()}
		if !c.from.IsZero() {
			at := c.from.UTC()
			b.Between.From = &at
		}
	}
	raw, err := json.Marshal(b)
	if err != nil {
		return evidence.Record{}, err
	}
	return evidence.Record{Kind: "securitygroup.diff", ID: c.id(), Time: c.time.UTC(), Body: raw}, nil
}

func diffs(ctx context.Context, in kind.Input) iter.Seq2[evidence.Record, error] {
	return func(yield func(evidence.Record, error) bool) {
		e := newEngine()
		var out []*change
		e.emit = func(c *change) {
			if c.touches(in.Period) {
				out = append(out, c)
			}
		}
		if !e.derive(ctx, in, yield) {
			return
		}
		slices.SortStableFunc(out, func(a, b *change) int {
			return cmp.Or(a.time.Compare(b.time), cmp.Compare(a.rank(), b.rank()), cmp.Compare(a.id(), b.id()))
		})
		var last time.Time
		for i, c := range out {
			r, err := c.record()
			if !in.Period.Contains(r.Time) && err == nil {
				// It may have been then, and no later in the period; but not before what was told.
				r.Time = latest(in.Period.End.Add(-time.Second), last).UTC()
			}
			last = r.Time
			if !yield(r, err) {
				return
			}
			out[i] = nil
		}
	}
}

// touches reports whether the change was, or may have been, in the period. When
// nobody was seen making it, it was between two times: a collection after the month
// shows it, and it is the month's as much as that of what shows it.
func (c *change) touches(p evidence.Period) bool {
	if p.Contains(c.time) {
		return true
	}
	return c.call == nil && !c.time.Before(p.End) && c.from.Before(p.End)
}

// rank has what a call shows to have been before the call itself.
func (c *change) rank() int {
	if c.what == "unobserved" {
		return 0
	}
	return 1
}

// id is the identity of the change's record.
func (c *change) id() string {
	switch {
	case c.call != nil:
		return c.call.id + ":" + c.g.id
	case c.by != nil && c.born: // and the same call may show more
		return "unobserved:" + c.by.id + ":" + c.g.id + ":created"
	case c.by != nil:
		return "unobserved:" + c.by.id + ":" + c.g.id
	}
	id := "unobserved:" + c.g.id + "@" + c.time.UTC().Format(time.RFC3339)
	if c.kind == "config.item" { // and a snapshot of this second may show more
		id += ":config"
	}
	return id
}
