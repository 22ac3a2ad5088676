package delta

import (
	"context"
	"errors"
	"slices"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/sealed"
)

// stage is a judgement of the later evidence by earlier rules or parameters.
type stage struct {
	earlierRules bool
	tested       evaluation.Control // without its items
}

// separate judges the later evidence by the earlier rules and parameters, and, where
// both changed, by the later rules with the earlier parameters. It gives no stages
// and says why where that would not be a fact: where the earlier rules read what is
// not at hand, or break.
func (k *comparison) separate(ctx context.Context, before, after *judged, changed []Change) ([]stage, Undivided, string, error) {
	rules, params := has(changed, Policy, Definition), has(changed, Parameter)
	var wanted []stage
	var list []*controls.Control
	if rules {
		wanted, list = append(wanted, stage{earlierRules: true}), append(list, before.control)
	}
	if params {
		mixed, err := k.withEarlierParameters(before, after)
		if err != nil {
			return nil, DoesNotRun, err.Error(), nil
		}
		wanted, list = append(wanted, stage{}), append(list, mixed)
	}
	for i, c := range list {
		if !k.holds(c) {
			return nil, OtherEvidence, "", nil
		}
		results, err := evaluation.Run(ctx, k.view, []*controls.Control{c})
		if ctx.Err() != nil {
			return nil, "", "", errors.Join(ctx.Err(), err)
		}
		if err != nil {
			return nil, DoesNotRun, err.Error(), nil
		}
		wanted[i].tested = results.Controls[0]
		if err := results.Close(); err != nil {
			return nil, "", "", err
		}
		switch t := &wanted[i].tested; {
		case t.Error != "":
			return nil, DoesNotRun, t.Error, nil
		case lacks(t.Missing, after.tested.Missing):
			return nil, OtherEvidence, "", nil
		}
	}
	return wanted, "", "", nil
}

// withEarlierParameters is the later control with the values that its parameters had.
// Those that the earlier control did not have keep theirs: they came with the rules.
func (k *comparison) withEarlierParameters(before, after *judged) (*controls.Control, error) {
	params := map[string]any{}
	for name, v := range after.tested.Params {
		params[name] = v
		if earlier, ok := before.tested.Params[name]; ok {
			params[name] = earlier
		}
	}
	lib, err := k.later.Library.Configure(map[string]controls.Settings{after.control.ID: {Params: params, Owner: after.control.Owner}})
	if err != nil {
		return nil, err
	}
	return lib.Find(after.control.ID)
}

// holds reports whether the view holds all that a control reads, as far around the
// period as it asks. Whether it was collected for all that the control selects is
// measured when it is evaluated.
func (k *comparison) holds(c *controls.Control) bool {
	for _, s := range c.Selections() {
		if !slices.ContainsFunc(k.want, func(w evidence.Selection) bool {
			return w.Kind == s.Kind && w.Before >= s.Before && w.After >= s.After
		}) {
			return false
		}
	}
	return true
}

// lacks reports whether anything is missing that is not missed otherwise.
func lacks(missing, otherwise []sealed.Missing) bool {
	known := map[string]bool{}
	for _, m := range otherwise {
		known[m.String()] = true
	}
	return slices.ContainsFunc(missing, func(m sealed.Missing) bool { return !known[m.String()] })
}

// causes finds what the outcome's changes are owed to: each step from one judgement to
// the next belongs to what differs between them. What differs is told by outcome.
func causes(before, after *judged, stages []stage, undivided Undivided, differs func(a, b *evaluation.Control) bool) []Cause {
	if undivided != "" {
		if differs(before.tested, after.tested) {
			return []Cause{NotSeparated}
		}
		return nil
	}
	var list []Cause
	at := before.tested
	for i := range stages {
		if differs(at, &stages[i].tested) {
			list = append(list, arrivesBy(stages, i))
		}
		at = &stages[i].tested
	}
	if differs(at, after.tested) {
		list = append(list, arrivesBy(stages, len(stages)))
	}
	return list
}

// arrivesBy is what differs between the judgement at i, of the stages and what follows
// them, and the one before it: first the evidence, then the rules, then the parameters.
func arrivesBy(stages []stage, i int) Cause {
	switch {
	case i == 0:
		return Target
	case stages[i-1].earlierRules:
		return Rules
	}
	return Parameters
}
