// Package securitygroup rebuilds the rules of EC2 security groups from snapshots
// and CloudTrail events, and tells every change: by whom, or that nobody was seen
// making it.
//
// Calls and snapshots are taken in the order of their times (rebuild.go). A call changes
// the rules of its group (apply.go, group.go); a snapshot is held against them
// (compare.go). That a reading lacks a group shows that it is gone if the reading is
// whole: if there are as many snapshots of its moment as each of them says that there
// are groups. Other snapshots, and what AWS Config recorded, tell of their own group only.
package securitygroup

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/derived/kind"
)

// lag is how long after a change AWS Config may still record a group as it was before:
// it looks at a group some time after the call, and at times more than once.
const lag = 15 * time.Minute

// skew is how far from a snapshot's time an event may be in it or not: a snapshot
// is read page by page, and CloudTrail's times are those of the request.
const skew = 2 * time.Minute

type engine struct {
	since   time.Time // no calls from before are there: what AWS Config recorded before is no beginning
	strings map[string]string
	actors  map[Actor]*Actor
	regions map[place]*region
	runs    []*run // read, not yet settled; by time
	shown   *shot  // what a group is held against, and before: when it was last known
	before  time.Time
	emit    func(*change)
	observe func(g *group, at time.Time) // after each change of a group's rules; the zero time is "as far back as is known"
	tell    func(error) bool

	// A call that did not tell its group has turned out to be for this one, and to have
	// added or removed the rule; and what such calls did before has come to nothing.
	resolved func(g *group, c *call, r rule, added bool)
	lapse    func(p place, before, at time.Time, shot string)
}

type region struct {
	groups  map[string]*group
	vpcs    map[string]*call // made by a call that was seen, their default groups not yet
	ipv6    map[string]*call // the call that gave a VPC addresses of IPv6
	lost    bool             // a VPC came and went, and with it a default group that no snapshot has
	open    []*unresolved    // since the last whole reading
	lastRun time.Time        // the last reading that was whole
}

// run is one reading of an account's region: all snapshots of one moment.
type run struct {
	place place
	time  time.Time
	kind  string
	shots []*shot
}

// reading tells apart what is read at one moment.
type reading struct {
	place
	kind string
}

// change is one difference, before it is written as a record.
type change struct {
	g              *group
	call           *call  // nil: not observed
	by             *call  // what shows that there was a change; nil: a snapshot does
	shot, kind     string // the snapshot's record, and of which kind it is
	time, from     time.Time
	what           string
	born, died     bool // the group itself came or went
	added, removed []rule
	changed        [][2]rule
	unknown        []string
	perhaps        []rule   // what rules of unknown became, their direction aside
	candidates     []string // of a call that names its group by a name that is not one group's
}

func newEngine() *engine {
	return &engine{strings: map[string]string{}, actors: map[Actor]*Actor{}, regions: map[place]*region{}, emit: func(*change) {}, observe: func(*group, time.Time) {}, tell: func(error) bool { return true },
		resolved: func(*group, *call, rule, bool) {}, lapse: func(place, time.Time, time.Time, string) {}}
}

// derive rebuilds what a kind is derived from, and lets go of it. Records that cannot be
// read are told to yield beside empty ones. It reports whether there is somebody who
// wants more.
func (e *engine) derive(ctx context.Context, in kind.Input, yield func(evidence.Record, error) bool) bool {
	goesOn := true
	e.tell = func(err error) bool {
		goesOn = goesOn && yield(evidence.Record{}, err)
		return goesOn
	}
	e.since = in.Period.Start.Add(-reach)
	e.rebuild(ctx, in.Records)
	if err := ctx.Err(); err != nil {
		e.tell(err)
	}
	e.regions = nil
	return goesOn
}

