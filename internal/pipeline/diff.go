package pipeline

import (
	"context"
	"errors"
	"fmt"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/delta"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/pack"
	"github.com/evidencepack/evidence/reports"
)

// Diff says what two periods are compared by.
type Diff struct {
	Earlier, Later evidence.Period
	Pack           string // the earlier period's; empty: the one among those that were made
	Anew           bool   // the earlier period is evaluated anew, whatever packs there are
	Framework      string // whose controls are compared; empty: those of the pack, or all
}

// Compared is what comparing gave, and the same in the configuration's language.
type Compared struct {
	Delta *delta.Delta
	Told  *reports.Delta
}

// Diff compares two periods. The later one is evaluated from the locker. The earlier one
// is what its pack says: the one that is named, or that of the framework, or else of the
// first configured framework that has one. Without a pack it is evaluated anew.
func (r *Run) Diff(ctx context.Context, d Diff) (c *Compared, err error) {
	before, framework, err := r.earlier(ctx, d)
	if err != nil {
		return nil, err
	}
	var ids []string
	if framework != nil {
		if ids = serving(framework); len(ids) == 0 {
			return nil, fmt.Errorf("no control serves any item of framework %s", framework.ID)
		}
	}
	list, err := r.Select(ids)
	if err != nil {
		return nil, err
	}
	want := Selections(append(tested(before), list...))
	view, _, err := r.View(ctx, d.Later, want)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, view.Close()) }()
	results, err := evaluation.Run(ctx, view, list)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, results.Close()) }()
	answers, err := r.Responses(d.Later, results)
	if err != nil {
		return nil, err
	}
	later := delta.Side{Name: r.Config.Calendar.Name(d.Later), Period: d.Later, Results: results, Answers: answers,
		Library: r.Library, Framework: framework, Tool: r.Tool}
	found, err := delta.Compare(ctx, before.Side, later, view, want)
	if err != nil {
		return nil, err
	}
	return &Compared{found, pack.DeltaModel(found, before.Side, later, r.Config.Lang, r.Config.Calendar.Location)}, nil
}

// earlier finds the earlier period, and the framework whose controls are compared; nil: all.
func (r *Run) earlier(ctx context.Context, d Diff) (*pack.Previous, *controls.Framework, error) {
	path := d.Pack
	if path == "" && !d.Anew {
		list, err := r.frameworks(nonEmpty(d.Framework))
		if err != nil {
			return nil, nil, err
		}
		for _, f := range list {
			if kept, ok := r.keptPack(d.Earlier, f); ok {
				path = kept
				break
			}
		}
	}
	if path != "" {
		return r.earlierPack(path, d)
	}
	var framework *controls.Framework
	var ids []string
	if d.Framework != "" {
		var err error
		if framework, err = r.Library.Framework(d.Framework); err != nil {
			return nil, nil, err
		}
		ids = serving(framework)
	}
	list, err := r.Select(ids)
	if err != nil {
		return nil, nil, err
	}
	results, view, _, err := r.Evaluate(ctx, d.Earlier, list)
	if err != nil {
		return nil, nil, err
	}
	p, err := r.anew(d.Earlier, results, framework)
	return p, framework, errors.Join(err, results.Close(), view.Close())
}

func (r *Run) earlierPack(path string, d Diff) (*pack.Previous, *controls.Framework, error) {
	var wanted *controls.Framework
	if d.Framework != "" {
		var err error
		if wanted, err = r.Library.Framework(d.Framework); err != nil {
			return nil, nil, err
		}
	}
	p, err := r.readPrevious(path, wanted)
	if err != nil {
		return nil, nil, err
	}
	if !p.Period.Start.Equal(d.Earlier.Start) || !p.Period.End.Equal(d.Earlier.End) {
		return nil, nil, fmt.Errorf("the pack %s is of %s, not of %s", path, p.Name, r.Config.Calendar.Name(d.Earlier))
	}
	f, err := r.Library.Framework(p.Pack.Framework)
	return p, f, err
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// tested are the controls that gave the earlier results.
func tested(p *pack.Previous) []*controls.Control {
	var list []*controls.Control
	for _, id := range p.Results.IDs() {
		if c, err := p.Library.Find(id); err == nil {
			list = append(list, c)
		}
	}
	return list
}
