package pdf

import (
	"encoding/xml"
	"fmt"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/evidencepack/evidence/reports/internal/words"
)

// properties are what the document says of itself. PDF has two places for them,
// the Info dictionary and XMP metadata, which must agree in PDF/A: both are
// written from here.
type properties struct {
	title, subject, author, creator string
	lang                            string
	made                            time.Time // to the second, in UTC
}

// properties has the dates of the pack and none of the clock.
func (d *document) properties() properties {
	return properties{
		title:   d.line(d.in(words.PackTitle) + " " + d.p.Organisation + " " + d.p.PeriodName),
		subject: d.line(d.p.Framework.Title),
		author:  d.line(d.p.PreparedBy),
		creator: d.line(d.p.Tool),
		lang:    string(d.p.Lang),
		made:    d.p.Checkpoint.SealedAt.UTC().Truncate(time.Second),
	}
}

// info is the Info dictionary.
func (p properties) info() string {
	var b strings.Builder
	for _, e := range []struct{ key, text string }{
		{"Title", p.title}, {"Subject", p.subject}, {"Author", p.author}, {"Creator", p.creator}, {"Producer", p.creator},
	} {
		if e.text != "" {
			fmt.Fprintf(&b, "/%s %s\n", e.key, textString(e.text))
		}
	}
	return fmt.Sprintf("<<\n%s/CreationDate %s\n/ModDate %[2]s\n>>", b.String(), dateString(p.made))
}

// xmp is the metadata packet (ISO 16684-1), which also says that the document is
// PDF/A-3b (ISO 19005-3, 6.6.4).
func (p properties) xmp() string {
	var b strings.Builder
	b.WriteString("<?xpacket begin=\"\ufeff\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n" +
		`<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<pdfaid:part>3</pdfaid:part>
<pdfaid:conformance>B</pdfaid:conformance>
<dc:format>application/pdf</dc:format>
`)
	list := func(name, of, item, text string) {
		if text != "" {
			fmt.Fprintf(&b, "<%s><rdf:%s><rdf:li%s>%s</rdf:li></rdf:%[2]s></%[1]s>\n", name, of, item, escaped(text))
		}
	}
	simple := func(name, text string) {
		if text != "" {
			fmt.Fprintf(&b, "<%s>%s</%[1]s>\n", name, escaped(text))
		}
	}
	list("dc:title", "Alt", ` xml:lang="x-default"`, p.title)
	list("dc:description", "Alt", ` xml:lang="x-default"`, p.subject)
	list("dc:creator", "Seq", "", p.author)
	list("dc:language", "Bag", "", p.lang)
	simple("xmp:CreatorTool", p.creator)
	simple("pdf:Producer", p.creator)
	for _, name := range []string{"xmp:CreateDate", "xmp:ModifyDate", "xmp:MetadataDate"} {
		simple(name, p.made.Format(time.RFC3339))
	}
	b.WriteString("</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"r\"?>")
	return b.String()
}

// escaped is s as XML text.
func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder takes everything
	return b.String()
}

// textString is s as a string object: UTF-16 in hexadecimal, which needs no escapes.
func textString(s string) string {
	var b strings.Builder
	b.WriteString("<FEFF")
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	return b.String() + ">"
}

// dateString is a time in UTC as a string object.
func dateString(t time.Time) string { return t.Format("(D:20060102150405Z)") }
