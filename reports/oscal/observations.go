package oscal

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/visible"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// observations writes what the test of a control gave: its counts, then each
// exception, then each item without a verdict.
func (d *document) observations(c *reports.Control) {
	d.element(d.tested(c))
	d.noted(c, func(item reports.Item) { d.element(d.observed(c, item)) })
}

// noted gives the items that are told of one by one, in the same order at each call,
// and refuses a pack in which there are not as many as it says.
func (d *document) noted(c *reports.Control, tell func(reports.Item)) {
	d.telling(c, c.Exceptions, c.Counts.Exceptions, func(v evidence.Verdict) bool { return v == evidence.Exception }, tell)
	if undecided := c.Counts.Pending + c.Counts.Undetermined; undecided > 0 {
		d.telling(c, c.Items, undecided, func(v evidence.Verdict) bool { return v == evidence.Pending || v == evidence.Undetermined }, tell)
	}
}

func (d *document) telling(c *reports.Control, items itemList, want int64, choose func(evidence.Verdict) bool, tell func(reports.Item)) {
	var n int64
	for item, err := range items() {
		if err != nil {
			d.fail(fmt.Errorf("items of %s: %w", c.ID, err))
		}
		if d.err != nil {
			return
		}
		if choose(item.Verdict) {
			n++
			tell(item)
		}
	}
	if n != want {
		d.fail(fmt.Errorf("items of %s: %d, the pack says %d", c.ID, n, want))
	}
}

// tested tells of a control's test as a whole.
func (d *document) tested(c *reports.Control) observation {
	n := c.Counts
	list := append(d.about(c),
		own("result", string(c.Result)), own("population", count(n.Total)), own("population-kind", c.Population.Kind),
		classed("items", string(evidence.Pass), n.Passed, ""), classed("items", string(evidence.Exception), n.Exceptions, ""),
		classed("items", string(evidence.NotApplicable), n.NotApplicable, ""), classed("items", string(evidence.Pending), n.Pending, ""),
		classed("items", string(evidence.Undetermined), n.Undetermined, ""),
	)
	list = append(list, byCode("exceptions-by-reason", c.Reasons)...)
	list = append(list, byCode("not-applicable-by-reason", c.NotApplicable)...)
	list = append(list, byCode("items-by-note", c.Observations)...)
	if e := c.ExemptionCounts(); e.Exemptions > 0 {
		list = append(list, exempted(e)...)
	}
	if n := len(c.Added); n > 0 {
		list = append(list, own("parameters-added-by-redaction", count(int64(n))))
	}
	list = append(list, own("exceptions-answered", count(c.Answered())))
	list = append(list, byCode("exceptions-by-response", c.Responses)...)
	var gaps int64
	for _, claim := range c.Population.Claims {
		if !claim.Satisfied {
			gaps++
		}
	}
	list = append(list, own("claims", count(int64(len(c.Population.Claims)))), own("claims-not-satisfied", count(gaps)))
	remarks := escaped(c.Why)
	o := d.observation()
	o.UUID = d.id("control", c.ID)
	o.Title = d.say(words.OSCALTested, c.ID)
	o.Description = paragraphs(d.summary(c), d.say(words.Labelled, d.in(words.Activity), c.Activity), d.say(words.Labelled, d.in(words.Procedure), c.Procedure))
	o.Evidence = d.evidence(c)
	for _, s := range []*reports.Sample{c.Sample, c.ExemptSample} {
		if s == nil {
			continue
		}
		name, said := "sample", words.OSCALSample
		if s.Exempt {
			name, said = "exempt-sample", words.OSCALExemptSample
		}
		list = append(list, own(name+"-size", count(s.Size)), own(name+"-drawn-from", count(s.Population)), own(name+"-not-applicable", count(s.NotApplicable)),
			own(name+"-replaced", count(s.CountDrawn(reports.Replaced))), own(name+"-seed", s.Seed), own(name+"-sized-by", s.SizedBy))
		remarks = append(remarks, d.say(said, format.Count(s.Population), format.Count(s.Size), format.Count(s.CountDrawn(reports.Replaced))))
		o.Subjects = append(o.Subjects, d.drawn(c, s, name)...)
	}
	o.Props = filled(list)
	o.Remarks = paragraphs(remarks...)
	return o
}

// drawn are the items that were drawn for the auditor, in the order of their ranks. They
// stand in the list that the sample was drawn from.
func (d *document) drawn(c *reports.Control, s *reports.Sample, name string) []subject {
	if err := s.Check(); err != nil {
		d.fail(fmt.Errorf("sample of %s: %w", c.ID, err))
	}
	file := d.files[samplesDir+c.ID+".txt.zst"]
	if s.Exempt {
		file = d.files[samplesDir+c.ID+"-exempt.txt.zst"]
	}
	if file == "" {
		return nil
	}
	var list []subject
	for i, item := range s.Drawn {
		list = append(list, subject{UUID: file, Type: "resource", Title: prose(either(line(item.Label), line(item.ID))), Props: filled([]property{
			own("item", either(item.ID)), own("verdict", string(item.Verdict)), own("record-sha256", item.SHA256),
			own(name+"-rank", count(int64(i+1))), own(name+"-state", string(item.State)), own(name+"-key", item.Rank),
			own("replaced-because", item.Reason), own("replaced-by", item.By), own("replaced-on", item.Date),
		})})
	}
	return list
}

