package cloudtrail

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/bits"
)

// Sizes of the scanner's window over a log file. CloudTrail's own limit for an
// event is 256 KB (1 MB with request parameters kept whole).
const (
	blockSize   = 64
	slack       = 2 * blockSize // readable beyond the last byte: a block and what follows it
	windowSize  = 128 << 10
	recordLimit = 8 << 20
)

var (
	errCutShort     = errors.New("JSON is cut short")
	errNoRecords    = errors.New("not a JSON object with an array Records")
	errTwiceRecords = errors.New("the key Records stands twice")
)

// A scanner cuts a log file, {"Records":[{…},{…}]} whatever the order of its
// keys and its white space, into records without parsing them: it finds where
// each record ends and whether one of its strings may be a needle. It reads
// the file through a window, so that its memory does not grow with the file.
//
// Of a document that is valid JSON it finds exactly the elements of Records.
// What is not JSON inside a record it does not judge; a record that is kept is
// validated later.
type scanner struct {
	src     io.Reader
	buf     []byte // buf[pos:end] is read and not yet consumed
	pos     int
	end     int
	drained bool  // src has ended
	failed  error // why it ended, if not because the file is over; told once what came before it is consumed
	needles *needles
	found   bool // the key Records has been seen
	inside  bool // within the array Records
}

func newScanner(n *needles) *scanner {
	return &scanner{buf: make([]byte, windowSize), needles: n}
}

// reset starts over with another file and keeps the window.
func (s *scanner) reset(src io.Reader) {
	*s = scanner{src: src, buf: s.buf, needles: s.needles}
}

// next returns the next element of Records. Its bytes are valid until the next
// call. candidate is false only if no selection can match the record. After the
// last record it returns io.EOF, having seen that nothing but white space
// follows the document.
func (s *scanner) next() (record []byte, candidate bool, err error) {
	first := false
	if !s.inside {
		if err := s.enterRecords(); err != nil {
			return nil, false, err
		}
		first = true
	}
	c, err := s.token()
	if err != nil {
		return nil, false, err
	}
	switch {
	case c == ']':
		s.pos++
		return nil, false, s.leaveRecords()
	case !first && c != ',':
		return nil, false, fmt.Errorf("between two records stands %q", c)
	case !first:
		s.pos++
		if c, err = s.token(); err != nil {
			return nil, false, err
		}
	}
	if c != '{' {
		return s.other()
	}
	return s.object()
}

// object cuts the object that begins at pos. It works on blocks of 64 bytes:
// from a block's quotes it knows which bytes lie inside strings, so that the
// brackets that lie outside need no parsing to be counted.
func (s *scanner) object() (record []byte, candidate bool, err error) {
	var (
		depth     int
		inString  uint64 // all ones when the previous block ended inside a string
		escaped   bool   // the block's first byte is escaped
		backslash bool
		ahead     = blockSize + s.needles.longest
	)
	for off := 0; ; off += blockSize {
		if s.end-s.pos-off < ahead {
			if err := s.fill(off + ahead); err != nil {
				return nil, false, err
			}
			if s.pos+off >= s.end {
				return nil, false, s.cutShort()
			}
		}
		at := s.pos + off
		block := (*[blockSize]byte)(s.buf[at:])
		quotes, brackets, slashes, firsts := classify(block, s.needles.low, s.needles.span)
		if slashes != 0 || escaped {
			backslash = true
			quotes &^= escapes(block, &escaped)
		}
		within := prefixXor(quotes) ^ inString
		inString = uint64(int64(within) >> 63)
		if !candidate {
			// The byte after the block's last is not known here.
			candidate = s.needles.begin(s.buf[at:], quotes&within&(firsts>>1|1<<63))
		}
		for m := brackets &^ within; m != 0; m &= m - 1 {
			i := bits.TrailingZeros64(m)
			// Bit 1 is set in { and [ and clear in } and ].
			depth += int(block[i]&2) - 1
			if depth == 0 {
				if at+i >= s.end {
					return nil, false, s.cutShort()
				}
				record = s.buf[s.pos : at+i+1]
				s.pos = at + i + 1
				return record, candidate || backslash && s.needles.maySpell(record), nil
			}
		}
	}
}

// escapes returns the mask of the bytes that follow an escaping backslash, and
// carries over whether the next block's first byte is one.
func escapes(b *[blockSize]byte, carry *bool) uint64 {
	var mask uint64
	escaped := *carry
	for i, c := range b {
		switch {
		case escaped:
			mask |= 1 << i
			escaped = false
		case c == '\\':
			escaped = true
		}
	}
	*carry = escaped
	return mask
}

// prefixXor sets every bit to the parity of the bits up to and including it:
// from a mask of quotes, the bytes from each opening quote to before its closing one.
func prefixXor(x uint64) uint64 {
	x ^= x << 1
	x ^= x << 2
	x ^= x << 4
	x ^= x << 8
	x ^= x << 16
	return x ^ x<<32
}

// cutShort says why there is no more to read where there should be.
func (s *scanner) cutShort() error {
	if s.failed != nil {
		return s.failed
	}
	return errCutShort
}

