package delta

import (
	"context"
	"maps"
	"math"
	"slices"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/responses"
	"github.com/evidencepack/evidence/internal/sealed"
)

// comparison is one comparison under way.
type comparison struct {
	earlier, later Side
	view           *sealed.View
	want           []evidence.Selection
}

// Compare tells what changed from the earlier to the later side. The view is the later
// side's, and want what it may be asked for: what its controls select, or more.
func Compare(ctx context.Context, earlier, later Side, view *sealed.View, want []evidence.Selection) (*Delta, error) {
	k := &comparison{earlier, later, view, want}
	d := &Delta{Earlier: subject(earlier), Later: subject(later), Sources: sources(earlier, later), Controls: []Control{}}
	d.Cautions = cautions(earlier, later, d)
	x, y := byID(earlier), byID(later)
	for _, id := range union(x, y) {
		c, err := k.control(ctx, id, x[id], y[id])
		if err != nil {
			return nil, err
		}
		d.Controls = append(d.Controls, *c)
	}
	return d, nil
}

// judged is a control on one side.
type judged struct {
	tested    *evaluation.Control
	control   *controls.Control
	framework *controls.Framework
	answers   *responses.Answers // to its exceptions; nil: none
}

func byID(s Side) map[string]*judged {
	m := map[string]*judged{}
	for i := range s.Results.Controls {
		tested := &s.Results.Controls[i]
		if c, err := s.Library.Find(tested.ID); err == nil {
			m[tested.ID] = &judged{tested, c, s.Framework, s.Answers}
		}
	}
	return m
}

func subject(s Side) Subject {
	return Subject{s.Name, s.Period, len(s.Period.Days()), s.Results.AsOf, s.Results.Open, s.Tool, s.Pack}
}

func cautions(earlier, later Side, d *Delta) []Caution {
	var list []Caution
	add := func(c Caution, is bool) {
		if is {
			list = append(list, c)
		}
	}
	add(OtherLength, d.Earlier.Days != d.Later.Days)
	add(Overlapping, earlier.Period.Overlaps(later.Period) && !(earlier.Period.Start.Equal(later.Period.Start) && earlier.Period.End.Equal(later.Period.End)))
	add(Apart, !earlier.Period.Overlaps(later.Period) && !earlier.Period.End.Equal(later.Period.Start) && !later.Period.End.Equal(earlier.Period.Start))
	add(EarlierOpen, earlier.Results.Open)
	add(LaterOpen, later.Results.Open)
	add(OtherTool, earlier.Tool != later.Tool)
	add(OtherSources, len(d.Sources) > 0)
	return list
}

// sources lists the sources that are new, gone, or yield other kinds.
func sources(earlier, later Side) []Source {
	named := func(list []sealed.Source) map[string]*sealed.Source {
		m := map[string]*sealed.Source{}
		for i := range list {
			m[list[i].Name] = &list[i]
		}
		return m
	}
	x, y := named(earlier.Results.Sources), named(later.Results.Sources)
	var list []Source
	for _, name := range union(x, y) {
		switch before, after := x[name], y[name]; {
		case before == nil:
			list = append(list, Source{name, New, nil, after})
		case after == nil:
			list = append(list, Source{name, Gone, before, nil})
		case before.Driver != after.Driver || !slices.Equal(sorted(before.Kinds), sorted(after.Kinds)) || !maps.Equal(before.Forms, after.Forms):
			list = append(list, Source{name, Still, before, after})
		}
	}
	return list
}

func sorted(list []string) []string { return slices.Sorted(slices.Values(list)) }

// control compares one control; before or after is nil where the side lacks it.
func (k *comparison) control(ctx context.Context, id string, before, after *judged) (*Control, error) {
	c := &Control{ID: id, Presence: Still}
	switch {
	case before == nil:
		c.Presence, c.After = New, after.state()
	case after == nil:
		c.Presence, c.Before = Gone, before.state()
	}
	if c.Presence != Still {
		c.ResultCauses, c.Causes = []Cause{Library}, []Cause{Library}
		c.alone(before, Gone)
		c.alone(after, New)
		return c, nil
	}
	c.Before, c.After, c.Changes = before.state(), after.state(), changes(before, after)
	var stages []stage
	if has(c.Changes, Policy, Definition, Parameter) {
		var err error
		if stages, c.Undivided, c.Detail, err = k.separate(ctx, before, after, c.Changes); err != nil {
			return nil, err
		}
	}
	for i := range stages {
		j := judged{tested: &stages[i].tested}
		c.Steps = append(c.Steps, Step{stages[i].earlierRules, *j.state()})
	}
	c.ResultCauses = causes(before, after, stages, c.Undivided, func(a, b *evaluation.Control) bool { return a.Result != b.Result })
	c.Causes = causes(before, after, stages, c.Undivided, func(a, b *evaluation.Control) bool {
		return a.Result != b.Result || a.Counts != b.Counts || !maps.Equal(a.ByReason, b.ByReason)
	})
	return c, c.compareExceptions(thingsOf(k.later.Same, before.control, after.control), before, after, k.later.Results.AsOf, stages)
}

func (j *judged) state() *State {
	t := j.tested
	s := &State{Result: t.Result, Counts: t.Counts, ByReason: t.ByReason, Missing: t.Missing, Error: t.Error}
	for _, item := range t.Exceptions {
		if j.answers.Of(t.ID, item.ID) != nil {
			s.Answered++
		}
	}
	return s
}

// Share is n of a total, in hundredths of a per cent; of nothing there is no share.
func Share(n, total int64) (basis int64, ok bool) {
	if total <= 0 {
		return 0, false
	}
	return int64(math.Round(float64(n) / float64(total) * 10_000)), true
}
