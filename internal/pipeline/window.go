package pipeline

import (
	"context"
	"errors"
	"iter"
	"path/filepath"
	"slices"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/locker"
	"github.com/evidencepack/evidence/internal/pack"
	"github.com/evidencepack/evidence/internal/sealed"
)

// windowMonths is how long an examination is where the configuration does not say.
const windowMonths = 12

// examination is the time that the examination covers of which p is a part: as
// configured, else the twelve months that end with p.
func (r *Run) examination(p evidence.Period) (evidence.Period, error) {
	if name := r.Config.AuditWindow; name != "" {
		return r.Config.Calendar.Parse(name)
	}
	end := p.End.In(r.Config.Calendar.Location)
	return evidence.Period{Start: end.AddDate(0, -windowMonths, 0), End: end}, nil
}

// Window tells how the sealed evidence covers the examination around a period of which
// own is the view.
func (r *Run) Window(ctx context.Context, p evidence.Period, own *sealed.View, cp locker.Checkpoint) (*pack.Window, error) {
	l, err := locker.Open(r.Config.Locker)
	if err != nil {
		return nil, err
	}
	return r.window(ctx, p, own, atCheckpoint{l, cp})
}

// window tells how the sealed evidence covers the examination around a period. Each month
// is described as its own pack would describe it, and the period as its pack does:
// a part of a source that only another month knows of is not missing in this one.
func (r *Run) window(ctx context.Context, p evidence.Period, own *sealed.View, a sealed.Archive) (*pack.Window, error) {
	span, err := r.examination(p)
	if err != nil {
		return nil, err
	}
	held, err := outlineOf(ctx, a)
	if err != nil {
		return nil, err
	}
	w := &pack.Window{Name: r.Config.Calendar.Name(span), Period: span}
	days := map[string][]sealed.Day{}
	drivers := map[string]string{}
	told := own.Describe()
	for _, month := range months(span) {
		view, err := sealed.Open(ctx, held, month, own.Expected(), nil)
		if err != nil {
			return nil, err
		}
		for _, d := range view.Describe() {
			drivers[d.Name] = d.Driver
			for _, day := range d.Days {
				switch {
				case p.Contains(day.Date):
					day = dayOf(told, d.Name, day)
				case day.State == sealed.DayMissing && !day.Date.Before(p.End) && !day.Due(own.AsOf()):
					day.State = sealed.DayAhead
				}
				days[d.Name] = append(days[d.Name], day)
			}
		}
		if err := view.Close(); err != nil {
			return nil, err
		}
		w.Months = append(w.Months, pack.WindowMonth{Name: month.Start.Format("2006-01")})
	}
	for _, s := range own.Expected() {
		w.Sources = append(w.Sources, pack.Calendar(s.Name, drivers[s.Name], days[s.Name], r.Config.Calendar.Location))
	}
	return w, nil
}

// months cuts a period at the beginnings of months.
func months(p evidence.Period) []evidence.Period {
	var list []evidence.Period
	for start := p.Start; start.Before(p.End); {
		end := start.AddDate(0, 1, 1-start.Day())
		if end.After(p.End) {
			end = p.End
		}
		list = append(list, evidence.Period{Start: start, End: end})
		start = end
	}
	return list
}

// dayOf is a source's day as a description tells of it, or the day as given.
func dayOf(told []sealed.Description, source string, day sealed.Day) sealed.Day {
	for _, d := range told {
		if d.Name != source {
			continue
		}
		for _, t := range d.Days {
			if t.Date.Equal(day.Date) {
				return t
			}
		}
	}
	return day
}

// monthResults gives the window's months what their own packs of the framework say.
// The period's own results the pack has itself.
func (r *Run) monthResults(w pack.Window, p evidence.Period, framework string) (*pack.Window, error) {
	w.Months = slices.Clone(w.Months)
	for i, m := range w.Months {
		if m.Name == r.Config.Calendar.Name(p) {
			continue
		}
		path := filepath.Join(r.Config.Packs, pack.Name(r.Config.Organisation, framework, m.Name))
		for _, at := range []string{path + ".zip", path} {
			said, err := pack.MonthOf(at, m.Name)
			if errors.Is(err, pack.ErrNoPack) {
				continue
			}
			if err != nil {
				return nil, err
			}
			w.Months[i] = said
			break
		}
	}
	return &w, nil
}

// outline is what a log's entries tell, read once: without the answers that records
// came from, which are most of it, and without records.
type outline []locker.Entry

func outlineOf(ctx context.Context, a sealed.Archive) (outline, error) {
	var all outline
	for e, err := range a.Entries(ctx) {
		if err != nil {
			return nil, err
		}
		e.Origins, e.Raw = nil, nil
		all = append(all, e)
	}
	return all, nil
}

func (o outline) Entries(context.Context) iter.Seq2[locker.Entry, error] {
	return func(yield func(locker.Entry, error) bool) {
		for _, e := range o {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func (outline) Records(context.Context, locker.Manifest) iter.Seq2[evidence.Record, error] {
	return func(yield func(evidence.Record, error) bool) {
		yield(evidence.Record{}, errors.New("an outline has no records"))
	}
}
