package html

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

//go:embed report.css
var style source

//go:embed report.js
var script source

// policy forbids the file to load anything, and to run or apply anything but
// this package's own script and style.
func policy() string {
	return "default-src 'none'; style-src " + sum(style) + "; script-src " + sum(script) + "; img-src data:; base-uri 'none'; form-action 'none'"
}

func sum(s source) string {
	h := sha256.Sum256([]byte(s))
	return "'sha256-" + base64.StdEncoding.EncodeToString(h[:]) + "'"
}

func (d *document) head() {
	d.start("head")
	d.void("meta", attr{"charset", "utf-8"})
	d.void("meta", attr{"http-equiv", "Content-Security-Policy"}, attr{"content", policy()})
	d.void("meta", attr{"name", "viewport"}, attr{"content", "width=device-width, initial-scale=1"})
	d.void("meta", attr{"name", "color-scheme"}, attr{"content", "light dark"})
	d.void("meta", attr{"name", "referrer"}, attr{"content", "no-referrer"})
	d.void("meta", attr{"name", "robots"}, attr{"content", "noindex"})
	d.leaf("title", d.p.Organisation+" – "+d.p.Framework.Title+" – "+d.p.PeriodName+" – "+d.in(words.PackTitle))
	d.verbatim("style", style)
	d.end("head")
}

// cover says what the pack is, for whom, of which period, sealed how, and with
// what result.
func (d *document) cover() {
	d.leaf("a", d.in(words.SkipToContent), class("skip"), within("main"))
	d.start("header", class("cover"))
	d.leaf("p", d.p.Organisation, class("organisation"))
	d.leaf("h1", d.in(words.PackTitle))
	d.start("p", class("of"))
	d.leaf("span", d.p.Framework.Title)
	d.leaf("span", d.in(words.AuditPeriod)+" "+d.p.PeriodName)
	d.end("p")
	if d.p.Demo {
		d.leaf("p", d.in(words.DemoBanner), class("banner"))
	}
	if r := d.p.Redaction; r != nil {
		d.leaf("p", d.say(words.RedactionBanner, r.Levels), class("banner"))
	}
	if d.p.Open {
		d.leaf("p", d.say(words.OpenBanner, d.time(d.p.AsOf)), class("banner"))
	}
	d.resultTiles()
	d.coverFacts()
	d.end("header")
}

func (d *document) coverFacts() {
	p := d.p
	redacted := ""
	if r := p.Redaction; r != nil {
		redacted = d.say(words.RedactionIs, format.Count(int64(len(r.Rules))), r.Key)
	}
	d.start("div", class("sealed"))
	d.facts(
		fact{words.AuditPeriod, d.lines(d.say(words.PeriodWritten, d.time(p.Period.Start), d.time(p.Period.End)))},
		fact{words.TimeZone, d.lines(format.Zone(p.Period.Start, p.Location))},
		fact{words.PreparedBy, d.lines(p.PreparedBy)},
		fact{words.Distribution, d.lines(p.Distribution)},
		fact{words.AsOf, d.lines(d.time(p.AsOf))},
		fact{words.Tool, d.lines(p.Tool)},
		fact{words.Redaction, d.lines(redacted)},
	)
	caution := ""
	if p.Signer.Ephemeral {
		caution = d.in(words.EphemeralKey)
	}
	d.facts(
		fact{words.Checkpoint, d.lines(d.say(words.CheckpointIs, p.Checkpoint.Origin, format.Count(p.Checkpoint.Size), d.time(p.Checkpoint.SealedAt)))},
		fact{words.CheckpointRoot, d.code(p.Checkpoint.Root)},
		fact{words.CheckpointKey, d.code(p.Checkpoint.KeyID)},
		fact{words.SignedBy, d.lines(d.in(words.NameOf(p.Signer)))},
		fact{words.Signer, d.lines(d.in(words.KeyOf(p.Signer)))},
		fact{words.Fingerprint, d.code(p.Signer.Fingerprint)},
		fact{words.Caution, d.lines(caution)},
		fact{words.Approval, d.lines(d.in(words.ApprovalIsElsewhere))},
	)
	d.end("div")
}

// chapter is a section of the file with its place in the contents.
type chapter struct{ id, title string }

// chapters before the controls, and after them.
func (d *document) chapters() (before, after []chapter) {
	if d.p.Assertion != nil {
		before = append(before, chapter{"assertion", d.in(words.Assertion)})
	}
	if len(d.p.Recipients) > 0 {
		before = append(before, chapter{"recipients", d.in(words.Recipients)})
	}
	before = append(before, chapter{"summary", d.in(words.ResultSummary)}, chapter{"matrix", d.in(words.ControlMatrix)})
	if d.p.Delta != nil {
		before = append(before, chapter{"delta", d.in(words.DeltaHeading)})
	}
	for i := range d.p.Registers {
		after = append(after, chapter{registerID(i), d.p.Registers[i].Title})
	}
	after = append(after, chapter{"method", d.in(words.ScopeAndMethod)}, chapter{"ipe", d.in(words.IPEChapter)}, chapter{"coverage", d.in(words.CoverageCalendar)})
	if d.p.Sampling.Method != "" {
		after = append(after, chapter{"samples", d.in(words.Samples)})
	}
	return before, append(after,
		chapter{"verify", d.in(words.VerifyHeading)}, chapter{"sources", d.in(words.ControlSources)}, chapter{"files", d.in(words.FileHashes)},
		chapter{"glossary", d.in(words.Glossary)})
}

