package securitygroup

import (
	"cmp"
	"context"
	"encoding/json"
	"iter"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/derived/kind"
)

// Exposure is the kind securitygroup.exposure: for each inbound rule with a wide source
// (see wide), the time during which it stood, as far as that overlaps the period. What
// was taken back within minutes is one, and so is what was there long before.
func Exposure() kind.Kind {
	return kind.Kind{
		Name:   "securitygroup.exposure",
		Title:  evidence.Text{JA: "広い接続元を許可するインバウンドルールの存続期間", EN: "Inbound rules with wide sources, while they stood"},
		From:   exposureFrom(),
		Derive: exposures,
	}
}

// exposureFrom does without snapshots where no source gives them: the calls alone tell
// what was opened by them.
func exposureFrom() []evidence.Selection {
	list := from()
	for i := range list {
		list[i].For = "securitygroup.exposure"
		list[i].Optional = list[i].Kind != "cloudtrail.event"
	}
	return list
}

const (
	widest4 = 8  // prefixes of IPv4 up to this length are wide
	widest6 = 16 // and of IPv6
)

// private is what no address of the internet lies in.
var private = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("fc00::/7"), netip.MustParsePrefix("fe80::/10")}

// wide says whether a rule lets in from so many addresses that it may be the world: a
// CIDR as short as the bounds that is not of private addresses, or a prefix list, whose
// contents are not known.
func (k key) wide() bool {
	if k.egress {
		return false
	}
	switch k.source() {
	case "prefix_list":
		return true
	case "ipv4", "ipv6":
		p, err := netip.ParsePrefix(k.target())
		if err != nil || p.Addr().Is4() && p.Bits() > widest4 || p.Addr().Is6() && p.Bits() > widest6 {
			return false
		}
		return !slices.ContainsFunc(private, func(q netip.Prefix) bool { return q.Bits() <= p.Bits() && q.Contains(p.Addr()) })
	}
	return false
}

// cause is what shows that a rule came or went.
type cause struct {
	time, from time.Time // from: if nobody was seen doing it, when it was last known otherwise
	call, by   *call
	kind, shot string
}

func causeOf(c *change) *cause {
	x := &cause{time: c.time, call: c.call, by: c.by, kind: c.kind, shot: c.shot}
	if c.call == nil {
		x.from = c.from
	}
	return x
}

// standing is a rule from when it was opened until it was closed.
type standing struct {
	g              *group
	rule           rule
	direction      bool // known: a call that modifies a rule does not tell it
	opened, closed *cause
	candidates     []string
}

// register keeps what stands in each group, and of what no longer does what overlaps
// the period.
type register struct {
	engine *engine
	period evidence.Period
	open   map[*group][]*standing
	loose  []*standing // opened by calls of which nothing tells the group
	closed []*standing
}

// exposed says whether to keep it: whether it may have stood in the period.
func (x *register) exposed(s *standing) bool {
	first := s.first()
	return first.Before(x.period.End) && (s.closed == nil || s.closed.time.After(x.period.Start) || first.Equal(s.closed.time) && x.period.Contains(first))
}

// first is when it may have come at the earliest; the zero time: before all that is known.
func (s *standing) first() time.Time {
	switch {
	case s.opened == nil:
		return time.Time{}
	case s.opened.call == nil:
		return s.opened.from
	}
	return s.opened.time
}

// certain says whether it is known to have stood in the period.
func (x *register) certain(s *standing) bool {
	since := time.Time{}
	if s.opened != nil {
		since = s.opened.time
	}
	if !since.Before(x.period.End) {
		return false
	}
	switch {
	case s.closed == nil, s.closed.call != nil && s.closed.time.After(x.period.Start), x.period.Contains(since):
		return true
	case s.closed.call != nil:
		return false
	}
	return !s.closed.from.Before(x.period.Start)
}

func (x *register) close(s *standing, c *cause) {
	s.closed = c
	if x.exposed(s) {
		x.closed = append(x.closed, s)
	}
}

// shut closes what stands of a group, and matches.
func (x *register) shut(g *group, c *cause, matches func(*standing) bool) {
	left := x.open[g][:0]
	for _, s := range x.open[g] {
		if matches(s) {
			x.close(s, c)
			continue
		}
		left = append(left, s)
	}
	x.set(g, left)
}

func (x *register) set(g *group, list []*standing) {
	if len(list) == 0 {
		delete(x.open, g)
		return
	}
	x.open[g] = list
}

