package delta

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/evaluation"
)

// changes compares a control with what it was: its rules, what it says, its settings,
// and whom it serves.
func changes(before, after *judged) []Change {
	var list []Change
	add := func(a Aspect, name, x, y string) {
		if x != y {
			list = append(list, Change{a, name, x, y})
		}
	}
	for _, name := range union(before.tested.Sources, after.tested.Sources) {
		if name != controls.ControlFile {
			add(Policy, name, before.tested.Sources[name], after.tested.Sources[name])
		}
	}
	list = append(list, members(Definition, definition(before.control), definition(after.control))...)
	list = append(list, members(Wording, wording(before.control), wording(after.control))...)
	x, y := values(before.tested), values(after.tested)
	for _, name := range union(x, y) {
		add(Parameter, name, x[name], y[name])
	}
	add(Owner, "", before.tested.Owner, after.tested.Owner)
	if before.framework != nil && after.framework != nil {
		add(Mapping, after.framework.ID, strings.Join(before.framework.Serving(before.tested.ID), ", "), strings.Join(after.framework.Serving(after.tested.ID), ", "))
	}
	return list
}

// member is a part of control.yaml.
type member struct {
	name  string
	value any
}

// members lists those that differ: what they are is to be read in the control's files.
func members(a Aspect, before, after []member) []Change {
	var list []Change
	for i := range before {
		if !reflect.DeepEqual(before[i].value, after[i].value) {
			list = append(list, Change{Aspect: a, Name: before[i].name})
		}
	}
	return list
}

// definition is what decides which records are tested, and what they are joined with.
func definition(c *controls.Control) []member {
	codes := func(texts any) []string {
		var list []string
		for _, k := range reflect.ValueOf(texts).MapKeys() {
			list = append(list, k.String())
		}
		slices.Sort(list)
		return list
	}
	return []member{
		{"population", tested(c.Population)},
		{"scope", cmp.Or(c.Scope, controls.Each)},
		{"related", c.Related},
		{"extract", c.Extract},
		{"reasons", codes(c.Reasons)},
		{"observations", codes(c.Observations)},
		{"not_applicable", codes(c.NotApplicable)},
	}
}

// tested leaves out how a population's items are shown.
func tested(p controls.Population) controls.Population {
	p.Label, p.Link = "", ""
	p.Also = slices.Clone(p.Also)
	for i := range p.Also {
		p.Also[i] = tested(p.Also[i])
	}
	return p
}

// wording is what readers see, and no verdict depends on.
func wording(c *controls.Control) []member {
	shown := [][2]string{{c.Label, c.Link}}
	for _, p := range c.Population.Also {
		shown = append(shown, [2]string{p.Label, p.Link})
	}
	return []member{
		{"title", c.Title}, {"activity", c.Activity}, {"procedure", c.Procedure}, {"frequency", c.Frequency},
		{"reasons", c.Reasons}, {"observations", c.Observations}, {"not_applicable", c.NotApplicable}, {"headings", c.Headings},
		{"group", c.Group}, {"columns", c.Columns}, {"label, link", shown}, {"charts", c.Charts},
	}
}

// values are a control's parameters as JSON.
func values(tested *evaluation.Control) map[string]string {
	text := map[string]string{}
	for name, v := range tested.Params {
		b, err := json.Marshal(v)
		if err != nil {
			b = fmt.Append(nil, v)
		}
		text[name] = string(b)
	}
	return text
}

func union[V any](a, b map[string]V) []string {
	return slices.Compact(slices.Sorted(func(yield func(string) bool) {
		for _, m := range []map[string]V{a, b} {
			for name := range maps.Keys(m) {
				if !yield(name) {
					return
				}
			}
		}
	}))
}

// has reports whether any of the changes is of one of the aspects.
func has(list []Change, aspects ...Aspect) bool {
	return slices.ContainsFunc(list, func(c Change) bool { return slices.Contains(aspects, c.Aspect) })
}
