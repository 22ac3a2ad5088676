package pdf

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// sRGB is the profile of icc/README.md.
//
//go:embed icc/sRGB2014.icc
var sRGB []byte

// archive writes the document as PDF/A-3b (ISO 19005-3), so that it can be kept
// for as long as audit evidence is, and carry files.
//
// fpdf has hooks for some of what that takes, but not for the flags of links, the
// relationship and media type of attached files, and the trailer's ID; and with
// an output intent its trailer names the wrong object as Info. So its objects are
// taken over one by one, those that need it are changed, and the file around them
// is written here.
func (d *document) archive(w io.Writer) error {
	var raw bytes.Buffer
	if err := d.Output(&raw); err != nil {
		return err
	}
	objects, err := objectsOf(raw.Bytes())
	if err != nil {
		return err
	}
	if err := d.placeFields(objects); err != nil {
		return err
	}
	f := newFile(w, len(objects))
	catalog, info := len(objects)-1, len(objects)-2 // fpdf writes them last
	for n, object := range objects[:info] {
		if n > 0 {
			f.object(n, archived(object))
		}
	}
	f.object(info, []byte(d.properties().info()+"\nendobj\n"))
	begin, _, found := bytes.Cut(objects[catalog], []byte("/Names <<"))
	if !found {
		return errBroken
	}
	more, err := d.more(f)
	if err != nil {
		return err
	}
	f.object(catalog, slices.Concat(begin, []byte(more+">>\nendobj\n")))
	return f.close(catalog, info)
}

// more writes the objects that fpdf knows nothing of, and returns what the
// catalogue says of them.
func (d *document) more(f *file) (string, error) {
	form, err := d.writeFields(f)
	if err != nil {
		return "", err
	}
	about := d.properties()
	metadata := f.add(stream("/Type /Metadata /Subtype /XML ", []byte(about.xmp())))
	profile := f.add(stream("/N 3 ", sRGB))
	catalog := form + fmt.Sprintf("/ViewerPreferences <</DisplayDocTitle true>>\n/Metadata %d 0 R\n"+
		"/OutputIntents [<</Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB) /Info (sRGB IEC61966-2.1) /DestOutputProfile %d 0 R>>]\n",
		metadata, profile)
	var names, associated strings.Builder
	for _, a := range d.p.Attachments {
		if a.Open == nil {
			continue
		}
		n, err := f.attach(a, about.made)
		if err != nil {
			return "", fmt.Errorf("attach %s: %w", a.Path, err)
		}
		fmt.Fprintf(&names, "%s %d 0 R ", textString(a.Path), n)
		fmt.Fprintf(&associated, "%d 0 R ", n)
	}
	if names.Len() > 0 {
		catalog += fmt.Sprintf("/Names <</EmbeddedFiles <</Names [%s]>>>>\n/AF [%s]\n", names.String(), associated.String())
	}
	return catalog, nil
}

// errBroken: fpdf wrote something else than what this file was written for.
var errBroken = errors.New("the document is not as fpdf writes it")

// objectsOf cuts what fpdf wrote into its objects, from what follows "n 0 obj" to
// the end of the line of "endobj", by their numbers; there is none of number 0.
func objectsOf(raw []byte) ([][]byte, error) {
	offsets, table, err := crossReferences(raw)
	if err != nil {
		return nil, err
	}
	ends := append(slices.Sorted(slices.Values(offsets[1:])), table)
	objects := make([][]byte, len(offsets))
	for n, at := range offsets {
		if n == 0 {
			continue
		}
		i, _ := slices.BinarySearch(ends, at+1) // the next object, or the table
		object, found := bytes.CutPrefix(raw[at:ends[i]], fmt.Appendf(nil, "%d 0 obj\n", n))
		if !found || !bytes.HasSuffix(object, []byte("endobj\n")) {
			return nil, errBroken
		}
		objects[n] = object
	}
	return objects, nil
}

// crossReferences gives where each object begins, by number, and where the table
// that says so does.
func crossReferences(raw []byte) (offsets []int, table int, err error) {
	_, after, _ := bytes.Cut(raw[max(len(raw)-64, 0):], []byte("startxref\n"))
	if _, err := fmt.Fscanf(bytes.NewReader(after), "%d\n", &table); err != nil || table > len(raw) {
		return nil, 0, errBroken
	}
	count := 0
	if _, err := fmt.Fscanf(bytes.NewReader(raw[table:]), "xref\n0 %d\n", &count); err != nil {
		return nil, 0, errBroken
	}
	const entry = 20 // "0000000015 00000 n " and the line's end
	entries := raw[table+len(fmt.Sprintf("xref\n0 %d\n", count)):]
	if count < 4 || len(entries) < count*entry {
		return nil, 0, errBroken
	}
	offsets = make([]int, count)
	for n := 1; n < count; n++ {
		at, err := strconv.Atoi(string(entries[n*entry : n*entry+10]))
		if err != nil || at >= table {
			return nil, 0, errBroken
		}
		offsets[n] = at
	}
	return offsets, table, nil
}

// archived is an object of fpdf's as PDF/A has it.
func archived(object []byte) []byte {
	switch {
	case bytes.HasPrefix(object, []byte("<</Type /Page\n")):
		return printed(object)
	case bytes.HasPrefix(object, []byte("<</Type /Font")):
		return []byte(fontNames.Replace(string(object)))
	case bytes.Contains(object[:min(len(object), 80)], []byte("\n/CIDInit /ProcSet")):
		return stream("", []byte(toUnicode()))
	}
	return object
}

// printed gives a page's links the flag that they are printed, which PDF/A wants
// of every annotation. Addresses are literal strings, whatever they hold.
func printed(page []byte) []byte {
	const link = "/Subtype /Link "
	var out []byte
	for len(page) > 0 {
		plain, rest := page, []byte(nil)
		if at := bytes.IndexByte(page, '('); at >= 0 {
			plain, rest = page[:at], page[at:]
		}
		out = append(out, bytes.ReplaceAll(plain, []byte(link), []byte(link+"/F 4 "))...)
		end := literalEnd(rest)
		out = append(out, rest[:end]...)
		page = rest[end:]
	}
	return out
}

// literalEnd is the length of the literal string that b begins with, as fpdf
// writes them: with every bracket inside escaped.
func literalEnd(b []byte) int {
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case ')':
			return i + 1
		}
	}
	return len(b)
}

// fontNames replaces the names of faces in this program by those of the fonts, with
// the tag of six letters by which readers know that a font is a subset.
var fontNames = strings.NewReplacer(
	"/utf8uiB\n", "/AAAAAB+BIZUDPGothic-Bold\n", "/utf8ui\n", "/AAAAAA+BIZUDPGothic-Regular\n", "/utf8mono\n", "/AAAAAC+BIZUDGothic-Regular\n")

// toUnicode maps character codes, which are UTF-16 here, to themselves. fpdf does
// so in one range, but only the last byte of a code may change within a range, and
// surrogates are no characters.
func toUnicode() string {
	const perBlock = 100 // as many ranges as a block may have
	var ranges []string
	for high := range 0x100 {
		if high < 0xd8 || high > 0xdf {
			ranges = append(ranges, fmt.Sprintf("<%02X00> <%02[1]XFF> <%02[1]X00>\n", high))
		}
	}
	ranges[0] = "<0020> <00FF> <0020>\n"
	var b strings.Builder
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n" +
		"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	for block := range slices.Chunk(ranges, perBlock) {
		fmt.Fprintf(&b, "%d beginbfrange\n%sendbfrange\n", len(block), strings.Join(block, ""))
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend")
	return b.String()
}
