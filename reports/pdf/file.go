package pdf

import (
	"compress/zlib"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"
	"time"

	"github.com/evidencepack/evidence/reports"
)

// file is a PDF file being written: objects one after the other, the table of
// where they begin, and the trailer.
type file struct {
	w       io.Writer
	n       int64 // bytes written
	sum     hash.Hash
	offsets []int64 // by the objects' numbers; 0: not written
	err     error   // the first
}

// newFile begins a file, some of whose objects have their numbers already: those
// below taken. The bytes above 127 say that it is not a text.
func newFile(w io.Writer, taken int) *file {
	f := &file{w: w, sum: sha256.New(), offsets: make([]int64, taken)}
	f.printf("%%PDF-1.7\n%%\xe2\xe3\xcf\xd3\n")
	return f
}

// Write implements [io.Writer].
func (f *file) Write(b []byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	n, err := f.w.Write(b)
	f.n += int64(n)
	f.sum.Write(b[:n])
	f.err = err
	return n, err
}

func (f *file) printf(format string, args ...any) { fmt.Fprintf(f, format, args...) }

// begin begins an object.
func (f *file) begin(n int) {
	if n == len(f.offsets) {
		f.offsets = append(f.offsets, 0)
	}
	f.offsets[n] = f.n
	f.printf("%d 0 obj\n", n)
}

// object writes an object of that number; body goes to the end of the line of "endobj".
func (f *file) object(n int, body []byte) {
	f.begin(n)
	_, _ = f.Write(body) // f keeps the error
}

// add writes an object under the next number, and returns that.
func (f *file) add(body []byte) int {
	n := len(f.offsets)
	f.object(n, body)
	return n
}

// stream is a stream object with the entries of its dictionary.
func stream(entries string, data []byte) []byte {
	return fmt.Appendf(nil, "<<%s/Length %d>>\nstream\n%s\nendstream\nendobj\n", entries, len(data), data)
}

// attach writes a file that the document carries, and its file specification,
// whose number it returns. The file goes through, so that none is held in memory;
// how long it is when compressed follows as an object of its own.
func (f *file) attach(a reports.Attachment, made time.Time) (int, error) {
	n := len(f.offsets)
	f.begin(n)
	f.printf("<</Type /EmbeddedFile /Subtype /%s /Length %d 0 R /Filter /FlateDecode /Params <</Size %d /ModDate %s>>>>\nstream\n",
		strings.ReplaceAll(a.MediaType, "/", "#2F"), n+1, a.Size, dateString(made))
	from := f.n
	if err := f.deflate(a); err != nil {
		return 0, err
	}
	length := f.n - from
	f.printf("\nendstream\nendobj\n")
	f.add(fmt.Appendf(nil, "%d\nendobj\n", length))
	return f.add(fmt.Appendf(nil, "<</Type /Filespec /F %s /UF %[1]s /Desc %s /AFRelationship /Data /EF <</F %d 0 R /UF %[3]d 0 R>>>>\nendobj\n",
		textString(a.Path), textString(a.Description), n)), f.err
}

// deflate writes an attachment's content, compressed. It must be as long as the
// model says.
func (f *file) deflate(a reports.Attachment) (err error) {
	r, err := a.Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	z := zlib.NewWriter(f)
	n, err := io.Copy(z, r)
	if err != nil {
		return err
	}
	if n != a.Size {
		return fmt.Errorf("it has %d bytes, not %d", n, a.Size)
	}
	return z.Close()
}

// close writes the cross-reference table and the trailer. The file's identifier
// follows from its bytes, so that the same pack has the same.
func (f *file) close(catalog, info int) error {
	id := f.sum.Sum(nil)[:16]
	table := f.n
	f.printf("xref\n0 %d\n0000000000 65535 f \n", len(f.offsets))
	for _, at := range f.offsets[1:] {
		f.printf("%010d 00000 n \n", at)
	}
	f.printf("trailer\n<</Size %d /Root %d 0 R /Info %d 0 R /ID [<%X> <%[4]X>]>>\nstartxref\n%d\n%%%%EOF\n",
		len(f.offsets), catalog, info, id, table)
	return f.err
}