func (x *register) add(g *group, r rule, c *cause, direction bool) {
	if !r.wide() || direction && slices.ContainsFunc(x.open[g], func(s *standing) bool { return s.direction && s.rule.key == r.key }) {
		return
	}
	x.open[g] = append(x.open[g], &standing{g: g, rule: r, direction: direction, opened: c})
}

// remove closes a rule of a group; one that a call opened which did not say in which
// group is then known to have been in this one.
func (x *register) remove(g *group, r rule, c *cause) {
	if !r.wide() {
		return
	}
	if !slices.ContainsFunc(x.open[g], func(s *standing) bool { return s.is(r) }) {
		x.place(g, r, func(s *standing) bool { return s.g.name == g.name || g.name == "" })
	}
	x.shut(g, c, func(s *standing) bool { return s.is(r) })
}

func (s *standing) is(r rule) bool { return s.rule.key == r.key || r.id != "" && s.rule.id == r.id }

// place gives a loose rule the group that it turns out to be in.
func (x *register) place(g *group, r rule, of func(*standing) bool) {
	i := slices.IndexFunc(x.loose, func(s *standing) bool {
		return s.g.place == g.place && s.rule.key == r.key && of(s)
	})
	if i < 0 {
		return
	}
	s := x.loose[i]
	x.loose = slices.Delete(x.loose, i, i+1)
	s.g, s.candidates, s.rule = g, nil, r
	x.open[g] = append(x.open[g], s)
}

// changed takes a change of a group.
func (x *register) changed(c *change) {
	why := causeOf(c)
	if c.what == "unresolved" {
		for _, r := range c.added {
			if r.wide() {
				x.loose = append(x.loose, &standing{g: c.g, rule: r, direction: true, opened: why, candidates: c.candidates})
			}
		}
		return
	}
	for _, r := range c.removed {
		x.remove(c.g, r, why)
	}
	if c.died {
		x.shut(c.g, why, func(*standing) bool { return true })
	}
	for _, p := range c.changed {
		if p[0].key != p[1].key {
			x.remove(c.g, p[0], why)
		}
	}
	for _, id := range c.unknown { // whatever it was
		x.shut(c.g, why, func(s *standing) bool { return !s.direction && s.rule.id == id })
	}
	for _, r := range c.added {
		x.add(c.g, r, why, true)
	}
	for _, p := range c.changed {
		if p[0].key != p[1].key {
			x.add(c.g, p[1], why, true)
			continue
		}
		for _, s := range x.open[c.g] {
			if s.rule.key == p[1].key {
				s.rule = p[1]
			}
		}
	}
	for _, r := range c.perhaps {
		r.egress = false
		x.add(c.g, r, why, false)
	}
}

// resolved takes it that a call which did not tell its group was for this one.
func (x *register) resolved(g *group, c *call, r rule, added bool) {
	if added {
		x.place(g, r, func(s *standing) bool { return s.opened.call == c })
		return
	}
	x.shut(g, &cause{time: c.time, call: c}, func(s *standing) bool { return s.is(r) })
}

// observed holds what stands against a group's rules, since not all that happens to
// them is a change that can be told.
func (x *register) observed(g *group, at time.Time) {
	var why *cause
	shown := x.engine.shown
	switch {
	case at.IsZero():
	case shown != nil:
		why = &cause{time: at, from: x.engine.before, kind: shown.kind, shot: shown.record}
	default:
		why = &cause{time: at, from: latest(g.synced, g.made)}
	}
	config := shown != nil && shown.kind == "config.item" // which has no IDs
	left := x.open[g][:0]
	for _, s := range x.open[g] {
		i := g.index(s.rule.key)
		if !s.direction {
			if i = g.byID(s.rule.id); i < 0 && config {
				out := s.rule.key
				out.egress = true
				i = max(g.index(s.rule.key), g.index(out))
			}
			switch {
			case shown != nil && i >= 0 && g.rules[i].egress:
				continue
			case shown == nil, i < 0 && config:
				left = append(left, s)
				continue
			case i >= 0 && g.rules[i].key != s.rule.key:
				i = -1
			}
		}
		if i < 0 {
			x.close(s, why)
			continue
		}
		s.direction, s.rule = true, g.rules[i]
		left = append(left, s)
	}
	x.set(g, left)
	for _, r := range g.rules {
		x.add(g, r, why, true)
	}
}

// lapse ends what loose calls opened before a whole reading that shows it nowhere.
func (x *register) lapse(p place, before, at time.Time, shot string) {
	x.loose = slices.DeleteFunc(x.loose, func(s *standing) bool {
		if s.g.place != p || !s.opened.time.Before(before) {
			return false
		}
		x.close(s, &cause{time: at, from: s.opened.time, kind: "securitygroup.snapshot", shot: shot})
		return true
	})
}

