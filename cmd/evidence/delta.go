package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
)

// tellDelta prints what was compared with what, a line a control of which there is
// something to tell, and then what there is to tell of each.
func (a *app) tellDelta(d *reports.Delta, l evidence.Lang, loc *time.Location, most int) {
	say := words(l)
	fmt.Fprintf(a.stdout, "%s → %s\n%s\n", oneLine(d.Earlier), oneLine(d.Later), oneLine(d.Sentence(l)))
	for _, line := range d.Intro(l) {
		fmt.Fprintf(a.stdout, "- %s\n", oneLine(line))
	}
	told, same := d.Told()
	if len(told) > 0 {
		t := newTable(a.stdout, say("統制", "control"), say("結果", "result"), say("母集団", "population"), say("例外（割合）", "exceptions (share)"),
			say("新規/継続/前回のみ", "new/continuing/not recurring"), say("変化の要因", "attributed to"))
		for _, c := range told {
			population, exceptions, shares := c.CountsFromTo()
			t.AppendRow([]any{oneLine(c.ID), c.ResultFromTo(l), population, exceptions + " (" + shares + ")", c.ThreeCounts(), oneLine(c.Cause)})
		}
		t.Render()
	}
	if len(same) > 0 {
		fmt.Fprintf(a.stdout, "%s%s\n", say("変更がなく、継続する例外事項もない統制：", "without any change, and without a continuing exception: "), oneLine(strings.Join(same, ", ")))
	}
	for _, c := range told {
		a.tellDeltaControl(c, l, loc, most)
	}
}

// tellDeltaControl prints what is told of one control.
func (a *app) tellDeltaControl(c *reports.DeltaControl, l evidence.Lang, loc *time.Location, most int) {
	say := words(l)
	fmt.Fprintf(a.stdout, "\n%s  %s\n", oneLine(c.ID), oneLine(c.Title))
	for _, fact := range c.AllFacts(l) {
		fmt.Fprintf(a.stdout, "  %s\n", oneLine(fact))
	}
	for _, x := range c.Changes {
		line := x.What + " " + x.Name
		if x.Before != "" || x.After != "" {
			line += ": " + orNone(x.Before, l) + " → " + orNone(x.After, l)
		}
		fmt.Fprintf(a.stdout, "  %s\n", oneLine(line))
	}
	if len(c.Exceptions) == 0 {
		return
	}
	t := newTable(a.stdout, "", say("日時", "when"), say("項目", "item"), say("要因", "attributed to"), say("回答", "response"), say("理由", "reason"))
	a.wrapLast(t, 6, 120)
	for i, e := range c.Exceptions {
		if i == most {
			break
		}
		reasons := append([]string{}, e.Reasons...)
		if e.Note != "" {
			reasons = append(reasons, e.Note)
		}
		for n, reason := range append(reasons, "")[:max(len(reasons), 1)] {
			if n > 0 {
				t.AppendRow([]any{"", "", "", "", "", oneLine(reason)})
				continue
			}
			t.AppendRow([]any{e.Presence.Mark() + " " + e.Presence.Name().In(l), clock(e.Time, loc), oneLine(e.Name()), oneLine(e.Cause), oneLine(e.Response), oneLine(reason)})
		}
	}
	t.Render()
	if more := len(c.Exceptions) - most; more > 0 {
		fmt.Fprintf(a.stdout, say("ほか%d件(--all ですべて表示)\n", "%d more (--all shows them)\n"), more)
	}
}

func orNone(s string, l evidence.Lang) string {
	if s == "" {
		return words(l)("なし", "none")
	}
	return s
}
