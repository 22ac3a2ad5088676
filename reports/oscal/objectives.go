package oscal

import (
	"slices"
	"strings"

	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// rmf is the namespace that NIST's own catalogs have methods of assessment in.
const rmf = "http://csrc.nist.gov/ns/rmf"

// objectives defines, for each control, what it is to reach and how it is tested.
func (d *document) objectives() objectives {
	o := objectives{Remarks: d.say(words.OSCALObjectives)}
	for i := range d.p.Controls {
		o.Objectives = append(o.Objectives, d.objective(&d.p.Controls[i]))
	}
	return o
}

// objective belongs to the first framework item that the control serves; properties
// name all of them.
func (d *document) objective(c *reports.Control) objective {
	of := d.controls[c.ID] // of a control that serves none
	if i := slices.IndexFunc(c.Framework, func(item string) bool { return d.items[item] != "" }); i >= 0 {
		of = d.items[c.Framework[i]]
	}
	return objective{
		ControlID: of, Description: prose(c.Title), Props: d.about(c),
		Parts: []part{
			// No property "method-id": OSCAL 1.1.3 asks for it in one rule and forbids it in another.
			{ID: d.controls[c.ID], Name: "assessment-objective", Title: prose(either(c.Title, c.ID)), Prose: prose(c.Activity)},
			{
				Name: "assessment-method", Prose: prose(c.Procedure),
				Props: []property{{Name: "method", NS: rmf, Value: "TEST"}},
				Parts: []part{{Name: "assessment-objects", Title: prose(either(c.Population.KindTitle, c.ID)), Prose: prose(c.Population.Definition)}},
			},
		},
	}
}

// about are the properties of whatever tells of a control.
func (d *document) about(c *reports.Control) []property {
	list := []property{own("control", c.ID), own("owner", c.Owner), own("frequency", c.Frequency)}
	for _, item := range c.Framework {
		list = append(list, own("framework-item", item))
	}
	return filled(list)
}

// reviewed are the framework items that the pack's controls serve, with the result of
// each, and in words those that none serves.
func (d *document) reviewed() reviewed {
	served, unserved := d.p.Served()
	var r reviewed
	for _, item := range served {
		result, _ := d.p.ItemResult(item)
		r.Selections = append(r.Selections, selection{
			Description: prose(item.Title), Include: []controlID{{d.items[item.ID]}},
			Props: filled([]property{own("framework-item", item.ID), own("group", item.Group), own("result", string(result))}),
		})
	}
	var left []string
	var excluded []controlID
	for _, item := range unserved {
		left = append(left, item.ID)
		excluded = append(excluded, controlID{d.items[item.ID]})
	}
	if len(left) > 0 {
		r.Remarks = d.say(words.OSCALUnserved, strings.Join(left, d.in(words.ListSeparator)))
	}
	if len(served) == 0 {
		r.Selections = []selection{{Description: d.say(words.OSCALNoServed), All: &struct{}{}, Exclude: excluded}}
		return r
	}
	var chosen objectiveChoice
	for _, c := range d.p.Controls {
		chosen.Include = append(chosen.Include, objectiveID{d.controls[c.ID]})
	}
	r.Objectives = []objectiveChoice{chosen}
	return r
}
