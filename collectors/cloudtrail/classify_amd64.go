//go:build amd64 && !purego

package cloudtrail

// classify returns bit masks of a block: of its quotes; of its brackets (see
// fold); whether it holds a backslash (non-zero, not a mask); and of the bytes c
// with c-low <= span, both given as eight equal bytes. It uses SSE2, which
// every amd64 processor has, and is five times as fast as classifyWords.
//
//go:noescape
func classify(b *[blockSize]byte, low, span uint64) (quotes, brackets, slashes, firsts uint64)
