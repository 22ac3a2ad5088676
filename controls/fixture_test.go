package controls

import (
	"context"
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/evidencepack/evidence"
)

// memory is evidence held in memory, by kind, in order.
type memory map[string][]evidence.Record

func (m memory) Records(ctx context.Context, kind string) iter.Seq2[evidence.Record, error] {
	return func(yield func(evidence.Record, error) bool) {
		for _, r := range m[kind] {
			if !yield(r, ctx.Err()) {
				return
			}
		}
	}
}

// add puts a record of the body in; its time is at, or a fixed one.
func (m memory) add(kind, id, body string) {
	m[kind] = append(m[kind], evidence.Record{Kind: kind, ID: id, Time: noon, Body: []byte(body)})
}

var (
	tokyo   = time.FixedZone("JST", 9*60*60)
	october = evidence.Period{
		Start: time.Date(2026, 10, 1, 0, 0, 0, 0, tokyo),
		End:   time.Date(2026, 11, 1, 0, 0, 0, 0, tokyo),
	}
	noon = time.Date(2026, 10, 15, 12, 0, 0, 0, tokyo)
	asOf = time.Date(2026, 11, 2, 9, 0, 0, 0, tokyo)
)

func input(e Evidence) Input { return Input{Period: october, AsOf: asOf, Evidence: e} }

// controlYAML is a complete control.yaml of TST-01; more is added to its end.
func controlYAML(more ...string) string {
	return `id: TST-01
title: {ja: 試験, en: Test}
activity: {ja: 活動, en: Activity}
procedure: {ja: 手続, en: Procedure}
owner: tests
frequency: daily
reasons:
  bad: {ja: "悪い {why}", en: "bad {why}"}
  worse: {ja: "より悪い {detail}", en: "worse {detail}"}
` + strings.Join(more, "\n")
}

const itemPopulation = "population: {kind: test.item, time: at}\n"

const itemSchema = `{"type": "object", "properties": {
	"at": {"type": "string"}, "end": {"type": "string"}, "n": {"type": "number"}, "name": {"type": "string"}, "why": {"type": "string"},
	"tags": {"type": "array", "items": {"type": "string"}}, "open": {}}}`

// layer is a folder with one control.
func layer(yaml, rego string) fstest.MapFS {
	return fstest.MapFS{
		"tests/one/control.yaml":    {Data: []byte(yaml)},
		"tests/one/policy.rego":     {Data: []byte(rego)},
		"schemas/test.item.json":    {Data: []byte(itemSchema)},
		"schemas/test.related.json": {Data: []byte(`{"type": "object", "properties": {"key": {"type": "string"}, "id": {"type": "string"}}}`)},
	}
}

// prepare compiles the control of the yaml and the rules, whose package it adds.
func prepare(t testing.TB, yaml, rules string) *Evaluator {
	t.Helper()
	e, err := tryPrepare(t, yaml, rules)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func tryPrepare(t testing.TB, yaml, rules string) (*Evaluator, error) {
	t.Helper()
	lib, err := Load(layer(yaml, "package evidence.tst_01\n"+rules))
	if err != nil {
		t.Fatal(err)
	}
	return Prepare(t.Context(), lib.Controls[0])
}

// prepareIn compiles the control that the layer holds.
func prepareIn(t testing.TB, layer fs.FS) *Evaluator {
	t.Helper()
	lib, err := Load(layer)
	if err != nil {
		t.Fatal(err)
	}
	e, err := Prepare(t.Context(), lib.Controls[0])
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// judged is an item as tests compare it.
type judged struct {
	ID      string
	Verdict evidence.Verdict
	Codes   string
}

// evaluate runs the evaluator and returns what it emitted.
func evaluate(t testing.TB, e *Evaluator, in Input) ([]judged, Outcome, error) {
	t.Helper()
	var items []judged
	outcome, err := e.Evaluate(t.Context(), in, func(item Item) error {
		items = append(items, judgedOf(item))
		return nil
	})
	return items, outcome, err
}

func judgedOf(item Item) judged {
	var codes []string
	for _, r := range item.Reasons {
		codes = append(codes, r.Code)
	}
	return judged{item.Record.ID, item.Verdict, strings.Join(slices.Compact(codes), " ")}
}

// stamp writes a time of October as a record's field.
func stamp(day int) string { return fmt.Sprintf("2026-10-%02dT00:00:00Z", day) }
