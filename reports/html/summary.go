package html

import (
	"strconv"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// summary tells the results: in a sentence, then what could not be evaluated
// before anything else, and then by framework item and by control.
func (d *document) summary() {
	d.section("summary", d.in(words.ResultSummary))
	d.leaf("p", d.conclusion(), class("lead"))
	d.notEvaluable()
	d.itemResults()
	d.controlResults()
	d.exemptionTotals()
	if text, ok := words.WithoutNonce(d.p); ok {
		d.leaf("h3", d.in(words.Samples))
		d.leaf("p", d.in(text))
	}
	d.deltaSummary()
	d.monthResults()
	d.end("section")
}

// section begins a chapter.
func (d *document) section(to, title string) {
	d.start("section", id(to), class("still"))
	d.leaf("h2", title)
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

// resultTiles are the four counts, each leading to the controls that it counts,
// and a bar of their shares.
func (d *document) resultTiles() {
	counts := d.p.ResultCounts()
	d.start("ul", class("tiles"))
	for _, rc := range counts {
		d.start("li")
		d.start("a", class(resultLook[rc.Result]), within("result-"+string(rc.Result)))
		d.leaf("b", format.Count(rc.N), class("count"))
		d.leaf("span", d.resultText(rc.Result))
		d.end("a")
		d.end("li")
	}
	d.end("ul")
	d.resultBar(counts)
}

// notEvaluable comes before all results.
func (d *document) notEvaluable() {
	d.leaf("h3", d.in(words.NotEvaluableFirst))
	for _, sentence := range words.Provisional(d.p) {
		d.leaf("p", sentence)
	}
	if !d.anyNotEvaluable() {
		d.leaf("p", d.in(words.NothingNotEvaluable))
		return
	}
	d.table(d.in(words.NotEvaluableFirst), column{d.in(words.Control), "id"}, column{title: d.in(words.Why)})
	for i := range d.p.Controls {
		c := &d.p.Controls[i]
		if c.Result == evidence.NotEvaluable {
			d.row(d.controlLink(c.ID), cell{write: func() {
				d.text(c.Title)
				d.why(c)
			}})
		}
	}
	d.endTable()
}

func (d *document) anyNotEvaluable() bool {
	for i := range d.p.Controls {
		if d.p.Controls[i].Result == evidence.NotEvaluable {
			return true
		}
	}
	return false
}

// why lists why a control is not evaluable.
func (d *document) why(c *reports.Control) {
	if len(c.Why) == 0 {
		return
	}
	d.start("ul", class("why"))
	for _, why := range c.Why {
		d.leaf("li", d.cut(why))
	}
	d.end("ul")
}

// itemResults is the overview by framework: a row for each item, under the
// headings of their groups.
func (d *document) itemResults() {
	d.leaf("h3", d.in(words.ResultsByItem))
	d.table(d.in(words.ResultsByItem), column{d.in(words.FrameworkItem), "id"}, column{d.in(words.Result), "id"},
		column{title: d.in(words.ItemTitle)}, column{title: d.in(words.Controls)})
	served, unserved := d.p.Served()
	group := ""
	for _, item := range served {
		if item.Group != group {
			group = item.Group
			d.band(4, group)
		}
		result, _ := d.p.ItemResult(item)
		d.row(d.id(item.ID), d.result(result), d.lines(item.Title), d.controlLinks(d.p.Serving(item)))
	}
	if len(unserved) > 0 {
		d.band(4, d.say(words.WithoutControlN, format.Count(int64(len(unserved)))))
	}
	for _, item := range unserved {
		d.row(d.id(item.ID), d.lines("—"), d.lines(item.Title), d.lines(d.in(words.NoControl)))
	}
	d.endTable()
}

// id is a short name that stays on one line.
func (d *document) id(s string) cell { return cell{"id", func() { d.leaf("b", s) }} }

// controlResults has the counts of every control, those that could not be
// evaluated first.
func (d *document) controlResults() {
	d.leaf("h3", d.in(words.ResultsByControl))
	columns := []column{{d.in(words.Control), "id"}, {d.in(words.Result), "id"}, {title: d.in(words.ControlTitle)}}
	for _, title := range append(d.countTitles(), d.in(words.AnsweredCount), d.in(words.UnansweredCount)) {
		columns = append(columns, column{title, "n"})
	}
	d.table(d.in(words.ResultsByControl), columns...)
	for _, result := range evidence.Results {
		to := []attr{id("result-" + string(result))}
		for i := range d.p.Controls {
			c := &d.p.Controls[i]
			if c.Result != result {
				continue
			}
			cells := []cell{d.controlLink(c.ID), d.result(c.Result), d.lines(c.Title)}
			for _, n := range append(countsOf(c.Counts), c.Answered(), c.Unanswered()) {
				cells = append(cells, d.number(n))
			}
			d.rowOf(to, cells...)
			to = nil
		}
		if to != nil { // the tile leads to where such controls would stand
			cells := []cell{d.lines("—"), d.result(result)}
			for range 3 + len(d.countTitles()) { // title, answered, unanswered
				cells = append(cells, d.lines(""))
			}
			d.rowOf(append(to, class("empty")), cells...)
		}
	}
	d.endTable()
}

// countTitles are the headings of a population's counts, and countsOf the counts
// in the same order.
func (d *document) countTitles() []string {
	titles := []string{d.in(words.PopulationCount)}
	for _, v := range countOrder {
		titles = append(titles, d.verdictText(v))
	}
	return titles
}

var countOrder = []evidence.Verdict{evidence.Exception, evidence.Pass, evidence.NotApplicable, evidence.Pending, evidence.Undetermined}

func countsOf(n reports.Counts) []int64 {
	return []int64{n.Total, n.Exceptions, n.Passed, n.NotApplicable, n.Pending, n.Undetermined}
}

// matrix leads from each framework item to its controls, and from these to their
// sections.
func (d *document) matrix() {
	d.section("matrix", d.in(words.ControlMatrix))
	d.table(d.in(words.ControlMatrix), column{d.in(words.Control), "id"}, column{d.in(words.Result), "id"}, column{title: d.in(words.ControlTitle)}, column{title: d.in(words.Owner)},
		column{d.in(words.PopulationCount), "n"}, column{d.in(words.ExceptionCount), "n"}, column{d.in(words.PendingCount), "n"})
	for _, item := range d.p.Framework.Items {
		serving := d.p.Serving(item)
		text := item.ID + "  " + item.Title
		if len(serving) == 0 {
			text += "  — " + d.in(words.NoControl)
		}
		d.band(7, text)
		for _, c := range serving {
			d.row(d.controlLink(c.ID), d.result(c.Result), d.lines(c.Title), d.lines(c.Owner),
				d.number(c.Counts.Total), d.strongNumber(c.Counts.Exceptions), d.number(c.Counts.Pending))
		}
	}
	d.endTable()
	d.end("section")
}

// resultBar is a bar of the four results, as long as each has controls.
func (d *document) resultBar(counts []reports.ResultCount) {
	const width, height = 1000, 16
	total := len(d.p.Controls)
	if total == 0 {
		return
	}
	d.start("svg", class("bar"), attr{"viewBox", "0 0 1000 16"}, attr{"preserveAspectRatio", "none"}, attr{"aria-hidden", "true"}, attr{"focusable", "false"})
	x := 0.0
	for _, rc := range counts {
		w := width * float64(rc.N) / float64(total)
		if rc.N > 0 {
			d.rect(resultLook[rc.Result], x, 0, w, height)
		}
		x += w
	}
	d.end("svg")
}

// rect is a rectangle of a drawing; its class gives it its colour.
func (d *document) rect(look name, x, y, w, h float64) {
	d.void("rect", append(painted(look), attr{"x", decimal(x)}, attr{"y", decimal(y)}, attr{"width", decimal(w)}, attr{"height", decimal(h)})...)
}

// decimal is a length of a drawing, to a hundredth.
func decimal(f float64) string { return strconv.FormatFloat(f, 'f', 2, 64) }
