package main

import (
	"github.com/spf13/cobra"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/pipeline"
)

// periodFlags name an audit period.
type periodFlags struct{ name, from, to string }

func (p *periodFlags) add(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&p.name, "period", "", "audit period: 2026-10, 2026-Q3, 2026-H1, FY2026, FY2026-Q3, 2026-10-05")
	f.StringVar(&p.from, "from", "", "first day of the period, or its first instant")
	f.StringVar(&p.to, "to", "", "day after the period's last, or the instant after it: the end is not part of the period")
}

// parse gives the period in the organisation's calendar.
func (p *periodFlags) parse(c evidence.Calendar) (evidence.Period, error) {
	switch {
	case p.name != "" && p.from == "" && p.to == "":
		period, err := c.Parse(p.name)
		if err != nil {
			return evidence.Period{}, usageError{err}
		}
		return period, nil
	case p.name == "" && p.from != "" && p.to != "":
		period, err := c.Range(p.from, p.to)
		if err != nil {
			return evidence.Period{}, usageError{err}
		}
		return period, nil
	}
	return evidence.Period{}, usage("which period? --period 2026-10, or --from and --to")
}

// openFor loads the configuration and the period that the flags name in its calendar.
func (a *app) openFor(p *periodFlags) (*pipeline.Run, evidence.Period, error) {
	run, err := a.open()
	if err != nil {
		return nil, evidence.Period{}, err
	}
	period, err := p.parse(run.Config.Calendar)
	return run, period, err
}
