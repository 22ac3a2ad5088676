// Package oscal renders a pack as assessment results of NIST's OSCAL, in JSON, for the
// tools of those who take results in that form.
//
// The framework's items are what OSCAL calls controls, and the pack's controls are the
// objectives that they are tested by. The four results are in properties of a namespace of
// our own, since OSCAL knows two: what could not be evaluated is not satisfied there, with
// the reason "other", and never passes for satisfied.
package oscal

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/visible"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// Version of OSCAL whose schema the file follows.
const Version = "1.1.3"

// Namespace of the properties that OSCAL does not define.
const Namespace = "https://github.com/evidencepack/evidence/ns/oscal"

// maxListed is how many exceptions of a control are observations of their own; results.json
// has all.
const maxListed = 500

// Renderer renders oscal/assessment-results.json. Its zero value is ready for use.
type Renderer struct{}

var _ reports.Renderer = Renderer{}

// Name implements [reports.Renderer].
func (Renderer) Name() string { return "oscal/assessment-results.json" }

// Render implements [reports.Renderer].
func (r Renderer) Render(w io.Writer, p *reports.Pack) error {
	d := &document{p: p, tokens: map[string]string{}}
	out, err := d.file()
	if err != nil {
		return fmt.Errorf("render %s: %w", r.Name(), err)
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	enc.SetEscapeHTML(false)
	return enc.Encode(out)
}

type document struct {
	p      *reports.Pack
	tokens map[string]string // by identifier of ours
}

// space is what the identities of our documents are made in.
var space = uuid.NewSHA1(uuid.NameSpaceURL, []byte(Namespace))

// uuid is the identity of a part of the document: the same for the same pack, and another
// for another.
func (d *document) uuid(part ...string) string {
	p := d.p
	name := append([]string{p.Checkpoint.Root, p.Framework.ID, p.PeriodName, string(p.Lang)}, part...)
	for i, s := range name { // so that no two lists of parts are written the same
		name[i] = strconv.Quote(s)
	}
	return uuid.NewSHA1(space, []byte(strings.Join(name, " "))).String()
}

func (d *document) in(t evidence.Text) string { return t.In(d.p.Lang) }

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// line is a text without line feeds and what readers could not see, as OSCAL's strings are.
func line(s string) string { return strings.TrimSpace(visible.Line(s, nil)) }

// text is a text of one or more lines. OSCAL reads such texts as Markdown; what would be
// markup there is told as it is.
func text(s string) string {
	s = strings.TrimSpace(visible.Text(s, nil))
	return strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "<", `\<`, "[", `\[`, "{", `\{`).Replace(s)
}

