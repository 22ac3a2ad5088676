package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/pack"
	"github.com/evidencepack/evidence/internal/sign"
	"github.com/evidencepack/evidence/internal/sign/tsa"
)

func (a *app) timestampCommand() *cobra.Command {
	var urls []string
	var roots string
	var more bool
	var to deliveryFlags
	c := &cobra.Command{
		Use:   "timestamp PACK",
		Short: "Have timestamp authorities confirm when a pack was signed",
		Long: `Timestamp asks authorities (RFC 3161) to confirm that the signature of a pack exists, and
puts their timestamps beside it: for a pack that was made while none of them answered,
or before there were any in the configuration. It needs no key. It changes nothing of the
pack but its manifest.sig.json, and there nothing that is signed; a zip and the folder of
the same pack beside it both get them. A copy that was encrypted for delivery stays as it
was: --recipient and --excel-password-file encrypt the pack anew. What leaves the machine is a hash of the signature.

The authorities are those of the configuration (sign: timestamps:), or those of --authority,
which needs none. A pack that has timestamps is left as it is without --again.

It exits with 0 when the pack has a timestamp, and with 1 when no authority gave one.`,
		Example: "  evidence timestamp example-soc1-2026-10.zip\n" +
			"  evidence timestamp example-soc1-2026-10.zip --authority https://tsa.example.com/tsr --tsa-root tsa.pem",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			delivery, err := to.read()
			if err != nil {
				return err
			}
			authorities, l, err := a.authorities(urls, roots)
			if err != nil {
				return err
			}
			done, err := pack.Timestamp(cmd.Context(), args[0], authorities, more)
			if len(done.Unanswered.Errors) > 0 {
				a.unanswered(l)(args[0], done.Unanswered)
			}
			if err != nil {
				return spoken(l, err)
			}
			if len(done.Before)+len(done.Added) > 0 {
				made, err := deliver(delivery, []string{strings.TrimSuffix(filepath.Clean(args[0]), ".zip") + ".zip"})
				if err != nil {
					return err
				}
				done.Paths = append(done.Paths, made...)
			}
			return a.tellTimestamped(l, done)
		},
	}
	c.Flags().StringArrayVar(&urls, "authority", nil, "`address` of an authority, in place of the configuration's; may be given again")
	c.Flags().StringVar(&roots, "tsa-root", "", "with --authority: certificates that its own must come from, a PEM `file`")
	to.add(c)
	c.Flags().BoolVar(&more, "again", false, "add timestamps to those that are there")
	return c
}

// authorities are those of the flags, or the configuration's.
func (a *app) authorities(urls []string, rootsFile string) ([]pack.Authority, evidence.Lang, error) {
	if len(urls) == 0 {
		if rootsFile != "" {
			return nil, "", usage("--tsa-root is for --authority: the configuration names the roots of its own")
		}
		run, err := a.open()
		if err != nil {
			return nil, "", err
		}
		all, err := run.Authorities()
		if err == nil && len(all) == 0 {
			err = fmt.Errorf("%w: %s has none under sign: timestamps:, and --authority names one", tsa.ErrNone, a.configPath)
		}
		return all, run.Config.Lang, err
	}
	l, err := a.language()
	if err != nil {
		return nil, "", err
	}
	roots, err := sign.LoadRoots(rootsFile)
	if err != nil {
		return nil, "", err
	}
	var all []pack.Authority
	for _, u := range urls {
		s, err := tsa.NewServer(u, roots)
		if err != nil {
			return nil, "", usageError{err}
		}
		all = append(all, s)
	}
	return all, l, nil
}

// stamped is a timestamp, for programs.
type stamped struct {
	At        time.Time `json:"at"`
	Authority string    `json:"authority"`
	Serial    string    `json:"serial"`
	Policy    string    `json:"policy"`
}

func stampsOf(list []tsa.Stamp) []stamped {
	all := []stamped{}
	for _, s := range list {
		all = append(all, stamped{s.At, s.Authority, s.Serial.String(), s.Policy})
	}
	return all
}

func (a *app) tellTimestamped(l evidence.Lang, done pack.Timestamped) error {
	if a.json {
		err := a.printJSON(struct {
			Packs  []string  `json:"packs"`
			Before []stamped `json:"before"`
			Added  []stamped `json:"added"`
		}{append([]string{}, done.Paths...), stampsOf(done.Before), stampsOf(done.Added)})
		if err != nil {
			return err
		}
	} else {
		say := words(l)
		for _, s := range done.Before {
			fmt.Fprintln(a.stdout, say("付与済み:", "there already:"), s.At.Format(time.RFC3339), oneLine(s.Authority))
		}
		for _, s := range done.Added {
			fmt.Fprintln(a.stdout, say("付与した:", "added:"), s.At.Format(time.RFC3339), oneLine(s.Authority))
		}
		for _, p := range done.Paths {
			fmt.Fprintln(a.stdout, p)
		}
	}
	if len(done.Before)+len(done.Added) == 0 {
		return errors.New("no authority gave a timestamp; the pack is as it was")
	}
	return nil
}

// unanswered tells on stderr of authorities that gave a pack no timestamp: it is made all the same.
func (a *app) unanswered(l evidence.Lang) func(string, pack.Unanswered) {
	say := words(l)
	return func(path string, why pack.Unanswered) {
		for _, err := range why.Errors {
			fmt.Fprintf(a.stderr, "%s: %s: %s\n", say("警告", "warning"), path, safe(err.Error()))
		}
		if why.None {
			fmt.Fprintf(a.stderr, say("警告: %s にはタイムスタンプがない。evidence timestamp で後から付与できる\n", "warning: %s is not time-stamped; evidence timestamp adds it later\n"), path)
		}
	}
}
