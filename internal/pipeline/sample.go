package pipeline

import (
	"context"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/config"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/locker"
	"github.com/evidencepack/evidence/internal/pack"
	"github.com/evidencepack/evidence/internal/sampling"
)

// Sizing overrides how many items are drawn.
type Sizing struct {
	Size  int64  // 0: by the table
	Table string // empty: the configuration's
	Of    string // [sampling.Exempt]: of the exempt items; empty: of those that the control applies to
}

// Sample draws the samples of the controls whose results are given.
func (r *Run) Sample(ctx context.Context, p evidence.Period, results *evaluation.Results, cp locker.Checkpoint, s Sizing) (pack.Sampled, error) {
	out := pack.Sampled{
		Manifest: r.manifest(p, &controls.Framework{}), Location: r.Config.Calendar.Location, Checkpoint: cp,
		Results: results, Library: r.Library, Drivers: r.Drivers,
	}
	log, err := r.sampleLog(p)
	if err != nil {
		return out, err
	}
	var plans []pack.SamplePlan
	for _, c := range results.Controls {
		ctl, err := r.Library.Find(c.ID)
		if err != nil {
			return out, err
		}
		settings := r.Config.Samples.Controls[c.ID]
		switch {
		case s.Size > 0:
			settings = config.SampleSettings{Size: s.Size}
		case s.Table != "":
			settings = config.SampleSettings{Table: s.Table}
		}
		plan, err := r.samplePlan(ctl, s.Of, settings, log)
		if err != nil {
			return out, err
		}
		plans = append(plans, plan)
	}
	seal, err := r.sampleSeal(ctx, log, cp)
	if err != nil {
		return out, err
	}
	out.Samples, err = pack.Draw(results, seal, log.Nonce, plans)
	return out, err
}

// sampleSeal is the checkpoint that was agreed on, or else the latest.
func (r *Run) sampleSeal(ctx context.Context, log *sampling.Log, latest locker.Checkpoint) (pack.SampleSeal, error) {
	if own := pack.SealOf(latest); log.Root == "" || log.Root == own.Root {
		return own, nil
	}
	l, err := r.openLocker(ctx)
	if err != nil {
		return pack.SampleSeal{}, err
	}
	all, err := l.Checkpoints()
	if err != nil {
		return pack.SampleSeal{}, err
	}
	i := slices.IndexFunc(all, func(cp locker.Checkpoint) bool { return hex.EncodeToString(cp.Root[:]) == log.Root })
	if i < 0 {
		return pack.SampleSeal{}, fmt.Errorf("%s: the locker was never sealed with root %s", r.Config.Samples.Log, log.Root)
	}
	proof, err := l.ProveEarlier(ctx, latest, all[i])
	if err != nil {
		return pack.SampleSeal{}, err
	}
	return pack.EarlierSeal(all[i], proof), nil
}

// samplePlans says how the samples of packs are drawn: of every control, but of those
// whose samples are switched off.
func (r *Run) samplePlans(log *sampling.Log) ([]pack.SamplePlan, error) {
	for id := range r.Config.Samples.Controls {
		if _, err := r.Library.Find(id); err != nil {
			return nil, fmt.Errorf("samples: %w", err)
		}
	}
	var plans []pack.SamplePlan
	for _, c := range r.Library.Controls {
		settings := r.Config.Samples.Controls[c.ID]
		if settings.Disabled {
			continue
		}
		for _, of := range []string{"", sampling.Exempt} {
			plan, err := r.samplePlan(c, of, settings, log)
			if err != nil {
				return nil, err
			}
			plans = append(plans, plan)
		}
	}
	return plans, nil
}

func (r *Run) samplePlan(c *controls.Control, of string, s config.SampleSettings, log *sampling.Log) (pack.SamplePlan, error) {
	plan := pack.SamplePlan{Control: c.ID, Of: of, Replaced: log.Replaced[c.ID]}
	if of == sampling.Exempt {
		plan.Replaced = log.Exempt[c.ID]
	}
	if s.Size > 0 {
		plan.Sizes = []sampling.Step{{Size: s.Size}}
		return plan, nil
	}
	table := r.Config.Samples.Table
	if s.Table != "" {
		var err error
		if table, err = r.Config.Samples.FindTable(s.Table); err != nil {
			return plan, err
		}
	}
	plan.Table, plan.Title, plan.Sizes = table.Name, table.Title, table.Sizes[string(c.Frequency)]
	return plan, nil
}

// sampleLog reads what was agreed on the samples of a period. A nonce of the run
// takes the place of the one that was written down.
func (r *Run) sampleLog(p evidence.Period) (*sampling.Log, error) {
	log := &sampling.Log{Period: p}
	if path := r.Config.Samples.Log; path != "" {
		b, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("read what was agreed on samples: %w", err)
		}
		if log, err = sampling.ParseLog(b, r.Config.Calendar, p); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	for _, id := range slices.Concat(slices.Collect(maps.Keys(log.Replaced)), slices.Collect(maps.Keys(log.Exempt))) {
		if c, err := r.Library.Find(id); err != nil || c.ID != id {
			return nil, fmt.Errorf("%s: items of %q are to be replaced: no such control", r.Config.Samples.Log, id)
		}
		if r.Config.Samples.Controls[id].Disabled {
			return nil, fmt.Errorf("%s: items of %s are to be replaced, whose sample is switched off", r.Config.Samples.Log, id)
		}
	}
	if r.Nonce != "" {
		log.Nonce = r.Nonce
	}
	return log, nil
}
