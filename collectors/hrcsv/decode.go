package hrcsv

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/japanese"
)

// encoding is how a file's bytes stand for text.
type encoding string

const (
	utf8Encoding encoding = "utf-8"
	shiftJIS     encoding = "shift_jis" // as Windows writes it: code page 932
)

var bom = []byte("\xef\xbb\xbf")

// encodingOf says how a file is encoded. Without a mark at its beginning, what can
// be read as UTF-8 is that: text in Shift_JIS hardly ever can. A file with bytes that
// are wrong in either is what more of its lines can be read as. Settings decide
// where that tells nothing.
func encodingOf(b []byte, set string) (encoding, error) {
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xfe")), bytes.HasPrefix(b, []byte("\xfe\xff")), bytes.IndexByte(b, 0) >= 0:
		return "", errors.New("it is in UTF-16 or no text: export it in UTF-8 or Shift_JIS")
	case bytes.HasPrefix(b, bom):
		if set == string(shiftJIS) {
			return "", errors.New("it begins with the mark of UTF-8, and the settings say shift_jis")
		}
		return utf8Encoding, nil
	case set != "auto":
		return encoding(set), nil
	case utf8.Valid(b):
		return utf8Encoding, nil
	}
	var asUTF8, asShiftJIS int
	for line := range bytes.Lines(b) {
		if ascii(line) {
			continue
		}
		if utf8.Valid(line) {
			asUTF8++
		}
		if _, ok := shiftJIS.text(line); ok {
			asShiftJIS++
		}
	}
	switch {
	case asShiftJIS > asUTF8:
		return shiftJIS, nil
	case asUTF8 > asShiftJIS:
		return utf8Encoding, nil
	}
	return "", errors.New("whether it is in UTF-8 or Shift_JIS is not clear: say so in the settings (encoding)")
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// text decodes bytes; false: they are not in the encoding.
func (e encoding) text(b []byte) (string, bool) {
	if e == utf8Encoding {
		return string(b), utf8.Valid(b)
	}
	if ascii(b) {
		return string(b), true
	}
	// The decoder puts U+FFFD where bytes stand for nothing; no bytes stand for that.
	s, err := japanese.ShiftJIS.NewDecoder().String(string(b))
	return s, err == nil && !strings.ContainsRune(s, utf8.RuneError)
}

// row is one record of a file.
type row struct {
	line  int
	cells []string
	wrong string // why it cannot be read; empty when it can
}

// delimiterOf is the sign between cells: in the first line, as far as settings
// leave it open.
func delimiterOf(b []byte, set string) rune {
	line, _, _ := bytes.Cut(b, []byte("\n"))
	if set == "tab" || set == "auto" && bytes.Count(line, []byte("\t")) > bytes.Count(line, []byte(",")) {
		return '\t'
	}
	return ','
}

// rows splits a file, which begins with its header. Commas, tabs, quotes and ends
// of lines are the same bytes in both encodings, and in Shift_JIS never the second
// byte of a character: so cells are decoded after they were split, and bytes that
// stand for nothing spoil one row.
func rows(b []byte, e encoding, delimiter rune) iter.Seq[row] {
	return func(yield func(row) bool) {
		r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, bom)))
		r.Comma, r.FieldsPerRecord, r.ReuseRecord = delimiter, -1, true
		for {
			cells, err := r.Read()
			if err == io.EOF {
				return
			}
			if !yield(rowOf(r, cells, err, e)) {
				return
			}
		}
	}
}

func rowOf(r *csv.Reader, cells []string, err error, e encoding) row {
	var wrong *csv.ParseError
	if errors.As(err, &wrong) {
		out := row{line: wrong.StartLine, wrong: "quotes that do not pair"}
		return out
	}
	if err != nil { // a reader of memory does not fail
		return row{wrong: "not readable"}
	}
	out := row{cells: make([]string, len(cells))}
	out.line, _ = r.FieldPos(0)
	for i, c := range cells {
		text, ok := e.text([]byte(c))
		if !ok {
			out.wrong = "bytes that are not in the encoding " + string(e)
		}
		out.cells[i] = text
	}
	return out
}
