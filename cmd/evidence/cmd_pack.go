package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/evidencepack/evidence/internal/sampling"
)

func (a *app) packCommand() *cobra.Command {
	var period periodFlags
	var frameworks []string
	var nonce, out, previous string
	var redacted bool
	var to deliveryFlags
	c := &cobra.Command{
		Use:   "pack --period PERIOD",
		Short: "Make signed packs from what is sealed for a period",
		Long: `Pack tests the controls of each framework on the sealed evidence and makes a signed
pack: a folder, and the same as a zip. The same checkpoint, controls and key give
the same bytes, but for the signature's time.

Each pack has samples of its controls, drawn from what is sealed and from the auditor's
nonce (see: evidence sample).

It tells what changed since the period before, from that period's pack in the
configuration's folder or, without one, from evaluating its sealed evidence anew; the
same bytes then need the same pack there.

With --redacted it makes auditors' copies: the configuration's rules replace personal data
by pseudonyms, and the controls are tested on what is left. A copy of which a verdict or reason would differ
from that on the originals is not made. It compares with the copy for the period before,
where there is one.`,
		Example: "  evidence pack --period 2026-10 --framework soc1 --lang en",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if err := sampling.CheckNonce(nonce); err != nil {
				return usageError{err}
			}
			delivery, err := to.read()
			if err != nil {
				return err
			}
			run, p, err := a.openFor(&period)
			if err != nil {
				return err
			}
			run.Nonce = nonce
			run.Previous = previous
			run.Redacted = redacted
			results, view, cp, err := run.Evaluate(cmd.Context(), p, run.Library.Controls)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, results.Close(), view.Close()) }()
			paths, err := run.Pack(cmd.Context(), p, results, view, cp, frameworks, out)
			if err != nil {
				return spoken(run.Config.Lang, err)
			}
			made, err := deliver(delivery, paths)
			if err != nil {
				return err
			}
			paths = append(paths, made...)
			a.markDemo(run.Config)
			if a.json {
				if err := a.printJSON(paths); err != nil {
					return err
				}
				return resultsOutcome(results)
			}
			for _, path := range paths {
				fmt.Fprintln(a.stdout, path)
			}
			return resultsOutcome(results)
		},
	}
	period.add(c)
	c.Flags().StringSliceVar(&frameworks, "framework", nil, "frameworks to make packs for, or all (default: the configuration's)")
	c.Flags().StringVar(&nonce, "nonce", "", "the auditor's text, for samples (default: the one in the samples' log)")
	addPrevious(c, &previous)
	c.Flags().BoolVar(&redacted, "redacted", false, "make auditors' copies, in which personal data are replaced")
	to.add(c)
	c.Flags().StringVar(&out, "out", "", "`folder` for the packs (default: the configuration's)")
	return c
}

// addPrevious is the flag of verbs that make packs.
func addPrevious(c *cobra.Command, previous *string) {
	c.Flags().StringVar(previous, "previous", "", "`pack` to tell the changes from, or none (default: that of the period before, or its evidence)")
}
