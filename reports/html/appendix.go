package html

import (
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// appendix ties the file to the others of the pack: how to verify them, hashes,
// and the words used.
func (d *document) appendix() {
	d.section("verify", d.in(words.VerifyHeading))
	d.leaf("p", d.in(words.VerifyIntro))
	d.texts(words.VerifySteps...)
	d.end("section")

	d.section("sources", d.in(words.ControlSources))
	d.table(d.in(words.ControlSources), column{title: d.in(words.Control)}, column{title: d.in(words.Name)}, column{title: "SHA-256"})
	for _, r := range d.p.RuleFiles() {
		ids := cell{"id", func() {
			for i, id := range r.Controls {
				if i > 0 {
					d.void("br")
				}
				d.toControl(id)
			}
		}}
		d.row(ids, d.code(r.Name), d.code(r.SHA256))
	}
	d.endTable()
	d.end("section")

	d.section("files", d.in(words.FileHashes))
	d.fileHashes()
	d.end("section")

	d.section("glossary", d.in(words.Glossary))
	d.table(d.in(words.Glossary), column{title: "日本語"}, column{title: "English"}, column{title: d.in(words.Meaning)})
	for _, term := range words.Terms {
		d.row(d.inLanguage("ja", term.Name.JA), d.inLanguage("en", term.Name.EN), d.lines(d.in(term.Meaning)))
	}
	d.endTable()
	d.end("section")
}

// inLanguage is text of a language that may not be the file's.
func (d *document) inLanguage(lang, s string) cell {
	return cell{write: func() { d.leaf("span", s, attr{"lang", lang}) }}
}

func (d *document) fileHashes() {
	d.table(d.in(words.FileHashes), column{title: d.in(words.PackFile)}, column{d.in(words.SizeBytes), "n"}, column{title: "SHA-256"})
	for i, f := range d.p.Files {
		if i == maxRows {
			break
		}
		d.row(d.code(f.Path), d.number(f.Size), d.code(f.SHA256))
	}
	d.endTable()
	if more := len(d.p.Files) - maxRows; more > 0 {
		d.more(d.say(words.MoreInHashesSheet, format.Count(int64(more))))
	}
}
