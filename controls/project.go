package controls

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// project appends to dst the JSON text of what a policy reads of a record: body,
// without what is not read at p, which is settled. A policy cannot tell the two apart.
//
// Equal bytes are equal values. Equal values may be different bytes, for the text is
// taken over as it is written.
//
// It answers false for every text that it leaves to parseValue: what that refuses,
// anywhere in the text, and what is rare enough to be read the slow way, such as
// white space, escapes in keys and numbers with exponents.
func project(dst, body []byte, p *place) ([]byte, bool) {
	var s projector
	return s.project(dst, body, p)
}

// again is project for a text that project made: what was checked is not checked again.
func (s *projector) again(dst, text []byte, p *place) ([]byte, bool) {
	s.trusted = true
	defer func() { s.trusted = false }()
	return s.project(dst, text, p)
}

func (s *projector) project(dst, body []byte, p *place) ([]byte, bool) {
	s.in, s.out, s.keys, s.members, s.depth = body, dst, s.keys[:0], s.members[:0], 0
	end, ok := s.value(0, p)
	out := s.out
	s.in, s.out = nil, nil
	return out, ok && end == len(body)
}

// projector reads a JSON text once, from its beginning to its end. It may be used
// for one text after another.
type projector struct {
	in, out []byte
	depth   int
	keys    []keySpan // of the objects that are open, the innermost last
	trusted bool      // keys need not be checked
	members []memberSpan
}

// memberSpan is a member of the outermost object as it was taken over: what is read
// of it, and where it stands in the output.
type memberSpan struct {
	part            *place
	from, value, to int
}

// keySpan is where a key stands in the text, without its quotes.
type keySpan struct{ from, to int32 }

const (
	// maxProjectedDepth bounds recursion. Records are not nested this deep.
	maxProjectedDepth = 100

	// maxPlainNumber is the longest number, in bytes, that is certainly in range.
	maxPlainNumber = 300
)

// skip checks the value at i as value does and takes over nothing. In texts of
// records nearly everything is skipped.
func (s *projector) skip(i int) (int, bool) { return s.walk(i, nil, false) }

// value takes over what is read at p of the value at i, and returns where it ends.
func (s *projector) value(i int, p *place) (int, bool) {
	if p.use == entire {
		end, ok := s.skip(i)
		if ok {
			s.out = append(s.out, s.in[i:end]...)
		}
		return end, ok
	}
	if p.use == defined && p.keys == nil && p.each == nil {
		s.out = append(s.out, "null"...)
		return s.skip(i)
	}
	return s.walk(i, p, true)
}

// walk reads the value at i. With take, p is not read entirely.
func (s *projector) walk(i int, p *place, take bool) (int, bool) {
	if i >= len(s.in) {
		return i, false
	}
	end, ok := i, false
	switch c := s.in[i]; {
	case c == '{':
		return s.object(i, p, take)
	case c == '[':
		return s.array(i, p, take)
	case c == '"':
		end, ok = s.text(i + 1)
	case c == '-' || '0' <= c && c <= '9':
		end, ok = s.number(i)
	case c == 't':
		end, ok = s.literal(i, "true")
	case c == 'f':
		end, ok = s.literal(i, "false")
	case c == 'n':
		end, ok = s.literal(i, "null")
	}
	if take && ok {
		s.out = p.appendScalar(s.out, s.in[i:end])
	}
	return end, ok
}

// appendScalar appends what is read of a scalar: where it is one of many that are not
// told apart, another of them.
func (p *place) appendScalar(dst, text []byte) []byte {
	switch c := text[0]; {
	case p.use == defined:
		return append(dst, "null"...)
	case p.use > matched:
	case c == '"':
		content := text[1 : len(text)-1]
		// What is written otherwise than it is read may be read as any of the texts.
		if !p.texts[string(content)] && bytes.IndexByte(content, '\\') < 0 && utf8.Valid(content) {
			return append(dst, p.other...)
		}
	case c == '-' || '0' <= c && c <= '9':
		if !p.numbers {
			return append(dst, '0')
		}
	}
	return append(dst, text...)
}

func (s *projector) literal(i int, want string) (int, bool) {
	end := i + len(want)
	return end, end <= len(s.in) && string(s.in[i:end]) == want
}

// object reads the object at i. Of its members it takes over those that are read.
func (s *projector) object(i int, p *place, take bool) (int, bool) {
	if s.depth++; s.depth > maxProjectedDepth {
		return i, false
	}
	base := len(s.keys)
	if take {
		s.out = append(s.out, '{')
	}
	i, ok := s.objectMembers(i+1, p, take)
	if take {
		s.out = append(s.out, '}')
	}
	s.depth--
	s.keys = s.keys[:base]
	return i, ok
}

func (s *projector) objectMembers(i int, p *place, take bool) (int, bool) {
	if i < len(s.in) && s.in[i] == '}' {
		return i + 1, true
	}
	base, taken := len(s.keys), false
	var seen [4]uint64 // of the keys, by their hash
	for i < len(s.in) && s.in[i] == '"' {
		from := i + 1
		to, ok := s.key(from)
		if !ok || to+1 >= len(s.in) || s.in[to+1] != ':' || !s.trusted && s.repeated(base, from, to, &seen) {
			return i, false
		}
		i = to + 2
		var part *place
		if take {
			part = p.member(s.in[from:to])
		}
		if part == nil {
			i, ok = s.skip(i)
		} else {
			if taken {
				s.out = append(s.out, ',')
			}
			taken = true
			begin := len(s.out)
			s.out = append(s.out, s.in[from-1:to+2]...)
			value := len(s.out)
			i, ok = s.value(i, part)
			if s.depth == 1 {
				s.members = append(s.members, memberSpan{part, begin, value, len(s.out)})
			}
		}
		if !ok || i >= len(s.in) {
			return i, false
		}
		if s.in[i] != ',' {
			return i + 1, s.in[i] == '}'
		}
		i++
	}
	return i, false
}

