package pdf

import (
	"strings"

	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// responses counts what management answered, by control. The responses themselves
// stand beside their exceptions.
func (d *document) responses() {
	d.chapter(d.in(words.Responses), "responses")
	if d.p.Answered() == 0 {
		d.flow(d.in(words.NoResponses), d.st.body)
		return
	}
	d.flow(d.in(words.ResponsesMean), d.st.body)
	d.flow(d.say(words.AllResponses, d.in(words.ExceptionList)), d.st.body)
	d.y += 2
	t := d.table(column{title: d.in(words.Control), width: 17}, column{title: d.in(words.ControlTitle), width: 76},
		column{title: d.in(words.ExceptionCount), width: 21, right: true}, column{title: d.in(words.ResponseKind), width: bodyWidth - 138},
		column{title: d.in(words.UnansweredCount), width: 24, right: true})
	for i := range d.p.Controls {
		c := &d.p.Controls[i]
		if c.Counts.Exceptions == 0 {
			continue
		}
		t.row(d.goTo(c.ID, controlKey(c)), d.text(c.Title), d.text(format.Count(c.Counts.Exceptions)), d.counted(c.Responses), d.text(format.Count(c.Unanswered())))
	}
}

// response sets what was answered, and by whom.
func (d *document) response(r *reports.Response) []para {
	var facts []string
	for _, f := range words.ResponseFacts(r, d.p.Location) {
		facts = append(facts, d.say(words.Labelled, d.in(f.Title), d.line(f.Value)))
	}
	return []para{{text: r.Text, st: d.st.cell}, {text: strings.Join(facts, d.in(words.FieldSeparator)), st: d.st.tiny}}
}
