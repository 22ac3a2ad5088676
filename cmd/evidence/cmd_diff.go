package main

import (
	"math"

	"github.com/spf13/cobra"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/delta"
	"github.com/evidencepack/evidence/internal/pipeline"
)

func (a *app) diffCommand() *cobra.Command {
	var d pipeline.Diff
	var all bool
	c := &cobra.Command{
		Use:   "diff EARLIER LATER",
		Short: "What changed between two periods, and what each change is attributed to",
		Long: `Diff compares two periods: results, populations, exceptions (new, continuing, not
recurring), responses, and the controls themselves. The later period is
evaluated on what is sealed for it.

The earlier period is what its pack says, with the rules, parameters and responses of
then: the pack that --pack names, or the one in the configuration's folder of the first
configured framework that has one (--framework names another). Without a pack, or with
--anew, its sealed evidence is evaluated by the controls of now; then only the evidence
and the responses can differ. The output says which it was.

Where the rules or parameters of a control changed, the later evidence is judged by the
earlier ones too, so that what is attributed to the evidence (the subject matter), to the rules and to
the parameters is found and not guessed.

The exit code is that of the two periods' controls: 4 if one of either period is not
evaluable, since that may hide a change, and otherwise 3 if the later one has exceptions.`,
		Example: "  evidence diff 2026-09 2026-10\n  evidence diff 2026-Q2 2026-Q3 --framework iso27001\n  evidence diff 2026-09 2026-10 --pack packs/example-soc1-2026-09.zip --json",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if d.Anew && d.Pack != "" {
				return usage("--anew evaluates the earlier period, and --pack reads it: one of them")
			}
			run, err := a.open()
			if err != nil {
				return err
			}
			for i, p := range []*evidence.Period{&d.Earlier, &d.Later} {
				if *p, err = run.Config.Calendar.Parse(args[i]); err != nil {
					return usageError{err}
				}
			}
			compared, err := run.Diff(cmd.Context(), d)
			if err != nil {
				return err
			}
			if a.json {
				if err := a.printJSON(compared.Delta); err != nil {
					return err
				}
				return deltaOutcome(compared.Delta)
			}
			most := 50
			if all {
				most = math.MaxInt
			}
			a.tellDelta(compared.Told, run.Config.Lang, run.Config.Calendar.Location, most)
			return deltaOutcome(compared.Delta)
		},
	}
	f := c.Flags()
	f.StringVar(&d.Pack, "pack", "", "the earlier period's pack, a zip or folder")
	f.BoolVar(&d.Anew, "anew", false, "evaluate the earlier period anew, whatever packs there are")
	f.StringVar(&d.Framework, "framework", "", "compare the controls of this framework, by its pack")
	f.BoolVar(&all, "all", false, "show every exception, not the first fifty of a control")
	return c
}

// deltaOutcome is the exit code of a comparison.
func deltaOutcome(d *delta.Delta) error {
	code := exitOK
	for _, c := range d.Controls {
		for _, s := range []*delta.State{c.Before, c.After} {
			if s != nil && s.Result == evidence.NotEvaluable {
				return outcome(exitIncomplete)
			}
		}
		if c.After != nil && c.After.Result == evidence.ExceptionsNoted {
			code = exitExceptions
		}
	}
	if code == exitOK {
		return nil
	}
	return outcome(code)
}
