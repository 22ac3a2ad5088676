package evaluation

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"time"
	"unicode/utf8"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
)

// appendItem writes an item with all that it holds, each part with its length before
// it. A spool lives for minutes and is read by nobody else, so that it need not be
// JSON, which takes several times as long to write and to read.
func appendItem(b []byte, i Item) []byte {
	b = appendText(b, i.Kind)
	b = appendText(b, i.ID)
	b = appendText(b, i.Label)
	b = appendTime(b, i.Time)
	b = appendText(b, string(i.Verdict))
	b = appendReasons(b, i.Reasons)
	b = appendTime(b, i.Until)
	b = appendText(b, i.SHA256)
	b = binary.AppendUvarint(b, uint64(len(i.Fields)))
	for _, f := range i.Fields {
		b = appendText(b, f.Text)
		b = appendTime(b, f.Time)
		b = binary.AppendUvarint(b, math.Float64bits(f.Number))
		b = appendFlag(b, f.Set)
	}
	b = appendText(b, i.Link)
	b = appendText(b, i.Group)
	b = appendReasons(b, i.Observations)
	return append(binary.AppendUvarint(b, uint64(len(i.Record))), i.Record...) // as it is: its hash is told
}

// appendText writes a text with every byte that is not UTF-8 replaced, as JSON would
// have it: what reports show is what results.json says.
func appendText(b []byte, s string) []byte {
	if !utf8.ValidString(s) {
		s = string([]rune(s))
	}
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendFlag(b []byte, is bool) []byte {
	if is {
		return append(b, 1)
	}
	return append(b, 0)
}

// appendTime writes a time with its zone as an offset, as JSON does; nothing of the
// zero time.
func appendTime(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(b, 0)
	}
	_, offset := t.Zone()
	b = append(b, 1)
	b = appendFlag(b, t.Location() == time.UTC)
	b = binary.AppendVarint(b, int64(offset))
	b = binary.AppendVarint(b, t.Unix())
	return binary.AppendUvarint(b, uint64(t.Nanosecond()))
}

func appendReasons(b []byte, reasons []controls.Reason) []byte {
	b = binary.AppendUvarint(b, uint64(len(reasons)))
	for _, r := range reasons {
		b = appendText(b, r.Code)
		b = appendText(b, string(r.Detail))
	}
	return b
}

// itemReader reads what appendItem wrote.
type itemReader struct {
	in  *bufio.Reader
	err error // the first

	kind, verdict, group string // of the item before
}

// next returns io.EOF when there is no more.
func (r *itemReader) next() (Item, error) {
	if _, err := r.in.Peek(1); err != nil {
		return Item{}, err
	}
	i := Item{Kind: r.like(r.kind), ID: r.text(), Label: r.text(), Time: r.time(), Verdict: evidence.Verdict(r.like(r.verdict)), Reasons: r.reasons(), Until: r.time(), SHA256: r.text()}
	n := r.number()
	if n > 0 {
		i.Fields = make([]controls.Field, 0, min(n, mostFields))
	}
	for ; n > 0 && r.err == nil; n-- {
		i.Fields = append(i.Fields, controls.Field{Text: r.text(), Time: r.time(), Number: math.Float64frombits(r.number()), Set: r.flag()})
	}
	i.Link, i.Group, i.Observations, i.Record = r.text(), r.like(r.group), r.reasons(), r.bytes()
	r.kind, r.verdict, r.group = i.Kind, string(i.Verdict), i.Group
	return i, r.err
}

// mostFields bounds what is made ready for the fields that an item says it has.
const mostFields = 64

func (r *itemReader) fail(err error) {
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if r.err == nil {
		r.err = err
	}
}

func (r *itemReader) number() uint64 {
	n, err := binary.ReadUvarint(r.in)
	if err != nil {
		r.fail(err)
	}
	return n
}

func (r *itemReader) signed() int64 {
	n, err := binary.ReadVarint(r.in)
	if err != nil {
		r.fail(err)
	}
	return n
}

func (r *itemReader) flag() bool {
	b, err := r.in.ReadByte()
	if err != nil {
		r.fail(err)
	}
	return b == 1
}

func (r *itemReader) bytes() []byte {
	n := r.number()
	if r.err != nil || n == 0 {
		return nil
	}
	return r.read(n)
}

func (r *itemReader) read(n uint64) []byte {
	if n > maxPart {
		r.fail(fmt.Errorf("a part of %d bytes", n))
		return nil
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(r.in, b); err != nil {
		r.fail(err)
	}
	return b
}

// maxPart bounds what a broken file can ask for.
const maxPart = 1 << 30

// text reads a text out of the buffer, where that holds all of it: a pack reads a million
// items several times.
func (r *itemReader) text() string { return r.like("") }

// like reads a text that may be the one of the item before: of a kind or a verdict there are
// few, and no copy is made of the same.
func (r *itemReader) like(before string) string {
	n := r.number()
	if r.err != nil || n == 0 {
		return ""
	}
	if n > uint64(r.in.Size()) {
		return string(r.read(n))
	}
	b, err := r.in.Peek(int(n))
	if err != nil {
		r.fail(err)
		return ""
	}
	text := before
	if string(b) != before {
		text = string(b)
	}
	if _, err := r.in.Discard(len(b)); err != nil {
		r.fail(err)
	}
	return text
}

func (r *itemReader) time() time.Time {
	if !r.flag() {
		return time.Time{}
	}
	utc, offset := r.flag(), int(r.signed())
	t := time.Unix(r.signed(), int64(r.number()))
	if utc {
		return t.UTC()
	}
	return t.In(time.FixedZone("", offset))
}

func (r *itemReader) reasons() []controls.Reason {
	var list []controls.Reason
	for n := r.number(); n > 0 && r.err == nil; n-- {
		list = append(list, controls.Reason{Code: r.text(), Detail: r.bytes()})
	}
	return list
}
