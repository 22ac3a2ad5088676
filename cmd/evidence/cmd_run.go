package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/locker"
	"github.com/evidencepack/evidence/internal/pipeline"
)

func (a *app) runCommand() *cobra.Command {
	var period periodFlags
	var frameworks []string
	var previous string
	var redacted bool
	c := &cobra.Command{
		Use:   "run --period PERIOD",
		Short: "The monthly job: collect, seal, check, pack",
		Long: `Run collects the period's evidence, seals it, tests every control on it and makes a
signed pack for each framework. Running it again continues a run that was cut off,
reads again what had gaps, and makes the packs anew. What of the period before was read
too early, while records may still have arrived, is read again too: where records were
new, the run says so, and that period's packs should be made again. Where checkpoints
cannot be copied to the places that evidence.yaml names, the packs are made and the exit
code is 1; the next run copies them.

With --redacted it makes an auditor's copy beside each pack, as evidence pack --redacted
does; where it cannot make one, the packs are there all the same.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			run, p, err := a.openFor(&period)
			if err != nil {
				return err
			}
			run.Previous = previous
			if redacted {
				if previous != "" && previous != pipeline.NoPrevious {
					return usageError{errors.New("--redacted and --previous: a pack and its copy compare with different ones; make the copy by evidence pack --redacted --previous")}
				}
				if err := run.CanRedact(); err != nil {
					return err
				}
			}
			done, err := a.monthly(cmd.Context(), run, p, frameworks, redacted)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, done.close()) }()
			if a.json {
				if err := a.printJSON(done); err != nil {
					return err
				}
			}
			return done.outcome()
		},
	}
	period.add(c)
	addPrevious(c, &previous)
	c.Flags().BoolVar(&redacted, "redacted", false, "make auditors' copies too, in which personal data are replaced")
	c.Flags().StringSliceVar(&frameworks, "framework", nil, "make packs for these frameworks (default: the configuration's)")
	return c
}

// monthlyRun is what a run came to.
type monthlyRun struct {
	Collected []pipeline.Collected `json:"collected"`
	Results   *evaluation.Results  `json:"results"`
	Packs     []string             `json:"packs"`
	closers   []func() error
	notCopied error // checkpoints that are sealed, and not yet where copies of them are kept
	noCopies  error // auditors' copies that could not be made of packs that were
}

func (m *monthlyRun) close() error {
	var errs []error
	for _, c := range m.closers {
		errs = append(errs, c())
	}
	return errors.Join(errs...)
}

func (m *monthlyRun) outcome() error {
	if m.notCopied != nil {
		return m.notCopied
	}
	if m.noCopies != nil {
		return m.noCopies
	}
	if err := collectionOutcome(m.Collected); err != nil {
		return err
	}
	return resultsOutcome(m.Results)
}

// monthly does the steps one after the other and tells of each.
func (a *app) monthly(ctx context.Context, run *pipeline.Run, p evidence.Period, frameworks []string, redacted bool) (*monthlyRun, error) {
	tell := func(f func() error) error {
		if a.json {
			return nil
		}
		return f()
	}
	var m monthlyRun
	var err error
	if err = a.settle(ctx, run, p, true); err != nil {
		return nil, err
	}
	if m.Collected, err = collect(ctx, run, p, nil); err != nil {
		return nil, err
	}
	if err := tell(func() error { return a.tellCollected(run.Config.Lang, m.Collected) }); err != nil {
		return nil, err
	}
	cp, err := run.Seal(ctx)
	if err != nil {
		return nil, err
	}
	if err := tell(func() error { return a.tellCheckpoint(cp) }); err != nil {
		return nil, err
	}
	if m.notCopied = run.CopyCheckpoints(ctx); errors.Is(m.notCopied, locker.ErrTampered) {
		return nil, m.notCopied
	}
	results, view, cp, err := run.Evaluate(ctx, p, run.Library.Controls)
	if err != nil {
		return nil, err
	}
	m.Results, m.closers = results, append(m.closers, results.Close, view.Close)
	if err := tell(func() error { return errors.Join(a.tellResults(run, results), a.tellLapsedExemptions(run, p.End)) }); err != nil {
		return nil, errors.Join(err, m.close())
	}
	if m.Packs, err = run.Pack(ctx, p, results, view, cp, frameworks, ""); err != nil {
		return nil, errors.Join(spoken(run.Config.Lang, err), m.close())
	}
	if redacted {
		run.Redacted = true
		copies, err := run.Pack(ctx, p, results, view, cp, frameworks, "")
		m.noCopies = spoken(run.Config.Lang, err)
		m.Packs = append(m.Packs, copies...)
	}
	a.markDemo(run.Config)
	return &m, tell(func() error {
		for _, path := range m.Packs {
			fmt.Fprintln(a.stdout, path)
		}
		return nil
	})
}
