// Package oscal renders a pack as OSCAL assessment results in JSON, for governance
// tools that read NIST's Open Security Controls Assessment Language.
//
// What OSCAL has no word for stands in properties of the namespace [NS], so that no
// number of the pack is lost:
//
//	OSCAL                         pack
//	party                         the organisation, and who prepared the pack
//	control (catalog)             an item of the framework
//	objective, assessment-method  a control: its activity, and how it is tested (in the catalog)
//	observation                   the test of a control with its counts and its sample; each exception; each item
//	                              without a verdict; of type "historic": what changed of a control since an earlier period
//	finding                       the result of a control; that of an item of the framework
//	resource (back matter)        a file of the pack, with its hash; what management asserts
//
// OSCAL knows two states of an objective and a pack has four results. Effective is
// satisfied (pass), exceptions noted is not satisfied (fail). No occurrence is satisfied
// and not evaluable is not satisfied, both for another reason, which is written out; the
// property "result" has the result itself.
//
// Risks are not written: the tool does not assess what an exception means. Nor are
// registers, which list items again and judge nothing.
//
// There is no assessment plan. What was planned are the items of the framework and the
// controls that are tested for them: import-ap leads to a catalog of those ([Catalog]).
// They stand there and not in the results, since of objectives in local definitions
// OSCAL 1.1.3 demands a property (method-id) that another of its rules forbids. Likewise
// it demands of every part of an attestation what only those of objectives may have.
package oscal

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// NS is the namespace of the properties that are this project's own.
const NS = "https://github.com/evidencepack/evidence/ns/oscal"

// Version is the version of OSCAL that is written.
const Version = "1.1.3"

// Renderer renders oscal/assessment-results.json. Its zero value is ready for use.
type Renderer struct{}

var _ reports.Renderer = Renderer{}

// Name implements [reports.Renderer].
func (Renderer) Name() string { return "oscal/assessment-results.json" }

// Render implements [reports.Renderer].
func (r Renderer) Render(w io.Writer, p *reports.Pack) error {
	d, err := newDocument(w, p)
	if err == nil {
		d.write()
		err = d.finish()
	}
	if err != nil {
		return fmt.Errorf("render %s: %w", r.Name(), err)
	}
	return nil
}

// document is the file being written from front to back.
type document struct {
	*stream
	p        *reports.Pack
	identity uuid.UUID         // of what the document is about; all identifiers follow from it
	items    map[string]string // framework item ID → control-id
	controls map[string]string // control ID → objective-id
	files    map[string]string // path → UUID of the resource
	taken    tokens            // identifiers of items and controls, and of what belongs to them
}

func newDocument(w io.Writer, p *reports.Pack) (*document, error) {
	// The checkpoint is no part of it: what is made again of a period is a later
	// version of the same document.
	of := []any{p.Organisation, p.Framework.ID, p.Period.Start.UTC(), p.Period.End.UTC(), p.Lang}
	if p.Redaction != nil {
		of = append(of, "redacted") // an auditor's copy is another document than the pack of the originals
	}
	about, err := json.Marshal(of)
	if err != nil {
		return nil, err
	}
	d := &document{
		stream: newStream(w), p: p, identity: uuid.NewSHA1(uuid.NameSpaceURL, append([]byte(NS+"#"), about...)),
		items: map[string]string{}, controls: map[string]string{}, files: map[string]string{}, taken: tokens{},
	}
	for _, i := range p.Framework.Items {
		if d.items[i.ID] == "" {
			d.items[i.ID] = d.taken.of(i.ID)
		}
	}
	for _, c := range p.Controls {
		d.controls[c.ID] = d.taken.of(c.ID)
	}
	for _, f := range p.Files {
		d.files[f.Path] = d.id("file", f.Path)
	}
	return d, nil
}

// id is the identifier of a part of the document: a UUID of version 5, the same
// whenever the document is made again.
func (d *document) id(of ...string) string {
	return uuid.NewSHA1(d.identity, fmt.Appendf(nil, "%q", of)).String()
}

