package redaction

import (
	"crypto/sha256"
	"encoding/binary"
)

// Count is how much a rule replaced.
type Count struct {
	Values      int64 `json:"values"`      // distinct, without regard to case and white space
	Occurrences int64 `json:"occurrences"` // places
}

// Tally counts, rule by rule, what is replaced in records. What stands elsewhere than in its
// field counts under the rule of the field that it was first found in. It is not for several at
// a time.
type Tally struct{ of map[Rule]*tallied }

type tallied struct {
	values      map[uint64]bool // by hash: a pack has millions
	occurrences int64
}

// NewTally has counted nothing.
func NewTally() *Tally { return &Tally{map[Rule]*tallied{}} }

// Of is what a rule replaced.
func (t *Tally) Of(r Rule) Count {
	if x := t.of[r]; x != nil {
		return Count{int64(len(x.values)), x.occurrences}
	}
	return Count{}
}

func (t *Tally) add(r Rule, value string) {
	if t == nil {
		return
	}
	x := t.of[r]
	if x == nil {
		x = &tallied{values: map[uint64]bool{}}
		t.of[r] = x
	}
	sum := sha256.Sum256([]byte(canonical(value)))
	x.values[binary.BigEndian.Uint64(sum[:])] = true
	x.occurrences++
}

// Counting is the redactor with what it replaces in records counted too.
func (r *Redactor) Counting(t *Tally) *Redactor {
	c := *r
	c.tally = t
	return &c
}

// uncounted is the redactor for parts of what is counted as a whole.
func (r *Redactor) uncounted() *Redactor {
	if r.tally == nil {
		return r
	}
	return r.Counting(nil)
}
