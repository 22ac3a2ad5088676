// Package securitygroup rebuilds the rules of EC2 security groups from snapshots
// and CloudTrail events, and tells every change: by whom, or that nobody was seen
// making it.
package securitygroup

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/evidencepack/evidence"
)

// skew is how far from a snapshot's time an event may be in it or not: a snapshot
// is read page by page, and CloudTrail's times are those of the request.
const skew = 2 * time.Minute

type engine struct {
	strings map[string]string
	actors  map[Actor]*Actor
	regions map[place]*region
	runs    []*run // read, not yet settled; by time
	emit    func(*change)
	observe func(g *group, at time.Time) // after each change of a group's rules; the zero time is "as far back as is known"
	tell    func(error) bool
}

type region struct {
	groups  map[string]*group
	vpcs    map[string]*call // made by a call that was seen, their default groups not yet
	ipv6    map[string]*call // the call that gave a VPC addresses of IPv6
	lost    bool             // a VPC came and went, and with it a default group that no snapshot has
	lastRun time.Time
}

type group struct {
	id, name, vpc string
	place         place
	rules         []rule
	replayed      bool    // while waiting calls are applied: rules lacks those that later calls name by ID only
	known         bool    // rules is the whole set; until then calls wait in pending
	pending       []*call // before anything tells the whole set
	touched       []touch // by calls since the last snapshot, which may or may not have it
	unknown       map[string]bool
	made, gone    time.Time // by a call or a snapshot that lacks it
	synced        time.Time // the last snapshot that has it
}

type touch struct {
	key key
	at  time.Time
}

// run is one reading of an account's region: all snapshots of one moment.
type run struct {
	place place
	time  time.Time
	shots []*shot
}

// change is one difference, before it is written as a record.
type change struct {
	g              *group
	call           *call // nil: not observed
	by             *call // what shows that there was a change; nil: a snapshot does
	shot           string
	time, from     time.Time
	what           string
	born, died     bool // the group itself came or went
	added, removed []rule
	changed        [][2]rule
	unknown        []string
}

func newEngine() *engine {
	return &engine{strings: map[string]string{}, actors: map[Actor]*Actor{}, regions: map[place]*region{}, emit: func(*change) {}, observe: func(*group, time.Time) {}, tell: func(error) bool { return true }}
}

