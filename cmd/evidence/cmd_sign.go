package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/all"
	"github.com/evidencepack/evidence/internal/pack"
)

func (a *app) signCommand() *cobra.Command {
	var trust trustFlags
	var to deliveryFlags
	var out string
	c := &cobra.Command{
		Use:   "sign PACK",
		Short: "Verify a pack that somebody else made, and sign it as its approver",
		Long: `Sign is the approver's act. It verifies the pack, as a zip or as a folder, as "evidence
verify" does, and signs it with the key of sign.approver in evidence.yaml. A pack that
does not verify is not signed.

The manifest so far and its signature are kept in the pack as signatures/1 (then 2, and
so on), and a new manifest.json speaks of all files. "evidence verify" checks every
stage, and shows each signer. Whoever has signed a pack does not approve it: the same
key, or the same name, is refused. So is a certificate that is not valid when it signs,
not meant for signing, weak, or below no root that is configured. A key with a
certificate also signs report.pdf and report.xlsx, beside the preparer's signature, and
the authorities of the configuration confirm when, as for "evidence pack".

A pack whose completeness was provisional until a time that is past is signed with a
warning: its evidence should be collected again, and the pack made again, before it is
approved.

The signed pack takes the place of the unsigned one, as zip and, where there was one, as
folder; --out leaves that as it is.`,
		Example: "  evidence sign packs/example-soc1-2026-10.zip --key preparer.pub.pem",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			expected, err := trust.load()
			if err != nil {
				return err
			}
			delivery, err := to.read()
			if err != nil {
				return err
			}
			run, err := a.open()
			if err != nil {
				return err
			}
			var overdue pack.Provisional
			run.Provisional = func(p pack.Provisional) {
				overdue = p
				fmt.Fprintln(a.stderr, provisionalLine(run.Config.Lang, run.Config.Calendar.Location, args[0], p))
			}
			path, err := run.Approve(cmd.Context(), args[0], pack.Verification{
				Trust: expected, Drivers: all.Drivers(), Tool: toolVersion(), Lang: run.Config.Lang,
				Report: func(c pack.Check) {
					fmt.Fprintf(a.stderr, "%-6s %s: %s\n", c.State, oneLine(c.Name), oneLine(c.Detail))
				},
			}, out)
			if err != nil {
				return spoken(run.Config.Lang, err)
			}
			a.markDemo(run.Config)
			made, err := deliver(delivery, []string{path})
			if err != nil {
				return err
			}
			paths := append([]string{path}, made...)
			if a.json {
				return a.printJSON(signedPack{paths, overdue})
			}
			for _, path := range paths {
				fmt.Fprintln(a.stdout, path)
			}
			return nil
		},
	}
	c.Flags().StringArrayVar(&trust.keys, "key", nil, "the public key of whoever must have signed so far, PEM `file`; may be repeated")
	trust.add(c, "of whoever must have signed so far: ")
	c.Flags().StringVar(&out, "out", "", "`folder` for the signed pack (default: that of the pack)")
	to.add(c)
	return c
}

// signedPack is what was signed, for programs.
type signedPack struct {
	Packs       []string         `json:"packs"`                // its zip, and the copies for delivery
	Provisional pack.Provisional `json:"provisional,omitzero"` // what was to be collected again before it was signed
}

// provisionalLine warns an approver of a pack whose evidence was to be collected again by now.
func provisionalLine(l evidence.Lang, loc *time.Location, path string, p pack.Provisional) string {
	say := words(l)
	return fmt.Sprintf(say(
		"警告: %s の網羅性は %s まで暫定とされており、その期限を過ぎている(%s)。遅れて到着した記録が含まれていないおそれがあるため、承認の前に再度収集し、パックを作り直すこと",
		"warning: %s: its completeness was provisional until %s, which is past (%s). Records that arrived late may be missing from it: collect the evidence again and make the pack again before it is approved"),
		path, clock(p.Until, loc), strings.Join(p.Controls, say("、", ", ")))
}
