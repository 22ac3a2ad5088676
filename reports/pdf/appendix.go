package pdf

import (
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// appendix ties the document to the other files of the pack: hashes, how to
// verify them, and the words used.
func (d *document) appendix() {
	d.chapter(d.in(words.Appendix), "appendix")
	d.outline(1, d.in(words.VerifyHeading), "verify")
	d.heading(d.in(words.VerifyHeading))
	d.flow(d.in(words.VerifyIntro), d.st.body)
	d.y += 1
	for _, s := range words.VerifySteps {
		d.bullet(d.in(s), d.st.body)
	}
	d.attachments()
	d.outline(1, d.in(words.ControlSources), controlSourcesKey)
	d.heading(d.in(words.ControlSources))
	d.flow(d.in(words.OwnSources), d.st.small)
	d.y += 1
	t := d.list(column{title: d.in(words.Control), width: 58}, column{title: d.in(words.Name), width: 42}, column{title: "SHA-256", width: bodyWidth - 100})
	for _, r := range d.p.RuleFiles() {
		if r.Shared { // a control's own are in its section
			t.row(d.controlIDs(r.Controls), d.text(r.Name), d.hash(r.SHA256))
		}
	}
	d.outline(1, d.in(words.FileHashes), "files")
	d.heading(d.in(words.FileHashes))
	d.fileHashes()
	d.outline(1, d.in(words.Glossary), "glossary")
	d.heading(d.in(words.Glossary))
	g := d.table(column{title: "日本語", width: 40}, column{title: "English", width: 52}, column{title: d.in(words.Meaning), width: bodyWidth - 92})
	for _, term := range words.Terms {
		g.row(d.text(term.Name.JA), d.text(term.Name.EN), d.text(d.in(term.Meaning)))
	}
}

const controlSourcesKey = "sources of controls"

// attachments names the files that the document carries, and those that are too
// large for that.
func (d *document) attachments() {
	if len(d.p.Attachments) == 0 {
		return
	}
	d.outline(1, d.in(words.AttachedFiles), "attachments")
	d.heading(d.in(words.AttachedFiles))
	d.flow(d.in(words.AttachedMean), d.st.body)
	d.y += 1
	t := d.table(column{title: d.in(words.Name), width: 30}, column{title: d.in(words.Content), width: 69},
		column{title: d.in(words.SizeBytes), width: 24, right: true}, column{title: "SHA-256", width: bodyWidth - 123})
	for _, a := range d.p.Attachments {
		content := d.text(a.Description)
		if a.Open == nil {
			content.paras = append(content.paras, para{text: d.in(words.NotAttached), st: d.st.cellBold})
		}
		t.row(d.mono(a.Path), content, d.text(format.Count(a.Size)), d.mono(a.SHA256))
	}
}

// maxFiles is how many files are listed; the workbook and manifest.json have all.
const maxFiles = 300

func (d *document) fileHashes() {
	t := d.list(column{title: d.in(words.PackFile), width: 80}, column{title: d.in(words.SizeBytes), width: 22, right: true}, column{title: "SHA-256", width: bodyWidth - 102})
	for i, f := range d.p.Files {
		if i == maxFiles {
			d.flow(d.say(words.MoreInHashesSheet, format.Count(int64(len(d.p.Files)-i))), d.st.bold)
			break
		}
		t.row(d.fine(f.Path), d.fine(format.Count(f.Size)), d.hash(f.SHA256))
	}
}

// hash is a cell of a SHA-256 that stays on one line.
func (d *document) hash(s string) box {
	return box{paras: []para{{text: s, st: d.st.monoTiny.with(black)}}}
}
