// Package pipeline runs the monthly job: plan, collect, seal, evaluate, render,
// sign. Each step reads only what the step before left durable, so that a run
// that was cut off at any point is continued by running it again.
package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/config"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/locker"
	"github.com/evidencepack/evidence/internal/pack"
	"github.com/evidencepack/evidence/internal/sealed"
	"github.com/evidencepack/evidence/internal/sign"
)

// Run is what the steps of one invocation share. It holds no results: those are
// in the locker.
type Run struct {
	Config   *config.Config
	Library  *controls.Library // shipped controls, the organisation's overlay and settings applied
	Drivers  []collectors.Driver
	Log      *slog.Logger
	Now      func() time.Time
	Tool     string // "evidence v0.1.0"
	Workers  int    // units collected at a time, unless a collector is Parallel; at least 1
	Nonce    string // of the auditor, for samples; empty: the one that was written down
	Progress func(Progress)
	Redacted bool // packs are auditors' copies, as the configuration's redaction says
	// Unanswered is told of timestamp authorities that gave a pack no timestamp; nil: nobody is told.
	Unanswered func(pack string, why pack.Unanswered)
	// Provisional is told, before a pack is approved, that its evidence was to be collected again by now; nil: nobody is told.
	Provisional func(pack.Provisional)
	Previous    string // the pack that packs compare with; empty: that of the period before, or its evidence; NoPrevious
}

// Progress is told as units finish.
type Progress struct {
	Source      string
	Done, Total int
	Records     int64
}

// ErrUnknownDriver: the configuration names a driver that the tool does not have.
var ErrUnknownDriver = errors.New("unknown driver")

// Library loads the shipped controls, the organisation's overlay over them, and
// applies the configuration's settings.
func Library(c *config.Config) (*controls.Library, error) {
	layers := []fs.FS{controls.Shipped()}
	if c.Overlay != "" {
		if _, err := os.Stat(c.Overlay); err != nil {
			return nil, fmt.Errorf("overlay: %w", err)
		}
		layers = append(layers, os.DirFS(c.Overlay))
	}
	lib, err := controls.Load(layers...)
	if err != nil {
		return nil, err
	}
	settings := map[string]controls.Settings{}
	for id, s := range c.Controls {
		settings[id] = controls.Settings{Disabled: s.Disabled, Owner: s.Owner, Params: s.Params}
	}
	return lib.Configure(settings)
}

// Select lists the controls with the given IDs, or all of them for none, in the
// order of their IDs.
func (r *Run) Select(ids []string) ([]*controls.Control, error) {
	if len(ids) == 0 {
		return r.Library.Controls, nil
	}
	var list []*controls.Control
	for _, id := range ids {
		c, err := r.Library.Find(id)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(list, c) {
			list = append(list, c)
		}
	}
	slices.SortFunc(list, func(a, b *controls.Control) int { return strings.Compare(a.ID, b.ID) })
	return list, nil
}

// Selections joins what the controls want, without repetitions.
func Selections(list []*controls.Control) []evidence.Selection {
	var want []evidence.Selection
	for _, c := range list {
		want = append(want, c.Selections()...)
	}
	return want
}

func (r *Run) driver(name string) (collectors.Driver, error) {
	i := slices.IndexFunc(r.Drivers, func(d collectors.Driver) bool { return d.Name == name })
	if i < 0 {
		return collectors.Driver{}, fmt.Errorf("%w %q (see: evidence collectors list)", ErrUnknownDriver, name)
	}
	return r.Drivers[i], nil
}

// collector makes the collector of a source; that does no I/O.
func (r *Run) collector(s config.Source, d collectors.Driver) (collectors.Collector, error) {
	env := collectors.Env{Log: r.Log.With("source", s.Name), Now: r.Now, Workers: r.Workers, BaseDir: r.Config.Dir}
	c, err := d.New(env, s.Decode)
	if err != nil {
		return nil, fmt.Errorf("source %s: %w", s.Name, err)
	}
	return c, nil
}

