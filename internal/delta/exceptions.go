package delta

import (
	"slices"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/responses"
)

// compareExceptions ties the exceptions of both sides: those that are new, then those
// that are still there, then those that are gone.
func (c *Control) compareExceptions(named things, before, after *judged, asOf time.Time, stages []stage) error {
	x, y := before.tested.Exceptions, after.tested.Exceptions
	ofBefore, ofAfter := named.pairs(x, y)
	owed := newOwed(named, c.Undivided, before, stages)
	for j, item := range y {
		if ofAfter[j] < 0 {
			e := of(item, New)
			e.Cause = owed.appeared(item)
			e.Response.After = kindOf(after.answers, c.ID, item)
			c.add(e)
		}
	}
	for j, item := range y {
		if i := ofAfter[j]; i >= 0 {
			c.add(still(x[i], item, respond(before, after, asOf, x[i], item)))
		}
	}
	var gone []Exception
	for i, item := range x {
		if ofBefore[i] < 0 {
			e := of(item, Gone)
			e.Cause = owed.vanished(i)
			e.Response.Before = kindOf(before.answers, c.ID, item)
			gone = append(gone, e)
		}
	}
	if err := verdictsNow(named, gone, after.tested); err != nil {
		return err
	}
	for _, e := range gone {
		c.add(e)
	}
	return nil
}

// alone lists the exceptions of a control that only one side has.
func (c *Control) alone(j *judged, presence Presence) {
	if j == nil {
		return
	}
	for _, item := range j.tested.Exceptions {
		e := of(item, presence)
		e.Cause = Library
		kind := kindOf(j.answers, c.ID, item)
		if presence == New {
			e.Response.After = kind
		} else {
			e.Response.Before = kind
		}
		c.add(e)
	}
}

func (c *Control) add(e Exception) {
	switch e.Presence {
	case New:
		c.New++
	case Still:
		c.Still++
	case Gone:
		c.Gone++
	}
	c.Exceptions = append(c.Exceptions, e)
}

func of(item evaluation.Item, p Presence) Exception {
	return Exception{Presence: p, ID: item.ID, Label: item.Label, Time: item.Time, Reasons: item.Reasons}
}

func still(before, after evaluation.Item, r Response) Exception {
	e := of(after, Still)
	e.Response = r
	if before.ID != after.ID {
		e.EarlierID = before.ID
	}
	if !slices.Equal(codes(before.Reasons), codes(after.Reasons)) {
		e.Before = before.Reasons
	}
	return e
}

// codes are those of reasons, each once, in their order.
func codes(reasons []controls.Reason) []string {
	var list []string
	for _, r := range reasons {
		list = append(list, r.Code)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func kindOf(a *responses.Answers, control string, item evaluation.Item) responses.Kind {
	if r := a.Of(control, item.ID); r != nil {
		return r.Kind
	}
	return ""
}

// respond says what became of the response to an exception that is still there.
func respond(before, after *judged, asOf time.Time, x, y evaluation.Item) Response {
	was := before.answers.Of(before.tested.ID, x.ID)
	r := Response{Before: kindOf(before.answers, before.tested.ID, x), After: kindOf(after.answers, after.tested.ID, y)}
	switch {
	case r.Before == r.After:
	case r.Before == "":
		r.Change = Answered
	case r.After != "":
		r.Change = Reworded
	case !was.Expires.IsZero() && !was.Expires.After(asOf):
		r.Change = Lapsed
	default:
		r.Change = NotAgain
	}
	return r
}

// verdictsNow finds what became, in the later period, of the items of exceptions that
// are gone.
func verdictsNow(named things, gone []Exception, after *evaluation.Control) error {
	if len(gone) == 0 {
		return nil
	}
	at := map[string][]int{}
	for i, e := range gone {
		at[named.of(e.ID)] = append(at[named.of(e.ID)], i)
	}
	seen := map[string]int{}
	verdicts := map[string]evidence.Verdict{}
	for item, err := range after.Items() {
		if err != nil {
			return err
		}
		if name := named.of(item.ID); len(at[name]) > 0 {
			seen[name]++
			verdicts[name] = item.Verdict
		}
	}
	for name, list := range at {
		for _, i := range list {
			gone[i].Absent = named.last && seen[name] == 0
			if seen[name] == 1 && len(list) == 1 {
				gone[i].Now = verdicts[name]
			}
		}
	}
	return nil
}

// owed finds what single exceptions are owed to, by the judgements between the sides.
type owed struct {
	undivided bool
	stages    []stage
	found     []map[string]bool // of each stage: the identities of its exceptions
	paired    [][]int           // of each stage: for each of the earlier exceptions, that of the stage
}

func newOwed(named things, undivided Undivided, before *judged, stages []stage) owed {
	o := owed{undivided: undivided != "", stages: stages}
	for i := range stages {
		found := map[string]bool{}
		for _, item := range stages[i].tested.Exceptions {
			found[item.ID] = true
		}
		o.found = append(o.found, found)
		paired, _ := named.pairs(before.tested.Exceptions, stages[i].tested.Exceptions)
		o.paired = append(o.paired, paired)
	}
	return o
}

// appeared: what the later evidence gives by the earlier rules already is owed to the
// evidence; what it gives by a later judgement alone, to what that one has anew.
func (o owed) appeared(item evaluation.Item) Cause {
	if o.undivided {
		return NotSeparated
	}
	for i := range o.stages {
		if o.found[i][item.ID] {
			return arrivesBy(o.stages, i)
		}
	}
	return arrivesBy(o.stages, len(o.stages))
}

// vanished: what the later evidence does not give by the earlier rules is gone by
// itself; what it would give still, by what came after.
func (o owed) vanished(i int) Cause {
	if o.undivided {
		return NotSeparated
	}
	for n := range o.stages {
		if o.paired[n][i] < 0 {
			return arrivesBy(o.stages, n)
		}
	}
	return arrivesBy(o.stages, len(o.stages))
}