// rebuild goes through all records in reach. It ends early when tell refuses.
func (e *engine) rebuild(ctx context.Context, records func(context.Context, string) iter.Seq2[evidence.Record, error]) {
	open := map[reading]*run{}
	next, stop := iter.Pull2(e.shots(ctx, records))
	defer stop()
	var ahead *shot
	pull := func() bool { // the next snapshot that can be read
		for {
			s, err, _ := next()
			if err == nil {
				ahead = s
				return true
			}
			if !e.tell(err) {
				return false
			}
		}
	}
	if !pull() {
		return
	}
	// until takes in snapshots up to t + skew and settles those older than t - skew.
	until := func(t time.Time) bool {
		for ahead != nil && !ahead.time.After(t.Add(skew)) {
			at := reading{ahead.place, ahead.kind}
			r := open[at]
			if r == nil || !r.time.Equal(ahead.time) {
				r = &run{place: ahead.place, time: ahead.time, kind: ahead.kind}
				open[at] = r
				e.runs = append(e.runs, r)
			}
			r.shots = append(r.shots, ahead)
			for len(e.runs) > 0 && e.runs[0].time.Add(2*skew).Before(ahead.time) && e.runs[0].time.Add(skew).Before(t) {
				e.settle(e.runs[0])
				e.runs = e.runs[1:]
			}
			if !pull() {
				return false
			}
		}
		for len(e.runs) > 0 && e.runs[0].time.Add(skew).Before(t) {
			e.settle(e.runs[0])
			e.runs = e.runs[1:]
		}
		return true
	}
	var batch []*call
	flush := func() bool {
		if len(batch) == 0 {
			return true
		}
		ok := until(batch[0].time)
		e.applyAll(batch)
		batch = batch[:0]
		return ok
	}
	for r, err := range records(ctx, "cloudtrail.event") {
		var c *call
		if err == nil {
			c, err = e.callOf(r)
		}
		if err != nil {
			if !e.tell(err) {
				return
			}
			continue
		}
		if c == nil {
			continue
		}
		if len(batch) > 0 && !batch[0].time.Equal(c.time) && !flush() {
			return
		}
		batch = append(batch, c)
	}
	if !flush() {
		return
	}
	// Whatever is left has no event after it.
	for ahead != nil {
		if !until(ahead.time) {
			return
		}
	}
	for _, r := range e.runs {
		e.settle(r)
	}
	e.runs = nil
	for _, p := range slices.SortedFunc(maps.Keys(e.regions), func(a, b place) int {
		return cmp.Or(cmp.Compare(a.account, b.account), cmp.Compare(a.region, b.region))
	}) {
		for _, g := range e.regions[p].sorted() {
			e.begin(g, nil, nil)
		}
	}
}

// shots are all that tell how groups were, in the order of their times.
func (e *engine) shots(ctx context.Context, records func(context.Context, string) iter.Seq2[evidence.Record, error]) iter.Seq2[*shot, error] {
	read := func(kind string, of func(evidence.Record) (*shot, error)) iter.Seq2[*shot, error] {
		return func(yield func(*shot, error) bool) {
			for r, err := range records(ctx, kind) {
				var s *shot
				if err == nil {
					s, err = of(r)
				}
				if (s != nil || err != nil) && !yield(s, err) {
					return
				}
			}
		}
	}
	return func(yield func(*shot, error) bool) {
		next, stop := iter.Pull2(read("config.item", e.itemOf))
		defer stop()
		item, bad, ok := next()
		for s, err := range read("securitygroup.snapshot", e.shotOf) {
			for ok && err == nil && (bad != nil || !item.time.After(s.time)) {
				if !yield(item, bad) {
					return
				}
				item, bad, ok = next()
			}
			if !yield(s, err) {
				return
			}
		}
		for ; ok; item, bad, ok = next() {
			if !yield(item, bad) {
				return
			}
		}
	}
}

// applyAll applies the calls of one second, each account's region by itself. Their order
// is not known: a call that could not have succeeded yet waits for the others.
func (e *engine) applyAll(batch []*call) {
	slices.SortStableFunc(batch, func(a, b *call) int {
		return cmp.Or(cmp.Compare(a.place.account, b.place.account), cmp.Compare(a.place.region, b.place.region), cmp.Compare(a.id, b.id))
	})
	for len(batch) > 0 {
		n := slices.IndexFunc(batch, func(c *call) bool { return c.place != batch[0].place })
		if n < 0 {
			n = len(batch)
		}
		e.applyIn(batch[:n])
		batch = batch[n:]
	}
}

// applyIn applies what one region's calls of one second did.
func (e *engine) applyIn(batch []*call) {
	if len(batch) > 256 { // no real second
		for _, c := range batch {
			e.apply(c)
		}
		return
	}
	left := slices.Clone(batch)
	for len(left) > 0 {
		i := e.following(left)
		e.apply(left[i])
		left = slices.Delete(left, i, i+1)
	}
}

// following is the call to apply next. Where none could have succeeded yet, deletions
// wait for the rest: no call succeeds on a group that is gone.
func (e *engine) following(left []*call) int {
	if i := slices.IndexFunc(left, e.possible); i >= 0 {
		return i
	}
	return max(0, slices.IndexFunc(left, func(c *call) bool { return c.name != "DeleteSecurityGroup" && c.name != "DeleteVpc" }))
}

func (e *engine) region(p place) *region {
	r := e.regions[p]
	if r == nil {
		r = &region{groups: map[string]*group{}, vpcs: map[string]*call{}, ipv6: map[string]*call{}}
		e.regions[p] = r
	}
	return r
}

// unnamed says whether there may be a default group, of a VPC made before, that
// no snapshot told the ID of.
func (reg *region) unnamed(at time.Time) bool {
	for _, c := range reg.vpcs {
		if !c.time.After(at) {
			return true
		}
	}
	return reg.lost
}

func (reg *region) sorted() []*group {
	out := make([]*group, 0, len(reg.groups))
	for _, g := range reg.groups {
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b *group) int { return cmp.Compare(a.id, b.id) })
	return out
}
