package cloudtrail

import "encoding/binary"

const (
	low7  = 0x7f7f7f7f7f7f7f7f
	high  = 0x8080808080808080
	ones  = 0x0101010101010101
	quote = 0x2222222222222222
	slash = 0x5c5c5c5c5c5c5c5c
	// A byte with these bits set equals 0x7f if it is one of [ ] { }, and if it
	// is Y, _, y or DEL, which stand outside strings in no JSON text.
	fold = 0x2626262626262626
	// gather multiplies the high bits of eight bytes into the top byte, in order.
	gather = 0x0002040810204081
	top    = 0xff << 56
)

// classifyWords is classify in plain Go, eight bytes at a time. It rules out no
// byte as a first one: without vectors that costs more than it saves.
func classifyWords(b *[blockSize]byte, _, _ uint64) (quotes, brackets, slashes, firsts uint64) {
	for i := 0; i < blockSize; i += 8 {
		w := binary.LittleEndian.Uint64(b[i:])
		// x+low7 carries into bit 7 of each byte that is not zero, and never
		// beyond it; bytes beyond ASCII are ruled out by w.
		q := ((w & low7) ^ quote + low7) | w
		k := ((w&low7 | fold) ^ low7 + low7) | w
		quotes = quotes>>8 | (^q&high)*gather&top
		brackets = brackets>>8 | (^k&high)*gather&top
		// May report a byte beside a backslash too, but only beside one.
		s := w ^ slash
		slashes |= (s - ones) &^ s
	}
	return quotes, brackets, slashes & high, ^uint64(0)
}
