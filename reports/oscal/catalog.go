package oscal

import (
	"fmt"
	"io"
	"slices"

	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// Catalog renders oscal/catalog.json: the framework's items as the controls of an OSCAL
// catalog, and with each what was tested for it and how. The assessment results name
// these, and import the catalog in place of an assessment plan. Its zero value is ready
// for use.
type Catalog struct{}

var _ reports.Renderer = Catalog{}

// catalogName is the catalog's file, in the folder of the assessment results.
const catalogName = "catalog.json"

// Name implements [reports.Renderer].
func (Catalog) Name() string { return "oscal/" + catalogName }

// Render implements [reports.Renderer].
func (r Catalog) Render(w io.Writer, p *reports.Pack) error {
	d, err := newDocument(w, p)
	if err == nil {
		d.catalog()
		err = d.finish()
	}
	if err != nil {
		return fmt.Errorf("render %s: %w", r.Name(), err)
	}
	return nil
}

func (d *document) catalog() {
	d.open("{")
	d.key("catalog")
	d.open("{")
	d.member("uuid", d.id("catalog"))
	m := d.metadata()
	m.Title = d.say(words.OSCALCatalog, d.p.Organisation, d.p.Framework.Title, d.p.PeriodName)
	m.Remarks = d.say(words.OSCALObjectives)
	d.member("metadata", m)
	if controls := d.catalogControls(); len(controls) > 0 {
		d.member("controls", controls)
	}
	d.close("}")
	d.close("}")
	d.raw("\n")
}

// catalogControls are the framework's items, each with the controls of which it is the
// first that they serve, and then the controls that serve none.
func (d *document) catalogControls() []catalogControl {
	var list []catalogControl
	at := map[string]int{} // item → index in list
	for _, item := range d.p.Framework.Items {
		if _, known := at[item.ID]; known {
			continue
		}
		at[item.ID] = len(list)
		title, key := prose(either(item.Title, item.ID)), d.items[item.ID]
		list = append(list, catalogControl{ID: key, Title: title, Props: filled([]property{own("framework-item", item.ID), own("group", item.Group)}),
			Parts: []part{{Name: "statement", ID: d.taken.of(key + "_smt"), Prose: title}}})
	}
	for i := range d.p.Controls {
		c := &d.p.Controls[i]
		if n := slices.IndexFunc(c.Framework, func(item string) bool { _, known := at[item]; return known }); n >= 0 {
			home := &list[at[c.Framework[n]]]
			home.Parts = append(home.Parts, d.objective(c)...)
			continue
		}
		key, title := d.taken.of(d.controls[c.ID]+"_control"), prose(either(c.Title, c.ID))
		list = append(list, catalogControl{ID: key, Title: title, Parts: append([]part{{Name: "statement", ID: d.taken.of(key + "_smt"), Prose: title}}, d.objective(c)...)})
	}
	return list
}

// objective is what a control is to reach, with how it is tested.
func (d *document) objective(c *reports.Control) []part {
	return []part{
		{ID: d.controls[c.ID], Name: "assessment-objective", Title: prose(either(c.Title, c.ID)), Props: d.about(c), Prose: prose(c.Activity)},
		{
			Name: "assessment-method", ID: d.taken.of(d.controls[c.ID] + "_test"), Prose: prose(c.Procedure), Props: []property{{Name: "method", NS: rmf, Value: "TEST"}},
			Parts: []part{{Name: "assessment-objects", Title: prose(either(c.Population.KindTitle, c.ID)), Prose: prose(c.Population.Definition)}},
		},
	}
}
