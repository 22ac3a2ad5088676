package github

import (
	"encoding/json"
	"fmt"
	"slices"
)

// ranges is a set of positive numbers, kept as runs of neighbours: the numbers of
// a repository's pull requests come nearly in a row, so that fifty thousand of
// them fit into a cursor.
type ranges struct{ runs [][2]int } // first and last of each run, ascending, never touching

// add puts n into the set and reports whether it was not there before.
func (r *ranges) add(n int) bool {
	i, found := r.find(n)
	if found {
		return false
	}
	joinsLeft := i > 0 && r.runs[i-1][1] == n-1
	joinsRight := i < len(r.runs) && r.runs[i][0] == n+1
	switch {
	case joinsLeft && joinsRight:
		r.runs[i-1][1] = r.runs[i][1]
		r.runs = slices.Delete(r.runs, i, i+1)
	case joinsLeft:
		r.runs[i-1][1] = n
	case joinsRight:
		r.runs[i][0] = n
	default:
		r.runs = slices.Insert(r.runs, i, [2]int{n, n})
	}
	return true
}

func (r *ranges) has(n int) bool {
	_, found := r.find(n)
	return found
}

// find is the run that holds n, or the place where one that does would stand.
func (r *ranges) find(n int) (int, bool) {
	return slices.BinarySearchFunc(r.runs, n, func(run [2]int, n int) int {
		switch {
		case run[1] < n:
			return -1
		case run[0] > n:
			return 1
		}
		return 0
	})
}

// without lists, ascending, the numbers of r that o does not have.
func (r *ranges) without(o *ranges) []int {
	var out []int
	for _, run := range r.runs {
		for n := run[0]; n <= run[1]; n++ {
			if !o.has(n) {
				out = append(out, n)
			}
		}
	}
	return out
}

// MarshalJSON writes the runs flat, each after the first as its distance from
// what stands before it: [5,0,3,10] is 5 and 8 to 18.
func (r ranges) MarshalJSON() ([]byte, error) {
	flat := make([]int, 0, 2*len(r.runs))
	at := 0
	for _, run := range r.runs {
		flat = append(flat, run[0]-at, run[1]-run[0])
		at = run[1]
	}
	return json.Marshal(flat)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (r *ranges) UnmarshalJSON(b []byte) error {
	var flat []int
	if err := json.Unmarshal(b, &flat); err != nil {
		return err
	}
	if len(flat)%2 != 0 {
		return fmt.Errorf("set of numbers: %d figures, want pairs", len(flat))
	}
	r.runs = nil
	at := 0
	for i := 0; i < len(flat); i += 2 {
		first := at + flat[i]
		at = first + flat[i+1]
		r.runs = append(r.runs, [2]int{first, at})
	}
	return nil
}
