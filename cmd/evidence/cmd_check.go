package main

import (
	"errors"
	"math"

	"github.com/spf13/cobra"
)

func (a *app) checkCommand() *cobra.Command {
	var period periodFlags
	var all bool
	c := &cobra.Command{
		Use:   "check [CONTROL…] --period PERIOD",
		Short: "Test controls on what is sealed for a period",
		Long: `Check tests the named controls, or all of them, on the evidence that the latest
checkpoint holds for the period. It reads the locker alone: no network, no clock.`,
		Example: "  evidence check LOG-01 --period 2026-10\n  evidence check --period 2026-Q3 --json",
		RunE: func(cmd *cobra.Command, ids []string) (err error) {
			run, p, err := a.openFor(&period)
			if err != nil {
				return err
			}
			list, err := run.Select(ids)
			if err != nil {
				return usageError{err}
			}
			results, view, _, err := run.Evaluate(cmd.Context(), p, list)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, results.Close(), view.Close()) }()
			if a.json {
				if err := a.printJSON(results); err != nil {
					return err
				}
				return resultsOutcome(results)
			}
			// Who gives a wrong response sees the results all the same, and then what is wrong.
			answers, wrong := run.Responses(p, results)
			if err := a.tellResults(run, results); err != nil {
				return err
			}
			most := 50
			if all {
				most = math.MaxInt
			}
			for i := range results.Controls {
				if err := a.tellControl(run, &results.Controls[i], answers, most); err != nil {
					return err
				}
			}
			if wrong != nil {
				return wrong
			}
			return resultsOutcome(results)
		},
	}
	period.add(c)
	c.Flags().BoolVar(&all, "all", false, "show every exception, not the first fifty of a control")
	return c
}
