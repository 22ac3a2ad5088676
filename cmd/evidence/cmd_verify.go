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
)

func (a *app) verifyCommand() *cobra.Command {
	var trust trustFlags
	c := &cobra.Command{
		Use:   "verify PACK|LOCKER",
		Short: "Check a pack or a locker, offline, and repeat every test of a pack",
		Long: `Verify checks a pack, as a zip or as a folder: every byte of it, the signature, its
certificate and timestamps, those that report.pdf bears, that its records are those that
were sealed, and that its results and reports follow from them, by repeating every test
from the pack's own records and control sources. Of a locker it checks every object
against the log and every checkpoint against the others. It says of each check what it
shows.

It needs no network, no configuration and no locker. Without --key, --certificate or
--trust-root a pack is checked with the key that it carries: that shows that nothing was
altered since it was signed, not who signed it. Of a certificate it says whether it leads
to a root that was given and was valid when it signed. When that was, a timestamp of an
authority tells that --tsa-root names; without one it is the signer's word, and a
certificate that has expired by now is not trusted.

With --json a pack gives an object: "pack", "verified", and "checks", each with "check"
(container, signature, certificate, timestamp, signer, files, documents, seal,
evidence, re-performance, changes, reports), "state" (ok, note: nothing is wrong, and the reader
must know it, failed), and in words "name", "detail" and "means". The schema is
docs/verify.schema.json.`,
		Example: "  evidence verify example-soc1-2026-10.zip --key pack.pub.pem\n" +
			"  evidence verify example-soc1-2026-10.zip --trust-root company-ca.pem --tsa-root tsa.pem\n" +
			"  evidence verify ./locker --key \"example+1234abcd+AbC…\"",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := os.Stat(filepath.Join(args[0], "locker.json")); err == nil {
				if trust.certificate+trust.root+trust.authorities != "" {
					return usage("a locker's checkpoints are signed by a key without certificate: want --key alone")
				}
				return a.verifyLocker(cmd, args[0], trust.key)
			}
			return a.verifyPack(cmd, args[0], &trust)
		},
	}
	c.Flags().StringVar(&trust.key, "key", "", "the signer's public key: a PEM `file` for a pack, a verifier key for a locker")
	trust.add(c.Flags(), "")
	return c
}

// packVerified is what verifying a pack came to, for programs.
type packVerified struct {
	Pack     string       `json:"pack"`
	Verified bool         `json:"verified"` // no check failed
	Checks   []pack.Check `json:"checks"`
}

func (a *app) verifyPack(cmd *cobra.Command, path string, flags *trustFlags) error {
	l, err := a.language()
	if err != nil {
		return err
	}
	trust, err := flags.load()
	if err != nil {
		return err
	}
	done := packVerified{Pack: path, Checks: []pack.Check{}}
	told := map[pack.CheckID]bool{}
	err = pack.Verify(cmd.Context(), path, pack.Verification{
		Trust: trust, Drivers: all.Drivers(), Tool: toolVersion(), Lang: l,
		Report: func(c pack.Check) {
			done.Checks = append(done.Checks, c)
			if a.json {
				return
			}
			fmt.Fprintf(a.stdout, "%-6s %s: %s\n", c.State, c.Name, oneLine(c.Detail))
			if !told[c.ID] {
				fmt.Fprintf(a.stdout, "       %s%s\n", words(l)("この検査が示すこと: ", "what that shows when it is ok: "), c.Means)
			}
			told[c.ID] = true
		},
	})
	done.Verified = err == nil
	if a.json {
		if jsonErr := a.printJSON(done); jsonErr != nil {
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
