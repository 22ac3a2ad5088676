package oscal

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// The files of a pack that parts of the document point to.
const (
	resultsFile = "results.json"
	ipeFile     = "ipe.json"
	controlsDir = "controls/"
	evidenceDir = "evidence/"
	samplesDir  = "samples/"
	deltaFile   = "delta.json"
)

func (d *document) metadata() metadata {
	p := d.p
	m := metadata{
		Title:        d.say(words.OSCALTitle, p.Organisation, p.Framework.Title, p.PeriodName),
		LastModified: when(p.Checkpoint.SealedAt),
		Version:      d.version(),
		OSCALVersion: Version,
		Props: filled([]property{
			own("framework", p.Framework.ID), own("language", string(p.Lang)), own("tool", p.Tool),
			own("demo", strconv.FormatBool(p.Demo)), own("distribution", p.Distribution),
			own("checkpoint-origin", p.Checkpoint.Origin), own("checkpoint-size", count(p.Checkpoint.Size)),
			own("checkpoint-root", p.Checkpoint.Root), own("signer-fingerprint", p.Signer.Fingerprint),
		}),
		Roles:       []role{{"prepared-for", d.say(words.Organisation)}},
		Parties:     []party{{UUID: d.id("organisation"), Type: "organization", Name: either(line(p.Organisation))}},
		Responsible: []assignment{{"prepared-for", []string{d.id("organisation")}}},
	}
	if r := p.Redaction; r != nil {
		m.Props = append(m.Props, filled([]property{own("redaction-levels", r.Levels), own("redaction-key", r.Key)})...)
		for _, x := range r.Rules {
			name, said := x.Kind+" "+x.Field, x.Kind+" "+x.Field+": "+x.As
			m.Props = append(m.Props, classed("redaction-values", name, x.Values, said), classed("redaction-occurrences", name, x.Occurrences, said))
		}
	}
	if preparer := line(p.PreparedBy); preparer != "" {
		m.Roles = append(m.Roles, role{"prepared-by", d.say(words.PreparedBy)})
		m.Parties = append(m.Parties, party{UUID: d.id("preparer"), Type: "organization", Name: preparer, Remarks: d.say(words.OSCALPreparer)})
		m.Responsible = append(m.Responsible, assignment{"prepared-by", []string{d.id("preparer")}})
	}
	if a := p.Assertion; a != nil {
		m.Roles = append(m.Roles, role{"asserted-by", d.say(words.Signatory)})
		m.Parties = append(m.Parties, party{UUID: d.id("signatory"), Type: "person", Name: either(line(a.Signatory), line(p.Organisation))})
		m.Responsible = append(m.Responsible, assignment{"asserted-by", []string{d.id("signatory")}})
	}
	return m
}

// asserted is what management asserts, in its own words.
func (d *document) asserted(a *reports.Assertion) resource {
	return resource{
		UUID: d.id("assertion"), Title: d.say(words.Assertion), Description: paragraphs(escaped(strings.Split(a.Text, "\n"))...),
		Props: filled([]property{own("asserted-by", a.Signatory), own("date", day(a.Date))}),
		Links: []rlink{{Href: "../manifest.json"}}, // which has it, and this document's hash
	}
}

// version is the state of the evidence log that the document tells of.
func (d *document) version() string {
	c := d.p.Checkpoint
	return fmt.Sprintf("%d-%.8s", c.Size, c.Root)
}

// importAP names, for want of an assessment plan, what the tests were planned by.
func (d *document) importAP() importAP {
	return importAP{Href: "#" + d.id("plan"), Remarks: d.say(words.OSCALNoPlan)}
}

// backMatter lists the files of the pack with their hashes. Reports are not among
// them: they are drawn from the same model as this document.
func (d *document) backMatter() map[string][]resource {
	plan := resource{UUID: d.id("plan"), Title: d.say(words.OSCALPlan), Description: d.say(words.OSCALNoPlan),
		Props: []property{{Name: "type", Value: "plan"}}, Links: []rlink{{Href: catalogName}}}
	var files []resource
	for _, f := range d.p.Files {
		r := resource{UUID: d.files[f.Path], Title: prose(f.Path), Links: []rlink{linkTo(f)}}
		if strings.HasPrefix(f.Path, evidenceDir) {
			r.Props = []property{{Name: "type", Value: "evidence"}}
		}
		files = append(files, r)
	}
	first := []resource{plan}
	if a := d.p.Assertion; a != nil {
		first = append(first, d.asserted(a))
	}
	return map[string][]resource{"resources": append(first, files...)}
}

// linkTo leads to a file from the document's own folder.
func linkTo(f reports.File) rlink {
	to := url.URL{Path: "../" + f.Path}
	return rlink{Href: to.String(), Hashes: []hash{{"SHA-256", f.SHA256}}}
}
