package pdf

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// Seal is what a signature shows of itself in its place on the cover.
type Seal struct {
	Lang         evidence.Lang
	Name         string // of who signed
	Organisation string // may be empty
	At           time.Time
	Location     *time.Location
	Algorithm    string
	Fingerprint  string // of the key
	Ephemeral    bool   // the key proves nothing
}

// Objects draws the seal as a form XObject with all that it needs. They are the
// bodies of PDF objects, from what follows "n 0 obj" to the end of the line of
// "endobj"; the first, whose number is given, is the form, and the others have the
// numbers after it. Equal seals give equal bytes.
func (s Seal) Objects(first int) ([][]byte, error) {
	return drawSeal(&reports.Pack{Lang: s.Lang, Location: s.Location}, first, s.draw)
}

// unsigned draws what stands in the place of a signature until there is one, so that nobody
// takes the empty place for one that is not shown.
func unsigned(lang evidence.Lang, first int) ([][]byte, error) {
	return drawSeal(&reports.Pack{Lang: lang}, first, func(d *document) {
		d.put(0, (sealHeight-d.st.cell.lead)/2, d.in(words.NotSigned), d.st.cell.with(grey))
	})
}

func drawSeal(p *reports.Pack, first int, draw func(*document)) ([][]byte, error) {
	d := newDocument(p, layout{})
	d.AddPageFormat("P", fpdf.SizeType{Wd: sealWidth, Ht: sealHeight})
	draw(d)
	var raw bytes.Buffer
	if err := d.Output(&raw); err != nil {
		return nil, fmt.Errorf("draw a signature: %w", err)
	}
	objects, err := objectsOf(raw.Bytes())
	if err != nil {
		return nil, fmt.Errorf("draw a signature: %w", err)
	}
	return form(objects, first)
}

func (s Seal) draw(d *document) {
	y := 0.0
	put := func(text string, st style) {
		d.put(0, y, d.fit(text, st, sealWidth), st)
		y += st.lead
	}
	put(d.line(s.Name), d.st.cellBold)
	put(d.line(s.Organisation), d.st.cell)
	put(d.say(words.SignedAt, d.time(s.At)), d.st.cell)
	put(s.Algorithm+"  "+s.Fingerprint, d.st.monoTiny)
	if s.Ephemeral {
		put(d.in(words.DemoKey), d.st.tiny.with(black))
	}
}

// The numbers that fpdf gives to what a document of one page has.
const (
	resourcesObject = 2
	contentObject   = 4
	firstFont       = 5
)

// form makes a form XObject, with the objects of its resources, of a document of
// one page as fpdf writes it.
func form(objects [][]byte, first int) ([][]byte, error) {
	end := len(objects) - 2 // information and catalogue are written last
	if end <= firstFont || !bytes.HasPrefix(objects[resourcesObject+1], []byte("<</Type /Page\n")) {
		return nil, errBroken
	}
	entries, found := bytes.CutPrefix(objects[contentObject], []byte("<<"))
	if !found {
		return nil, errBroken
	}
	number := map[int]int{resourcesObject: first + 1}
	for n := firstFont; n < end; n++ {
		number[n] = first + 2 + n - firstFont
	}
	drawn := [][]byte{
		append(fmt.Appendf(nil, "<</Type /XObject /Subtype /Form /BBox [0 0 %.2f %.2f] /Resources %d 0 R ", points(sealWidth), points(sealHeight), first+1), entries...),
		renumbered(objects[resourcesObject], number),
	}
	for _, object := range objects[firstFont:end] {
		object = bytes.ReplaceAll(archived(object), []byte(" /AAAAA"), []byte(" /"+subsetTag(first)))
		drawn = append(drawn, renumbered(object, number))
	}
	return drawn, nil
}

// subsetTag begins the tag of a subset of a font: the document and other seals
// have other subsets, which readers must not take for the same.
func subsetTag(first int) string {
	tag := []byte("AAAAA")
	for i := range tag {
		tag[i] = byte('A' + first%26)
		first /= 26
	}
	return string(tag)
}

var reference = regexp.MustCompile(`\b(\d+) 0 R\b`)

// renumbered gives the references of an object other numbers. Fonts have no texts
// that could look like one, and their streams are left as they are.
func renumbered(object []byte, number map[int]int) []byte {
	dictionary, data, isStream := bytes.Cut(object, []byte("\nstream\n"))
	changed := reference.ReplaceAllFunc(dictionary, func(ref []byte) []byte {
		n, _ := strconv.Atoi(string(bytes.TrimSuffix(ref, []byte(" 0 R")))) // as matched
		return fmt.Appendf(nil, "%d 0 R", number[n])
	})
	if !isStream {
		return changed
	}
	return bytes.Join([][]byte{changed, data}, []byte("\nstream\n"))
}
