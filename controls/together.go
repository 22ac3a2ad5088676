package controls

import (
	"context"
	"fmt"
	"slices"
)

// Evaluation is a control that is evaluated, alone or with others.
type Evaluation struct {
	*Evaluator
	Shape func(Item) any        // called by several goroutines at a time
	Emit  func(Item, any) error // called in the order of the items, with what Shape made
}

// Answer is what an Evaluation came to: the outcome as far as Err, if there is one.
type Answer struct {
	Outcome Outcome
	Err     error
}

// Together reports whether two controls can be evaluated in one pass: both judge the
// items of the same kinds one by one, and neither joins anything to them. So no more
// is held in memory than for each of them, and neither sees evidence that the other
// asked for.
func Together(a, b *Control) bool {
	alone := func(c *Control) bool { return c.Scope == Each && len(c.Related) == 0 }
	return alone(a) && alone(b) && slices.Equal(a.Population.Kinds(), b.Population.Kinds())
}

// EvaluateTogether is [Evaluator.EvaluateShaped] for tests of which each two are
// [Together], or for one: the population is read once for all of them. Each answer is
// the one that the test would have alone; what ends one test does not end the others.
func EvaluateTogether(ctx context.Context, in Input, tests []Evaluation) []Answer {
	answers := make([]Answer, len(tests))
	var p pass
	var at []int // which of the tests each of the pass is
	for i, t := range tests {
		emit := t.Emit
		t.Emit = func(item Item, shaped any) error {
			answers[i].Outcome.add(item)
			return emit(item, shaped)
		}
		frame, err := t.frame(ctx, in)
		if err != nil {
			answers[i].Err = fmt.Errorf("control %s: %w", t.control.ID, err)
			continue
		}
		if t.control.Scope == Whole {
			answers[i].Err = frame.evaluateWhole(ctx, func(item Item) error { return t.Emit(item, t.Shape(item)) })
			continue
		}
		p.frames, p.tests, at = append(p.frames, frame), append(p.tests, t), append(at, i)
	}
	if len(p.frames) == 0 {
		return answers
	}
	p.reading = commonReading(p.frames)
	for n, err := range p.evaluateEach(ctx) {
		answers[at[n]].Err = err
	}
	return answers
}

// commonReading is what the deciders of several frames read of a record; nil where no
// two have one.
func commonReading(frames []*frame) *place {
	all, deciders := &place{}, 0
	for _, f := range frames {
		for _, judging := range append([]*frame{f}, f.others...) {
			if judging.decider != nil {
				all.merge(judging.decider.record)
				deciders++
			}
		}
	}
	if deciders < 2 {
		return nil
	}
	return all.settled()
}
