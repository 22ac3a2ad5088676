package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/pack"
	"github.com/evidencepack/evidence/internal/responses"
	"github.com/evidencepack/evidence/internal/sealed"
	"github.com/evidencepack/evidence/reports"
)

// NoPrevious, as [Run.Previous], has packs compare with nothing.
const NoPrevious = "none"

// previous finds what the packs of a period tell the changes from, framework by framework.
type previous struct {
	run    *Run
	period evidence.Period // the one before

	evaluated bool // the period before was looked at in the locker
	results   *evaluation.Results
	view      *sealed.View
}

func (r *Run) previousOf(p evidence.Period) *previous {
	return &previous{run: r, period: r.Config.Calendar.Previous(p)}
}

// of is the pack that Run names; or that of the framework for the period before, where
// packs are kept; or what the locker holds of that period, evaluated anew; or nil, and why.
func (b *previous) of(ctx context.Context, f *controls.Framework) (*pack.Previous, reports.NoDelta, error) {
	switch named := b.run.Previous; named {
	case NoPrevious:
		return nil, reports.NotAsked, nil
	case "":
	default:
		p, err := b.run.readPrevious(named, f)
		return p, "", err
	}
	path, ok := b.run.keptPack(b.period, f)
	if !ok && b.run.Redacted {
		return nil, reports.NoCopy, nil // what the locker holds of it is not redacted
	}
	if ok {
		p, err := b.run.readPrevious(path, f)
		if err == nil && !p.Period.Start.Equal(b.period.Start) {
			err = fmt.Errorf("the pack %s is of %s", path, p.Name)
		}
		if err != nil {
			return nil, "", fmt.Errorf("%w (--previous names another pack to compare with, or none)", err)
		}
		return p, "", nil
	}
	if err := b.evaluate(ctx); err != nil || b.results == nil {
		return nil, reports.NoEarlier, err
	}
	p, err := b.run.anew(b.period, b.results.Only(serving(f)), f)
	return p, "", err
}

// keptPack finds the pack of a framework and period among those that were made.
func (r *Run) keptPack(p evidence.Period, f *controls.Framework) (path string, ok bool) {
	path = filepath.Join(r.Config.Packs, pack.Name(r.Config.Organisation, f.ID, r.Config.Calendar.Name(p)))
	if r.Redacted {
		path += pack.RedactedSuffix
	}
	for _, path := range []string{path + ".zip", path} {
		if _, err := os.Stat(path); err == nil {
			return path, true
		}
	}
	return "", false
}

// readPrevious reads a pack of this organisation and, if it is given, framework.
func (r *Run) readPrevious(path string, f *controls.Framework) (*pack.Previous, error) {
	p, err := pack.ReadPrevious(path)
	if err != nil {
		return nil, err
	}
	if p.Organisation != r.Config.Organisation {
		return nil, fmt.Errorf("the pack %s is of another organisation, %s", path, p.Organisation.In(r.Config.Lang))
	}
	switch {
	case r.Redacted && !p.Redacted:
		return nil, fmt.Errorf("the pack %s holds originals, and an auditor's copy is compared with copies alone: name one with --previous, or none", path)
	case p.Redacted && !r.Redacted:
		return nil, fmt.Errorf("the pack %s is an auditor's copy, whose names are not those of the originals: name the full pack with --previous, or none", path)
	}
	if f != nil && p.Pack.Framework != f.ID {
		return nil, fmt.Errorf("the pack %s is of framework %s, not of %s", path, p.Pack.Framework, f.ID)
	}
	return p, nil
}

// anew is a period as it is evaluated today.
func (r *Run) anew(p evidence.Period, results *evaluation.Results, f *controls.Framework) (*pack.Previous, error) {
	files, err := r.responseFiles()
	if err != nil {
		return nil, err
	}
	return pack.NewPrevious(r.Config.Calendar.Name(p), results, responses.For(files, p, results.IDs()), r.Library, f, r.Tool)
}

// evaluate tests all controls on the period before, once for all frameworks. Of a
// period of which nothing was collected there is nothing to compare with.
func (b *previous) evaluate(ctx context.Context) error {
	if b.evaluated {
		return nil
	}
	b.evaluated = true
	view, _, err := b.run.View(ctx, b.period, Selections(b.run.Library.Controls))
	if err != nil {
		return err
	}
	b.view = view
	if view.AsOf().IsZero() {
		return nil
	}
	b.results, err = evaluation.Run(ctx, view, b.run.Library.Controls)
	return err
}

func (b *previous) close() error {
	var errs []error
	if b.results != nil {
		errs = append(errs, b.results.Close())
	}
	if b.view != nil {
		errs = append(errs, b.view.Close())
	}
	return errors.Join(errs...)
}
