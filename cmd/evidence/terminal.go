package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode"

	"github.com/jedib0t/go-pretty/v6/table"
	"golang.org/x/term"

	"github.com/evidencepack/evidence/internal/pipeline"
)

// safe makes text from outside harmless on a terminal: control characters,
// escape sequences and marks that reorder text are shown as their code points.
// New lines and tabs stay.
func safe(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r != '\n' && r != '\t' && (unicode.IsControl(r) || reorders(r)) {
			fmt.Fprintf(&b, "<U+%04X>", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// oneLine is safe for a cell of a table.
func oneLine(s string) string {
	return strings.Join(strings.Fields(safe(s)), " ")
}

// reorders: bidirectional controls, and the invisible marks that hide text.
func reorders(r rune) bool {
	return r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || r == 0x200E || r == 0x200F || r == 0x061C || r == 0xFEFF
}

// newTable makes a table that knows the width of East Asian characters.
func newTable(w io.Writer, header ...any) table.Writer {
	t := table.NewWriter()
	t.SetOutputMirror(w)
	t.SetStyle(table.StyleLight)
	t.Style().Options.SeparateRows = false
	t.Style().Format.Header = 0 // as written: ids and Japanese have no capitals
	if len(header) > 0 {
		t.AppendHeader(table.Row(header))
	}
	return t
}

// wrapLast folds the last of n columns so that the table fits a terminal; what
// goes to a file or another program keeps its lines whole. taken is the width of
// the other columns.
func (a *app) wrapLast(t table.Writer, n, taken int) {
	f, ok := a.stdout.(*os.File)
	if !ok {
		return
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return
	}
	const borders = 3 // of each column
	t.SetColumnConfigs([]table.ColumnConfig{{Number: n, WidthMax: max(width-taken-borders*n-1, 30)}})
}

// diff puts the lines of a diff one below the other, indented, on a terminal the added
// ones in green and the removed ones in red.
func (a *app) diff(text string) string {
	f, ok := a.stdout.(*os.File)
	coloured := ok && term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == ""
	var b strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		line = oneLine(line)
		colour := map[byte]string{'+': "\x1b[32m", '-': "\x1b[31m"}[(line + " ")[0]]
		if coloured && colour != "" {
			line = colour + line + "\x1b[0m"
		}
		fmt.Fprintf(&b, "    %s\n", line)
	}
	return b.String()
}

// progress tells of collected units: on a terminal in place, otherwise a line
// now and then.
func (a *app) progress() func(pipeline.Progress) {
	f, ok := a.stderr.(*os.File)
	terminal := ok && term.IsTerminal(int(f.Fd()))
	var told time.Time
	return func(p pipeline.Progress) {
		done := p.Done == p.Total
		switch {
		case terminal:
			fmt.Fprintf(a.stderr, "\r%s: %d of %d units, %d records ", p.Source, p.Done, p.Total, p.Records)
			if done {
				fmt.Fprintln(a.stderr)
			}
		case done || time.Since(told) > 10*time.Second:
			told = time.Now()
			fmt.Fprintf(a.stderr, "%s: %d of %d units, %d records\n", p.Source, p.Done, p.Total, p.Records)
		}
	}
}
