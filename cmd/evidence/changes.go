package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/reports"
)

// tellChanges shows the items of a control that tells of changes as a code review
// would: by day and by what changed, each with its time, its verdict, and its lines.
func (a *app) tellChanges(ctl *controls.Control, c *evaluation.Control, most int, l evidence.Lang, loc *time.Location) error {
	column := slices.IndexFunc(ctl.Columns, func(col controls.Column) bool { return col.Type == controls.DiffColumn })
	if column < 0 || c.Counts.Total == 0 {
		return nil
	}
	say := words(l)
	fmt.Fprintf(a.stdout, "%s  %s\n", c.ID, say("日別・対象別の変更内容", "changes by day and object"))
	n := 0
	of := func(i evaluation.Item) (time.Time, string) { return i.Time, i.Group }
	for g, err := range reports.ByDayAndGroup(c.Items(), of, loc) {
		if err != nil {
			return err
		}
		if n >= most {
			break
		}
		fmt.Fprintf(a.stdout, "\n%s  %s\n", g.Day.Format(time.DateOnly), oneLine(reports.ChangeName(g.Items[0].Label, g.Group)))
		for _, item := range g.Items {
			if n++; n > most {
				break
			}
			fmt.Fprintf(a.stdout, "  %s  %s\n", item.Time.In(loc).Format("15:04:05"), item.Verdict.Mark()+" "+item.Verdict.Name().In(l))
			for _, r := range slices.Concat(item.Reasons, item.Observations) {
				fmt.Fprintf(a.stdout, "    %s\n", reasonText(ctl, r, l, loc))
			}
			if column < len(item.Fields) && item.Fields[column].Set {
				fmt.Fprint(a.stdout, a.diff(item.Fields[column].Text))
			}
		}
	}
	if more := c.Counts.Total - int64(most); more > 0 {
		fmt.Fprintf(a.stdout, say("ほか%d件(--all ですべて表示)\n", "%d more (--all shows them)\n"), more)
	}
	return nil
}