// fill reads on until n bytes from pos on are there, or the file has ended; white
// space follows its last byte then.
func (s *scanner) fill(n int) error {
	if s.drained {
		return nil
	}
	if n > recordLimit {
		return fmt.Errorf("a record is longer than %d bytes", recordLimit)
	}
	if s.pos > 0 {
		copy(s.buf, s.buf[s.pos:s.end])
		s.end -= s.pos
		s.pos = 0
	}
	if n+slack > len(s.buf) {
		grown := make([]byte, max(2*len(s.buf), n+slack))
		copy(grown, s.buf[:s.end])
		s.buf = grown
	}
	for s.end < n {
		got, err := s.src.Read(s.buf[s.end : len(s.buf)-slack])
		s.end += got
		if err == nil {
			continue
		}
		if err != io.EOF {
			s.failed = err
		}
		s.drained = true
		pad := s.buf[s.end : s.end+slack]
		for i := range pad {
			pad[i] = ' '
		}
		return nil
	}
	return nil
}

// The rest of a document is small and read byte by byte.

// token skips white space and returns the byte that follows it, unconsumed.
func (s *scanner) token() (byte, error) {
	for {
		c, err := s.peek()
		if err != nil {
			return 0, err
		}
		if c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c, nil
		}
		s.pos++
	}
}

func (s *scanner) peek() (byte, error) {
	if s.pos == s.end {
		if err := s.fill(1); err != nil {
			return 0, err
		}
		if s.pos >= s.end {
			return 0, s.cutShort()
		}
	}
	return s.buf[s.pos], nil
}

func (s *scanner) expect(want byte, otherwise error) error {
	c, err := s.token()
	if err != nil {
		return err
	}
	if c != want {
		return otherwise
	}
	s.pos++
	return nil
}

// enterRecords reads up to and including the bracket that opens Records.
func (s *scanner) enterRecords() error {
	if err := s.expect('{', errNoRecords); err != nil {
		return err
	}
	if c, err := s.token(); err != nil {
		return err
	} else if c == '}' {
		return errNoRecords
	}
	more, err := s.members()
	if err == nil && !more {
		err = errNoRecords
	}
	return err
}

// leaveRecords reads from after the bracket that closes Records to the end of
// the document; io.EOF means that it is whole.
func (s *scanner) leaveRecords() error {
	more, err := s.afterMember()
	if err != nil {
		return err
	}
	if more {
		if _, err := s.members(); err != nil {
			return err
		}
	}
	switch c, err := s.token(); {
	case err == errCutShort:
		return io.EOF
	case err != nil:
		return err
	default:
		return fmt.Errorf("after the document stands %q", c)
	}
}

// members skips members of the outermost object. It reports true, with the
// scanner inside the array, when it comes to Records, and false at the object's end.
func (s *scanner) members() (bool, error) {
	for {
		name, err := s.name()
		if err != nil {
			return false, err
		}
		if err := s.expect(':', errNoRecords); err != nil {
			return false, err
		}
		if name == "Records" {
			if s.found {
				return false, errTwiceRecords
			}
			s.found, s.inside = true, true
			return true, s.expect('[', errNoRecords)
		}
		if err := s.value(func(byte) {}); err != nil {
			return false, err
		}
		if more, err := s.afterMember(); err != nil || !more {
			return false, err
		}
	}
}

// afterMember consumes the comma or the brace that follows a member, and
// reports whether it was a comma.
func (s *scanner) afterMember() (bool, error) {
	c, err := s.token()
	if err != nil {
		return false, err
	}
	if c != ',' && c != '}' {
		return false, fmt.Errorf("after a member of the document stands %q", c)
	}
	s.pos++
	return c == ',', nil
}

// nameLimit bounds the names of the outermost object that are remembered.
const nameLimit = 4 << 10

func (s *scanner) name() (string, error) {
	if c, err := s.token(); err != nil {
		return "", err
	} else if c != '"' {
		return "", fmt.Errorf("where a name is expected stands %q", c)
	}
	var raw []byte
	err := s.string(func(c byte) {
		if len(raw) < nameLimit {
			raw = append(raw, c)
		}
	})
	if err != nil {
		return "", err
	}
	var name string
	if err := json.Unmarshal(raw, &name); err != nil {
		return "", fmt.Errorf("name of a member: %w", err)
	}
	return name, nil
}

// string consumes a string, quotes included, and hands over its bytes.
func (s *scanner) string(each func(byte)) error {
	escaped := false
	for n := 0; ; n++ {
		c, err := s.peek()
		if err != nil {
			return err
		}
		s.pos++
		each(c)
		switch {
		case escaped:
			escaped = false
		case c == '\\':
			escaped = true
		case c == '"' && n > 0:
			return nil
		}
	}
}

// value consumes a value of any size and hands over its bytes.
func (s *scanner) value(each func(byte)) error {
	if _, err := s.token(); err != nil {
		return err
	}
	for depth := 0; ; {
		c, err := s.peek()
		if err != nil {
			return err
		}
		switch c {
		case '"':
			if err := s.string(each); err != nil {
				return err
			}
			if depth == 0 {
				return nil
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return nil
			}
			depth--
			if depth == 0 {
				each(c)
				s.pos++
				return nil
			}
		case ',', ' ', '\n', '\t', '\r':
			if depth == 0 {
				return nil
			}
		}
		each(c)
		s.pos++
	}
}

// other consumes an element of Records that is not an object. It is returned as
// a candidate, cut to a length worth reporting, so that the reader of the file
// refuses it by name.
func (s *scanner) other() ([]byte, bool, error) {
	var raw []byte
	err := s.value(func(c byte) {
		if len(raw) < nameLimit {
			raw = append(raw, c)
		}
	})
	if err != nil {
		return nil, false, err
	}
	if len(raw) == 0 {
		return nil, false, errors.New("an element of Records is missing")
	}
	return raw, true, nil
}
