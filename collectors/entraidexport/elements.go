package entraidexport

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"

	"github.com/tidwall/gjson"
)

// elementLimit bounds one element, which is held in memory. Those of Entra ID have
// some kilobytes, and those with many modified properties some hundred.
const elementLimit = 16 << 20

// element is one thing in a file, as it stands there.
type element struct {
	line int    // where it begins, from 1
	raw  []byte // JSON, valid until the next element is asked for; nil of a row
	row  *row   // of a CSV
}

// flaw is something in a file that cannot be read. What follows it can.
type flaw struct {
	line int
	code string
	err  error
}

func (f *flaw) Error() string { return fmt.Sprintf("line %d: %v", f.line, f.err) }
func (f *flaw) Unwrap() error { return f.err }

// elements gives the elements of a content one after the other: io.EOF after the
// last, a *flaw for one that cannot be read, and any other error for good.
type elements interface {
	next() (element, error)
}

var (
	errCutShort = errors.New("it ends in the middle of an element")
	errTooLong  = fmt.Errorf("an element is longer than %d bytes", elementLimit)
	errNotJSON  = errors.New("it is not JSON")
)

// listNames are the members whose list holds the elements: as Event Hubs deliver
// them, and as Graph answers.
var listNames = map[string]bool{"records": true, "value": true}

// document begins a JSON document that is no line of a file of lines: an object
// over several lines, or one with a list of elements.
var document = regexp.MustCompile(`^\{\s*($|"(records|value|@odata\.[A-Za-z.]+)"\s*:)`)

// newElements tells by the beginning of a content how to cut it.
func newElements(content io.Reader, name string) (elements, error) {
	m := &meter{r: content, left: math.MaxInt64}
	r := bufio.NewReaderSize(m, 64<<10)
	if bom, err := r.Peek(3); err == nil && string(bom) == "\xef\xbb\xbf" {
		_, _ = r.Discard(3)
	}
	line := 1
	for {
		c, err := r.ReadByte()
		switch {
		case err == io.EOF:
			return nil, io.EOF
		case err != nil:
			return nil, err
		case c == '\n':
			line++
			continue
		case c == ' ' || c == '\t' || c == '\r':
			continue
		}
		_ = r.UnreadByte()
		switch c {
		case '[':
			return &documents{r: r, line: line}, nil
		case '{':
			start, err := r.Peek(256)
			if err != nil && err != io.EOF {
				return nil, err
			}
			start, _, _ = bytes.Cut(start, []byte("\n"))
			if document.Match(start) && !wholeLine(r) {
				return &documents{r: r, line: line}, nil
			}
			return &lines{r: r, line: line - 1}, nil
		}
		return newRows(r, m, name)
	}
}

// meter ends a content that gives more than it may at a time.
type meter struct {
	r    io.Reader
	left int64
}

func (m *meter) Read(p []byte) (int, error) {
	if m.left <= 0 {
		return 0, errTooLong
	}
	n, err := m.r.Read(p)
	m.left -= int64(n)
	return n, err
}

// wholeLine reports whether a line with a list in it is a document of its own, as
// one of several in a file. It looks as far ahead as the reader holds.
func wholeLine(r *bufio.Reader) bool {
	ahead, _ := r.Peek(r.Size())
	line, _, ok := bytes.Cut(ahead, []byte("\n"))
	return ok && wellFormed(line)
}

// lines are elements that have a line each.
type lines struct {
	r     *bufio.Reader
	line  int
	buf   []byte
	queue []element // the rest of a line that holds several
}

func (l *lines) next() (element, error) {
	for {
		if len(l.queue) > 0 {
			e := l.queue[0]
			l.queue = l.queue[1:]
			return e, nil
		}
		text, ended, err := l.read()
		if err != nil {
			return element{}, err
		}
		text = bytes.TrimSpace(text)
		switch {
		case len(text) == 0 && ended:
			continue
		case len(text) == 0:
			return element{}, io.EOF
		case !wellFormed(text) && !ended:
			return element{}, &flaw{l.line, "line_cut_short", errCutShort}
		case !wellFormed(text):
			return element{}, &flaw{l.line, "line_invalid", errNotJSON}
		}
		list := gjson.ParseBytes(text)
		if list.IsObject() {
			list = listOf(list)
		}
		if !list.IsArray() {
			return element{line: l.line, raw: text}, nil
		}
		list.ForEach(func(_, v gjson.Result) bool {
			l.queue = append(l.queue, element{line: l.line, raw: []byte(v.Raw)})
			return true
		})
	}
}

// listOf is the list of elements within an object; nothing when the object is one.
func listOf(object gjson.Result) (list gjson.Result) {
	object.ForEach(func(k, v gjson.Result) bool {
		if listNames[k.Str] && v.IsArray() {
			list = v
			return false
		}
		return true
	})
	return list
}

// read reads one line. ended says that a line break ended it. One that is too
// long is a flaw; after the last line, the text is empty and not ended.
func (l *lines) read() (text []byte, ended bool, err error) {
	l.line++
	l.buf = l.buf[:0]
	long := false
	for {
		part, err := l.r.ReadSlice('\n')
		if long = long || len(l.buf)+len(part) > elementLimit; !long {
			l.buf = append(l.buf, part...)
		}
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case err != nil && err != io.EOF:
			return nil, false, err
		case long:
			return nil, false, &flaw{l.line, "line_invalid", errTooLong}
		}
		return l.buf, err == nil, nil
	}
}
