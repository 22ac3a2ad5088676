package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"

	"github.com/evidencepack/evidence/collectors/all"
	"github.com/evidencepack/evidence/internal/copies"
	"github.com/evidencepack/evidence/internal/locker"
	"github.com/evidencepack/evidence/internal/pack"
	"github.com/evidencepack/evidence/internal/sign"
)

func (a *app) verifyCommand() *cobra.Command {
	var key, certificate string
	var checkpoints []string
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

A locker is a folder, or a place in S3: s3://bucket/prefix?region=…&profile=…&role=…
(endpoint=… and path_style=true for what speaks its protocol). There it also finds
what was laid over objects that never change: later versions and delete markers.

A locker that was rewritten as a whole with its own key is sound by itself. With
--checkpoint, once or several times, it is held to checkpoints that are known from
elsewhere: a file, such as the checkpoint of a pack, or a place that checkpoints are
copied to (file:/folder, s3://…, git+ssh://…), all of which are read. Each must be one
that the locker keeps, and each must extend the ones before it by a consistency proof
of RFC 6962. A pack is held to them as far as the copies carry proofs.`,
		Example: "  evidence verify example-soc1-2026-10.zip --key pack.pub.pem\n  evidence verify ./locker --key \"example+1234abcd+AbC…\"\n" +
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
			if store != nil {
				return a.verifyLocker(cmd, store, key, known)
			}
			return a.verifyPack(cmd, args[0], key, certificate, known)
		},
	}
	c.Flags().StringVar(&key, "key", "", "the signer's public key: a PEM `file` for a pack, a verifier key for a locker")
	c.Flags().StringVar(&certificate, "certificate", "", "the signer's certificate, PEM `file`")
	c.Flags().StringArrayVar(&checkpoints, "checkpoint", nil, "a checkpoint that is known from elsewhere, or a `place` with copies of them; may be repeated")
	return c
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

func (a *app) verifyPack(cmd *cobra.Command, path, key, certificate string, known []locker.Known) error {
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
		Trust: trust, Drivers: all.Drivers(), Tool: toolVersion(), Lang: l, Known: known,
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
