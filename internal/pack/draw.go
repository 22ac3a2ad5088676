package pack

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/locker"
	"github.com/evidencepack/evidence/internal/sampling"
	"github.com/evidencepack/evidence/reports/xlsx"
)

// Sampled is samples with all that is told of their items, outside a pack.
type Sampled struct {
	Manifest   Manifest // whose, of what period, in which language
	Location   *time.Location
	Checkpoint locker.Checkpoint
	Results    *evaluation.Results // of the controls that samples were drawn for
	Samples    *Samples
	Library    *controls.Library
	Drivers    []collectors.Driver
}

// WriteTestSheet writes the samples as a workbook with a row an item, for the auditor
// to fill in. A pack's workbook has the same sheets.
func (s Sampled) WriteTestSheet(w io.Writer) error {
	m := s.Manifest
	m.AsOf = s.Results.AsOf
	m.Checkpoint = CheckpointInfo{
		Origin: s.Checkpoint.Origin, Size: s.Checkpoint.Size, Root: hex.EncodeToString(s.Checkpoint.Root[:]), SealedAt: s.Checkpoint.SealedAt,
	}
	c := contents{manifest: &m, library: s.Library, framework: &controls.Framework{}, results: s.Results,
		drivers: s.Drivers, samples: s.Samples, location: s.Location}
	model, err := c.model()
	if err != nil {
		return err
	}
	return xlsx.RenderTestSheet(w, model)
}

// Ask says which sample is to be drawn out of a pack.
type Ask struct {
	Control string
	Nonce   string
	Size    int64         // 0: by the table
	Of      string        // [sampling.Exempt]: of the exempt items
	Table   string        // a shipped one; empty: the pack's own sizes, as far as it has them
	Lang    evidence.Lang // of what is written; empty: the pack's
}

// ErrNotAsked: a sample cannot be drawn as it was asked for.
var ErrNotAsked = errors.New("no such sample")

// SampleFrom verifies the pack at path and draws a sample out of it, as an auditor does
// with a nonce of their own. What use is given can be read until it returns. The error
// wraps [ErrTampered] when the pack does not verify, and [ErrNotAsked] when it has no
// such control or there is no such table.
func SampleFrom(ctx context.Context, path string, v Verification, a Ask, use func(Sampled) error) error {
	if a.Table != "" && !slices.ContainsFunc(sampling.Tables, func(t sampling.Table) bool { return t.Name == a.Table }) {
		return fmt.Errorf("%w: no table of sample sizes %q", ErrNotAsked, a.Table)
	}
	return verify(ctx, path, v, func(w *verifier) error {
		c := w.contents
		ctl, err := c.library.Find(a.Control)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrNotAsked, err)
		}
		results := c.results.Only([]string{ctl.ID})
		samples, err := Draw(results, SealOf(w.cp), a.Nonce, []SamplePlan{c.plan(a, ctl)})
		if err != nil {
			return err
		}
		m := *w.manifest
		if a.Lang != "" {
			m.Lang = a.Lang
		}
		return use(Sampled{Manifest: m, Location: c.location, Checkpoint: w.cp, Results: results, Samples: samples, Library: c.library, Drivers: c.drivers})
	})
}

// plan is how the sample that was asked for is drawn.
func (c *contents) plan(a Ask, ctl *controls.Control) SamplePlan {
	plan := SamplePlan{Control: ctl.ID, Of: a.Of}
	if a.Size > 0 {
		plan.Sizes = []sampling.Step{{Size: a.Size}}
		return plan
	}
	if a.Table == "" && c.samples != nil {
		if said := c.samples.FindOf(ctl.ID, a.Of); said != nil {
			plan.Table, plan.Title, plan.Sizes = said.Table, said.Title, said.Sizes
			return plan
		}
	}
	name := cmp.Or(a.Table, sampling.JSOX)
	for _, t := range sampling.Tables {
		if t.Name == name {
			plan.Table, plan.Title, plan.Sizes = t.Name, t.Title, t.Sizes[string(ctl.Frequency)]
		}
	}
	return plan
}
