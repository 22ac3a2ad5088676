package controls

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
)

// plainly is the evaluator that asks the policy about the whole of each record.
func plainly(e *Evaluator) *Evaluator {
	plain := *e
	plain.decider, plain.record = nil, nil
	return &plain
}

// sameBothWays judges the records with an evaluator and plainly, and compares what
// each comes to, errors and all. It counts the items that the decider settled.
func sameBothWays(t testing.TB, e *Evaluator, in Input, records []evidence.Record) (settled int) {
	t.Helper()
	ways := newWays(t, e, in)
	for _, rec := range records {
		if ways.compare(t, rec) {
			settled++
		}
	}
	return settled
}

// ways are the two of them, which remember what they were asked.
type ways struct {
	fast, plain *frame
	w           *worker
}

func newWays(t testing.TB, e *Evaluator, in Input) *ways {
	t.Helper()
	fast, err := e.frame(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := plainly(e).frame(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return &ways{fast: fast, plain: plain, w: newWorker(1)}
}

// compare says whether the decider settled the item.
func (w *ways) compare(t testing.TB, rec evidence.Record) bool {
	t.Helper()
	w.w.trial = trial{} // never at rest
	got, gotOK, gotErr := w.fast.item(t.Context(), rec, w.w)
	want, wantOK, wantErr := w.plain.item(t.Context(), rec, newWorker(1))
	if d := cmp.Diff(want, got); d != "" || gotOK != wantOK || fmt.Sprint(gotErr) != fmt.Sprint(wantErr) {
		t.Fatalf("%s: %s\n%s\ngot %v, %v\nwant %v, %v\n%s", w.fast.control.ID, rec.Body, d, gotOK, gotErr, wantOK, wantErr, w.fast.control.Files[PolicyFile])
	}
	return w.w.trial.settled > 0
}

// FuzzSettle judges records both ways by policies that read them in every way.
func FuzzSettle(f *testing.F) {
	var all []*ways
	for _, c := range readers {
		e := prepareIn(f, openLayer(c.rules))
		e.control = everywhere(e.control)
		all = append(all, newWays(f, e, input(memory{})))
	}
	r := rand.New(rand.NewPCG(3, 3))
	for range 50 {
		f.Add([]byte(randomRecord(r, 0).Body))
	}
	for _, body := range hostile {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if strings.Count(string(body), "[")+strings.Count(string(body), "{") > 300 {
			return // the plain way takes long, and the decider leaves it all to that
		}
		for _, w := range all {
			w.compare(t, evidence.Record{Kind: "test.item", ID: "x", Time: noon, Body: body})
		}
	})
}

// pool is what tests make records of.
type pool struct {
	bodies map[string][]any // by kind
	values []any            // parts of all of them
	r      *rand.Rand
}

func newPool(t testing.TB, lib *Library, seed uint64) *pool {
	t.Helper()
	p := &pool{bodies: map[string][]any{}, r: rand.New(rand.NewPCG(seed, 0))}
	for _, c := range lib.Controls {
		names, err := fs.Glob(c.fsys, path.Join(c.dir, "testdata", "*.json"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text, err := fs.ReadFile(c.fsys, name)
			if err != nil {
				t.Fatal(err)
			}
			var files map[string]map[string]any
			if err := json.Unmarshal(text, &files); err != nil {
				continue // testdata of another form
			}
			for group, records := range files {
				kind := group
				if !strings.Contains(kind, ".") {
					kind = c.Population.Kind
				}
				for _, id := range slices.Sorted(maps.Keys(records)) {
					p.add(kind, records[id])
				}
			}
		}
	}
	return p
}

func (p *pool) add(kind string, body any) {
	p.bodies[kind] = append(p.bodies[kind], body)
	p.collect(body)
}

func (p *pool) collect(v any) {
	if len(p.values) < 20_000 {
		p.values = append(p.values, v)
	}
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			p.collect(v[k])
		}
	case []any:
		for _, e := range v {
			p.collect(e)
		}
	}
}

// scalars are values that policies stumble over.
var scalars = []any{nil, true, false, "", "x", "null", "true", 0.0, 1.0, -1.0, 1.5, "2026-10-02T00:00:00Z", []any{}, map[string]any{}, []any{nil}}

// vary returns a copy of v in which a few things are different.
func (p *pool) vary(v any, chance float64) any {
	if p.r.Float64() < chance {
		switch p.r.IntN(4) {
		case 0:
			return scalars[p.r.IntN(len(scalars))]
		case 1:
			return p.values[p.r.IntN(len(p.values))]
		case 2:
			return []any{v, v}
		}
	}
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, e := range v {
			if p.r.Float64() >= chance/2 {
				out[k] = p.vary(e, chance)
			}
		}
		return out
	case []any:
		out := []any{}
		for _, e := range v {
			if p.r.Float64() >= chance/2 {
				out = append(out, p.vary(e, chance))
			}
		}
		return out
	}
	return v
}

