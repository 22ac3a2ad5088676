package main

import (
	"fmt"
	"time"

	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/pipeline"
)

// tellExemptions warns of a control's exemptions that lapsed before the period's end,
// and of those without a recorded approver.
func (a *app) tellExemptions(run *pipeline.Run, ctl *controls.Control, c *evaluation.Control, ends time.Time) error {
	say := words(run.Config.Lang)
	list, err := ctl.Exemptions(run.Config.Calendar.Location)
	if err != nil {
		return err
	}
	unapproved := 0
	for _, e := range list {
		if lapsedBy(e, ends) {
			a.tellLapsed(run, ctl, e)
		}
		if !e.Approved() {
			unapproved++
		}
	}
	if n := c.Observed[controls.LapsedCode]; n > 0 {
		fmt.Fprintf(a.stdout, say("%s  期限の到来した適用除外に該当していた項目: %d件\n", "%s  items that lapsed exemptions no longer leave out: %d\n"), c.ID, n)
	}
	if unapproved > 0 {
		fmt.Fprintf(a.stdout, say("%s  承認者の記載がない適用除外: %d件(これにより判定が変わった項目 %d件)\n", "%s  exemptions without a recorded approver: %d, covering %d items\n"), c.ID, unapproved, c.Unapproved)
	}
	return nil
}

// tellLapsedExemptions warns of what the configuration no longer leaves out by a time.
func (a *app) tellLapsedExemptions(run *pipeline.Run, at time.Time) error {
	for _, c := range run.Library.Controls {
		list, err := c.Exemptions(run.Config.Calendar.Location)
		if err != nil {
			return err
		}
		for _, e := range list {
			if lapsedBy(e, at) {
				a.tellLapsed(run, c, e)
			}
		}
	}
	return nil
}

func (a *app) tellLapsed(run *pipeline.Run, c *controls.Control, e controls.Exemption) {
	fmt.Fprintf(a.stdout, words(run.Config.Lang)("%s  警告: 適用除外「%s」(%s) は %s をもって期限が到来した\n", "%s  warning: the exemption %s (%s) lapsed at the end of %s\n"), c.ID, oneLine(e.What), e.Parameter, e.Until)
}

// lapsedBy reports whether an exemption lapsed before a time.
func lapsedBy(e controls.Exemption, at time.Time) bool { return !e.Ends.IsZero() && e.Ends.Before(at) }
