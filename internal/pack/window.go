package pack

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/sealed"
	"github.com/evidencepack/evidence/reports"
)

// Window is window.json: what is known of the time that the examination covers, beyond
// the pack's period. It is told by the locker and by the packs of other months, and does
// not follow from what the pack itself carries.
type Window struct {
	Name    string          `json:"name"`
	Period  evidence.Period `json:"period"`
	Sources []WindowSource  `json:"sources"`
	Months  []WindowMonth   `json:"months"`
}

// WindowSource is the coverage calendar of a source.
type WindowSource struct {
	Name   string      `json:"name"`
	Driver string      `json:"driver"`
	Days   []MonthDays `json:"days"`
}

// MonthDays has a letter for each day of the window in a month, from First on: c for
// complete, p for complete until late records arrive, l for complete and collected late, g for gaps, m for missing, a for ahead.
type MonthDays struct {
	First  string `json:"first"` // "2026-10-01"
	States string `json:"states"`
}

// WindowMonth is what the pack of a month said.
type WindowMonth struct {
	Name     string                     `json:"name"`
	Manifest string                     `json:"manifest_sha256,omitempty"` // of its pack; empty: there is none
	Results  map[string]evidence.Result `json:"results,omitempty"`         // by control
}

var dayLetters = map[reports.DayState]string{
	reports.DayComplete: "c", reports.DayProvisional: "p", reports.DayLate: "l", reports.DayGap: "g", reports.DayMissing: "m", reports.DayAhead: "a",
}

// DayState is a day's state as reports tell it.
func DayState(d sealed.Day) reports.DayState {
	switch {
	case !d.Until.IsZero():
		return reports.DayProvisional
	case d.Late():
		return reports.DayLate
	}
	return reports.DayState(d.State)
}

// Calendar makes a source's calendar out of its days, in their order.
func Calendar(name, driver string, days []sealed.Day, loc *time.Location) WindowSource {
	out := WindowSource{Name: name, Driver: driver, Days: []MonthDays{}}
	month := ""
	for _, day := range days {
		at := day.Date.In(loc)
		if m := at.Format("2006-01"); m != month {
			month = m
			out.Days = append(out.Days, MonthDays{First: at.Format(time.DateOnly)})
		}
		out.Days[len(out.Days)-1].States += dayLetters[DayState(day)]
	}
	return out
}

// days is the inverse.
func (s WindowSource) days(loc *time.Location) ([]reports.Day, error) {
	var days []reports.Day
	for _, m := range s.Days {
		first, err := time.ParseInLocation(time.DateOnly, m.First, loc)
		if err != nil {
			return nil, err
		}
		for i, letter := range strings.Split(m.States, "") {
			day := reports.Day{Date: first.AddDate(0, 0, i)}
			for state, l := range dayLetters {
				if l == letter {
					day.State = state
				}
			}
			if day.State == "" {
				return nil, fmt.Errorf("a day of %s has the state %q", s.Name, letter)
			}
			days = append(days, day)
		}
	}
	return days, nil
}

// Marks are the marks of the days, in their order.
func (m MonthDays) Marks() string {
	var marks strings.Builder
	for _, letter := range m.States {
		for state, l := range dayLetters {
			if l == string(letter) {
				marks.WriteString(state.Mark())
			}
		}
	}
	return marks.String()
}

// ErrNoPack: there is no pack at the path.
var ErrNoPack = errors.New("no pack")

// MonthOf reads what the pack at path, a zip or a folder, says of its controls' results.
// Of the pack's integrity it checks that its results are those of its manifest.
func MonthOf(path, name string) (m WindowMonth, err error) {
	fsys, closer, err := openPack(path)
	if errors.Is(err, fs.ErrNotExist) {
		return m, ErrNoPack
	}
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, closer()) }()
	manifest, err := fs.ReadFile(fsys, ManifestFile)
	if err != nil {
		return m, err
	}
	of, err := ParseManifest(manifest)
	if err != nil {
		return m, fmt.Errorf("%s: %w", path, err)
	}
	i := slices.IndexFunc(of.Files, func(f File) bool { return f.Path == ResultsFile })
	if i < 0 {
		return m, fmt.Errorf("%s: its manifest has no %s", path, ResultsFile)
	}
	if err := (&verifier{fsys: fsys}).hash(of.Files[i]); err != nil {
		return m, fmt.Errorf("%w: %s: %w", ErrTampered, path, err)
	}
	f, err := fsys.Open(ResultsFile)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	said, err := evaluation.Decode(f)
	if err != nil {
		return m, fmt.Errorf("%s: %w", path, err)
	}
	sum := sha256.Sum256(manifest)
	m = WindowMonth{Name: name, Manifest: hex.EncodeToString(sum[:]), Results: map[string]evidence.Result{}}
	for _, c := range said.Controls {
		m.Results[c.ID] = c.Result
	}
	return m, nil
}

func (w *Window) encode() ([]byte, error) {
	b, err := json.MarshalIndent(w, "", " ")
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", WindowFile, err)
	}
	return append(b, '\n'), nil
}

// windowModel is what reports tell of the window. The days of the pack's own period follow from
// what the pack carries: the window must agree with it.
func (c *contents) windowModel() (*reports.Window, error) {
	if c.window == nil {
		return nil, nil
	}
	out := &reports.Window{Name: c.window.Name, Period: c.window.Period}
	for _, s := range c.window.Sources {
		days, err := s.days(c.location)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", WindowFile, err)
		}
		if err := c.agrees(s, days); err != nil {
			return nil, fmt.Errorf("%s: %w", WindowFile, err)
		}
		out.Sources = append(out.Sources, reports.WindowSource{Name: s.Name, System: c.system(s.Driver), Days: days})
	}
	for _, m := range c.window.Months {
		month := reports.Month{Name: m.Name, Pack: m.Manifest, Results: m.Results}
		if m.Name == c.manifest.PeriodName {
			month.Results = map[string]evidence.Result{}
			for _, r := range c.results.Controls {
				month.Results[r.ID] = r.Result
			}
		}
		out.Months = append(out.Months, month)
	}
	return out, nil
}

// agrees holds the window's days of the period against those that the pack bears out.
func (c *contents) agrees(s WindowSource, days []reports.Day) error {
	i := slices.IndexFunc(c.sources, func(d sealed.Description) bool { return d.Name == s.Name })
	if i < 0 {
		return nil
	}
	told := map[string]reports.DayState{}
	for _, d := range days {
		told[d.Date.Format(time.DateOnly)] = d.State
	}
	for _, d := range c.sources[i].Days {
		date := d.Date.In(c.location).Format(time.DateOnly)
		// Packs of format 1 did not tell days that are provisional from others.
		before := c.manifest.Format < 2 && told[date] == reports.DayComplete && DayState(d) == reports.DayProvisional
		if state, ok := told[date]; ok && state != DayState(d) && !before {
			return fmt.Errorf("%s is %q for %s, and the pack's own evidence says %q", date, state, s.Name, DayState(d))
		}
	}
	return nil
}
