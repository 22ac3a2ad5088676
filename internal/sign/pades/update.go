package pades

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// update is all that one signature's incremental update follows from, together
// with the document before it. write and readUpdate are each other's inverse.
type update struct {
	field      field
	name       string // of the signer
	reason     string
	at         time.Time
	appearance [][]byte // a form XObject and what it needs, with their numbers
	validation Validation
	room       int    // bytes for the CMS
	cms        []byte // in DER; shorter than room
}

// signed tells which bytes of a file a signature covers: all but those from hole to
// after, where the signature itself stands.
type signed struct{ hole, after, end int64 }

func (s signed) ranges() string {
	return fmt.Sprintf("[0 %d %d %d]", s.hole, s.after, s.end-s.after)
}

const (
	rangesWidth = 48 // of ByteRange, with spaces after it
	timeForm    = "20060102150405Z"
)

var signatureForm = regexp.MustCompile(`^<</Type /Sig /Filter /Adobe\.PPKLite /SubFilter /ETSI\.CAdES\.detached /M \(D:(\d{14}Z)\) /Name <FEFF([0-9A-F]*)>(?: /Reason <FEFF([0-9A-F]*)>)? /ByteRange \[0 (\d{1,15}) (\d{1,15}) (\d{1,15})\] *\n/Contents <`)

// dictionary is the signature dictionary up to what it signs with.
func (u *update) dictionary(ranges string) string {
	reason := ""
	if u.reason != "" {
		reason = " /Reason " + textString(u.reason)
	}
	return fmt.Sprintf("<</Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /M (D:%s) /Name %s%s /ByteRange %-*s\n/Contents <",
		u.at.UTC().Format(timeForm), textString(u.name), reason, rangesWidth, ranges)
}

// write gives the bytes to append to the document. The first of the new objects is
// the signature, then come the appearance and the validation data.
func (u *update) write(d *document) ([]byte, signed, error) {
	t := d.last().trailer
	w := &writer{base: int64(len(d.data)), offsets: map[int]int64{}}
	signature := t.size
	w.object(u.field.object, u.field.sign(signature, signature+1))
	const end = ">>>\nendobj\n"
	w.object(signature, fmt.Appendf(nil, "%s%0*d%s", u.dictionary(""), 2*u.room, 0, end))
	var s signed
	s.after = w.at() - int64(len(end)) + 1
	s.hole = s.after - int64(2*u.room) - 2 // with the brackets of Contents
	next := signature + 1
	for _, o := range u.appearance {
		w.object(next, o)
		next++
	}
	next, err := u.validation.write(w, d, next)
	if err != nil {
		return nil, s, err
	}
	t.size, t.prev = next, d.last().table
	t.id[1] = w.identifier(t.id[1])
	w.close(t)
	s.end = w.at()
	appended := w.out.Bytes()
	u.fill(appended, w.base, s)
	return appended, s, nil
}

// fill puts in what is known only when all else stands: which bytes are signed, and
// the signature. The bytes appended begin at base.
func (u *update) fill(appended []byte, base int64, s signed) {
	dictionary := u.dictionary(s.ranges())
	contents := s.hole - base + 1
	copy(appended[contents-int64(len(dictionary)):], dictionary)
	copy(appended[contents:], strings.ToUpper(hex.EncodeToString(u.cms)))
}

// readUpdate takes an update's parts out of revision i. That there is nothing else in
// it shows when it is written again.
func readUpdate(d *document, i int) (*update, signed, error) {
	none := func(err error) (*update, signed, error) { return nil, signed{}, err }
	r, before := d.revisions[i], d.before(i)
	now := &document{d.data[:r.end], d.revisions[:i+1]}
	var u update
	fields, err := before.fields()
	if err != nil {
		return none(err)
	}
	f := slices.IndexFunc(fields, func(f field) bool { _, here := r.objects[f.object]; return here && !f.signed })
	if f < 0 {
		return none(errForm)
	}
	u.field = fields[f]
	number := before.last().size
	body, err := now.object(number)
	if err != nil {
		return none(err)
	}
	s, err := u.readSignature(body, r.objects[number], number)
	if err != nil {
		return none(err)
	}
	s.end = r.end
	end := r.size
	if _, has := r.objects[r.root]; has {
		if u.validation, end, err = readValidation(now, before); err != nil {
			return none(err)
		}
	}
	for n := number + 1; n < end; n++ {
		o, err := now.object(n)
		if err != nil {
			return none(err)
		}
		u.appearance = append(u.appearance, o)
	}
	return &u, s, nil
}

// readSignature reads the signature dictionary, an object that begins at that place.
func (u *update) readSignature(body []byte, at int64, number int) (s signed, err error) {
	m := signatureForm.FindSubmatch(body)
	if m == nil {
		return s, errForm
	}
	if u.at, err = time.Parse(timeForm, string(m[1])); err != nil {
		return s, errForm
	}
	if u.name, err = fromUTF16(string(m[2])); err != nil {
		return s, err
	}
	if u.reason, err = fromUTF16(string(m[3])); err != nil {
		return s, err
	}
	digits, found := bytes.CutSuffix(body[len(m[0]):], []byte(">>>\nendobj\n"))
	if !found || len(digits) > 2*maxRoom {
		return s, errForm
	}
	padded := make([]byte, hex.DecodedLen(len(digits)))
	if _, err := hex.Decode(padded, digits); err != nil {
		return s, errForm
	}
	u.room = len(padded)
	if u.cms = element(padded); u.cms == nil {
		return s, errCMS
	}
	s.hole = at + int64(len(fmt.Sprintf("%d 0 obj\n", number))+len(m[0])) - 1
	s.after = s.hole + int64(len(digits)) + 2
	return s, nil
}

// writer writes what is appended to a file of base bytes: objects, and the table and
// trailer of those.
type writer struct {
	base    int64
	out     bytes.Buffer
	offsets map[int]int64
}

// at is where the next byte comes to stand in the file.
func (w *writer) at() int64 { return w.base + int64(w.out.Len()) }

func (w *writer) object(n int, body []byte) {
	w.offsets[n] = w.at()
	fmt.Fprintf(&w.out, "%d 0 obj\n%s", n, body)
}

// identifier follows from the former, which does from the bytes before, and from
// what is appended.
func (w *writer) identifier(former string) string {
	sum := sha256.Sum256(append([]byte(former), w.out.Bytes()...))
	return fmt.Sprintf("%X", sum[:16])
}

func (w *writer) close(t trailer) {
	table := w.at()
	w.out.WriteString("xref\n")
	numbers := slices.Sorted(maps.Keys(w.offsets))
	for i := 0; i < len(numbers); {
		end := i + 1
		for end < len(numbers) && numbers[end] == numbers[end-1]+1 {
			end++
		}
		fmt.Fprintf(&w.out, "%d %d\n", numbers[i], end-i)
		for ; i < end; i++ {
			fmt.Fprintf(&w.out, "%010d 00000 n \n", w.offsets[numbers[i]])
		}
	}
	fmt.Fprintf(&w.out, "trailer\n<</Size %d /Root %d 0 R /Info %d 0 R /ID [<%s> <%s>] /Prev %d>>\nstartxref\n%d\n%%%%EOF\n",
		t.size, t.root, t.info, t.id[0], t.id[1], t.prev, table)
}