// exempted counts exemptions, of a control or of all.
func exempted(n reports.ExemptionCounts) []property {
	return []property{
		own("exemptions", count(n.Exemptions)), own("exemptions-lapsed", count(n.Lapsed)), own("exemptions-unapproved", count(n.Unapproved)),
		own("items-exempt", count(n.Items)), own("items-unapproved", count(n.UnapprovedItems)),
	}
}

func byCode(name string, counts []reports.ReasonCount) []property {
	var list []property
	for _, r := range counts {
		list = append(list, classed(name, r.Code, r.N, r.Text))
	}
	return list
}

// summary is the result of a control with its counts, in a sentence.
func (d *document) summary(c *reports.Control) string {
	n := c.Counts
	values := []any{d.in(c.Result.Name())}
	for _, v := range []int64{n.Total, n.Exceptions, n.Passed, n.NotApplicable, n.Pending, n.Undetermined} {
		values = append(values, format.Count(v))
	}
	return d.say(words.OSCALTestedIs, values...)
}

// observation has what every observation has.
func (d *document) observation() observation {
	collected := d.p.AsOf
	if collected.IsZero() {
		collected = d.p.Checkpoint.SealedAt // nothing was collected until then
	}
	return observation{
		Methods: []string{"TEST"}, Types: []string{"control-objective"}, Collected: when(collected),
		Origins: []origin{{[]actor{{"assessment-platform", d.platform()}}}},
	}
}

// observed tells of an item that is an exception or has no verdict.
func (d *document) observed(c *reports.Control, item reports.Item) observation {
	list := []property{
		own("control", c.ID), own("item", item.ID), own("verdict", string(item.Verdict)),
		own("record-sha256", item.SHA256), own("group", item.Group), own("time", itemTime(item.Time)),
	}
	var texts, notes []string
	for _, r := range item.Reasons {
		list = append(list, own("reason", r.Code))
		texts = append(texts, prose(r.Text))
	}
	for _, n := range item.Observations {
		list = append(list, own("note", n.Code))
		notes = append(notes, d.say(words.Labelled, d.in(words.Observation), n.Text))
	}
	name := either(line(item.Label), line(item.ID))
	o := d.observation()
	o.UUID = d.itemID(c, item)
	o.Title = d.say(words.OSCALItem, c.ID, name, d.in(item.Verdict.Name()))
	o.Description = either(paragraphs(texts...), d.say(item.Verdict.Name()))
	o.Props = filled(list)
	if item.Verdict == evidence.Exception {
		o.Types = []string{"finding"}
	}
	if to, ok := visible.Address(item.Link); ok {
		o.Links = []link{{Href: to, Rel: "reference"}}
	}
	for _, path := range d.records(c) {
		o.Subjects = append(o.Subjects, subject{UUID: d.files[path], Type: "resource", Title: prose(name), Props: filled([]property{own("item", either(item.ID))})})
		o.Evidence = append(o.Evidence, evidenceLink{"#" + d.files[path], d.say(words.OSCALRecord, item.ID, item.SHA256)})
	}
	if r := item.Response; r != nil {
		o.Props = append(o.Props, answer(r)...)
		notes = append(notes, d.say(words.Labelled, d.in(words.Response), r.Text))
		if id, ok := d.files[r.File]; ok {
			o.Evidence = append(o.Evidence, evidenceLink{"#" + id, d.say(words.Response)})
		}
	}
	o.Remarks = paragraphs(notes...)
	return o
}

// answer are the properties of management's response to an exception.
func answer(r *reports.Response) []property {
	return filled([]property{
		own("response", r.Kind), own("response-owner", r.Owner), own("response-approver", r.Approver),
		own("response-approved", day(r.Approved)), own("response-last-day", day(r.LastDay)), own("response-ticket", r.Ticket),
	})
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

// itemID tells items apart: records of two kinds may have one identity.
func (d *document) itemID(c *reports.Control, item reports.Item) string {
	return d.id("item", c.ID, item.ID, item.SHA256, itemTime(item.Time))
}

func itemTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return when(t)
}

// evidence are the files that a control's test can be repeated from.
func (d *document) evidence(c *reports.Control) []evidenceLink {
	var links []evidenceLink
	add := func(path, description string) {
		if id, ok := d.files[path]; ok {
			links = append(links, evidenceLink{"#" + id, description})
		}
	}
	for _, path := range d.records(c) {
		if path != ipeFile {
			add(path, d.say(words.OSCALRecords))
		}
	}
	add(ipeFile, d.say(words.OSCALIPE))
	add(resultsFile, d.say(words.OSCALResults))
	add(samplesDir+c.ID+".txt.zst", d.say(words.OSCALSampleFiles))
	for _, f := range d.p.Files {
		if strings.HasPrefix(f.Path, controlsDir+c.ID+"/") {
			add(f.Path, d.say(words.OSCALRule))
		}
	}
	return links
}

// records are the files that hold the records of a control's population. Claims, and
// what is computed from other records, stand in no file of their kind: of the first
// ipe.json tells, of the others results.json.
func (d *document) records(c *reports.Control) []string {
	var paths []string
	for kind := range strings.SplitSeq(c.Population.Kind, ", ") {
		if path := evidenceDir + kind + ".jsonl.zst"; d.files[path] != "" {
			paths = append(paths, path)
		} else if kind == claimKind && d.files[ipeFile] != "" {
			paths = append(paths, ipeFile)
		}
	}
	if len(paths) == 0 && d.files[resultsFile] != "" {
		paths = append(paths, resultsFile)
	}
	return slices.Compact(paths)
}

func escaped(texts []string) []string {
	var out []string
	for _, s := range texts {
		out = append(out, prose(s))
	}
	return out
}
