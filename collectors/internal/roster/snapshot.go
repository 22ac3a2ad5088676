package roster

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/evidencepack/evidence"
)

// Snapshot is one reading of a roster.
type Snapshot struct {
	Roster  string
	Unit    evidence.Unit
	Taken   time.Time // when the reading began, to the second: the time of its records
	Entries []Entry   // in the order of the source
	Origins []evidence.Origin

	// How completeness was measured. By a method other than source-count, found is
	// nothing as soon as there is a gap.
	Method   evidence.Method
	Counts   string // the code for what Expected and Found count
	Expected int64
	Found    int64
	More     []evidence.Count // figures of this source alone
	Gaps     Findings
	Notes    Findings
}

// Entry is one person of a reading.
type Entry struct {
	Person  Person
	Key     string    // which entry it is, from one reading to the next; each once in a reading
	Place   string    // where it stands, for findings: nothing personal
	Changed time.Time // when the source last changed it; zero where it does not say
	Origin  int       // index into the snapshot's origins
}

// Window is the part of a period that a roster read from now on tells of. Of a
// period that is open it ends at the hour, so that a run that is repeated soon
// finds its unit again. A roster is never late: who reads it after the period sees
// everybody who left in it.
func Window(p evidence.Period, now time.Time) (evidence.Period, bool) {
	w := evidence.Period{Start: p.Start.UTC(), End: p.End.UTC()}
	if now = now.UTC(); w.End.After(now) {
		w.End = now.Truncate(time.Hour)
	}
	return w, w.Start.Before(w.End)
}

// spec makes another unit of a roster that is read by other settings. What the
// source holds makes none: of two readings of one unit the later speaks for it, and
// a file that was replaced by a bad one must not hide behind the good one.
type spec struct {
	Settings string `json:"settings"`
}

// specOf is the spec of settings: those that change what is read.
func specOf(settings any) (json.RawMessage, error) {
	b, err := json.Marshal(settings)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(b)
	return json.Marshal(spec{hex.EncodeToString(sum[:])})
}

// Plan yields the one unit of a roster. settings are those that change what is
// read, of which none is secret.
func Plan(q evidence.Query, now time.Time, roster string, settings any) iter.Seq2[evidence.Unit, error] {
	return func(yield func(evidence.Unit, error) bool) {
		window, ok := Window(q.Period, now)
		var want []evidence.Selection
		for _, s := range q.Want {
			if s.Kind == Kind {
				want = append(want, s)
			}
		}
		if !ok || len(want) == 0 {
			return
		}
		b, err := specOf(settings)
		if err != nil {
			yield(evidence.Unit{}, fmt.Errorf("plan roster %s: %w", roster, err))
			return
		}
		yield(evidence.Unit{
			Kinds: []string{Kind}, Scope: evidence.Scope{"roster": roster}, Window: window, Want: want, Spec: b,
		}, nil)
	}
}

// cursor says when a unit was read. There is nothing between its beginning and
// its end to go on from.
type cursor struct {
	Taken time.Time `json:"taken"`
	Done  bool      `json:"done"`
}

// Collect hands over one unit as one batch. read fills in the snapshot, whose
// unit, roster and time are there already. A unit that was planned by other
// settings is refused.
func Collect(ctx context.Context, u evidence.Unit, from evidence.Cursor, now time.Time, settings any, read func(context.Context, *Snapshot) error) iter.Seq2[evidence.Batch, error] {
	return func(yield func(evidence.Batch, error) bool) {
		b, done, err := collect(ctx, u, from, now, settings, read)
		if ctx.Err() != nil {
			err = errors.Join(ctx.Err(), err)
		}
		switch {
		case err != nil:
			yield(evidence.Batch{}, fmt.Errorf("collect %s: %w", u, err))
		case !done:
			yield(b, nil)
		}
	}
}

func collect(ctx context.Context, u evidence.Unit, from evidence.Cursor, now time.Time, settings any, read func(context.Context, *Snapshot) error) (b evidence.Batch, done bool, err error) {
	at := cursor{Taken: now.UTC().Truncate(time.Second)}
	if len(from) > 0 {
		if err := json.Unmarshal(from, &at); err != nil {
			return b, false, fmt.Errorf("its cursor: %w", err)
		}
	}
	if at.Done || ctx.Err() != nil {
		return b, true, nil
	}
	if own, err := specOf(settings); err != nil || string(own) != string(u.Spec) {
		return b, false, errors.Join(errors.New("it was planned by other settings: plan again"), err)
	}
	s := Snapshot{Roster: u.Scope["roster"], Unit: u, Taken: at.Taken}
	if err := read(ctx, &s); err != nil {
		return b, false, err
	}
	at.Done = true
	b, err = s.batch()
	if err != nil {
		return b, false, err
	}
	b.Cursor, err = json.Marshal(at)
	return b, false, err
}

