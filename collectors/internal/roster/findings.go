package roster

import (
	"fmt"

	"github.com/evidencepack/evidence"
)

// listed is how many findings of one code a claim lists one by one.
const listed = 100

// Findings gathers what a claim reports. Of very many of one code it lists the
// first and says how many there are. The zero Findings is empty.
type Findings struct {
	list   []evidence.Finding
	counts map[string]int
}

// Add notes a finding.
func (f *Findings) Add(x evidence.Finding) {
	if f.counts == nil {
		f.counts = map[string]int{}
	}
	if f.counts[x.Code]++; f.counts[x.Code] <= listed {
		f.list = append(f.list, x)
	}
}

// None reports whether nothing was added.
func (f *Findings) None() bool { return len(f.list) == 0 }

// all returns the findings in the order they were added, never nil.
func (f *Findings) all() []evidence.Finding {
	out := append([]evidence.Finding{}, f.list...)
	told := map[string]bool{}
	for _, x := range f.list {
		if n := f.counts[x.Code]; n > listed && !told[x.Code] {
			told[x.Code] = true
			out = append(out, evidence.Finding{Code: x.Code, Object: x.Object, Detail: fmt.Sprintf("this and others: %d in all, of which the first %d are listed", n, listed)})
		}
	}
	return out
}
