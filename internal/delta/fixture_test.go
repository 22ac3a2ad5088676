package delta

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/locker"
	"github.com/evidencepack/evidence/internal/responses"
	"github.com/evidencepack/evidence/internal/sealed"
)

var (
	tokyo     = time.FixedZone("JST", 9*60*60)
	september = month(2026, 9)
	october   = month(2026, 10)
)

func month(y int, m time.Month) evidence.Period {
	return evidence.Period{Start: time.Date(y, m, 1, 0, 0, 0, 0, tokyo), End: time.Date(y, m+1, 1, 0, 0, 0, 0, tokyo)}
}

// archive is one complete collection of a period's records of one kind.
type archive struct {
	period evidence.Period
	kind   string
	bodies []string // by ID: "ID body"
}

func (a archive) Entries(context.Context) iter.Seq2[locker.Entry, error] {
	want := []evidence.Selection{{Kind: a.kind, For: "ONE-01"}}
	u := locker.Planned(evidence.Unit{Kinds: []string{a.kind}, Scope: evidence.Scope{"account": "1"}, Window: a.period, Want: want})
	of := locker.Manifest{Version: locker.Version, Source: "s", Driver: "d", Collected: locker.Collected{At: a.period.End.Add(time.Hour)}}
	plan, batch := of, of
	plan.Type, plan.Query, plan.Units = locker.Plan, &evidence.Query{Period: a.period, Want: want}, []locker.PlannedUnit{u}
	batch.Type, batch.Plan, batch.Unit, batch.Last, batch.Kind = locker.Batch, plan.Hash(), &u, true, a.kind
	batch.Object, batch.Records = strings.Repeat("0", 64), int64(len(a.bodies))
	batch.Claims = []evidence.Claim{{Kind: a.kind, Method: evidence.PagesExhausted, Scope: u.Scope, Window: a.period, Expected: 1, Found: 1}}
	return func(yield func(locker.Entry, error) bool) {
		_ = yield(locker.Entry{Manifest: plan}, nil) && yield(locker.Entry{Index: 1, Manifest: batch}, nil)
	}
}

func (a archive) Records(context.Context, locker.Manifest) iter.Seq2[evidence.Record, error] {
	return func(yield func(evidence.Record, error) bool) {
		for i, line := range a.bodies {
			id, body, _ := strings.Cut(line, " ")
			if !yield(evidence.Record{Kind: a.kind, ID: id, Time: a.period.Start.Add(time.Duration(i) * time.Hour), Body: []byte(body)}, nil) {
				return
			}
		}
	}
}

// rules are a control's files and what is set of it.
type rules struct {
	control, policy string
	params          map[string]any
	owner           string
}

const (
	controlYAML = `id: ONE-01
title: {ja: 題, en: Title}
activity: {ja: 活動, en: Activity}
procedure: {ja: 手続, en: Procedure}
owner: o
frequency: daily
label: '{name}'
population: {kind: test.item}
params: {limit: 10}
reasons: {bad: {ja: '悪い {detail}', en: 'bad {detail}'}, worse: {ja: 更に悪い, en: worse}}
`
	policyRego = `package evidence.one_01
exception contains {"code": "bad"} if input.record.n > input.params.limit
exception contains {"code": "worse"} if input.record.n > 100
`
)

// side evaluates the rules on the records. Its view stays open as long as the test runs.
func (r rules) side(t *testing.T, a archive, answers string) (Side, *sealed.View, []evidence.Selection) {
	t.Helper()
	s, view, want := r.sideOf(t, "ONE-01", a)
	var files []responses.File
	var err error
	if answers != "" {
		text := fmt.Sprintf("control: ONE-01\nperiod: %s\nresponses:\n%s", s.Name, answers)
		if files, err = responses.Load(fstest.MapFS{"a.yaml": {Data: []byte(text)}}, tokyo); err != nil {
			t.Fatal(err)
		}
	}
	if s.Answers, err = responses.Answer(files, s.Results); err != nil {
		t.Fatal(err)
	}
	return s, view, want
}

func (r rules) sideOf(t *testing.T, id string, a archive) (Side, *sealed.View, []evidence.Selection) {
	t.Helper()
	if r.control == "" {
		r.control = controlYAML
	}
	if r.policy == "" {
		r.policy = policyRego
	}
	lib, err := controls.Load(fstest.MapFS{
		"schemas/test.item.json":  {Data: []byte(`{"type": "object"}`)},
		"schemas/test.other.json": {Data: []byte(`{"type": "object"}`)},
		"one/control.yaml":        {Data: []byte(r.control)},
		"one/policy.rego":         {Data: []byte(r.policy)},
	})
	if err != nil {
		t.Fatal(err)
	}
	if lib, err = lib.Configure(map[string]controls.Settings{id: {Params: r.params, Owner: r.owner}}); err != nil {
		t.Fatal(err)
	}
	want := lib.Controls[0].Selections()
	sources := []sealed.Source{{Name: "s", Driver: "d", Kinds: []string{"test.item"}, Methods: []evidence.Method{evidence.PagesExhausted}}}
	view, err := sealed.Open(t.Context(), a, a.period, sources, want)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { view.Close() })
	results, err := evaluation.Run(t.Context(), view, lib.Controls)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { results.Close() })
	s := Side{Name: a.period.Start.Format("2006-01"), Period: a.period, Results: results, Library: lib}
	return s, view, want
}

// response is an entry of a file of responses.
func response(item, kind, expires string) string {
	s := fmt.Sprintf("  - {item: %q, kind: %s, text: t, owner: a, approver: b, approved: 2026-09-20", item, kind)
	if expires != "" {
		s += ", expires: " + expires
	}
	return s + "}\n"
}

func items(p evidence.Period, bodies ...string) archive {
	return archive{period: p, kind: "test.item", bodies: bodies}
}

// compareNames pairs items by identities alone.
func compareNames(n things, before, after []string) (x, y []int) {
	of := func(ids []string) (list []evaluation.Item) {
		for _, id := range ids {
			list = append(list, evaluation.Item{ID: id})
		}
		return list
	}
	return n.pairs(of(before), of(after))
}
