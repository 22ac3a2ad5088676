package controls

import (
	"hash/maphash"
	"sync"
)

// memo remembers the outcomes of a question by the exact text of what they depend
// on. Workers share it.
type memo struct {
	seed   maphash.Seed
	shards [memoShards]memoShard
}

const (
	memoShards = 16

	// maxMemo bounds the keys that a shard holds, in bytes, in each of two generations.
	maxMemo = 512 << 10
)

// memoShard holds some of the outcomes. When it is full, those that were not asked
// for since it was full last are forgotten.
type memoShard struct {
	mu         sync.Mutex
	young, old map[string]outcome
	size       int // bytes of young

	_ [64]byte // shards are written by different processors
}

func newMemo() *memo { return &memo{seed: maphash.MakeSeed()} }

func (m *memo) get(key []byte) (o outcome, known bool) {
	s := m.shard(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	if o, known = s.young[string(key)]; known {
		return o, true
	}
	if o, known = s.old[string(key)]; known {
		s.keep(key, o)
	}
	return o, known
}

func (m *memo) put(key []byte, o outcome) {
	s := m.shard(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keep(key, o)
}

func (s *memoShard) keep(key []byte, o outcome) {
	const overhead = 64 // of an entry, besides its texts
	size := len(key) + len(o.value) + overhead
	if s.size += size; s.size > maxMemo || s.young == nil {
		s.old, s.young, s.size = s.young, map[string]outcome{}, size
	}
	s.young[string(key)] = o
}

func (m *memo) shard(key []byte) *memoShard {
	return &m.shards[maphash.Bytes(m.seed, key)%memoShards]
}