// write is the file's order.
func (d *document) write() {
	d.open("{")
	d.key("assessment-results")
	d.open("{")
	d.member("uuid", d.identity.String())
	d.member("metadata", d.metadata())
	d.member("import-ap", d.importAP())
	d.key("results")
	d.open("[")
	d.result()
	d.close("]")
	d.member("back-matter", d.backMatter())
	d.close("}")
	d.close("}")
	d.raw("\n")
}

// result is the one result: that of the pack's period.
func (d *document) result() {
	p := d.p
	d.next()
	d.open("{")
	d.member("uuid", d.id("result"))
	d.member("title", d.say(words.OSCALResult, p.PeriodName))
	d.member("description", paragraphs(d.say(words.OSCALResultIs), d.say(words.OSCALEvidenceEnd)))
	d.member("start", when(p.Period.Start))
	end := p.Period.End
	if p.Open && !p.AsOf.IsZero() {
		end = p.AsOf
	}
	d.member("end", when(end))
	d.member("props", d.resultProps())
	if p.Assertion != nil {
		d.member("links", []link{{Href: "#" + d.id("assertion"), Rel: "management-assertion", Text: d.say(words.Assertion)}})
	}
	d.member("local-definitions", assets{platforms{[]platform{{UUID: d.platform(), Title: prose(either(p.Tool))}}}})
	d.member("reviewed-controls", d.reviewed())
	if len(p.Controls) > 0 {
		d.key("observations")
		d.open("[")
		for i := range p.Controls {
			d.observations(&p.Controls[i])
		}
		d.changes()
		d.close("]")
		d.key("findings")
		d.open("[")
		d.findings()
		d.close("]")
	}
	remarks := []string{d.say(words.OSCALNoRisks)}
	for _, limit := range p.Limits {
		remarks = append(remarks, prose(limit))
	}
	d.member("remarks", paragraphs(remarks...))
	d.close("}")
}

func (d *document) resultProps() []property {
	p := d.p
	list := []property{
		own("period", p.PeriodName), own("as-of", asOf(p)), own("period-open", strconv.FormatBool(p.Open)),
		own("exceptions", count(p.Exceptions())), own("exceptions-answered", count(p.Answered())),
		own("sampling-method", p.Sampling.Method), own("sampling-root", p.Sampling.Root), own("sampling-nonce", p.Sampling.Nonce),
	}
	list = append(list, exempted(p.ExemptionCounts())...)
	if p.Delta != nil {
		list = append(list, own("changes-since", p.Delta.Earlier))
	}
	for _, r := range p.ResultCounts() {
		list = append(list, classed("controls", string(r.Result), r.N, r.Result.Name().In(p.Lang)))
	}
	return filled(list)
}

// asOf is when the evidence was collected; nothing where none was.
func asOf(p *reports.Pack) string {
	if p.AsOf.IsZero() {
		return ""
	}
	return when(p.AsOf)
}

// platform is what tested the controls.
func (d *document) platform() string { return d.id("platform") }

func (d *document) in(t evidence.Text) string { return t.In(d.p.Lang) }

// say is a sentence of ours, as Markdown, around values from outside.
func (d *document) say(t evidence.Text, values ...any) string {
	return prose(fmt.Sprintf(d.in(t), values...))
}

// own is a property of this project's namespace.
func own(name, value string) property { return property{Name: name, NS: NS, Value: line(value)} }

// classed is a count of what has a code.
func classed(name, code string, n int64, text string) property {
	return property{Name: name, NS: NS, Class: tokens{}.of(code), Value: count(n), Remarks: prose(text)}
}

// filled leaves out properties without a value and those that stand there already:
// OSCAL has neither.
func filled(list []property) []property {
	var props []property
	for _, p := range list {
		if p.Value != "" && !slices.Contains(props, p) {
			props = append(props, p)
		}
	}
	return props
}

func count(n int64) string { return strconv.FormatInt(n, 10) }

// either is the first text that is not empty.
func either(texts ...string) string {
	for _, s := range texts {
		if strings.TrimSpace(s) != "" {
			return s
		}
	}
	return "—"
}
