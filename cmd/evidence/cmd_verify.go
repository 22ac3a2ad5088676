package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/all"
	"github.com/evidencepack/evidence/internal/copies"
	"github.com/evidencepack/evidence/internal/locker"
	"github.com/evidencepack/evidence/internal/pack"
	"github.com/evidencepack/evidence/internal/pipeline"
	"github.com/evidencepack/evidence/internal/redaction"
)

func (a *app) verifyCommand() *cobra.Command {
	var trust trustFlags
	var checkpoints []string
	var lockerPlace, redactionKey string
	c := &cobra.Command{
		Use:   "verify PACK|LOCKER",
		Short: "Check a pack or a locker, offline, and repeat every test of a pack",
		Long: `Verify checks a pack, as a zip or as a folder: every byte of it, the signature, its
certificate and timestamps, those that report.pdf and report.xlsx bear, that its records are those that
were sealed, and that its results and reports follow from them, by repeating every test
from the pack's own records and control sources. Of a locker it checks every object
against the log and every checkpoint against the others. It says of each check what it
shows.

It needs no configuration, for a pack no locker, and no network but for the places in S3
or Git that it is given. Without --key, --certificate or
--trust-root a pack is checked with the key that it carries: that shows that nothing was
altered since it was signed, not who signed it. Of a certificate it says whether it leads
to a root that was given and was valid when it signed. When that was, a timestamp of an
authority tells that --tsa-root names; without one it is the signer's word, and a
certificate that has expired by now is not trusted. Of a pack that was approved
("evidence sign") it checks every signer's stage, and that each signed what the one
before had signed.

A locker is a folder, or a place in S3: s3://bucket/prefix?region=…&profile=…&role=…
(endpoint=… and path_style=true for what speaks its protocol). There it also finds
what was laid over objects that never change: later versions and delete markers.

A locker that was rewritten as a whole with its own key is sound by itself. With
--checkpoint, once or several times, it is held to checkpoints that are known from
elsewhere: a file, such as the checkpoint of a pack, or a place that checkpoints are
copied to (file:/folder, s3://…, git+ssh://…), all of which are read. Each must be one
that the locker keeps, and each must extend the ones before it by a consistency proof
of RFC 6962. A pack is held to them as far as the copies carry proofs.

An auditor's copy is verified like any pack. With --locker and --redaction-key the
organisation has it redacted again from the sealed records, and compared line for line.

With --json a pack gives an object: "pack", "verified", and "checks", each with "check"
(container, signature, certificate, timestamp, signer, files, approvals, documents,
seal, known-checkpoints, evidence, redaction, re-performance, changes, reports,
originals), "state" (ok, note: nothing is wrong, and the reader must know it, failed),
and in words "name", "detail" and "means". The schema is docs/verify.schema.json.`,
		Example: "  evidence verify example-soc1-2026-10.zip --key pack.pub.pem\n" +
			"  evidence verify example-soc1-2026-10.zip --trust-root company-ca.pem --tsa-root tsa.pem\n" +
			"  evidence verify ./locker --key \"example+1234abcd+AbC…\"\n" +
			"  evidence verify \"s3://example-evidence/audit?region=ap-northeast-1\" --checkpoint git+ssh://git@git.example.com/audit/checkpoints",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			store, err := lockerAt(cmd.Context(), args[0])
			if err != nil {
				return usageError{err}
			}
			known, err := knownCheckpoints(cmd.Context(), checkpoints)
			if err != nil {
				return err
			}
			if (lockerPlace == "") != (redactionKey == "") {
				return usage("--locker and --redaction-key go together")
			}
			if store == nil {
				originals, err := originalsAt(cmd.Context(), lockerPlace, redactionKey)
				if err != nil {
					return err
				}
				return a.verifyPack(cmd, args[0], &trust, known, originals)
			}
			if lockerPlace != "" {
				return usage("--locker and --redaction-key are of an auditor's copy, which is a pack")
			}
			if trust.certificate+trust.root+trust.authorities != "" {
				return usage("a locker's checkpoints are signed by a key without certificate: want --key alone")
			}
			if len(trust.keys) > 1 {
				return usage("a locker has one verifier key")
			}
			return a.verifyLocker(cmd, store, strings.Join(trust.keys, ""), known)
		},
	}
	c.Flags().StringArrayVar(&trust.keys, "key", nil, "the signer's public key: a PEM `file` for a pack, repeated where several signed, or a verifier key for a locker")
	trust.add(c, "")
	c.Flags().StringArrayVar(&checkpoints, "checkpoint", nil, "a checkpoint that is known from elsewhere, or a `place` with copies of them; may be repeated")
	c.Flags().StringVar(&lockerPlace, "locker", "", "the `place` of the locker that an auditor's copy was made of")
	c.Flags().StringVar(&redactionKey, "redaction-key", "", "the key `file` that it was redacted with")
	return c
}

