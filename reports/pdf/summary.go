package pdf

import (
	"strings"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// summary tells the results on a page: what could not be evaluated first, then
// a line for each framework item that a control serves, then the exceptions.
func (d *document) summary() {
	d.section(d.in(words.ResultSummary), "summary")
	d.flow(d.conclusion(), d.st.body)
	d.y += 2
	d.resultBar()
	d.notEvaluable()
	d.itemResults()
	d.exceptionsByControl()
	d.exemptionTotals()
	if text, ok := words.WithoutNonce(d.p); ok {
		d.heading(d.in(words.Samples))
		d.flow(d.in(text), d.st.body)
	}
	d.deltaSummary()
}

// conclusion is the result in a sentence.
func (d *document) conclusion() string {
	n := map[evidence.Result]int64{}
	for _, rc := range d.p.ResultCounts() {
		n[rc.Result] = rc.N
	}
	return d.say(words.Conclusion, format.Count(int64(len(d.p.Controls))), format.Count(n[evidence.NotEvaluable]), format.Count(n[evidence.ExceptionsNoted]),
		format.Count(n[evidence.Effective]), format.Count(n[evidence.NoOccurrence]), format.Count(d.p.Exceptions()))
}

func (d *document) notEvaluable() {
	d.heading(d.in(words.NotEvaluableFirst))
	t := d.table(column{title: d.in(words.Control), width: 22}, column{title: d.in(words.ControlTitle), width: 54}, column{title: d.in(words.Why), width: bodyWidth - 76})
	for _, c := range d.p.Controls {
		if c.Result == evidence.NotEvaluable {
			t.row(d.goTo(c.ID, controlKey(&c)), d.text(c.Title), d.text(strings.Join(c.Why, "\n")))
		}
	}
	if !t.started {
		d.flow(d.in(words.NothingNotEvaluable), d.st.body)
	}
	for _, sentence := range words.Provisional(d.p) {
		d.y += 1
		d.flow(sentence, d.st.body)
	}
}

func (d *document) itemResults() {
	served, unserved := d.p.Served()
	d.heading(d.in(words.ResultsByItem))
	t := d.table(column{title: d.in(words.FrameworkItem), width: 20}, column{title: d.in(words.ItemTitle), width: 80},
		column{title: d.in(words.Controls), width: 46}, column{title: d.in(words.Result), width: bodyWidth - 146})
	for _, item := range served {
		result, _ := d.p.ItemResult(item)
		t.row(d.strong(item.ID), d.text(item.Title), d.controlLinks(d.p.Serving(item)), d.result(result))
	}
	if len(unserved) > 0 {
		ids := make([]string, len(unserved))
		for i, item := range unserved {
			ids[i] = item.ID
		}
		d.y += 1.5
		d.flow(d.say(words.ItemsWithoutControl, format.Count(int64(len(unserved))), strings.Join(ids, ", ")), d.st.small)
	}
}

// controlLinks is a cell of controls, each of which leads to its section.
func (d *document) controlLinks(controls []*reports.Control) box {
	ids := make([]string, len(controls))
	for i, c := range controls {
		ids[i] = c.ID
	}
	return d.controlIDs(ids)
}

// controlIDs is the same, of controls by their IDs.
func (d *document) controlIDs(ids []string) box {
	p := para{text: strings.Join(ids, ", "), st: d.st.cell.with(linkBlue), words: map[string]string{}}
	for _, id := range ids {
		p.words[id] = "control " + id
	}
	return box{paras: []para{p}}
}

func (d *document) exceptionsByControl() {
	t := d.table(column{title: d.in(words.Control), width: bodyWidth - 115},
		column{title: d.in(words.PopulationCount), width: 19.5, right: true}, column{title: d.in(words.ExceptionCount), width: 19.5, right: true},
		column{title: d.in(words.AnsweredCount), width: 18.5, right: true}, column{title: d.in(words.UnansweredCount), width: 22, right: true},
		column{title: d.in(words.Result), width: 35.5})
	var rows [][]box
	for _, c := range d.p.Controls {
		rows = append(rows, []box{d.goTo(numbered(c.ID, c.Title), controlKey(&c)), d.text(format.Count(c.Counts.Total)), d.strong(format.Count(c.Counts.Exceptions)),
			d.text(format.Count(c.Answered())), d.text(format.Count(c.Unanswered())), d.result(c.Result)})
	}
	t.together(d.in(words.ExceptionsByControl), rows)
}

func controlKey(c *reports.Control) string { return "control " + c.ID }
