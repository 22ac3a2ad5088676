package delta

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestPairs: of whatever two lists, each item has at most one fellow, the fellow's
// fellow is itself, both go by one name, and the lists may change places.
func TestPairs(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	ids := func() (list []string) {
		seen := map[string]bool{}
		for range random.IntN(12) {
			id := fmt.Sprintf("k%d", random.IntN(6))
			if random.IntN(2) == 0 {
				id += fmt.Sprintf("@2026-10-0%dT00:00:00Z", 1+random.IntN(3))
			}
			if !seen[id] { // an identity stands once in a period
				seen[id] = true
				list = append(list, id)
			}
		}
		return list
	}
	tied := 0
	for range 2000 {
		named := things{snapshots: random.IntN(4) > 0}
		before, after := ids(), ids()
		x, y := compareNames(named, before, after)
		y2, x2 := compareNames(named, after, before)
		for i, j := range x {
			if j >= 0 {
				tied++
			}
			if j >= 0 && (y[j] != i || named.of(before[i]) != named.of(after[j])) {
				t.Fatalf("%q %q: %d is tied to %d, and that to %d", before, after, i, j, y[j])
			}
			if x2[i] != j {
				t.Fatalf("%q %q: %v, the other way round %v", before, after, x, x2)
			}
		}
		for j, i := range y {
			if i >= 0 && x[i] != j || y2[j] != i {
				t.Fatalf("%q %q: %v and %v, the other way round %v", before, after, x, y, y2)
			}
		}
	}
	if tied < 1000 {
		t.Errorf("%d pairs in all: this tests little", tied)
	}
}

// TestSameUnderAnotherName: what two lists call by other identities is one thing where the
// side says so.
func TestSameUnderAnotherName(t *testing.T) {
	same := func(id string) string { return strings.Replace(id, "service-", "", 1) }
	for _, snapshots := range []bool{false, true} {
		x, _ := compareNames(things{snapshots: snapshots, same: same}, []string{"user/anon-a", "user/anon-b"}, []string{"user/anon-service-a", "user/anon-c"})
		if x[0] != 0 || x[1] != -1 {
			t.Errorf("tied to %v", x)
		}
		if x, _ := compareNames(things{snapshots: snapshots}, []string{"user/anon-a"}, []string{"user/anon-service-a"}); x[0] != -1 {
			t.Errorf("nobody says so, and it is tied to %v", x)
		}
	}
}
