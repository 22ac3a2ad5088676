package controls

import (
	"encoding/binary"
	"math/bits"
	"strings"

	"github.com/tidwall/gjson"
)

// lookup finds the values at several paths of a body at one reading of it, where
// gjson reads it once for each. The body is a judged one: valid, without a key
// twice in an object.
type lookup struct {
	at   map[string]int // where in the values each path's is
	root lookupNode
}

// lookupNode is a member that paths lead to or through.
type lookupNode struct {
	keys    map[string]*lookupNode
	lengths uint64 // of the keys, as bits; those of 63 and more share one
	value   int    // where the value is wanted; -1: nowhere
}

func newLookup(paths []string) *lookup {
	l := &lookup{at: map[string]int{}, root: lookupNode{value: -1}}
	for _, path := range paths {
		// What is more than names joined by dots, gjson reads by rules of its own.
		if _, known := l.at[path]; known || !dottedPattern.MatchString(path) {
			continue
		}
		n := &l.root
		for _, name := range strings.Split(path, ".") {
			if n.keys[name] == nil {
				if n.keys == nil {
					n.keys = map[string]*lookupNode{}
				}
				n.keys[name] = &lookupNode{value: -1}
				n.lengths |= 1 << min(len(name), 63)
			}
			n = n.keys[name]
		}
		n.value = len(l.at)
		l.at[path] = n.value
	}
	return l
}

// in returns a function that gives what gjson.GetBytes gives for the body and a path.
func (l *lookup) in(body []byte) getter {
	s := lookupScan{in: body, values: make([]valueSpan, len(l.at)), left: len(l.at)}
	if _, ok := s.object(0, &l.root); !ok && s.left > 0 {
		return func(path string) gjson.Result { return gjson.GetBytes(body, path) }
	}
	return func(path string) gjson.Result {
		n, ok := l.at[path]
		if !ok {
			return gjson.GetBytes(body, path)
		}
		if v := s.values[n]; v.to > 0 {
			return gjson.ParseBytes(body[v.from:v.to])
		}
		return gjson.Result{}
	}
}

// lookupScan is one reading of a body.
type lookupScan struct {
	in     []byte
	values []valueSpan
	left   int // values that were not met yet
}

// valueSpan is where a value stands in a body: nowhere when it ends at 0.
type valueSpan struct{ from, to int }

// object looks into the object at i and returns where it ends. It answers false when
// all values are found before that, and when it meets what is rare: lists on the way,
// in which gjson finds elements by their numbers, escapes in keys, and white space.
func (s *lookupScan) object(i int, n *lookupNode) (int, bool) {
	if i+1 >= len(s.in) || s.in[i] != '{' {
		return i, false
	}
	if i++; s.in[i] == '}' {
		return i + 1, true
	}
	for i < len(s.in) && s.in[i] == '"' {
		from := i + 1
		to := quoteAt(s.in, from)
		if to+1 >= len(s.in) || s.in[to] != '"' || s.in[to+1] != ':' {
			return i, false
		}
		i = to + 2
		var part *lookupNode
		if n.lengths>>min(to-from, 63)&1 == 1 {
			part = n.keys[string(s.in[from:to])]
		}
		end, ok := s.value(i, part)
		if !ok || end >= len(s.in) {
			return i, false
		}
		if i = end; s.in[i] != ',' {
			return i + 1, s.in[i] == '}'
		}
		i++
	}
	return i, false
}

// value looks into the value at i, if it is wanted, and returns where it ends.
func (s *lookupScan) value(i int, n *lookupNode) (int, bool) {
	if i >= len(s.in) {
		return i, false
	}
	var end int
	var ok bool
	switch c := s.in[i]; {
	case n != nil && n.keys != nil && c == '{':
		end, ok = s.object(i, n)
	case n != nil && n.keys != nil && c == '[':
		return i, false
	default:
		end, ok = s.skip(i)
	}
	if ok && n != nil && n.value >= 0 {
		s.values[n.value] = valueSpan{i, end}
		s.left--
		return end, s.left > 0
	}
	return end, ok
}

// skip finds the end of the value at i.
func (s *lookupScan) skip(i int) (int, bool) {
	switch s.in[i] {
	case '"':
		return s.text(i + 1)
	case '{', '[':
		depth := 0
		for i < len(s.in) {
			switch s.in[i] {
			case '"':
				end, ok := s.text(i + 1)
				if !ok {
					return i, false
				}
				i = end
				continue
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth == 0 {
					return i + 1, true
				}
			}
			i++
		}
		return i, false
	}
	begin := i
	for i < len(s.in) && (s.in[i]|0x20 >= 'a' && s.in[i]|0x20 <= 'z' || s.in[i] >= '0' && s.in[i] <= '9' || s.in[i] == '-' || s.in[i] == '+' || s.in[i] == '.') {
		i++
	}
	return i, i > begin
}

// text finds the end of the string whose content begins at i.
func (s *lookupScan) text(i int) (int, bool) {
	for {
		i = quoteAt(s.in, i)
		if i >= len(s.in) {
			return i, false
		}
		if s.in[i] == '"' {
			return i + 1, true
		}
		i += 2 // an escape
	}
}

// quoteAt finds the first quote or backslash from i on, eight bytes at a time; the
// text's end when there is none.
func quoteAt(b []byte, i int) int {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	for ; i+8 <= len(b); i += 8 {
		w := binary.LittleEndian.Uint64(b[i:])
		quote, slash := w^(ones*'"'), w^(ones*'\\')
		// The lowest marked byte is one of the two; above it there may be false marks.
		if mark := ((quote-ones)&^quote | (slash-ones)&^slash) & high; mark != 0 {
			return i + bits.TrailingZeros64(mark)/8
		}
	}
	for i < len(b) && b[i] != '"' && b[i] != '\\' {
		i++
	}
	return min(i, len(b))
}
