package pdf

import (
	"bytes"
	"fmt"
	"strings"
)

// The names of the fields that the document leaves for electronic signatures.
const (
	PreparerField = "Preparer"
	ApproverField = "Approver"
)

// The room of a visible signature, in millimetres: what of the place on the cover
// is below its label.
const (
	sealWidth  = (bodyWidth-6)/2 - 4
	sealHeight = 20.0
)

// signatureField is a place for a visible signature. It is a form's field that
// nobody has signed, so that signing changes no page and viewers let a reader
// sign there too.
type signatureField struct {
	name, label string
	page        int
	x, y        float64 // its upper left corner, in millimetres
	object      int     // of its page
}

// points are millimetres in the unit of PDF.
func points(mm float64) float64 { return mm * 72 / 25.4 }

// placeFields lists the fields as annotations of their pages. Their objects are
// the first after those of fpdf.
func (d *document) placeFields(objects [][]byte) error {
	page := 0
	for n, object := range objects {
		rest, is := bytes.CutPrefix(object, []byte("<</Type /Page\n"))
		if !is {
			continue
		}
		page++
		var widgets strings.Builder
		for i := range d.fields {
			if d.fields[i].page == page {
				d.fields[i].object = n
				fmt.Fprintf(&widgets, "%d 0 R ", len(objects)+i)
			}
		}
		if widgets.Len() == 0 {
			continue
		}
		if bytes.Contains(rest, []byte("/Annots")) { // the cover has no links
			return errBroken
		}
		objects[n] = append(fmt.Appendf(nil, "<</Type /Page\n/Annots [%s]\n", strings.TrimSpace(widgets.String())), rest...)
	}
	return nil
}

// writeFields writes the fields, and returns what the catalogue says of them. The
// signatures' package takes the fields as they are written here.
func (d *document) writeFields(f *file) (string, error) {
	blank := len(f.offsets) + len(d.fields)
	var refs []string
	for _, s := range d.fields {
		x, y := points(s.x), points(pageHeight-s.y-sealHeight)
		n := f.add(fmt.Appendf(nil, "<</Type /Annot /Subtype /Widget /FT /Sig /F 132 /T %s /TU %s /Rect [%.2f %.2f %.2f %.2f] /P %d 0 R /AP <</N %d 0 R>>>>\nendobj\n",
			textString(s.name), textString(s.label), x, y, x+points(sealWidth), y+points(sealHeight), s.object, blank))
		refs = append(refs, fmt.Sprintf("%d 0 R", n))
	}
	objects, err := unsigned(d.p.Lang, blank)
	if err != nil {
		return "", err
	}
	for _, object := range objects {
		f.add(object)
	}
	return fmt.Sprintf("/AcroForm <</Fields [%s] /SigFlags 3>>\n/Extensions <</ESIC <</BaseVersion /1.7 /ExtensionLevel 1>>>>\n", strings.Join(refs, " ")), nil
}
