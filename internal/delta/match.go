package delta

import (
	"strings"
	"time"

	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/evaluation"
)

// things names items across periods. The identity of an event or of a thing that
// changes is its name. That of a snapshot holds when it was taken ("account/user@time"):
// what is before it names the thing. Where several items of a list have one name so,
// nothing tells which of them is which, and each keeps its own identity.
type things struct {
	snapshots bool
	last      bool // some of them last: what there is no more is told of
	same      func(id string) string
}

// thingsOf names the items of the populations of both forms of a control.
func thingsOf(same func(string) string, forms ...*controls.Control) things {
	t := things{same: same}
	for _, c := range forms {
		for _, p := range c.Population.Each() {
			t.snapshots = t.snapshots || p.LatestOf != ""
			t.last = t.last || p.LatestOf != "" || p.End != ""
		}
	}
	return t
}

func (t things) of(id string) string {
	if t.same != nil {
		id = t.same(id)
	}
	at := strings.LastIndexByte(id, '@')
	if !t.snapshots || at < 0 {
		return id
	}
	if _, err := time.Parse(time.RFC3339, id[at+1:]); err != nil {
		return id
	}
	return id[:at]
}

// pairs ties the items of two lists: for each of either, the index of its fellow in
// the other, or -1.
func (t things) pairs(before, after []evaluation.Item) (ofBefore, ofAfter []int) {
	ofBefore, ofAfter = make([]int, len(before)), make([]int, len(after))
	for i := range ofBefore {
		ofBefore[i] = -1
	}
	for i := range ofAfter {
		ofAfter[i] = -1
	}
	byID := map[string]int{}
	for i, item := range before {
		byID[item.ID] = i
	}
	for j, item := range after {
		if i, ok := byID[item.ID]; ok && ofBefore[i] < 0 {
			ofBefore[i], ofAfter[j] = j, i
		}
	}
	x, y := t.single(before), t.single(after)
	for name, i := range x {
		if j, ok := y[name]; ok && i >= 0 && j >= 0 && ofBefore[i] < 0 && ofAfter[j] < 0 {
			ofBefore[i], ofAfter[j] = j, i
		}
	}
	return ofBefore, ofAfter
}

// single finds the one item of each name; -1 where there are several.
func (t things) single(items []evaluation.Item) map[string]int {
	named := map[string]int{}
	for i, item := range items {
		name := t.of(item.ID)
		if _, again := named[name]; again {
			named[name] = -1
			continue
		}
		named[name] = i
	}
	return named
}
