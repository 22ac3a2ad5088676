package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/evidencepack/evidence/collectors/all"
	"github.com/evidencepack/evidence/collectors/cloudtrail"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/sealed"
)

// unansweredControls are shipped controls that a new configuration, which has a
// CloudTrail archive alone, has no source for: one, or all of a family.
type unansweredControls struct {
	Name    string // "ACC-01", or "CHG-*" for all that begin so
	Drivers string // which drivers yield what is missing: "entraid, entraid-export"
	Pad     string // spaces that line comments up
}

// unanswered lists them in the order of their names.
func unanswered() ([]unansweredControls, error) {
	lib, err := controls.Load(controls.Shipped())
	if err != nil {
		return nil, err
	}
	needed := map[string][]string{} // by control: the drivers
	members := map[string]int{}
	lacking := map[string][]string{}
	for _, c := range lib.Controls {
		family, _, _ := strings.Cut(c.ID, "-")
		members[family]++
		if d := driversFor(c); len(d) > 0 {
			needed[c.ID] = d
			lacking[family] = append(lacking[family], c.ID)
		}
	}
	var list []unansweredControls
	for _, family := range slices.Sorted(maps.Keys(lacking)) {
		ids := lacking[family]
		if len(ids) == members[family] {
			var drivers []string
			for _, id := range ids {
				drivers = append(drivers, needed[id]...)
			}
			list = append(list, newUnanswered(family+"-*", drivers))
			continue
		}
		for _, id := range ids {
			list = append(list, newUnanswered(id, needed[id]))
		}
	}
	return list, nil
}

func newUnanswered(name string, drivers []string) unansweredControls {
	slices.Sort(drivers)
	return unansweredControls{name, strings.Join(slices.Compact(drivers), ", "), strings.Repeat(" ", max(0, len("ACC-00")-len(name)))}
}

// driversFor lists the drivers of which a control needs one or another beside a
// CloudTrail archive; none when that is enough.
func driversFor(c *controls.Control) []string {
	var drivers []string
	for _, s := range c.Selections() {
		if s.Optional || s.Kind == cloudtrail.EventKind || s.Kind == sealed.ClaimKind {
			continue
		}
		for _, d := range all.Drivers() {
			for _, k := range d.Kinds {
				if k.Name == s.Kind {
					drivers = append(drivers, d.Name)
				}
			}
		}
	}
	return drivers
}
