package pades

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
)

// document is a PDF file as its revisions made it: the rendered file, and one
// update a signature.
type document struct {
	data      []byte
	revisions []revision
}

// revision is a part of a file that ends with a cross-reference table and a trailer.
type revision struct {
	start, end int64         // of its bytes in the file
	table      int64         // where its cross-reference table begins
	objects    map[int]int64 // where those that it writes begin, by number
	offsets    []int64       // the same places in their order, and then the table's
	trailer
}

// trailer is what a trailer says.
type trailer struct {
	size, root, info int
	id               [2]string // hexadecimal
	prev             int64     // where the former table begins; of a rendered file 0
}

// Bounds of what is read. Of rendered files only the size is bounded, by the bytes
// that their tables take.
const (
	maxRevisions = 64
	maxTrailer   = 512
)

// errForm: the file is none that reports/pdf rendered and this package signed.
var errForm = errors.New("the PDF is not written as this tool writes it")

var (
	tailForm       = regexp.MustCompile(`startxref\n(\d{1,15})\n%%EOF\n$`)
	subsectionForm = regexp.MustCompile(`^(\d{1,9}) (\d{1,9})\n`)
	entryForm      = regexp.MustCompile(`^(\d{10}) (?:00000 n|65535 f) \n$`)
	trailerForm    = regexp.MustCompile(`^trailer\n<</Size (\d{1,9}) /Root (\d{1,9}) 0 R /Info (\d{1,9}) 0 R /ID \[<([0-9A-F]{32})> <([0-9A-F]{32})>\](?: /Prev (\d{1,15}))?>>\nstartxref\n(\d{1,15})\n%%EOF\n`)
)

// parse finds the revisions of a file, from the last back to the first.
func parse(data []byte) (*document, error) {
	d := &document{data: data}
	tail := tailForm.FindSubmatch(data[max(0, len(data)-64):])
	if tail == nil {
		return nil, errForm
	}
	for table, end := integer(tail[1]), int64(len(data)); ; {
		r, err := d.revision(table)
		if err != nil {
			return nil, err
		}
		switch {
		case len(d.revisions) == 0 && r.end != end, len(d.revisions) > 0 && r.end >= d.revisions[0].table, len(d.revisions) == maxRevisions:
			return nil, errForm
		case len(d.revisions) > 0:
			d.revisions[0].start = r.end
		}
		d.revisions = slices.Insert(d.revisions, 0, r)
		if r.prev == 0 {
			return d, d.check()
		}
		table = r.prev
	}
}

// check holds what each update writes against the revision before it: objects
// follow each other without a gap, and few of the trailer's entries change.
func (d *document) check() error {
	for i := 1; i < len(d.revisions); i++ {
		r, before := d.revisions[i], d.revisions[i-1]
		if r.offsets[0] != r.start || r.root != before.root || r.info != before.info || r.id[0] != before.id[0] ||
			r.size < before.size || r.size-before.size > len(r.objects) {
			return errForm
		}
	}
	return nil
}

// revision reads the table at that place, and the trailer after it.
func (d *document) revision(table int64) (revision, error) {
	r := revision{table: table, objects: map[int]int64{}}
	const entryLength = 20
	rest, found := bytes.CutPrefix(d.data[min(table, int64(len(d.data))):], []byte("xref\n"))
	if !found {
		return r, errForm
	}
	for {
		head := subsectionForm.FindSubmatch(rest[:min(len(rest), maxTrailer)])
		if head == nil {
			break
		}
		first, count := integer(head[1]), integer(head[2])
		rest = rest[len(head[0]):]
		if int64(len(rest)) < count*entryLength {
			return r, errForm
		}
		for n := first; n < first+count; n++ {
			entry := entryForm.FindSubmatch(rest[:entryLength])
			if entry == nil {
				return r, errForm
			}
			if at := integer(entry[1]); n > 0 {
				if _, twice := r.objects[int(n)]; twice || at >= table {
					return r, errForm
				}
				r.objects[int(n)] = at
			}
			rest = rest[entryLength:]
		}
	}
	m := trailerForm.FindSubmatch(rest[:min(len(rest), maxTrailer)])
	if m == nil || integer(m[7]) != table {
		return r, errForm
	}
	r.offsets = append(slices.Sorted(maps.Values(r.objects)), table)
	r.end = int64(len(d.data)-len(rest)) + int64(len(m[0]))
	r.trailer = trailer{int(integer(m[1])), int(integer(m[2])), int(integer(m[3])), [2]string{string(m[4]), string(m[5])}, integer(m[6])}
	return r, nil
}

// integer reads digits that a pattern has matched; nothing is 0.
func integer(digits []byte) int64 {
	n, _ := strconv.ParseInt(string(digits), 10, 64) // bounded by the patterns
	return n
}

// last is the file's latest revision.
func (d *document) last() revision { return d.revisions[len(d.revisions)-1] }

// before is the document as it was when revision i was not yet appended.
func (d *document) before(i int) *document {
	return &document{d.data[:d.revisions[i-1].end], d.revisions[:i]}
}

// object gives the latest form of an object, from what follows "n 0 obj" to the end
// of the line of "endobj".
func (d *document) object(n int) ([]byte, error) {
	for _, r := range slices.Backward(d.revisions) {
		at, ok := r.objects[n]
		if !ok {
			continue
		}
		next, _ := slices.BinarySearch(r.offsets, at+1)
		body, found := bytes.CutPrefix(d.data[at:r.offsets[next]], fmt.Appendf(nil, "%d 0 obj\n", n))
		if !found || !bytes.HasSuffix(body, []byte("endobj\n")) {
			return nil, errForm
		}
		return body, nil
	}
	return nil, errForm
}
