package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"

	"github.com/evidencepack/evidence/collectors/all"
	"github.com/evidencepack/evidence/internal/locker"
	"github.com/evidencepack/evidence/internal/pack"
	"github.com/evidencepack/evidence/internal/pipeline"
	"github.com/evidencepack/evidence/internal/redaction"
	"github.com/evidencepack/evidence/internal/sign"
)

func (a *app) verifyCommand() *cobra.Command {
	var key, certificate, lockerDir, redactionKey string
	c := &cobra.Command{
		Use:   "verify PACK|LOCKER",
		Short: "Check a pack or a locker, offline, and repeat every test of a pack",
		Long: `Verify checks a pack, as a zip or as a folder: every byte of it, the signature, that its
records are those that were sealed, and that its results and reports follow from
them, by repeating every test from the pack's own records and control sources. Of a
locker it checks every object against the log and every checkpoint against the others.

It needs no network, no configuration and no locker. Without --key or --certificate a
pack is checked with the key that it carries: that shows that nothing was altered
since it was signed, not who signed it.

An auditor's copy is verified like any pack. With --locker and --redaction-key the
organisation has it redacted again from the sealed records, and compared line for line.`,
		Example: "  evidence verify example-soc1-2026-10.zip --key pack.pub.pem\n  evidence verify ./locker --key \"example+1234abcd+AbC…\"",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := os.Stat(filepath.Join(args[0], "locker.json")); err == nil {
				return a.verifyLocker(cmd, args[0], key)
			}
			if (lockerDir == "") != (redactionKey == "") {
				return usage("--locker and --redaction-key go together")
			}
			var originals *pack.Originals
			if lockerDir != "" {
				k, err := redaction.LoadKey(redactionKey)
				if err != nil {
					return err
				}
				if originals, err = pipeline.Originals(lockerDir, k); err != nil {
					return err
				}
			}
			return a.verifyPack(cmd, args[0], key, certificate, originals)
		},
	}
	c.Flags().StringVar(&lockerDir, "locker", "", "the `folder` of the locker that an auditor's copy was made of")
	c.Flags().StringVar(&redactionKey, "redaction-key", "", "the key `file` that it was redacted with")
	c.Flags().StringVar(&key, "key", "", "the signer's public key: a PEM `file` for a pack, a verifier key for a locker")
	c.Flags().StringVar(&certificate, "certificate", "", "the signer's certificate, PEM `file`")
	return c
}

func (a *app) verifyPack(cmd *cobra.Command, path, key, certificate string, originals *pack.Originals) error {
	l, err := a.language()
	if err != nil {
		return err
	}
	trust, err := sign.LoadTrust(key, certificate)
	if err != nil {
		return err
	}
	var checks []pack.Check
	err = pack.Verify(cmd.Context(), path, pack.Verification{
		Trust: trust, Drivers: all.Drivers(), Tool: toolVersion(), Lang: l, Originals: originals,
		Report: func(c pack.Check) {
			checks = append(checks, c)
			if !a.json {
				fmt.Fprintf(a.stdout, "%-6s %s: %s\n", c.State, c.Name, oneLine(c.Detail))
			}
		},
	})
	if a.json {
		if jsonErr := a.printJSON(checks); jsonErr != nil {
			return jsonErr
		}
	}
	if err != nil {
		return err
	}
	if !a.json {
		fmt.Fprintln(a.stdout, words(l)("検証済み: 改変・欠落・追加なし", "verified: nothing altered, missing or added"))
	}
	return nil
}

func (a *app) verifyLocker(cmd *cobra.Command, dir, key string) error {
	var verifiers []note.Verifier
	if key != "" {
		v, err := note.NewVerifier(key)
		if err != nil {
			return usage("--key: %w (a locker's verifier key looks like name+hash+base64)", err)
		}
		verifiers = append(verifiers, v)
	}
	var checks []locker.Check
	err := locker.Verify(cmd.Context(), dir, verifiers, func(c locker.Check) {
		checks = append(checks, c)
		if !a.json {
			state := "ok"
			if !c.OK {
				state = "failed"
			}
			fmt.Fprintf(a.stdout, "%-6s %s %s %s\n", state, c.Name, oneLine(c.Object), oneLine(c.Detail))
		}
	})
	if a.json {
		if jsonErr := a.printJSON(checks); jsonErr != nil {
			return jsonErr
		}
	}
	return err
}
