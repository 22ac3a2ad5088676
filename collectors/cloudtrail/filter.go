package cloudtrail

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
	"strings"

	"github.com/evidencepack/evidence"
)

// A filter decides which records are wanted. Its needles rule most records out
// without parsing them; what they leave, the selections decide exactly.
type filter struct {
	want    []evidence.Selection
	needles *needles
}

// newFilter takes the selections of this package's kind out of want.
func newFilter(want []evidence.Selection) *filter {
	f := &filter{}
	for _, s := range want {
		if s.Kind == EventKind {
			f.want = append(f.want, s)
		}
	}
	f.needles = newNeedles(f.want)
	return f
}

// match returns the indexes into want of the selections that accept a record.
func (f *filter) match(record []byte) []int {
	var who []int
	for i, s := range f.want {
		if s.Where.Match(record) {
			who = append(who, i)
		}
	}
	return who
}

// needles are strings of which every wanted record has at least one, as a whole
// JSON string. There are none, and every record is a candidate, when some
// selection cannot be expressed so.
type needles struct {
	all     bool
	longest int                 // the longest needle with its closing quote, plus the quote before it
	bloom   [64]uint64          // which hashes of four first bytes occur
	byHash  map[uint32][][]byte // hash → needles with their closing quotes

	// The needles' first bytes lie between low and low+span, each given as eight
	// equal bytes.
	low, span uint64
}

// shortestNeedle leaves four bytes to hash with the closing quote.
const shortestNeedle = 3

func newNeedles(want []evidence.Selection) *needles {
	n := &needles{byHash: map[uint32][][]byte{}}
	for _, s := range want {
		if len(s.Where) == 0 {
			n.all = true
		}
		for _, clause := range s.Where {
			values, ok := mostTelling(clause)
			if !ok {
				n.all = true
			}
			for _, v := range values {
				n.add(v)
			}
		}
	}
	n.setFirsts()
	return n
}

func (n *needles) setFirsts() {
	lowest, highest := byte(255), byte(0)
	for _, same := range n.byHash {
		for _, needle := range same {
			lowest, highest = min(lowest, needle[0]), max(highest, needle[0])
		}
	}
	if lowest <= highest {
		n.low, n.span = uint64(lowest)*ones, uint64(highest-lowest)*ones
	}
}

// mostTelling picks the path of a clause whose values make the best needles:
// the event's name if it is among them, then the fewest values.
func mostTelling(c evidence.Clause) (values []string, ok bool) {
	best := ""
	for path, vs := range c {
		if !slices.ContainsFunc(vs, func(v string) bool { return !usable(v) }) &&
			(best == "" || better(c, path, best)) {
			best = path
		}
	}
	return c[best], best != ""
}

func better(c evidence.Clause, path, than string) bool {
	if named := path == "eventName"; named || than == "eventName" {
		return named
	}
	if len(c[path]) != len(c[than]) {
		return len(c[path]) < len(c[than])
	}
	return path < than
}

// usable reports whether a value can only occur as a JSON string of exactly
// these bytes, or with a \u escape. Numbers, true, false and null also match
// without quotes, and characters that have a short escape (\/, \n) could hide.
func usable(v string) bool {
	if len(v) < shortestNeedle || v == "true" || v == "false" || v == "null" {
		return false
	}
	if c := v[0]; c == '-' || c >= '0' && c <= '9' {
		return false
	}
	return !strings.ContainsFunc(v, func(r rune) bool {
		return r < ' ' || r == '"' || r == '\\' || r == '/' || r == '\uFFFD'
	})
}

func (n *needles) add(value string) {
	b := append([]byte(value), '"')
	h := hash4(b)
	if slices.ContainsFunc(n.byHash[h], func(o []byte) bool { return bytes.Equal(o, b) }) {
		return
	}
	n.bloom[h>>6] |= 1 << (h & 63)
	n.byHash[h] = append(n.byHash[h], b)
	n.longest = max(n.longest, len(b)+1)
}

// hash4 hashes four bytes to twelve bits.
func hash4(b []byte) uint32 { return binary.LittleEndian.Uint32(b) * 2654435761 >> 20 }

// begin reports whether one of the strings of a block is a needle. opening has
// the bits of their opening quotes; b begins where the block does, and reaches
// as far beyond it as the longest needle.
func (n *needles) begin(b []byte, opening uint64) bool {
	if n.all {
		return true
	}
	window := (*[blockSize + 8]byte)(b)
	for ; opening != 0; opening &= opening - 1 {
		i := bits.TrailingZeros64(opening) & (blockSize - 1)
		h := hash4(window[i+1 : i+5])
		if n.bloom[h>>6&63]>>(h&63)&1 != 0 && n.has(b[i+1:], h) {
			return true
		}
	}
	return false
}

func (n *needles) has(b []byte, h uint32) bool {
	for _, needle := range n.byHash[h] {
		if bytes.HasPrefix(b, needle) {
			return true
		}
	}
	return false
}

// maySpell reports whether a record could spell a needle's characters with escapes.
func (n *needles) maySpell(record []byte) bool {
	return bytes.Contains(record, []byte(`\u`))
}
