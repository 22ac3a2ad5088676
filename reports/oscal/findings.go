package oscal

import (
	"iter"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// claimKind is the kind of a population of completeness claims.
const claimKind = "evidence.claim"

// itemList iterates items from the beginning at every call.
type itemList = func() iter.Seq2[reports.Item, error]

// findings writes the results of the controls, and of the framework's items that they serve.
func (d *document) findings() {
	for i := range d.p.Controls {
		d.found(&d.p.Controls[i])
	}
	served, _ := d.p.Served()
	for _, item := range served {
		d.element(d.reached(item))
	}
}

// found writes the finding on a control: its result, and the observations that it
// rests on.
func (d *document) found(c *reports.Control) {
	d.next()
	d.open("{")
	d.member("uuid", d.id("finding", c.ID))
	d.member("title", prose(either(c.ID+"  "+c.Title)))
	d.member("description", d.summary(c))
	d.member("props", filled(append(d.about(c), own("result", string(c.Result)))))
	d.member("target", target{Type: "objective-id", ID: d.controls[c.ID], Title: prose(either(c.Title, c.ID)), Status: d.status(c.Result, c.Why)})
	d.key("related-observations")
	d.open("[")
	d.element(related{d.id("control", c.ID)})
	d.noted(c, func(item reports.Item) { d.element(related{d.itemID(c, item)}) })
	d.close("]")
	d.close("}")
}

// reached is the finding on an item of the framework, which rests on the tests of all
// controls that serve it.
func (d *document) reached(item reports.FrameworkItem) finding {
	result, _ := d.p.ItemResult(item)
	f := finding{
		UUID: d.id("item finding", item.ID), Title: prose(either(item.ID + "  " + item.Title)), Description: d.say(words.ResultMeans(result)),
		Props:  filled([]property{own("framework-item", item.ID), own("result", string(result))}),
		Target: target{Type: "statement-id", ID: d.items[item.ID], Title: prose(either(item.Title, item.ID)), Status: d.status(result, nil)},
	}
	for _, c := range d.p.Serving(item) {
		f.Related = append(f.Related, related{d.id("control", c.ID)})
	}
	return f
}

// status is a result in the words that OSCAL has.
func (d *document) status(r evidence.Result, why []string) status {
	switch r {
	case evidence.Effective:
		return status{State: "satisfied", Reason: "pass"}
	case evidence.ExceptionsNoted:
		return status{State: "not-satisfied", Reason: "fail"}
	case evidence.NoOccurrence:
		return status{State: "satisfied", Reason: "other", Remarks: d.say(words.OSCALNone)}
	}
	return status{State: "not-satisfied", Reason: "other", Remarks: paragraphs(append([]string{d.say(words.OSCALUndecided)}, escaped(why)...)...)}
}