// yields reports whether a collector yields a kind of its driver.
func yields(c collectors.Collector, kind string) bool {
	s, ok := c.(collectors.Selective)
	return !ok || s.Yields(kind)
}

// Sources lists the configured sources as evaluation expects them.
func (r *Run) Sources() ([]sealed.Source, error) {
	var list []sealed.Source
	for _, s := range r.Config.Sources {
		d, err := r.driver(s.Driver)
		if err != nil {
			return nil, fmt.Errorf("source %s: %w", s.Name, err)
		}
		c, err := r.collector(s, d)
		if err != nil {
			return nil, err
		}
		e := sealed.Source{Name: s.Name, Driver: s.Driver}
		for _, k := range d.Kinds {
			if !yields(c, k.Name) {
				continue
			}
			e.Kinds = append(e.Kinds, k.Name)
			if k.Form != evidence.Event {
				if e.Forms == nil {
					e.Forms = map[string]evidence.Form{}
				}
				e.Forms[k.Name] = k.Form
			}
			for _, m := range k.Methods {
				if !slices.Contains(e.Methods, m) {
					e.Methods = append(e.Methods, m)
				}
			}
		}
		list = append(list, e)
	}
	return list, nil
}

// Seal sequences what was collected and signs a checkpoint over it.
func (r *Run) Seal(ctx context.Context) (locker.Checkpoint, error) {
	l, err := r.openLocker(ctx)
	if err != nil {
		return locker.Checkpoint{}, err
	}
	signer, err := sign.NoteSigner(l.Origin(), r.Config.Keys.Locker)
	if err != nil {
		return locker.Checkpoint{}, err
	}
	w, err := l.Writer(ctx)
	if err != nil {
		return locker.Checkpoint{}, err
	}
	cp, err := w.Seal(ctx, signer, r.Now())
	return cp, errors.Join(err, w.Close())
}

// Waiting counts what was collected and is not sealed yet.
func (r *Run) Waiting(ctx context.Context) (int, error) {
	l, err := r.openLocker(ctx)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, err := range l.Pending(ctx) {
		if err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}

// View opens what the latest checkpoint holds for a period, and around it as far
// as the selections reach.
func (r *Run) View(ctx context.Context, p evidence.Period, want []evidence.Selection) (*sealed.View, locker.Checkpoint, error) {
	l, err := r.openLocker(ctx)
	if err != nil {
		return nil, locker.Checkpoint{}, err
	}
	cp, err := l.Latest()
	if err != nil {
		return nil, locker.Checkpoint{}, err
	}
	sources, err := r.Sources()
	if err != nil {
		return nil, locker.Checkpoint{}, err
	}
	v, err := sealed.Open(ctx, atCheckpoint{l, cp}, p, sources, want)
	return v, cp, err
}

// Evaluate tests controls on what is sealed for a period.
func (r *Run) Evaluate(ctx context.Context, p evidence.Period, list []*controls.Control) (*evaluation.Results, *sealed.View, locker.Checkpoint, error) {
	return r.evaluate(ctx, p, list, evaluation.Run)
}

// EvaluateWithRecords is Evaluate, and the results have the record of every item.
func (r *Run) EvaluateWithRecords(ctx context.Context, p evidence.Period, list []*controls.Control) (*evaluation.Results, *sealed.View, locker.Checkpoint, error) {
	return r.evaluate(ctx, p, list, evaluation.RunWithRecords)
}

func (r *Run) evaluate(ctx context.Context, p evidence.Period, list []*controls.Control,
	test func(context.Context, *sealed.View, []*controls.Control) (*evaluation.Results, error),
) (*evaluation.Results, *sealed.View, locker.Checkpoint, error) {
	view, cp, err := r.View(ctx, p, Selections(list))
	if err != nil {
		return nil, nil, cp, err
	}
	results, err := test(ctx, view, list)
	if err != nil {
		return nil, nil, cp, errors.Join(err, view.Close())
	}
	return results, view, cp, nil
}