// batch makes records of the entries and measures them.
func (s *Snapshot) batch() (evidence.Batch, error) {
	b := evidence.Batch{Kind: Kind, Origins: s.Origins}
	kept := map[string]int64{}
	s.judge()
	ids := s.identities()
	for i, e := range s.Entries {
		body, err := e.Person.body(s.Roster, s.Roster+"/"+e.Key)
		if err != nil {
			return b, fmt.Errorf("%s of roster %s: %w", e.Place, s.Roster, err)
		}
		wanted := false
		var who []string
		for _, sel := range s.Unit.Want {
			if sel.Kind == Kind && sel.Where.Match(body) {
				wanted = true
				if !slices.Contains(who, sel.For) {
					who = append(who, sel.For)
				}
			}
		}
		if !wanted {
			continue
		}
		r, err := evidence.NewRecord(Kind, ids[i], s.Taken, e.Origin, body)
		if err != nil {
			return b, fmt.Errorf("%s of roster %s: %w", e.Place, s.Roster, err)
		}
		b.Records = append(b.Records, r)
		for _, w := range who {
			kept[w]++
		}
	}
	b.Claims = []evidence.Claim{s.claim(int64(len(b.Records)), kept)}
	return b, nil
}

// identities gives each entry its own: its number and the time, as long as the
// number is its alone. Two entries of one number are both there.
func (s *Snapshot) identities() []string {
	uses := map[string]int{}
	for _, e := range s.Entries {
		uses[e.Person.Number]++
	}
	used := map[string]bool{}
	out := make([]string, len(s.Entries))
	for i, e := range s.Entries {
		id, number := e.Key, e.Person.Number
		if number != "" {
			id = number
			if uses[number] > 1 && e.Key != number {
				id += "#" + strings.TrimPrefix(e.Key, number+"#")
			}
		}
		for used[id] { // what one calls its number is what another one's identity comes to
			id += "+"
		}
		used[id] = true
		out[i] = s.Roster + "/" + id + "@" + s.Taken.Format(time.RFC3339)
	}
	return out
}

// judge notes what a reader must know of the people as the roster has them.
func (s *Snapshot) judge() {
	if len(s.Entries) == 0 && s.Gaps.None() {
		s.Gaps.Add(evidence.Finding{Code: "roster_empty", Object: s.Roster, Detail: "nobody is in it: nothing can be said by it of anybody"})
	}
	places := map[string][]string{}
	for _, e := range s.Entries {
		p := e.Person
		if p.Number != "" {
			places[p.Number] = append(places[p.Number], e.Place)
		}
		if !p.Left.IsZero() && !p.Joined.IsZero() && p.Left.Before(p.Joined) {
			s.Notes.Add(evidence.Finding{Code: "left_before_joined", Object: e.Place})
		}
		if p.Status == Retired && p.Left.IsZero() {
			f := evidence.Finding{Code: "left_without_date", Object: e.Place, Detail: "whether it was in the period is not known: enter the leaving date in the HR system"}
			if !e.Changed.IsZero() && e.Changed.Before(s.Unit.Window.Start) {
				f.Detail = "not changed since " + e.Changed.UTC().Format(time.RFC3339) + ", before the period"
				s.Notes.Add(f)
			} else {
				s.Gaps.Add(f)
			}
		}
	}
	for _, e := range s.Entries {
		if list := places[e.Person.Number]; len(list) > 1 {
			s.Notes.Add(evidence.Finding{Code: "number_used_twice", Object: s.Roster, Detail: strings.Join(list[:min(len(list), 20)], ", ")})
			delete(places, e.Person.Number)
		}
	}
}

func (s *Snapshot) claim(records int64, kept map[string]int64) evidence.Claim {
	c := evidence.Claim{
		Kind: Kind, Method: s.Method, Scope: s.Unit.Scope, Window: s.Unit.Window,
		Unit: s.Counts, Expected: s.Expected, Found: s.Found,
		Gaps: s.Gaps.all(),
	}
	if !s.Notes.None() {
		c.Notes = s.Notes.all()
	}
	if s.Method != evidence.SourceCount && len(c.Gaps) > 0 {
		c.Found = 0
	}
	var left, unnumbered, unaddressed int64
	for _, e := range s.Entries {
		if !e.Person.Left.IsZero() || e.Person.Status == Retired {
			left++
		}
		if e.Person.Number == "" {
			unnumbered++
		}
		if len(e.Person.Emails) == 0 {
			unaddressed++
		}
	}
	c.Counts = append([]evidence.Count{
		{Code: "records_read", N: int64(len(s.Entries))}, {Code: "records_kept", N: records},
		{Code: "people_with_leaving_date", N: left}, {Code: "people_without_number", N: unnumbered}, {Code: "people_without_email", N: unaddressed},
	}, s.More...)
	var fors []string
	for _, sel := range s.Unit.Want {
		fors = append(fors, sel.For)
	}
	slices.Sort(fors)
	for _, f := range slices.Compact(fors) {
		c.Counts = append(c.Counts, evidence.Count{Code: "records_kept", For: f, N: kept[f]})
	}
	return c
}