// rebuild goes through all records in reach. It ends early when tell refuses.
func (e *engine) rebuild(ctx context.Context, records func(context.Context, string) iter.Seq2[evidence.Record, error]) {
	next, stop := iter.Pull2(records(ctx, "securitygroup.snapshot"))
	defer stop()
	open := map[place]*run{}
	var ahead *shot
	pull := func() bool { // the next snapshot that can be read
		for {
			r, err, ok := next()
			if !ok {
				ahead = nil
				return true
			}
			if err == nil {
				ahead, err = e.shotOf(r)
			}
			if err == nil {
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
			r := open[ahead.place]
			if r == nil || !r.time.Equal(ahead.time) {
				r = &run{place: ahead.place, time: ahead.time}
				open[ahead.place] = r
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
	for _, reg := range e.regions {
		for _, g := range reg.groups {
			e.begin(g, nil, nil)
		}
	}
}

// applyAll applies the calls of one second. Their order is not known: a call
// that could not have succeeded yet waits for the others.
func (e *engine) applyAll(batch []*call) {
	slices.SortStableFunc(batch, func(a, b *call) int { return cmp.Compare(a.id, b.id) })
	if len(batch) > 256 { // no real second
		for _, c := range batch {
			e.apply(c)
		}
		return
	}
	left := slices.Clone(batch)
	for len(left) > 0 {
		i := max(0, slices.IndexFunc(left, e.possible))
		e.apply(left[i])
		left = slices.Delete(left, i, i+1)
	}
}

func (e *engine) possible(c *call) bool {
	switch c.name {
	case "CreateSecurityGroup", "CreateVpc", "CreateDefaultVpc", "AssociateVpcCidrBlock":
		return true
	}
	g := e.find(c)
	if c.name == "DeleteSecurityGroup" || c.name == "DeleteVpc" {
		return false
	}
	if g == nil || !g.known {
		return g != nil
	}
	for _, r := range c.add {
		if g.index(r.key) >= 0 {
			return false
		}
	}
	for _, r := range c.remove {
		if g.index(r.key) < 0 {
			return false
		}
	}
	for _, ids := range [][]string{c.removeIDs, c.modifyIDs, c.describeIDs} {
		for _, id := range ids {
			if g.byID(id) < 0 {
				return false
			}
		}
	}
	for n, id := range c.modifyIDs {
		after := c.modify[n]
		i := g.byID(id)
		after.egress = g.rules[i].egress
		if j := g.index(after.key); j >= 0 && j != i {
			return false
		}
	}
	return true
}

func (e *engine) region(p place) *region {
	r := e.regions[p]
	if r == nil {
		r = &region{groups: map[string]*group{}, vpcs: map[string]*call{}, ipv6: map[string]*call{}}
		e.regions[p] = r
	}
	return r
}

// find finds the group that a call names, by ID or, as in default VPCs, by name.
func (e *engine) find(c *call) *group {
	reg := e.region(c.place)
	if c.group != "" {
		return reg.groups[c.group]
	}
	var found *group
	for _, g := range reg.groups {
		if g.name == c.groupName && g.gone.IsZero() {
			if found != nil { // a name is unique within a VPC only
				return nil
			}
			found = g
		}
	}
	return found
}

func (g *group) index(k key) int {
	return slices.IndexFunc(g.rules, func(r rule) bool { return r.key == k })
}

func (g *group) byID(id string) int {
	return slices.IndexFunc(g.rules, func(r rule) bool { return r.id == id })
}

func (g *group) touch(at time.Time, k key) {
	for i := range g.touched {
		if g.touched[i].key == k {
			g.touched[i].at = at
			return
		}
	}
	g.touched = append(g.touched, touch{k, at})
}

func (g *group) touchedAt(k key) time.Time {
	for _, t := range g.touched {
		if t.key == k {
			return t.at
		}
	}
	return time.Time{}
}

func (g *group) near(at time.Time, k key) bool { return close(g.touchedAt(k), at) }

// knownAt is when a rule was last known to be there or not.
func (g *group) knownAt(k key) time.Time {
	return latest(latest(g.synced, g.made), g.touchedAt(k))
}

func close(a, b time.Time) bool { return !a.IsZero() && a.Sub(b).Abs() <= skew }

func (e *engine) apply(c *call) {
	reg := e.region(c.place)
	switch c.name {
	case "CreateVpc", "CreateDefaultVpc":
		reg.vpcs[c.vpc] = c
		return
	case "AssociateVpcCidrBlock":
		reg.ipv6[c.vpc] = c
		return
	case "DeleteVpc":
		if reg.vpcs[c.vpc] != nil {
			delete(reg.vpcs, c.vpc)
			reg.lost = true
		}
		for _, g := range reg.sorted() {
			if g.vpc == c.vpc && g.name == "default" && g.gone.IsZero() {
				e.delete(g, c)
			}
		}
		return
	case "CreateSecurityGroup":
		g := &group{id: c.group, name: c.groupName, vpc: c.vpc, place: c.place, known: true, made: c.time}
		if c.vpc != "" { // groups outside a VPC have no egress rules
			g.rules = []rule{allowAll("ipv4", "0.0.0.0/0")}
		}
		reg.groups[g.id] = g
		e.emit(&change{g: g, call: c, time: c.time, what: "created", born: true, added: slices.Clone(g.rules)})
		e.observe(g, c.time)
		return
	}
	g := e.find(c)
	if g == nil {
		if c.group == "" {
			e.tell(errUnknownGroup(c))
			return
		}
		g = &group{id: c.group, name: c.groupName, place: c.place}
		reg.groups[g.id] = g
	}
	if c.name == "DeleteSecurityGroup" {
		e.delete(g, c)
		return
	}
	if !g.known {
		g.pending = append(g.pending, c)
		return
	}
	e.change(g, c)
}

var everywhere6 = allowAll("ipv6", "::/0").key

func allowAll(source, target string) rule {
	return rule{key: key{egress: true}.with("all", source, target)}
}

// delete ends a group. Rules of other groups that refer to it stay: AWS refuses
// the call while there are any in its VPC, and keeps them as stale elsewhere.
func (e *engine) delete(g *group, c *call) {
	e.begin(g, nil, c)
	e.emit(&change{g: g, call: c, time: c.time, what: "deleted", died: true, removed: g.rules})
	g.rules, g.gone = nil, c.time
	e.observe(g, c.time)
}

// change applies a call to a group whose rules are known. AWS refuses a call that
// adds what is there or names what is not: that it succeeded shows a change
// that no call explains. After a call on a rule that nobody told of, the rules
// are not known well enough to say that.
func (e *engine) change(g *group, c *call) {
	defer func() { c.edit = nil }()
	ch := &change{g: g, call: c, time: c.time, what: "rules"}
	miss := &change{g: g, by: c, time: c.time, what: "unobserved"}
	sure := len(g.unknown) == 0 && g.gone.IsZero()
	unexplained := func(k key) { miss.from = latest(miss.from, g.knownAt(k)) }
	take := func(i int) rule {
		r := g.rules[i]
		g.touch(c.time, r.key)
		g.rules = slices.Delete(slices.Clone(g.rules), i, i+1)
		return r
	}
	unknown := func(id string, gone bool) {
		ch.unknown = append(ch.unknown, id)
		named := !slices.ContainsFunc(g.rules, func(r rule) bool { return r.id == "" })
		if sure && named && !g.replayed {
			miss.unknown = append(miss.unknown, id)
			miss.from = latest(miss.from, latest(g.synced, g.made))
		}
		if !gone || !named {
			g.mark(id)
		}
	}
	for _, r := range c.add {
		ch.added = append(ch.added, r)
		if i := g.index(r.key); i >= 0 {
			if sure {
				unexplained(r.key)
				miss.removed = append(miss.removed, g.rules[i])
			}
			take(i)
		}
		g.touch(c.time, r.key)
		g.rules = with(g.rules, r)
	}
	for _, r := range c.remove {
		i, j := g.index(r.key), -1
		if r.id != "" {
			j = g.byID(r.id)
		}
		switch {
		case i >= 0:
			ch.removed = append(ch.removed, take(i))
			continue
		case sure && j >= 0: // it was another rule
			unexplained(r.key)
			miss.changed = append(miss.changed, [2]rule{g.rules[j], r})
			take(j)
		case sure && !g.given(e.region(g.place), r.key, c.time):
			unexplained(r.key)
			miss.added = append(miss.added, r)
		}
		g.touch(c.time, r.key)
		ch.removed = append(ch.removed, r)
	}
	for _, id := range c.removeIDs {
		if i := g.byID(id); i >= 0 {
			ch.removed = append(ch.removed, take(i))
		} else {
			unknown(id, true)
		}
	}
	for n, id := range c.modifyIDs {
		after := c.modify[n]
		i := g.byID(id)
		switch {
		case i < 0 && c.placed[id]: // a snapshot tells its direction, and nothing what it was
			ch.unknown = append(ch.unknown, id)
			ch.added = append(ch.added, after)
			g.touch(c.time, after.key)
			g.rules = append(g.rules, after)
			continue
		case i < 0:
			unknown(id, false)
			continue
		}
		before := g.rules[i]
		after.egress = before.egress
		if j := g.index(after.key); j >= 0 && j != i {
			if sure {
				unexplained(after.key)
				miss.removed = append(miss.removed, g.rules[j])
			}
			take(j)
			i = g.byID(id)
		}
		g.touch(c.time, before.key)
		g.touch(c.time, after.key)
		g.rules[i] = after
		ch.changed = append(ch.changed, [2]rule{before, after})
	}
	describe := func(i int, text string) {
		before := g.rules[i]
		g.rules[i].description = text
		g.touch(c.time, before.key)
		ch.changed = append(ch.changed, [2]rule{before, g.rules[i]})
	}
	if len(c.describe)+len(c.describeIDs) > 0 {
		ch.what = "description"
	}
	for _, r := range c.describe {
		i := g.index(r.key)
		if i < 0 && sure {
			unexplained(r.key)
			was := rule{key: r.key} // and its description, which nothing tells
			miss.added = append(miss.added, was)
			i, g.rules = len(g.rules), append(g.rules, was)
		}
		if i >= 0 {
			describe(i, r.description)
		}
	}
	for n, id := range c.describeIDs {
		if i := g.byID(id); i >= 0 {
			describe(i, c.descriptions[n])
		} else {
			unknown(id, false)
		}
	}
	if len(miss.added)+len(miss.removed)+len(miss.changed)+len(miss.unknown) > 0 {
		e.emit(miss)
	}
	if len(ch.added)+len(ch.removed)+len(ch.changed)+len(ch.unknown) == 0 {
		return
	}
	e.emit(ch)
	e.observe(g, c.time)
}

// with adds a rule and leaves no room for more: there are many sets, and few grow twice.
func with(rules []rule, r rule) []rule {
	out := make([]rule, len(rules)+1)
	out[copy(out, rules)] = r
	return out
}

// given says whether AWS itself gave a group the rule: all traffic to IPv6, to
// groups made in a VPC that has such addresses, and to default groups once it gets them.
func (g *group) given(reg *region, k key, by time.Time) bool {
	if k != everywhere6 {
		return false
	}
	if g.synced.IsZero() && !g.made.IsZero() && g.touchedAt(k).IsZero() {
		return true
	}
	c := reg.ipv6[g.vpc]
	return c != nil && g.name == "default" && !c.time.Before(g.synced.Add(-skew)) && !c.time.After(by.Add(skew))
}

func (g *group) mark(id string) {
	if g.unknown == nil {
		g.unknown = map[string]bool{}
	}
	g.unknown[id] = true
}

// begin makes a group known: it undoes the waiting calls from the first snapshot
// (nil: there is none), and applies them again from there. A group that the last
// reading of its region did not have came into being unseen before the first
// call on it: first, unless calls wait; nil if a snapshot tells.
func (e *engine) begin(g *group, s *shot, first *call) {
	if g.known {
		return
	}
	base := &group{}
	if s != nil {
		base.rules = slices.Clone(s.rules)
		for _, c := range g.pending { // the snapshot may have been read before these
			if close(c.time, s.time) || c.time.After(s.time) {
				base.do(c.add, c.remove)
			}
		}
	}
	for _, c := range slices.Backward(g.pending) {
		base.do(c.remove, c.add)
		for n, id := range c.modifyIDs {
			after := c.modify[n].key
			i := slices.IndexFunc(base.rules, func(r rule) bool {
				after.egress = r.egress
				return r.id == id || r.id == "" && r.key == after
			})
			if i >= 0 {
				if c.placed == nil {
					c.placed = map[string]bool{}
				}
				c.placed[id], c.modify[n].egress = true, base.rules[i].egress
				base.rules = slices.Delete(base.rules, i, i+1)
			}
		}
		for _, r := range c.describe {
			if i := base.index(r.key); i >= 0 {
				base.rules[i].description = ""
			} else {
				base.rules = append(base.rules, rule{key: r.key})
			}
		}
		for _, id := range c.describeIDs {
			if i := base.byID(id); i >= 0 {
				base.rules[i].description = ""
			}
		}
	}
	if len(g.pending) > 0 {
		first = g.pending[0]
	}
	at := time.Time{}
	if reg := e.region(g.place); !reg.lastRun.IsZero() && first != nil && !(s == nil && reg.unnamed(first.time)) {
		at = first.time
		from := reg.lastRun
		if !from.Before(at) {
			from = time.Time{}
		}
		g.made = at
		e.emit(&change{g: g, by: first, time: at, from: from, what: "unobserved", born: true, added: slices.Clone(base.rules)})
	}
	e.start(g, base.rules, at)
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

// start replays the waiting calls on rules that a group had at first.
func (e *engine) start(g *group, rules []rule, at time.Time) {
	g.known, g.rules = true, rules
	e.observe(g, at)
	pending := g.pending
	g.pending, g.replayed = nil, true
	for _, c := range pending {
		e.change(g, c)
	}
	g.replayed = false
}

func (g *group) do(add, remove []rule) {
	for _, r := range add {
		if g.index(r.key) < 0 {
			g.rules = append(g.rules, r)
		}
	}
	for _, r := range remove {
		if i := g.index(r.key); i >= 0 {
			g.rules = slices.Delete(g.rules, i, i+1)
		}
	}
}

func (reg *region) sorted() []*group {
	out := make([]*group, 0, len(reg.groups))
	for _, g := range reg.groups {
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b *group) int { return cmp.Compare(a.id, b.id) })
	return out
}

// settle compares a run with what the events tell. That the region was read at
// all shows by any group of it: every VPC has a default group.
func (e *engine) settle(r *run) {
	reg := e.region(r.place)
	listed := make(map[string]bool, len(r.shots))
	first := r.shots[0].record
	for i, s := range r.shots {
		listed[s.group] = true
		e.compare(reg, s)
		r.shots[i] = nil
	}
	for _, g := range reg.sorted() {
		if listed[g.id] || !g.gone.IsZero() || close(g.made, r.time) || g.made.After(r.time) {
			continue
		}
		if n := len(g.pending); n > 0 && !g.pending[0].time.Before(r.time.Add(-skew)) {
			continue // all that is known of it is later
		}
		came := g.known || !reg.lost
		e.begin(g, nil, nil)
		if came { // else it may be the default group of a VPC that was deleted
			e.emit(&change{g: g, shot: first, time: r.time, from: latest(g.synced, g.made), what: "unobserved", died: true, removed: g.rules})
		}
		g.rules, g.gone = nil, r.time
		e.observe(g, r.time)
	}
	r.shots = nil
	reg.lastRun, reg.lost = r.time, false
	maps.DeleteFunc(reg.vpcs, func(_ string, c *call) bool { return c.time.Before(r.time.Add(-skew)) })
}

func latest(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

func (e *engine) compare(reg *region, s *shot) {
	g := reg.groups[s.group]
	if g == nil {
		g = &group{id: s.group, place: s.place}
		reg.groups[s.group] = g
	}
	g.name, g.vpc = s.name, s.vpc
	if !g.gone.IsZero() {
		if close(g.gone, s.time) {
			return
		}
		g.gone, g.rules = time.Time{}, nil
	}
	if !g.known {
		switch c := reg.vpcs[s.vpc]; {
		case c != nil && s.name == "default" && !c.time.After(s.time.Add(skew)):
			// The group came with its VPC; its rules are AWS's.
			rules := []rule{allowAll("ipv4", "0.0.0.0/0"), {key: key{}.with("all", "group", s.group)}}
			if v6 := allowAll("ipv6", "::/0"); slices.ContainsFunc(s.rules, func(r rule) bool { return r.key == v6.key }) {
				rules = append(rules, v6)
			}
			g.made = c.time
			delete(reg.vpcs, s.vpc)
			e.emit(&change{g: g, call: c, time: c.time, what: "created", born: true, added: slices.Clone(rules)})
			e.start(g, rules, c.time)
		case reg.lastRun.IsZero() || len(g.pending) > 0:
			e.begin(g, s, nil)
		default:
			g.known, g.rules = true, slices.Clone(s.rules)
			e.emit(&change{g: g, shot: s.record, time: s.time, from: reg.lastRun, what: "unobserved", born: true, added: s.rules})
			e.observe(g, s.time)
		}
	}
	ch := &change{g: g, shot: s.record, time: s.time, from: latest(g.synced, g.made), what: "unobserved"}
	was := slices.Clone(g.rules)
	moved := false
	for _, r := range s.rules {
		i := g.index(r.key)
		switch {
		case i >= 0:
			before := g.rules[i]
			if before.id != r.id {
				g.rules[i].id = r.id
			}
			if before.description != r.description && !g.near(s.time, r.key) {
				g.rules[i].description, moved = r.description, true
				if !g.unknown[r.id] {
					ch.changed = append(ch.changed, [2]rule{before, r})
				}
			}
		case g.near(s.time, r.key):
		default:
			if j := g.byID(r.id); r.id != "" && j >= 0 && !g.near(s.time, g.rules[j].key) { // the same rule, modified
				ch.changed = append(ch.changed, [2]rule{g.rules[j], r})
				g.rules[j], moved = r, true
				continue
			}
			given := g.given(reg, r.key, s.time)
			g.rules, moved = append(g.rules, r), true
			if c := reg.ipv6[g.vpc]; given && !g.synced.IsZero() {
				e.emit(&change{g: g, call: c, time: c.time, what: "rules", added: []rule{r}})
			}
			if !given && !g.unknown[r.id] {
				ch.added = append(ch.added, r)
			}
		}
	}
	for _, r := range was {
		i := g.index(r.key)
		if i < 0 || g.near(s.time, r.key) || slices.ContainsFunc(s.rules, func(x rule) bool { return x.key == r.key }) {
			continue
		}
		g.rules, moved = slices.Delete(g.rules, i, i+1), true
		// A rule without an ID may be one that a call removed by an ID nobody had told.
		if r.id == "" && len(g.unknown) > 0 {
			continue
		}
		ch.removed = append(ch.removed, r)
	}
	g.synced, g.unknown = s.time, nil
	if g.touched = slices.DeleteFunc(g.touched, func(t touch) bool { return t.at.Before(s.time) }); len(g.touched) == 0 {
		g.touched = nil
	}
	if len(ch.added)+len(ch.removed)+len(ch.changed) > 0 {
		e.emit(ch)
	}
	if moved {
		e.observe(g, s.time)
	}
}