// originalsAt is what an auditor's copy was made of; nil: no locker is named.
func originalsAt(ctx context.Context, place, keyFile string) (*pack.Originals, error) {
	if place == "" {
		return nil, nil
	}
	key, err := redaction.LoadKey(keyFile)
	if err != nil {
		return nil, err
	}
	store, err := lockerAt(ctx, place)
	if err != nil {
		return nil, usageError{err}
	}
	if store == nil {
		return nil, usage("--locker: there is no locker at %s", place)
	}
	return pipeline.Originals(ctx, store, key)
}

// lockerAt is the store of the locker at a place; nil: there is no locker, so that
// it should be a pack.
func lockerAt(ctx context.Context, place string) (locker.Store, error) {
	if strings.HasPrefix(place, locker.Scheme) {
		b, err := locker.ParseBucket(place)
		if err != nil {
			return nil, err
		}
		return b.Open(ctx, time.Now)
	}
	if _, err := os.Stat(filepath.Join(place, "locker.json")); err != nil {
		return nil, nil
	}
	return locker.Dir(place), nil
}

func knownCheckpoints(ctx context.Context, places []string) ([]locker.Known, error) {
	var all []locker.Known
	for _, place := range places {
		known, err := copies.Read(ctx, place, time.Now)
		if err != nil {
			return nil, err
		}
		all = append(all, known...)
	}
	return all, nil
}

// packVerified is what verifying a pack came to, for programs.
type packVerified struct {
	Pack     string       `json:"pack"`
	Verified bool         `json:"verified"` // no check failed
	Checks   []pack.Check `json:"checks"`
}

func (a *app) verifyPack(cmd *cobra.Command, path string, flags *trustFlags, known []locker.Known, originals *pack.Originals) error {
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
		Trust: trust, Drivers: all.Drivers(), Tool: toolVersion(), Lang: l, Known: known, Originals: originals,
		Report: func(c pack.Check) {
			done.Checks = append(done.Checks, c)
			if a.json {
				return
			}
			fmt.Fprintf(a.stdout, "%-6s %s: %s\n", c.State, c.Name, oneLine(c.Detail))
			if !told[c.ID] {
				fmt.Fprintf(a.stdout, "       %s%s\n", words(l)("検査の意味（okの場合）: ", "what ok means: "), c.Means)
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
		fmt.Fprintln(a.stdout, words(l)("検証済み: 改変・欠落・追加なし", "verified: nothing altered, missing or added")+copyOnly(l, done.Checks))
	}
	return nil
}

// copyOnly says of an auditor's copy that it was not held against the originals.
func copyOnly(l evidence.Lang, checks []pack.Check) string {
	did := func(id pack.CheckID) bool {
		return slices.ContainsFunc(checks, func(c pack.Check) bool { return c.ID == id })
	}
	if !did(pack.CheckRedaction) || did(pack.CheckOriginals) {
		return ""
	}
	return words(l)("（監査人用の写しとして。原本との照合は行っていない）", " (of the auditor's copy, which was not compared with the originals)")
}

func (a *app) verifyLocker(cmd *cobra.Command, store locker.Store, key string, known []locker.Known) error {
	var verifiers []note.Verifier
	if key != "" {
		v, err := note.NewVerifier(key)
		if err != nil {
			return usage("--key: %w (a locker's verifier key looks like name+hash+base64)", err)
		}
		verifiers = append(verifiers, v)
	}
	var checks []locker.Check
	err := locker.VerifyIn(cmd.Context(), store, verifiers, func(c locker.Check) {
		checks = append(checks, c)
		if !a.json {
			state := "ok"
			if !c.OK {
				state = "failed"
			}
			fmt.Fprintf(a.stdout, "%-6s %s %s %s\n", state, c.Name, oneLine(c.Object), oneLine(c.Detail))
		}
	}, known...)
	if a.json {
		if jsonErr := a.printJSON(checks); jsonErr != nil {
			return jsonErr
		}
	}
	return err
}
