package main

import (
	"io"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/all"
	"github.com/evidencepack/evidence/internal/config"
	"github.com/evidencepack/evidence/internal/pipeline"
)

// app is what the verbs share: where output goes, and the flags that all have.
type app struct {
	stdout, stderr io.Writer
	configPath     string
	lang           string
	json           bool
	verbose        bool
}

const exitStatus = `
EXIT STATUS
   0  fine                          10  no locker, or nothing sealed in it
   1  error                         11  locker or pack in use by another run
   2  usage                         12  tampered
   3  exceptions noted             130  interrupted
   4  evidence incomplete (a control is not evaluable)`

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "evidence",
		Short: "Collect audit evidence, judge it by controls, make signed packs",
		Long: `evidence pulls the evidence of an audit period out of the systems where it lives,
seals it, judges it by controls written in Rego, and makes signed packs (Excel, PDF,
HTML) that an auditor verifies offline.

  evidence demo                          see all of it, on a simulated company
  evidence init                          begin with your own
  evidence run --period 2026-10          the monthly job
  evidence check LOG-01 --period 2026-10 one control at a desk
  evidence verify PACK.zip               on the auditor's machine
` + exitStatus,
		SilenceErrors: true, SilenceUsage: true,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	flags := root.PersistentFlags()
	flags.StringVarP(&a.configPath, "config", "c", config.FileName, "configuration `file`")
	flags.StringVar(&a.lang, "lang", "", "language of what is told: ja or en (default: the configuration's)")
	flags.BoolVar(&a.json, "json", false, "print results as JSON")
	flags.BoolVarP(&a.verbose, "verbose", "v", false, "log more on stderr")
	root.AddCommand(
		a.initCommand(), a.demoCommand(), a.runCommand(),
		a.permissionsCommand(), a.collectCommand(), a.sealCommand(), a.statusCommand(),
		a.checkCommand(), a.showCommand(), a.sampleCommand(),
		a.packCommand(), a.signCommand(), a.timestampCommand(), a.verifyCommand(), a.diffCommand(),
		a.controlsCommand(), a.collectorsCommand(),
		a.versionCommand(),
	)
	describeExit(root)
	return root
}

// describeExit ends every help with what the exit codes mean, and makes wrong
// arguments usage errors.
func describeExit(c *cobra.Command) {
	if c.Long == "" {
		c.Long = c.Short + "."
	}
	if !strings.Contains(c.Long, "EXIT STATUS") {
		c.Long += "\n" + exitStatus
	}
	if check := c.Args; check != nil {
		c.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return usageError{err}
			}
			return nil
		}
	}
	for _, sub := range c.Commands() {
		describeExit(sub)
	}
}

// load reads the configuration and applies the flags that override it.
func (a *app) load() (*config.Config, error) {
	c, err := config.Load(a.configPath)
	if err != nil {
		return nil, err
	}
	if a.lang != "" {
		if c.Lang, err = evidence.ParseLang(a.lang); err != nil {
			return nil, usageError{err}
		}
	}
	return c, nil
}

// language is for verbs that need no configuration.
func (a *app) language() (evidence.Lang, error) {
	if a.lang == "" {
		return languageOf(os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG")), nil
	}
	l, err := evidence.ParseLang(a.lang)
	if err != nil {
		return "", usageError{err}
	}
	return l, nil
}

func languageOf(settings ...string) evidence.Lang {
	for _, s := range settings {
		if s != "" {
			if strings.HasPrefix(s, "ja") {
				return evidence.Japanese
			}
			break
		}
	}
	return evidence.English
}

// pipeline makes the run that the verbs work with.
func (a *app) pipeline(c *config.Config, now func() time.Time) (*pipeline.Run, error) {
	library, err := pipeline.Library(c)
	if err != nil {
		return nil, err
	}
	return &pipeline.Run{
		Config: c, Library: library, Drivers: all.Drivers(), Log: a.log(), Now: now,
		Tool: toolVersion(), Workers: 2 * runtime.GOMAXPROCS(0), Progress: a.progress(), Unanswered: a.unanswered(c.Lang),
	}, nil
}

// open loads the configuration and makes a run of it.
func (a *app) open() (*pipeline.Run, error) {
	c, err := a.load()
	if err != nil {
		return nil, err
	}
	return a.pipeline(c, time.Now)
}

func (a *app) log() *slog.Logger {
	level := slog.LevelWarn
	if a.verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(a.stderr, &slog.HandlerOptions{Level: level}))
}
