package pdf

import (
	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// cover says what the pack is, for whom, of which period, sealed how, and in
// one bar with what result.
func (d *document) cover() {
	d.bare = true
	d.page()
	d.bare = false
	if d.p.Demo {
		d.watermark(d.in(words.DemoWatermark))
	}
	d.y = 34
	d.SetFont("ui", "", 9)
	d.Bookmark(d.in(words.Cover), 0, 0)
	d.flow(d.p.Organisation, d.st.h1.with(black))
	d.y += 3
	d.flow(d.in(words.PackTitle), d.st.display)
	d.y += 1
	d.flow(d.p.Framework.Title, d.st.h2.with(black))
	d.flow(d.in(words.AuditPeriod)+"  "+d.p.PeriodName, d.st.h2.with(black))
	d.y += 3
	d.SetDrawColor(accent.r, accent.g, accent.b)
	d.SetLineWidth(0.8)
	d.Line(left, d.y, right, d.y)
	d.y += 4
	d.banners()
	d.resultBar()
	d.y += 2
	d.coverFacts()
	d.signatures()
}

// watermark writes across the page, behind everything.
func (d *document) watermark(s string) {
	st := style{d.faces.bold, 10, 10, color{238, 238, 242}}
	st.size *= 215 / d.length(s, st) // from corner to corner, whatever the word
	w := d.length(s, st)
	d.TransformBegin()
	d.TransformRotate(52, pageWidth/2, pageHeight/2)
	d.put((pageWidth-w)/2, pageHeight/2-st.lead/2, s, st)
	d.TransformEnd()
}

// banners say what a reader must not overlook.
func (d *document) banners() {
	if d.p.Demo {
		d.banner(d.in(words.DemoBanner))
	}
	if r := d.p.Redaction; r != nil {
		d.banner(d.say(words.RedactionBanner, r.Levels))
	}
	if d.p.Open {
		d.banner(d.say(words.OpenBanner, d.time(d.p.AsOf)))
	}
}

func (d *document) banner(s string) {
	st := d.st.bold.with(white)
	lines := d.wrap(d.clean(s), st, bodyWidth-8)
	h := float64(len(lines))*st.lead + 3
	d.fill(left, d.y, bodyWidth, h, unknownFill)
	for i, l := range lines {
		d.put(left+4, d.y+1.5+float64(i)*st.lead, l, st)
	}
	d.y += h + 2
}

func (d *document) coverFacts() {
	p := d.p
	text := func(label evidence.Text, s string) fact { return fact{d.in(label), d.text(s)} }
	hash := func(label evidence.Text, s string) fact { return fact{d.in(label), d.mono(s)} }
	redacted := ""
	if r := p.Redaction; r != nil {
		redacted = d.say(words.RedactionIs, format.Count(int64(len(r.Rules))), r.Key)
	}
	caution := ""
	if p.Signer.Ephemeral {
		caution = d.in(words.EphemeralKey)
	}
	d.facts(
		text(words.AuditPeriod, d.say(words.PeriodWritten, d.time(p.Period.Start), d.time(p.Period.End))),
		text(words.TimeZone, format.Zone(p.Period.Start, p.Location)),
		text(words.Language, d.in(words.ThisLanguage)),
		text(words.PreparedBy, p.PreparedBy),
		text(words.Distribution, p.Distribution),
		text(words.AsOf, d.time(p.AsOf)),
		text(words.Tool, p.Tool),
		text(words.Redaction, redacted),
	)
	d.facts(
		text(words.Checkpoint, d.say(words.CheckpointIs, p.Checkpoint.Origin, format.Count(p.Checkpoint.Size), d.time(p.Checkpoint.SealedAt))),
		hash(words.CheckpointRoot, p.Checkpoint.Root),
		hash(words.CheckpointKey, p.Checkpoint.KeyID),
		text(words.SignedBy, d.in(words.NameOf(p.Signer))),
		text(words.Signer, d.in(words.KeyOf(p.Signer))),
		hash(words.Fingerprint, p.Signer.Fingerprint),
		text(words.Caution, caution),
	)
}

// signatures is the place for visible signatures, at the foot of the page.
func (d *document) signatures() {
	const height = sealHeight + 5
	y := pageHeight - 20 - height
	lines := append([]string{d.in(words.SignatureArea)}, d.wrap(d.in(words.SignatureMeans), d.st.tiny, bodyWidth)...)
	above := float64(len(lines))*d.st.small.lead + 1
	if d.y+above+1 > y {
		d.bare = true
		d.page()
		d.bare = false
	}
	for i, l := range lines {
		st := d.st.tiny
		if i == 0 {
			st = d.st.small
		}
		d.put(left, y-above+float64(i)*d.st.small.lead, l, st)
	}
	w := (bodyWidth - 6) / 2
	for i, f := range []signatureField{
		{name: PreparerField, label: d.in(words.SignedPreparer)}, {name: ApproverField, label: d.in(words.SignedApprover)},
	} {
		x := left + float64(i)*(w+6)
		d.frame(x, y, w, height, hairline)
		d.put(x+2, y+1, f.label, d.st.tiny)
		f.page, f.x, f.y = d.PageNo(), x+2, y+4.5
		d.fields = append(d.fields, f)
	}
}
