package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/locker"
	"github.com/evidencepack/evidence/internal/pack"
	"github.com/evidencepack/evidence/internal/pipeline"
	"github.com/evidencepack/evidence/internal/sealed"
	"github.com/evidencepack/evidence/reports"
)

func (a *app) statusCommand() *cobra.Command {
	var period periodFlags
	var window bool
	c := &cobra.Command{
		Use:   "status --period PERIOD",
		Short: "Show what is held of a period, day by day, and what is missing",
		Long: `Status draws a calendar of every source: which days of the period the sealed evidence
covers completely, which have gaps and which are missing, and names what failed. What
was read while records may still have arrived is listed with the time from which a run
of this period or of the next reads it again. With --window it draws the months of the
whole examination too: audit_window, or the twelve months up to the period's end. Exemptions
of the configuration whose last day is over are named at the end.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			run, p, err := a.openFor(&period)
			if err != nil {
				return err
			}
			view, cp, err := run.View(cmd.Context(), p, nil)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, view.Close()) }()
			waiting, err := run.Waiting(cmd.Context())
			if err != nil {
				return err
			}
			sources := view.Describe()
			for _, s := range sources {
				judgeDays(s.Days, run.Now())
			}
			unsettled := view.Unsettled(evidence.NotSettled)
			var examined *pack.Window
			if window {
				if examined, err = run.Window(cmd.Context(), p, view, cp); err != nil {
					return err
				}
			}
			if a.json {
				err = a.printJSON(statusJSON{newCheckpointJSON(cp), waiting, sources, unsettled, examined})
			} else {
				a.tellStatus(run, cp, waiting, sources, unsettled, examined)
				err = a.tellLapsedExemptions(run, run.Now())
			}
			if err != nil {
				return err
			}
			return coverageOutcome(sources)
		},
	}
	period.add(c)
	c.Flags().BoolVar(&window, "window", false, "draw the whole examination too")
	return c
}

type statusJSON struct {
	Checkpoint checkpointJSON       `json:"checkpoint"`
	Unsealed   int                  `json:"unsealed"`
	Sources    []sealed.Description `json:"sources"`
	NotSettled []sealed.Unsettled   `json:"not_settled,omitempty"`
	Window     *pack.Window         `json:"window,omitempty"`
}

type checkpointJSON struct {
	Origin   string    `json:"origin"`
	Size     int64     `json:"size"`
	Root     string    `json:"root"`
	SealedAt time.Time `json:"sealed_at"`
}

func newCheckpointJSON(cp locker.Checkpoint) checkpointJSON {
	return checkpointJSON{cp.Origin, cp.Size, hex.EncodeToString(cp.Root[:]), cp.SealedAt}
}

func (a *app) tellStatus(run *pipeline.Run, cp locker.Checkpoint, waiting int, sources []sealed.Description, unsettled []sealed.Unsettled, window *pack.Window) {
	say := words(run.Config.Lang)
	loc := run.Config.Calendar.Location
	fmt.Fprintf(a.stdout, "%s %s  %s %d  %s\n", say("チェックポイント", "checkpoint"), cp.Origin,
		say("葉", "leaves"), cp.Size, clock(cp.SealedAt, loc))
	if waiting > 0 {
		fmt.Fprintf(a.stdout, say("未封印の収集記録が%d件ある(evidence seal で封印する)\n", "%d collected entries wait to be sealed (evidence seal)\n"), waiting)
	}
	for _, s := range sources {
		fmt.Fprintf(a.stdout, "\n%s (%s) %s\n", s.Name, s.Driver, s.Location)
		a.tellDays(pack.Calendar(s.Name, s.Driver, s.Days, loc))
		for _, u := range s.Unreadable {
			fmt.Fprintf(a.stdout, "  %s: %s\n", say("取得不可", "not readable"), oneLine(u))
		}
		for _, f := range s.Failures {
			fmt.Fprintf(a.stdout, "  %s %s %s: %s\n", say("失敗", "failed"), clock(f.At, loc), f.Scope, oneLine(f.Error))
		}
		a.tellGaps(run.Config.Lang, s)
		for _, line := range unsettledLines(run.Config.Lang, loc, s.Name, unsettled) {
			fmt.Fprintf(a.stdout, "  %s\n", line)
		}
	}
	if window != nil {
		fmt.Fprintf(a.stdout, "\n%s\n", fmt.Sprintf(say("通期のカバレッジ(%s)", "coverage of the whole examination (%s)"), window.Name))
		for _, s := range window.Sources {
			fmt.Fprintf(a.stdout, "\n%s (%s)\n", s.Name, s.Driver)
			a.tellDays(s)
		}
	}
	fmt.Fprintf(a.stdout, "\n%s\n", legend(run.Config.Lang))
}

// tellDays draws a line a month, with a mark a day.
func (a *app) tellDays(s pack.WindowSource) {
	for _, m := range s.Days {
		fmt.Fprintf(a.stdout, "  %s  %s\n", m.First[:len("2006-01")], m.Marks())
	}
}

// tellGaps names the first gaps of a source's claims.
func (a *app) tellGaps(l evidence.Lang, s sealed.Description) {
	const most = 20
	told := 0
	for _, c := range s.Claims {
		for _, g := range c.Gaps {
			if told++; told <= most {
				fmt.Fprintf(a.stdout, "  %s %s %s %s %s\n", words(l)("欠落", "gap"), c.Scope, g.Code, oneLine(g.Object), oneLine(g.Detail))
			}
		}
	}
	if told > most {
		fmt.Fprintf(a.stdout, words(l)("  ほか%d件(--json ですべて表示)\n", "  %d more (--json lists them)\n"), told-most)
	}
}

// settled is how long after a day's end a day without any evidence is a day that was
// missed. Single records may arrive later: claims say of which kinds, and until when.
const settled = 24 * time.Hour

// judgeDays tells the days to come from those that were missed: the sealed
// evidence knows how far it reaches, and not what time it is now.
func judgeDays(days []sealed.Day, now time.Time) {
	for i := range days {
		d := &days[i]
		end := d.Date.AddDate(0, 0, 1)
		switch {
		case d.State == sealed.DayMissing && end.After(now):
			d.State = sealed.DayAhead
		case d.State == sealed.DayAhead && end.Add(settled).Before(now):
			d.State = sealed.DayMissing
		}
	}
}

// legend names the marks of days.
func legend(l evidence.Lang) string {
	var marks []string
	for _, state := range reports.DayStates {
		marks = append(marks, state.Mark()+" "+state.Name().In(l))
	}
	return strings.Join(marks, "  ")
}

func coverageOutcome(sources []sealed.Description) error {
	for _, s := range sources {
		for _, d := range s.Days {
			if d.State == sealed.DayGap || d.State == sealed.DayMissing {
				return outcome(exitIncomplete)
			}
		}
	}
	return nil
}
