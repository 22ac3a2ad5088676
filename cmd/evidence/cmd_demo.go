package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/config"
	"github.com/evidencepack/evidence/internal/demo"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/pipeline"
)

func (a *app) demoCommand() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "demo",
		Short: "See all of it, on a simulated company's month",
		Long: `Demo builds a simulated company's October 2026 (a CloudTrail archive with correctly
signed digests and the AWS calls around it, a GitHub organisation with its pull
requests, a Microsoft Entra tenant and a roster of its people, all on loopback), runs
the real pipeline against it, first for the quiet September before, so that the packs of
October tell what changed, and leaves a locker, packs and an evidence.yaml to go on with:

  cd evidence-demo
  evidence check CHG-01 --period 2026-10

The company's exceptions are planted, and what was found is held against the list of
them, in both directions; a difference is an error.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.demo(cmd.Context(), out)
		},
	}
	c.Flags().StringVar(&out, "out", "evidence-demo", "`folder` to leave it in; it must not hold anything else")
	return c
}

// demoMark is the file by which a folder is known to be a demo's.
const demoMark = config.FileName

func (a *app) demo(ctx context.Context, out string) (err error) {
	began := time.Now()
	if err := clearDemo(out); err != nil {
		return err
	}
	defer simulatedCredentials()()
	fmt.Fprintln(a.stderr, "building the simulated company: two AWS accounts in three regions, five repositories, a tenant of fifty people, two months of events and signed digests …")
	company, err := demo.Company()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	a.configPath = filepath.Join(out, config.FileName)
	earlier, err := a.demoMonth(ctx, demo.EarlierPeriod(), company.Earlier, company.ServeEarlier)
	if err != nil {
		return err
	}
	if err := earlier.close(); err != nil {
		return err
	}
	done, err := a.demoMonth(ctx, demo.Period(), company.Now, company.Serve)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done.close()) }()
	if err := compareDemo(done.Results); err != nil {
		return err
	}
	if a.json {
		return a.printJSON(done)
	}
	c, err := a.load()
	if err != nil {
		return err
	}
	a.tellDemo(c.Lang, out, done, time.Since(began))
	return nil
}

// demoMonth is the job of one month on the company's systems as they are served for it,
// with the configuration that reads them.
func (a *app) demoMonth(ctx context.Context, p evidence.Period, now func() time.Time, serve func(context.Context) (*demo.Servers, error)) (done *monthlyRun, err error) {
	server, err := serve(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	if err := os.WriteFile(a.configPath, server.Config(), 0o644); err != nil {
		return nil, err
	}
	c, err := a.load()
	if err != nil {
		return nil, err
	}
	if err := prepareDemo(ctx, c); err != nil {
		return nil, err
	}
	run, err := a.pipeline(c, now)
	if err != nil {
		return nil, err
	}
	return a.monthly(ctx, run, p, nil, false)
}

// prepareDemo makes the locker and the keys, and puts management's responses in place, where
// that was not done for the month before.
func prepareDemo(ctx context.Context, c *config.Config) error {
	if _, err := os.Stat(c.Responses); err == nil {
		return nil
	}
	if _, err := pipeline.Setup(ctx, c, time.Now); err != nil {
		return err
	}
	answers, err := demo.Responses()
	if err != nil {
		return err
	}
	return os.CopyFS(c.Responses, answers)
}

// clearDemo removes an earlier demo, and nothing else.
func clearDemo(out string) error {
	entries, err := os.ReadDir(out)
	if errors.Is(err, os.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	b, err := os.ReadFile(filepath.Join(out, demoMark))
	if err != nil || !strings.Contains(string(b), "\ndemo: true") {
		return usage("%s is not empty and holds no earlier demo: name another folder with --out", out)
	}
	return os.RemoveAll(out)
}

// simulatedCredentials keeps the machine's own settings out of the demo. It
// returns a function that brings them back.
func simulatedCredentials() (restore func()) {
	settings := map[string]string{
		"AWS_ACCESS_KEY_ID": "simulated", "AWS_SECRET_ACCESS_KEY": "simulated", "AWS_SESSION_TOKEN": "",
		"AWS_PROFILE": "", "AWS_ENDPOINT_URL": "", "AWS_ENDPOINT_URL_S3": "", "AWS_CA_BUNDLE": "",
		"GITHUB_TOKEN": demo.Token, "ENTRA_CLIENT_SECRET": demo.Token, "SMARTHR_ACCESS_TOKEN": demo.Token,
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true",
	}
	var undo []func()
	for name, value := range settings {
		if before, ok := os.LookupEnv(name); ok {
			undo = append(undo, func() { _ = os.Setenv(name, before) })
		} else {
			undo = append(undo, func() { _ = os.Unsetenv(name) })
		}
		if value == "" {
			_ = os.Unsetenv(name)
		} else {
			_ = os.Setenv(name, value)
		}
	}
	return func() {
		for _, u := range undo {
			u()
		}
	}
}

// compareDemo holds what was found against the planted exceptions.
func compareDemo(r *evaluation.Results) error {
	golden, err := demo.Expected()
	if err != nil {
		return err
	}
	found := demo.Golden{Period: r.Period}
	for _, c := range r.Controls {
		f := demo.Findings{
			Control: c.ID, Result: c.Result, Population: int(c.Counts.Total),
			Exceptions: int(c.Counts.Exceptions), NotApplicable: int(c.Counts.NotApplicable),
		}
		for _, e := range c.Exceptions {
			item := demo.Exception{Control: c.ID, Item: e.ID, Time: e.Time}
			for _, reason := range e.Reasons {
				item.Codes = append(item.Codes, reason.Code)
			}
			f.Items = append(f.Items, item)
		}
		found.Controls = append(found.Controls, f)
	}
	if diff := golden.Compare(found); len(diff) > 0 {
		return fmt.Errorf("the demo found something else than was planted:\n  %s", strings.Join(diff, "\n  "))
	}
	return nil
}

func (a *app) tellDemo(l evidence.Lang, out string, done *monthlyRun, took time.Duration) {
	say := words(l)
	planted := 0
	for _, c := range done.Results.Controls {
		planted += len(c.Exceptions)
	}
	fmt.Fprintf(a.stdout, say(
		"\n仕込まれた例外%d件をすべて検出し、それ以外は検出していない(expected.json と双方向に照合)。所要 %.0f 秒。\n",
		"\nAll %d planted exceptions were found and nothing else (held against expected.json in both directions). It took %.0f s.\n"),
		planted, took.Seconds())
	fmt.Fprintf(a.stdout, say("\n成果物: %s(locker/、packs/、evidence.yaml)\n", "\nLeft in %s: locker/, packs/, evidence.yaml\n"), out)
	fmt.Fprintln(a.stdout, say("続けて:", "Go on with:"))
	fmt.Fprintf(a.stdout, "  cd %s\n  evidence check LOG-01 --period 2026-10\n  evidence show LOG-01 --period 2026-10\n  evidence verify %s\n  evidence sign %s\n",
		out, relative(out, done.Packs[0]), relative(out, done.Packs[0]))
}

func relative(dir, path string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(abs, path); err == nil {
		return rel
	}
	return path
}
