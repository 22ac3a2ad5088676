package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/pipeline"
)

func (a *app) collectCommand() *cobra.Command {
	var period periodFlags
	var ids []string
	c := &cobra.Command{
		Use:   "collect --period PERIOD",
		Short: "Read the sources for a period into the locker",
		Long: `Collect reads every configured source for the period, as far as the controls want
it, into the locker. What an earlier run collected completely is kept; what was cut
off or had gaps is read again. Nothing counts as evidence before it is sealed.

A source that fails does not stop the others: the failure is recorded, told of, and
makes the controls that depend on it not evaluable.

Unless controls are named, what of the period before was read too early, while records
may still have arrived, is read again once they no longer do.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			run, p, err := a.openFor(&period)
			if err != nil {
				return err
			}
			if len(ids) == 0 {
				if err := a.settle(cmd.Context(), run, p, false); err != nil {
					return err
				}
			}
			collected, err := collect(cmd.Context(), run, p, ids)
			if err != nil {
				return err
			}
			if err := a.tellCollected(run.Config.Lang, collected); err != nil {
				return err
			}
			return collectionOutcome(collected)
		},
	}
	period.add(c)
	c.Flags().StringSliceVar(&ids, "control", nil, "collect only what these controls want (default: all)")
	return c
}

func collect(ctx context.Context, run *pipeline.Run, p evidence.Period, ids []string) ([]pipeline.Collected, error) {
	list, err := run.Select(ids)
	if err != nil {
		return nil, usageError{err}
	}
	return run.Collect(ctx, p, list)
}

// tellCollected prints what a collection did, source by source.
func (a *app) tellCollected(l evidence.Lang, all []pipeline.Collected) error {
	if a.json {
		return a.printJSON(all)
	}
	say := words(l)
	t := newTable(a.stdout, say("証跡元", "source"), say("単位", "units"), say("取得済み", "kept"), say("収集", "collected"),
		say("欠落あり", "with gaps"), say("失敗", "failed"), say("記録", "records"))
	for _, c := range all {
		t.AppendRow([]any{c.Source, c.Units, c.Kept, c.Completed, c.WithGaps, c.Failed, c.Records})
	}
	t.Render()
	for _, c := range all {
		for _, e := range append(c.Unreadable, c.Errors...) {
			fmt.Fprintf(a.stdout, "%s %s: %s\n", say("取得不可", "not readable"), c.Source, oneLine(e))
		}
	}
	return nil
}

func collectionOutcome(all []pipeline.Collected) error {
	for _, c := range all {
		if !c.Complete() {
			return outcome(exitIncomplete)
		}
	}
	return nil
}
