package oscal

import (
	"strings"

	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// rmf is the namespace that NIST's own catalogs have methods of assessment in.
const rmf = "http://csrc.nist.gov/ns/rmf"

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
