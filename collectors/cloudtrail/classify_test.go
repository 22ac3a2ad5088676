package cloudtrail

import (
	"math/rand/v2"
	"testing"
)

func TestClassify(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 20000 {
		var b [blockSize]byte
		for i := range b {
			b[i] = byte(rng.Uint32())
			if rng.IntN(3) == 0 {
				b[i] = `"[]{}Y_y\\!#|^`[rng.IntN(14)]
			}
		}
		var quotes, brackets, firsts uint64
		low, span := byte(rng.Uint32()), byte(rng.IntN(100))
		slashed := false
		for i, c := range b {
			if c-low <= span {
				firsts |= 1 << i
			}
			switch c {
			case '"':
				quotes |= 1 << i
			case '[', ']', '{', '}', 'Y', '_', 'y', 0x7f:
				brackets |= 1 << i
			case '\\':
				slashed = true
			}
		}
		for name, f := range map[string]func(*[blockSize]byte, uint64, uint64) (uint64, uint64, uint64, uint64){"classify": classify, "classifyWords": classifyWords} {
			q, k, s, fs := f(&b, uint64(low)*ones, uint64(span)*ones)
			if fs&firsts != firsts || name == "classify" && fs != firsts && fs != ^uint64(0) {
				t.Fatalf("%s(%q, %d, %d): first bytes %x, want %x", name, b, low, span, fs, firsts)
			}
			if q != quotes || k != brackets || (s != 0) != slashed {
				t.Fatalf("%s(%q) = %x, %x, %x, want %x, %x, %t", name, b, q, k, s, quotes, brackets, slashed)
			}
		}
	}
}
