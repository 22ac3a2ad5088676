package oscal

import (
	"strings"

	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// changes tells, for each control of which there is something to tell, what changed since
// the earlier period.
func (d *document) changes() {
	if d.p.Delta == nil {
		return
	}
	if err := d.p.Delta.Check(); err != nil {
		d.fail(err)
		return
	}
	told, _ := d.p.Delta.Told()
	for _, c := range told {
		d.element(d.changed(c))
	}
}

// changed is an observation of what was, beside what is: results, counts, what either is
// owed to, what of the control itself changed, and the exceptions of both periods.
func (d *document) changed(c *reports.DeltaControl) observation {
	list := []property{own("control", c.ID), own("earlier", d.p.Delta.Earlier), own("later", d.p.Delta.Later)}
	list = append(list, state("earlier", c.Before)...)
	list = append(list, state("later", c.After)...)
	for _, n := range []struct {
		presence reports.Presence
		n        int64
	}{{reports.DeltaNew, c.New}, {reports.DeltaStill, c.Still}, {reports.DeltaGone, c.Gone}} {
		list = append(list, classed("exceptions", string(n.presence), n.n, ""))
	}
	remarks := escaped(c.AllFacts(d.p.Lang))
	for _, x := range c.Changes {
		list = append(list, own("changed", strings.TrimSpace(x.What+" "+x.Name)))
		remarks = append(remarks, prose(strings.TrimSpace(x.What+" "+x.Name)+": "+either(x.Before)+" → "+either(x.After)))
	}
	population, exceptions, _ := c.CountsFromTo()
	o := d.observation()
	o.UUID = d.id("change", c.ID)
	o.Title = d.say(words.OSCALChange, c.ID, d.p.Delta.Earlier)
	o.Description = paragraphs(
		d.say(words.Labelled, d.in(words.Result), c.ResultFromTo(d.p.Lang)), d.say(words.Labelled, d.in(words.PopulationCount), population),
		d.say(words.Labelled, d.in(words.ExceptionCount), exceptions), d.say(words.Labelled, d.in(words.NewStillGone), c.ThreeCounts()))
	o.Types = []string{"historic"}
	o.Props = filled(list)
	o.Remarks = paragraphs(remarks...)
	if id, ok := d.files[deltaFile]; ok {
		o.Evidence = []evidenceLink{{"#" + id, d.say(words.OSCALDelta)}}
		for _, e := range c.Exceptions {
			o.Subjects = append(o.Subjects, d.exception(id, e))
		}
	}
	return o
}

// state is what a control's test came to in one of the periods; nothing where that period
// has no such control.
func state(period string, s *reports.DeltaState) []property {
	if s == nil {
		return nil
	}
	return []property{
		own(period+"-result", string(s.Result)), own(period+"-population", count(s.Population)),
		own(period+"-exceptions", count(s.Exceptions)), own(period+"-exceptions-answered", count(s.Answered)),
	}
}

// exception is one of either period, of which delta.json tells.
func (d *document) exception(file string, e reports.DeltaException) subject {
	return subject{UUID: file, Type: "resource", Title: prose(either(line(e.Name()), line(e.ID))), Props: filled([]property{
		own("item", either(e.ID)), own("presence", string(e.Presence)), own("time", itemTime(e.Time)), own("owed-to", e.Cause),
		own("remarks", e.Remarks()), own("response", e.Response),
	})}
}