// record makes a record of the kind, mostly a variation of one that is real.
func (p *pool) record(kind string, n int) evidence.Record {
	v := any(map[string]any{})
	if bodies := p.bodies[kind]; len(bodies) > 0 {
		v = bodies[p.r.IntN(len(bodies))]
	}
	// Many are varied little, so that what is read of them is often the same.
	v = p.vary(v, []float64{0, 0.005, 0.02, 0.1, 0.5}[p.r.IntN(5)])
	body, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	if p.r.IntN(50) == 0 { // an error of the document, or a text that is read the slow way
		body = slices.Concat(body[:len(body)-1], []byte([]string{`,"id":1,"id":2}`, `,"n":1e3}`, `,"\u0061":1}`, `,"n":1e999}`, ` }`, `,}`}[p.r.IntN(6)]))
	}
	return evidence.Record{Kind: kind, ID: fmt.Sprint(n), Time: noon, Body: body}
}

// TestSettledIsJudged judges variations of all shipped controls' test records both
// ways.
func TestSettledIsJudged(t *testing.T) {
	lib := withSignIns(t)
	const n = 300
	settled := 0
	p := newPool(t, lib, 1)
	p.add("entraid.sign_in", signIn(t))
	for _, c := range lib.Controls {
		if c.Scope != Each {
			continue
		}
		t.Run(c.ID, func(t *testing.T) {
			e, err := Prepare(t.Context(), everywhere(c))
			if err != nil {
				t.Fatal(err)
			}
			if e.decider == nil && e.record == nil {
				return // it reads all of a record
			}
			m := memory{}
			for _, kind := range c.kinds() {
				for i := range 40 {
					r := p.record(kind, i)
					if json.Valid(r.Body) {
						m[kind] = append(m[kind], r)
					}
				}
			}
			var records []evidence.Record
			for i := range n {
				kinds := c.Population.Kinds()
				records = append(records, p.record(kinds[i%len(kinds)], i))
			}
			settled += sameBothWays(t, e, input(m), records)
		})
	}
	if settled < 2*n {
		t.Errorf("%d items were settled by deciders: the test tests little", settled)
	}
}

// everywhere is the control with all records of its kinds in its population, and
// with relations that join much.
func everywhere(c *Control) *Control {
	n := *c
	n.Population.Where, n.Population.Time, n.Population.End, n.Population.LatestOf = nil, "", "", ""
	n.Population.Also = slices.Clone(c.Population.Also)
	for i := range n.Population.Also {
		p := &n.Population.Also[i]
		p.Where, p.Time, p.End, p.LatestOf = nil, "", "", ""
	}
	n.Related = maps.Clone(c.Related)
	for name, r := range n.Related {
		r.LatestOf = ""
		n.Related[name] = r
	}
	return &n
}

// withSignIns are the shipped controls and, until they are among those, controls on
// sign-ins that stand in.
func withSignIns(t testing.TB) *Library {
	t.Helper()
	lib, err := Load(Shipped())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lib.Find("ACC-01"); err == nil {
		return lib
	}
	if lib, err = Load(Shipped(), os.DirFS("../internal/pipeline/testdata/sign-ins")); err != nil {
		t.Fatal(err)
	}
	return lib
}

func signIn(t testing.TB) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(`{"id": "s-1", "createdDateTime": "2026-10-02T01:02:03Z", "userPrincipalName": "user-0001@example.co.jp",
		"appId": "a", "appDisplayName": "Azure Portal", "ipAddress": "192.0.2.1", "clientAppUsed": "Browser",
		"authenticationRequirement": "multiFactorAuthentication", "status": {"errorCode": 0, "failureReason": "Other."},
		"authenticationDetails": [
			{"authenticationStepDateTime": "2026-10-02T01:02:03Z", "authenticationMethod": "Password", "succeeded": true, "authenticationStepRequirement": "Primary authentication"},
			{"authenticationStepDateTime": "2026-10-02T01:02:09Z", "authenticationMethod": "Mobile app notification", "succeeded": true, "authenticationStepRequirement": "Multi-factor authentication"}],
		"appliedConditionalAccessPolicies": [{"displayName": "CA001", "enforcedGrantControls": ["Mfa"], "result": "success"}]}`), &v); err != nil {
		t.Fatal(err)
	}
	return v
}
