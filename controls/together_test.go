package controls

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// told is what an evaluation comes to.
type told struct {
	Items   []Item
	Outcome Outcome
	Error   string
}

func alone(t *testing.T, e *Evaluator, in Input) told {
	t.Helper()
	var got told
	outcome, err := e.Evaluate(t.Context(), in, func(item Item) error {
		got.Items = append(got.Items, item)
		return nil
	})
	got.Outcome, got.Error = outcome, fmt.Sprint(err)
	return got
}

func together(t *testing.T, all []*Evaluator, in Input) []told {
	t.Helper()
	got := make([]told, len(all))
	var list []Evaluation
	for i, e := range all {
		list = append(list, Evaluation{
			Evaluator: e,
			Shape:     func(item Item) any { return item.Record.ID },
			Emit: func(item Item, shaped any) error {
				if shaped != item.Record.ID {
					t.Errorf("%s came with what was made of %v", item.Record.ID, shaped)
				}
				got[i].Items = append(got[i].Items, item)
				return nil
			},
		})
	}
	for i, a := range EvaluateTogether(t.Context(), in, list) {
		got[i].Outcome, got[i].Error = a.Outcome, fmt.Sprint(a.Err)
	}
	return got
}

func sameTogether(t *testing.T, all []*Evaluator, in Input) (got []told) {
	t.Helper()
	got = together(t, all, in)
	for i, e := range all {
		if d := cmp.Diff(alone(t, plainly(e), in), got[i]); d != "" {
			t.Errorf("%s: %s\n%s", e.control.ID, d, e.control.Files[PolicyFile])
		}
	}
	return got
}

// TestTogetherEqualsAlone: what several controls come to in one pass, each comes to
// alone, judged by its policy on the whole of each record.
func TestTogetherEqualsAlone(t *testing.T) {
	lib := withSignIns(t)
	p := newPool(t, lib, 5)
	p.add("entraid.sign_in", signIn(t))
	groups, judged := 0, int64(0)
	for i, c := range lib.Controls {
		var all []*Evaluator
		for j, o := range lib.Controls {
			if j < i && Together(c, o) {
				break // they had their turn
			}
			if !Together(c, o) {
				continue
			}
			e, err := Prepare(t.Context(), everywhere(o))
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, e)
		}
		if len(all) < 2 || !Together(c, all[0].control) || all[0].control.ID != c.ID {
			continue
		}
		groups++
		m := memory{}
		for _, kind := range c.Population.Kinds() {
			for n := range 400 {
				r := p.record(kind, n)
				if _, err := parseValue(r.Body); err == nil {
					m[kind] = append(m[kind], r)
				}
			}
		}
		for _, got := range sameTogether(t, all, input(m)) {
			judged += got.Outcome.Total
		}
	}
	if groups == 0 || judged < 500 {
		t.Errorf("%d groups of shipped controls judged %d items: the test tests little", groups, judged)
	}
}

// TestTogetherEndsAlone: a control that cannot judge a record ends there, and the
// others go on; what reads wrongly for all ends them all.
func TestTogetherEndsAlone(t *testing.T) {
	var all []*Evaluator
	for i := 0; i < len(readers); i += 6 { // preparing them takes most of the time
		c := readers[i]
		e := prepareIn(t, openLayer(c.rules))
		e.control = everywhere(e.control)
		if Together(e.control, e.control) {
			all = append(all, e)
		}
	}
	r := rand.New(rand.NewPCG(7, 7))
	ended, whole := 0, 0
	for round := range 3 {
		m := memory{}
		for n := range 150 {
			rec := randomRecord(r, n)
			if _, err := parseValue(rec.Body); err == nil {
				m["test.item"] = append(m["test.item"], rec)
			}
		}
		if round == 2 {
			m["test.item"][100].Body = []byte(`{"a":1,"a":2}`)
		}
		for _, got := range sameTogether(t, all, input(m)) {
			if got.Error == "<nil>" {
				whole++
			} else {
				ended++
			}
		}
	}
	if ended == 0 || whole == 0 {
		t.Errorf("%d ended early, %d did not: the test tests little", ended, whole)
	}

	m := memory{}
	for n := range 1000 {
		m.add("test.item", fmt.Sprint(n), `{"a":1}`)
	}
	full := errors.New("disk full")
	var counts [2]int
	emit := func(i, most int) func(Item, any) error {
		return func(Item, any) error {
			if counts[i]++; counts[i] == most {
				return full
			}
			return nil
		}
	}
	none := func(Item) any { return nil }
	answers := EvaluateTogether(t.Context(), input(m), []Evaluation{{all[0], none, emit(0, 100)}, {all[1], none, emit(1, 5000)}})
	if !errors.Is(answers[0].Err, full) || answers[1].Err != nil || counts != [2]int{100, 1000} {
		t.Errorf("a full disk for one: %v after %d, %v after %d", answers[0].Err, counts[0], answers[1].Err, counts[1])
	}
}

func TestTogether(t *testing.T) {
	each := func(kinds ...string) *Control {
		c := &Control{Scope: Each}
		c.Population.Kind = kinds[0]
		for _, kind := range kinds[1:] {
			c.Population.Also = append(c.Population.Also, Population{Kind: kind})
		}
		return c
	}
	joins, whole := each("a"), each("a")
	joins.Related = map[string]Related{"x": {}}
	whole.Scope = Whole
	for _, tt := range []struct {
		a, b *Control
		want bool
	}{
		{each("a"), each("a"), true},
		{each("a", "b"), each("a", "b"), true},
		{each("a"), each("b"), false},
		{each("a"), each("a", "b"), false},
		{each("a"), joins, false},
		{joins, joins, false},
		{whole, each("a"), false},
	} {
		if got := Together(tt.a, tt.b); got != tt.want {
			t.Errorf("%v %v: %v", tt.a.Population, tt.b.Population, got)
		}
	}
}

// TestCommonReading: what is read for several controls leaves to each the bytes that
// it reads out of the record itself.
func TestCommonReading(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	var texts [][]byte
	for n := range 200 {
		texts = append(texts, randomRecord(r, n).Body)
	}
	for _, text := range hostile {
		texts = append(texts, []byte(text))
	}
	read := 0
	for _, a := range places {
		for _, b := range places {
			common := commonReading([]*frame{
				{Evaluator: &Evaluator{decider: &decider{record: a.settled()}}}, {Evaluator: &Evaluator{}}, {Evaluator: &Evaluator{decider: &decider{record: b.settled()}}},
			})
			for _, text := range texts {
				var w worker
				w.begin(common)
				ok := w.project(text, a.settled())
				want, wantOK := project(nil, text, a.settled())
				if ok != wantOK || ok && string(w.text) != string(want) {
					t.Fatalf("%s: %s, %v; want %s, %v", text, w.text, ok, want, wantOK)
				}
				if ok {
					read++
				}
			}
		}
	}
	if read == 0 {
		t.Error("nothing was read")
	}
	if commonReading([]*frame{{Evaluator: &Evaluator{decider: &decider{record: places[4]}}}, {Evaluator: &Evaluator{}}}) != nil {
		t.Error("one decider has no need of a common reading")
	}
}
