package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// TestReference holds docs/cli.md, docs/controls.md and docs/collectors.md
// against what the commands say of themselves; -update writes them.
func TestReference(t *testing.T) {
	var cli bytes.Buffer
	root := (&app{stdout: io.Discard, stderr: io.Discard}).root()
	cli.WriteString("# Commands\n\nGenerated from the help of the commands (`make generate`).\n")
	writeReference(&cli, root)
	for name, want := range map[string][]byte{
		"cli.md":        cli.Bytes(),
		"controls.md":   output(t, "controls", "docs"),
		"collectors.md": output(t, "collectors", "docs"),
	} {
		path := filepath.Join("..", "..", "docs", name)
		if *update {
			if err := os.WriteFile(path, want, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("docs/%s has drifted: make generate writes it anew", name)
		}
	}
}

func output(t *testing.T, args ...string) []byte {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run(args, &out, &errs); code != 0 {
		t.Fatalf("%q exits with %d: %s", args, code, errs.String())
	}
	return out.Bytes()
}

// writeReference writes a command and those below it, each with its help.
func writeReference(w *bytes.Buffer, c *cobra.Command) {
	if c.Hidden || c.Name() == "help" || c.Parent() != nil && c.Parent().Name() == "completion" {
		return
	}
	long, _, _ := strings.Cut(c.Long, "\nEXIT STATUS")
	if c.Parent() == nil {
		long = c.Long
	}
	fmt.Fprintf(w, "\n## %s\n\n```\n%s\n\nUsage:\n  %s\n", c.CommandPath(), strings.TrimSpace(long), c.UseLine())
	if c.Example != "" {
		fmt.Fprintf(w, "\nExamples:\n%s\n", c.Example)
	}
	if flags := c.LocalFlags().FlagUsages(); flags != "" {
		fmt.Fprintf(w, "\nFlags:\n%s", flags)
	}
	w.WriteString("```\n")
	for _, sub := range c.Commands() {
		writeReference(w, sub)
	}
}
