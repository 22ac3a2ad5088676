package entraid

import "crypto/sha256"

// mostSeen bounds the memory of what was met: some 30 MB. Beyond it a source that
// repeats itself is believed; the locker keeps each record once all the same.
const mostSeen = 500_000

// seen remembers the identities that this run has met in one list, so that a
// source that gives something twice, as pages do that shift, does not make two of
// it. A list that has to be read again from its beginning begins another pass.
type seen struct {
	pass uint16
	ids  map[[keyBytes]byte]uint16
}

// keyBytes is as much of an identity's hash as is kept: enough that no two meet.
const keyBytes = 16

// meeting is what there is to be said of an identity that was met.
type meeting int

const (
	unknown  meeting = iota // it was not met before
	repeated                // it was met in this pass: the source repeats itself
	familiar                // it was met in an earlier pass, and has been handed over
)

func (s *seen) meet(id string) meeting {
	sum := sha256.Sum256([]byte(id))
	key := [keyBytes]byte(sum[:keyBytes])
	before, met := s.ids[key]
	switch {
	case !met && len(s.ids) >= mostSeen:
		return unknown
	case !met:
		if s.ids == nil {
			s.ids = map[[keyBytes]byte]uint16{}
		}
		s.ids[key] = s.pass
		return unknown
	case before == s.pass:
		return repeated
	}
	s.ids[key] = s.pass
	return familiar
}

// again begins another pass.
func (s *seen) again() { s.pass++ }

// forget begins anew: what comes has other identities.
func (s *seen) forget() { *s = seen{} }