// properties leaves out what is empty.
func properties(pairs ...string) []property {
	var list []property
	for i := 0; i+1 < len(pairs); i += 2 {
		if v := line(pairs[i+1]); v != "" {
			list = append(list, property{pairs[i], Namespace, v})
		}
	}
	return list
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

// token makes an identifier one that OSCAL takes, and keeps apart what is apart.
func (d *document) token(id string) string {
	if t, ok := d.tokens[id]; ok {
		return t
	}
	var b strings.Builder
	for i, r := range id {
		switch {
		case unicode.IsLetter(r) || r == '_', i > 0 && (unicode.IsNumber(r) || r == '.' || r == '-'):
			b.WriteRune(r)
		case i == 0 && unicode.IsNumber(r):
			b.WriteRune('_')
			b.WriteRune(r)
		default:
			b.WriteRune('_')
		}
	}
	base := b.String()
	if base == "" {
		base = "_"
	}
	t := base
	for n := 2; d.taken(t); n++ {
		t = base + "_" + strconv.Itoa(n)
	}
	d.tokens[id] = t
	return t
}

func (d *document) taken(token string) bool {
	for _, t := range d.tokens {
		if t == token {
			return true
		}
	}
	return false
}

func (d *document) file() (*file, error) {
	p := d.p
	plan := d.uuid("plan")
	res, err := d.result()
	if err != nil {
		return nil, err
	}
	return &file{assessmentResults{
		UUID: d.uuid("assessment-results"),
		Metadata: metadata{
			Title:        line(d.in(words.PackTitle) + " " + p.Organisation + " " + p.Framework.Title + " " + p.PeriodName),
			LastModified: stamp(p.Checkpoint.SealedAt), Version: line(p.PeriodName), OSCALVersion: Version,
			Props: properties("prepared-by", p.PreparedBy, "distribution", p.Distribution, "tool", p.Tool, "language", string(p.Lang), "demonstration", mark(p.Demo),
				"checkpoint-origin", p.Checkpoint.Origin, "checkpoint-size", number(p.Checkpoint.Size), "checkpoint-root", p.Checkpoint.Root,
				"signing-key", p.Signer.Fingerprint),
			Parties: []party{{UUID: d.uuid("party"), Type: "organization", Name: line(p.Organisation)}},
		},
		ImportAP:   link{Href: "#" + plan, Remarks: "There is no assessment plan in OSCAL: the controls' texts and rules, which the resource links to, say what was tested and how."},
		Results:    []result{res},
		BackMatter: d.backMatter(plan),
	}}, nil
}

// mark is a truth value that is told only where it is true.
func mark(is bool) string {
	if is {
		return "true"
	}
	return ""
}

func (d *document) result() (result, error) {
	p := d.p
	r := result{
		UUID: d.uuid("result"), Title: line(p.Framework.Title + " " + p.PeriodName), Description: text(d.in(words.ResultSummary)),
		Start: stamp(p.Period.Start), End: stamp(p.Period.End), Remarks: text(strings.Join(p.Limits, "\n")),
		Props: properties("as-of", stamp(p.AsOf), "period-open", mark(p.Open), "exceptions", number(p.Exceptions())),
	}
	for _, rc := range p.ResultCounts() {
		r.Props = append(r.Props, properties("controls-"+strings.ReplaceAll(string(rc.Result), "_", "-"), number(rc.N))...)
	}
	r.Reviewed = d.reviewed()
	for i := range p.Controls {
		c := &p.Controls[i]
		about, exceptions, err := d.observations(c)
		if err != nil {
			return r, err
		}
		r.Observations = append(append(r.Observations, about), exceptions...)
		f := finding{
			UUID: d.uuid("finding", c.ID), Title: line(c.ID + " " + c.Title), Description: text(c.Procedure), Props: d.resultProps(c.Result),
			Target: target{"objective-id", d.token(c.ID), d.status(c.Result, c.Why)}, Observations: []relatedObservation{{about.UUID}},
		}
		for _, e := range exceptions {
			f.Observations = append(f.Observations, relatedObservation{e.UUID})
		}
		r.Findings = append(r.Findings, f)
	}
	served, _ := p.Served()
	for _, item := range served {
		res, _ := p.ItemResult(item)
		f := finding{
			UUID: d.uuid("item", item.ID), Title: line(item.ID + " " + item.Title), Description: text(d.in(words.ResultMeans(res))), Props: d.resultProps(res),
			Target: target{"statement-id", d.token(item.ID), d.status(res, nil)},
		}
		for _, c := range p.Serving(item) {
			f.Observations = append(f.Observations, relatedObservation{d.uuid("observation", c.ID)})
		}
		r.Findings = append(r.Findings, f)
	}
	return r, nil
}

func (d *document) resultProps(r evidence.Result) []property { return properties("result", string(r)) }

// status is OSCAL's word for a result.
func (d *document) status(r evidence.Result, why []string) status {
	s := status{State: "not-satisfied", Reason: "other", Remarks: text(strings.Join(append([]string{d.in(r.Name()) + ": " + d.in(words.ResultMeans(r))}, why...), "\n"))}
	switch r {
	case evidence.Effective:
		s.State, s.Reason = "satisfied", "pass"
	case evidence.ExceptionsNoted:
		s.Reason = "fail"
	case evidence.NoOccurrence:
		s.State = "satisfied"
	}
	return s
}

func (d *document) reviewed() reviewed {
	var r reviewed
	var controls []controlID
	var objectives []objectiveID
	for _, item := range d.p.Framework.Items {
		controls = append(controls, controlID{d.token(item.ID)})
	}
	for _, c := range d.p.Controls {
		objectives = append(objectives, objectiveID{d.token(c.ID)})
	}
	r.Controls = []selection{{Controls: controls}}
	if len(objectives) > 0 {
		r.Objectives = []selection{{Objectives: objectives}}
	}
	return r
}

// observations are what was found of a control: its counts, and its first exceptions.
func (d *document) observations(c *reports.Control) (about observation, exceptions []observation, err error) {
	n := c.Counts
	about = observation{
		UUID: d.uuid("observation", c.ID), Title: line(c.ID + " " + c.Title), Description: text(c.Activity), Methods: []string{"TEST"}, Types: []string{"control-objective"},
		Collected: stamp(d.p.AsOf), Evidence: d.evidence(c),
		Props: properties("result", string(c.Result), "owner", c.Owner, "population", number(n.Total), "passed", number(n.Passed), "exceptions", number(n.Exceptions),
			"not-applicable", number(n.NotApplicable), "pending", number(n.Pending), "undetermined", number(n.Undetermined), "exceptions-answered", number(c.Answered())),
	}
	for item, err := range c.Exceptions() {
		if err != nil {
			return about, nil, fmt.Errorf("exceptions of %s: %w", c.ID, err)
		}
		if len(exceptions) == maxListed {
			about.Remarks = fmt.Sprintf("The first %d of %d exceptions are observations of their own; results.json has all.", maxListed, n.Exceptions)
			break
		}
		exceptions = append(exceptions, d.exception(c, item))
	}
	return about, exceptions, nil
}

func (d *document) exception(c *reports.Control, item reports.Item) observation {
	var why []string
	for _, r := range item.Reasons {
		why = append(why, r.Text)
	}
	o := observation{
		UUID: d.uuid("exception", c.ID, item.ID, item.SHA256), Title: line(c.ID + " " + name(item)), Description: text(strings.Join(why, "\n")),
		Methods: []string{"TEST"}, Types: []string{"finding"}, Collected: stamp(d.p.AsOf),
		Props: properties("item", item.ID, "time", stamp(item.Time), "record-sha256", item.SHA256),
	}
	if o.Description == "" {
		o.Description = text(d.in(evidence.Exception.Name()))
	}
	if r := item.Response; r != nil {
		o.Props = append(o.Props, properties("response", r.Kind, "response-owner", r.Owner, "response-approver", r.Approver, "response-ticket", r.Ticket)...)
		o.Remarks = text(r.Text)
	}
	return o
}

func name(item reports.Item) string {
	if item.Label != "" {
		return item.Label
	}
	return item.ID
}

// evidence links to the files that a control's test can be repeated from.
func (d *document) evidence(c *reports.Control) []evidenceLink {
	var links []evidenceLink
	for kind := range strings.SplitSeq(c.Population.Kind, ", ") {
		if path := "evidence/" + kind + ".jsonl.zst"; d.has(path) {
			links = append(links, evidenceLink{href(path), line(c.Population.KindTitle)})
		}
	}
	return append(links, evidenceLink{href("results.json"), "The results of all items that are exceptions, pending or undetermined."})
}

func (d *document) has(path string) bool {
	return slices.ContainsFunc(d.p.Files, func(f reports.File) bool { return f.Path == path })
}

// href leads from the file's folder to a file of the pack.
func href(path string) string { return (&url.URL{Path: "../" + path}).EscapedPath() }

// backMatter has the pack's files with their hashes, and among them what stands for a plan.
func (d *document) backMatter(plan string) backMatter {
	var controls, others []rlink
	for _, f := range d.p.Files {
		l := rlink{href(f.Path), []hash{{"SHA-256", f.SHA256}}}
		if strings.HasPrefix(f.Path, "controls/") {
			controls = append(controls, l)
			continue
		}
		others = append(others, l)
	}
	return backMatter{[]resource{
		{UUID: plan, Title: line(d.in(words.Procedure)), Description: text(d.in(words.MethodTest)), Rlinks: controls},
		{UUID: d.uuid("files"), Title: line(d.in(words.FileHashes)), Rlinks: others},
	}}
}
