package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/config"
	"github.com/evidencepack/evidence/internal/pipeline"
)

func (a *app) controlsCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "controls",
		Short: "List, test and make controls",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.AddCommand(a.controlsList(), a.controlsTest(), a.controlsNew(), a.controlsDocs())
	return c
}

// library loads the configured controls, or the shipped ones where there is no
// configuration.
func (a *app) library() (*controls.Library, *config.Config, error) {
	if _, err := os.Stat(a.configPath); err != nil && a.configPath == config.FileName {
		lib, err := controls.Load(controls.Shipped())
		return lib, nil, err
	}
	c, err := a.load()
	if err != nil {
		return nil, nil, err
	}
	lib, err := pipeline.Library(c)
	return lib, c, err
}

func (a *app) controlsList() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the controls and what they serve",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			lib, c, err := a.library()
			if err != nil {
				return err
			}
			l, err := a.language()
			if err != nil {
				return err
			}
			if c != nil {
				l = c.Lang
			}
			if a.json {
				return a.printJSON(listed(lib))
			}
			say := words(l)
			t := newTable(a.stdout, say("統制", "control"), say("統制の内容", "title"), say("統制責任者", "owner"), say("証跡の種類", "evidence"), say("フレームワーク", "serves"))
			for _, c := range listed(lib) {
				ctl, err := lib.Find(c.ID)
				if err != nil {
					return err
				}
				t.AppendRow([]any{c.ID, ctl.Title.In(l), c.Owner, c.Kind, serves(c.Serves)})
			}
			t.Render()
			return nil
		},
	}
}

type listedControl struct {
	ID     string              `json:"id"`
	Title  any                 `json:"title"`
	Owner  string              `json:"owner"`
	Kind   string              `json:"kind"`
	Serves map[string][]string `json:"serves"` // framework → items
}

func listed(lib *controls.Library) []listedControl {
	var out []listedControl
	for _, c := range lib.Controls {
		e := listedControl{ID: c.ID, Title: c.Title, Owner: c.Owner, Kind: c.Population.Kind, Serves: map[string][]string{}}
		for _, f := range lib.Frameworks {
			if items := f.Serving(c.ID); len(items) > 0 {
				e.Serves[f.ID] = items
			}
		}
		out = append(out, e)
	}
	return out
}

func serves(m map[string][]string) string {
	s := ""
	for _, id := range sortedKeys(m) {
		if s != "" {
			s += "; "
		}
		s += id + fmt.Sprint(m[id])
	}
	return s
}

func (a *app) controlsTest() *cobra.Command {
	return &cobra.Command{
		Use:   "test [FOLDER]",
		Short: "Run the tests of controls: their Rego tests, and that each is complete",
		Long: `Test runs the Rego unit tests of the shipped controls and of the organisation's own in
a folder (without one: in the configured overlay), and checks that each control is complete: texts
in both languages, tests for both verdicts, a text for every reason, an entry in a
framework, a schema for its records, and no call that could reach clock or network.
The modules of the Rego library, lib/*.rego, are tested too.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			layers, err := a.layers(args)
			if err != nil {
				return err
			}
			report, err := controls.Test(cmd.Context(), layers...)
			if err != nil {
				return err
			}
			if a.json {
				err = a.printJSON(report)
			} else {
				a.tellTests(report)
			}
			if err == nil && !report.Passed() {
				return outcome(exitError)
			}
			return err
		},
	}
}

// tellTests prints a line a control and module, and what failed.
func (a *app) tellTests(r controls.Report) {
	for _, c := range slices.Concat(r.Controls, r.Modules) {
		state := "ok    "
		if !c.Passed() {
			state = "FAILED"
		}
		fmt.Fprintf(a.stdout, "%s %s  %d tests\n", state, c.ID, len(c.Tests))
		for _, t := range c.Tests {
			if !t.Passed {
				fmt.Fprintf(a.stdout, "       %s: %s\n", t.Name, oneLine(t.Message))
			}
		}
		for _, p := range c.Problems {
			fmt.Fprintf(a.stdout, "       %s\n", oneLine(p))
		}
	}
}

// layers are the shipped controls and, over them, the folder named or the
// configured overlay.
func (a *app) layers(args []string) ([]fs.FS, error) {
	if len(args) == 1 {
		if _, err := os.Stat(args[0]); err != nil {
			return nil, err
		}
		return []fs.FS{controls.Shipped(), os.DirFS(args[0])}, nil
	}
	layers := []fs.FS{controls.Shipped()}
	if _, err := os.Stat(a.configPath); err == nil {
		c, err := a.load()
		if err != nil {
			return nil, err
		}
		if c.Overlay != "" {
			layers = append(layers, os.DirFS(c.Overlay))
		}
	}
	return layers, nil
}

func (a *app) controlsNew() *cobra.Command {
	var dir, kind string
	c := &cobra.Command{
		Use:   "new ID",
		Short: "Make the folder of a new control, with a test that passes",
		Long: `New makes control.yaml, policy.rego, policy_test.rego and testdata of a new control in
the organisation's overlay (or --dir): a small working example to edit. evidence
controls test passes on it from the start.`,
		Example: "  evidence controls new LOG-20 --kind cloudtrail.event",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if dir == "" {
				c, err := a.load()
				if err != nil {
					return err
				}
				if dir = c.Overlay; dir == "" {
					return usage("where? name a folder with --dir, or set overlay in %s", a.configPath)
				}
			}
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return err
			}
			if err := controls.Scaffold(dir, args[0], kind); err != nil {
				return usageError{err}
			}
			_, err := fmt.Fprintln(a.stdout, filepath.Join(dir, "own", strings.ToLower(args[0])))
			return err
		},
	}
	c.Flags().StringVar(&dir, "dir", "", "`folder` to make it in (default: the configured overlay)")
	c.Flags().StringVar(&kind, "kind", "cloudtrail.event", "record kind of its population")
	return c
}

func (a *app) controlsDocs() *cobra.Command {
	return &cobra.Command{
		Use:   "docs",
		Short: "Print the control reference as Markdown",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			lib, _, err := a.library()
			if err != nil {
				return err
			}
			_, err = a.stdout.Write(controls.Reference(lib))
			return err
		},
	}
}