// side has the search, which stays hidden without the script, and the contents.
func (d *document) side() {
	d.start("div", class("side"))
	d.search()
	d.start("nav", label(d.in(words.Contents)))
	before, after := d.chapters()
	d.chapterLinks(before)
	d.start("ul", class("controls"))
	for i := range d.p.Controls {
		c := &d.p.Controls[i]
		d.start("li")
		d.start("a", within(d.controls[c.ID]))
		d.mark(c.Result)
		d.leaf("b", c.ID)
		d.text(" ")
		d.leaf("span", c.Title, class("title"))
		d.end("a")
		d.end("li")
	}
	d.end("ul")
	d.chapterLinks(after)
	d.end("nav")
	d.end("div")
}

func (d *document) chapterLinks(chapters []chapter) {
	d.start("ul", class("chapters"))
	for _, c := range chapters {
		d.start("li")
		d.leaf("a", c.title, within(c.id))
		d.end("li")
	}
	d.end("ul")
}

// search is what the script works with; the texts that it needs stand in it.
func (d *document) search() {
	d.start("form", id("search"), attr{"role", "search"}, attr{"hidden", ""},
		attr{"data-found", d.in(words.SearchFound)}, attr{"data-none", d.in(words.SearchNone)})
	d.leaf("label", d.in(words.Search), attr{"for", "words"})
	d.void("input", id("words"), attr{"type", "search"}, attr{"autocomplete", "off"}, attr{"spellcheck", "false"}, attr{"placeholder", d.in(words.SearchHint)})
	d.start("select", id("results"), label(d.in(words.Result)))
	d.leaf("option", d.in(words.AllResults), attr{"value", ""})
	for _, rc := range d.p.ResultCounts() {
		d.leaf("option", rc.Result.Mark()+" "+d.in(rc.Result.Name()), attr{"value", string(rc.Result)})
	}
	d.end("select")
	d.start("select", id("verdicts"), label(d.in(words.Verdict)))
	d.leaf("option", d.in(words.AllVerdicts), attr{"value", ""})
	for _, v := range []evidence.Verdict{evidence.Exception, evidence.Pending, evidence.Undetermined, evidence.NotApplicable, evidence.Pass} {
		d.leaf("option", d.verdictText(v), attr{"value", string(v)})
	}
	d.end("select")
	d.leaf("button", d.in(words.SearchClear), attr{"type", "reset"})
	d.leaf("p", d.in(words.SearchesShown), class("hint"))
	d.end("form")
}

func (d *document) footer() {
	d.start("footer")
	d.leaf("p", d.p.Organisation+"  "+d.p.Framework.Title+"  "+d.p.PeriodName)
	d.leaf("p", d.in(words.CheckpointRoot)+" "+d.p.Checkpoint.Root, class("hash"))
	d.end("footer")
}

func (d *document) verdictText(v evidence.Verdict) string {
	return v.Mark() + " " + d.in(v.Name())
}

func (d *document) resultText(r evidence.Result) string {
	return r.Mark() + " " + d.in(r.Name())
}

// looks of the results and of a calendar's days. Each has its mark and word too.
var (
	resultLook = map[evidence.Result]name{
		evidence.Effective: "result good", evidence.ExceptionsNoted: "result bad", evidence.NoOccurrence: "result none", evidence.NotEvaluable: "result unknown",
	}
	markLook = map[evidence.Result]name{
		evidence.Effective: "mark good", evidence.ExceptionsNoted: "mark bad", evidence.NoOccurrence: "mark none", evidence.NotEvaluable: "mark unknown",
	}
	dayLook = map[reports.DayState]name{
		reports.DayComplete: "good", reports.DayProvisional: "good late", reports.DayLate: "good late", reports.DayGap: "bad", reports.DayMissing: "unknown", reports.DayAhead: "none",
	}
)

var claimLook = map[reports.ClaimVerdict]name{
	reports.ClaimGap: "result bad", reports.ClaimMatch: "result good", reports.ClaimListed: "result good", reports.ClaimUnread: "result none",
}

// badge is a result: its mark and its word.
func (d *document) badge(r evidence.Result) { d.leaf("span", d.resultText(r), class(resultLook[r])) }

// mark is a result where there is no room for its word, which a reader that
// speaks is given all the same.
func (d *document) mark(r evidence.Result) {
	d.start("span", class(markLook[r]), attr{"title", d.in(r.Name())})
	d.leaf("span", r.Mark(), attr{"aria-hidden", "true"})
	d.leaf("span", d.in(r.Name()), class("spoken"))
	d.end("span")
	d.text(" ")
}