// array reads the list at i. Its elements are taken over when any of them is read:
// which of them a policy finds there it may tell by their number.
func (s *projector) array(i int, p *place, take bool) (int, bool) {
	if s.depth++; s.depth > maxProjectedDepth {
		return i, false
	}
	if take {
		s.out = append(s.out, '[')
	}
	i, ok := s.elements(i+1, p, take)
	if take {
		s.out = append(s.out, ']')
	}
	s.depth--
	return i, ok
}

func (s *projector) elements(i int, p *place, take bool) (int, bool) {
	if i < len(s.in) && s.in[i] == ']' {
		return i + 1, true
	}
	for first := true; ; first = false {
		var ok bool
		if take && p.each != nil {
			if !first {
				s.out = append(s.out, ',')
			}
			i, ok = s.value(i, p.each)
		} else {
			i, ok = s.skip(i)
		}
		if !ok || i >= len(s.in) {
			return i, false
		}
		if s.in[i] != ',' {
			return i + 1, s.in[i] == ']'
		}
		i++
	}
}

// key finds the end of the key that begins at i. Keys that parseValue would read as
// others than they are written, by escapes or bytes that are not UTF-8, are left to it.
func (s *projector) key(i int) (int, bool) {
	end, plain := s.plain(i)
	if !plain || end >= len(s.in) || s.in[end] != '"' {
		return end, false
	}
	return end, s.trusted || isASCII(s.in[i:end]) || utf8.Valid(s.in[i:end])
}

func isASCII(b []byte) bool {
	var all byte
	for _, c := range b {
		all |= c
	}
	return all < utf8.RuneSelf
}

// repeated reports whether the object whose keys begin at base has the key already,
// and notes it.
func (s *projector) repeated(base, from, to int, seen *[4]uint64) bool {
	key := s.in[from:to]
	h := uint(len(key))
	if len(key) > 0 {
		h = h*7 + uint(key[0])*31 + uint(key[len(key)-1])*17 + uint(key[len(key)/2])*5
	}
	word, bit := h>>6&3, uint64(1)<<(h&63)
	if seen[word]&bit != 0 {
		for _, k := range s.keys[base:] {
			if int(k.to-k.from) == len(key) && string(s.in[k.from:k.to]) == string(key) {
				return true
			}
		}
	}
	seen[word] |= bit
	s.keys = append(s.keys, keySpan{int32(from), int32(to)})
	return false
}

// text finds the end of the string whose content begins at i, past its quote.
func (s *projector) text(i int) (int, bool) {
	for {
		end, ok := s.plain(i)
		if !ok {
			return end, false
		}
		if s.in[end] == '"' {
			return end + 1, true
		}
		if i, ok = s.escape(end); !ok {
			return i, false
		}
	}
}

// plain finds the first quote or backslash from i on; false when there is none, or
// a control character before it. It looks at eight bytes at a time.
func (s *projector) plain(i int) (int, bool) {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	for ; i+8 <= len(s.in); i += 8 {
		w := binary.LittleEndian.Uint64(s.in[i:])
		quote, slash := w^(ones*'"'), w^(ones*'\\')
		// The lowest marked byte is one of the three; above it there may be false marks.
		mark := ((quote-ones)&^quote | (slash-ones)&^slash | (w-ones*' ')&^w) & high
		if mark != 0 {
			i += bits.TrailingZeros64(mark) / 8
			return i, s.in[i] >= ' '
		}
	}
	for ; i < len(s.in); i++ {
		if c := s.in[i]; c == '"' || c == '\\' || c < ' ' {
			return i, c >= ' '
		}
	}
	return i, false
}

// escape reads the escape at i.
func (s *projector) escape(i int) (int, bool) {
	if i+1 >= len(s.in) {
		return i, false
	}
	switch s.in[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2, true
	case 'u':
		if i+6 > len(s.in) {
			return i, false
		}
		for _, c := range s.in[i+2 : i+6] {
			if !('0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f') {
				return i, false
			}
		}
		return i + 6, true
	}
	return i, false
}

// number reads the number at i, unless it has an exponent or is very long: whether
// those are in range is parseValue's to say.
func (s *projector) number(i int) (int, bool) {
	begin := i
	if s.in[i] == '-' {
		i++
	}
	whole := i
	if i = s.digits(i); i == whole || s.in[whole] == '0' && i > whole+1 {
		return i, false
	}
	if i < len(s.in) && s.in[i] == '.' {
		fraction := i + 1
		if i = s.digits(fraction); i == fraction {
			return i, false
		}
	}
	if i < len(s.in) && s.in[i]|0x20 == 'e' {
		return i, false
	}
	return i, i-begin <= maxPlainNumber
}

func (s *projector) digits(i int) int {
	for i < len(s.in) && '0' <= s.in[i] && s.in[i] <= '9' {
		i++
	}
	return i
}
