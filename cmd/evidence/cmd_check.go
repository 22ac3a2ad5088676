package main

import (
	"errors"
	"math"
	"strings"

	"github.com/spf13/cobra"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/exchange"
	"github.com/evidencepack/evidence/internal/pipeline"
)

func (a *app) checkCommand() *cobra.Command {
	var period periodFlags
	var all bool
	var format string
	c := &cobra.Command{
		Use:   "check [CONTROL…] --period PERIOD",
		Short: "Test controls on what is sealed for a period",
		Long: `Check tests the named controls, or all of them, on the evidence that the latest
checkpoint holds for the period. It reads the locker alone: no network, no clock.

With --format junit each control is a test suite and each item of its population a test
case; with --format sarif each control is a rule and each exception a result. What is
not evaluable fails in both. --format json is the same as --json.`,
		Example: "  evidence check LOG-01 --period 2026-10\n  evidence check --period 2026-Q3 --json\n  evidence check --period 2026-10 --format junit > evidence.xml",
		RunE: func(cmd *cobra.Command, ids []string) (err error) {
			switch format {
			case "", "text", "junit", "sarif":
			case "json":
				a.json = true
			default:
				return usage("--format %s: want text, json, junit or sarif", format)
			}
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
			if format == "junit" || format == "sarif" {
				if err := a.writeForCI(format, run, p, results); err != nil {
					return err
				}
				if err := a.tellReservations(a.stderr, run, view.Describe(), results); err != nil {
					return err
				}
				return resultsOutcome(results)
			}
			if a.json {
				if err := a.printJSON(results); err != nil {
					return err
				}
				if err := a.tellReservations(a.stderr, run, view.Describe(), results); err != nil {
					return err
				}
				return resultsOutcome(results)
			}
			// Who gives a wrong response sees the results all the same, and then what is wrong.
			answers, wrong := run.Responses(p, results)
			if err := a.tellResults(run, results); err != nil {
				return err
			}
			if err := a.tellReservations(a.stdout, run, view.Describe(), results); err != nil {
				return err
			}
			most := 50
			if all {
				most = math.MaxInt
			}
			for i := range results.Controls {
				if err := a.tellControl(run, results, &results.Controls[i], answers, most); err != nil {
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
	c.Flags().StringVar(&format, "format", "", "`how` to print: text, json, junit or sarif (default: text)")
	c.Flags().BoolVar(&all, "all", false, "show every exception, not the first fifty of a control")
	return c
}

// writeForCI prints results for the programs that run checks.
func (a *app) writeForCI(format string, run *pipeline.Run, p evidence.Period, results *evaluation.Results) error {
	c, err := exchanged(run, p, results)
	if err != nil {
		return err
	}
	if format == "junit" {
		return c.JUnit(a.stdout)
	}
	return c.SARIF(a.stdout)
}

// exchanged is what was checked, for other programs.
func exchanged(run *pipeline.Run, p evidence.Period, results *evaluation.Results) (*exchange.Check, error) {
	answers, err := run.Responses(p, results)
	if err != nil {
		return nil, err
	}
	tool, version, _ := strings.Cut(run.Tool, " ")
	return &exchange.Check{Results: results, Library: run.Library, Answers: answers, Period: run.Config.Calendar.Name(p), Lang: run.Config.Lang,
		Location: run.Config.Calendar.Location, Tool: tool, Version: version}, nil
}