func exposures(ctx context.Context, in kind.Input) iter.Seq2[evidence.Record, error] {
	return func(yield func(evidence.Record, error) bool) {
		e := newEngine()
		x := &register{engine: e, period: in.Period, open: map[*group][]*standing{}}
		e.emit, e.observe, e.resolved, e.lapse = x.changed, x.observed, x.resolved, x.lapse
		if !e.derive(ctx, in, yield) {
			return
		}
		all := append(x.closed, x.loose...)
		for _, list := range x.open {
			all = append(all, list...)
		}
		var out []evidence.Record
		for _, s := range all {
			if !x.exposed(s) {
				continue
			}
			r, err := x.record(s)
			if err != nil {
				yield(evidence.Record{}, err)
				return
			}
			out = append(out, r)
		}
		slices.SortFunc(out, func(a, b evidence.Record) int { return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.ID, b.ID)) })
		for i, r := range out {
			if !yield(r, nil) {
				return
			}
			out[i] = evidence.Record{}
		}
	}
}

// act is who opened or closed a rule, or what shows that somebody did.
type act struct {
	Observed        string
	EventID         string   `json:"EventId,omitempty"`
	EventName       string   `json:",omitempty"`
	Actor           *Actor   `json:",omitempty"`
	SourceIPAddress string   `json:",omitempty"`
	UserAgent       string   `json:",omitempty"`
	Between         *between `json:",omitempty"`
	Source          *source  `json:",omitempty"`
}

func (c *cause) act() *act {
	if c == nil {
		return nil
	}
	if c.call != nil {
		return &act{Observed: "event", EventID: c.call.id, EventName: c.call.name, Actor: c.call.actor, SourceIPAddress: c.call.address,
			UserAgent: c.call.agent, Source: &source{"cloudtrail.event", c.call.record}}
	}
	a := &act{Observed: "snapshot", Between: &between{To: c.time.UTC()}}
	if !c.from.IsZero() {
		at := c.from.UTC()
		a.Between.From = &at
	}
	switch {
	case c.by != nil:
		a.Observed, a.Source = "event", &source{"cloudtrail.event", c.by.record}
	case c.shot != "":
		a.Source = &source{c.kind, c.shot}
	}
	return a
}

type exposure struct {
	AccountID    string `json:"AccountId"`
	Region       string
	GroupID      string   `json:"GroupId,omitempty"`
	GroupName    string   `json:",omitempty"`
	Candidates   []string `json:",omitempty"`
	VpcID        string   `json:"VpcId,omitempty"`
	Rule         Rule
	Line         string
	From, To     *time.Time
	Certain      bool
	Opened       *act       `json:",omitempty"`
	Closed       *act       `json:",omitempty"`
	LastSnapshot *time.Time `json:",omitempty"`
}

func (x *register) record(s *standing) (evidence.Record, error) {
	b := exposure{AccountID: s.g.place.account, Region: s.g.place.region, GroupID: s.g.id, GroupName: s.g.name, VpcID: s.g.vpc, Candidates: s.candidates,
		Rule: s.rule.export(), Line: s.rule.line(), Certain: x.certain(s), Opened: s.opened.act(), Closed: s.closed.act()}
	if !s.direction {
		b.Rule.Direction = "unknown"
		b.Line = strings.Replace(b.Line, "ingress", "unknown", 1)
	}
	at, since := s.first(), "the beginning"
	if s.opened != nil {
		t := s.opened.time.UTC()
		b.From, since = &t, t.Format(time.RFC3339)
		if s.opened.call != nil {
			since += " " + s.opened.call.id // there may be another of this second
		}
		if x.period.Contains(t) {
			at = t
		}
	}
	if s.closed != nil {
		t := s.closed.time.UTC()
		b.To = &t
	}
	if !s.g.synced.IsZero() {
		t := s.g.synced.UTC()
		b.LastSnapshot = &t
	}
	raw, err := json.Marshal(b)
	if err != nil {
		return evidence.Record{}, err
	}
	named := s.rule
	named.description = ""
	line := named.line()
	if !s.direction {
		line = strings.Replace(line, "ingress", "unknown", 1)
	}
	return evidence.Record{Kind: "securitygroup.exposure", ID: s.g.place.account + "/" + s.g.place.region + "/" + s.g.id + "/" + line + " since " + since, Time: latest(at, x.period.Start).UTC(), Body: raw}, nil
}
