package demo

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/demo/github"
)

// findings gathers what the story says of one control after the other.
type findings map[string]*Findings

func (f findings) add(e expectation, id string, at time.Time) {
	of := f[e.control]
	of.Population++
	switch e.verdict {
	case evidence.NotApplicable:
		of.NotApplicable++
	case evidence.Exception:
		of.Exceptions++
		of.Result = evidence.ExceptionsNoted
		of.Items = append(of.Items, Exception{e.control, id, e.codes, at, e.why})
	}
}

var hubControls = []string{"CHG-01", "CHG-02", "CHG-03", "CHG-04", "CHG-05", "CHG-06", "CHG-07", "CHG-08", "CHG-09", "CHG-10"}

// derivedFromHub makes the golden list of the controls of change management out of
// the story alone.
func derivedFromHub() findings {
	f := findings{}
	for _, c := range hubControls {
		f[c] = &Findings{Control: c, Result: evidence.Effective, Items: []Exception{}}
	}
	h := hubMonth()
	f.changes(h)
	f.commits(h)
	f.branches(h)
	f.deployments(h)
	f.members(h)
	for _, of := range f {
		slices.SortStableFunc(of.Items, func(x, y Exception) int { return x.Time.Compare(y.Time) })
	}
	return f
}

// usual is what the ordinary process leads to.
func usual(c *change, control string) expectation {
	if control == "CHG-02" || control == "CHG-03" && c.unowned() {
		return notApplicable(control)
	}
	return passes(control)
}

func (f findings) changes(h *hub) {
	for _, c := range h.changes {
		if !Period().Contains(c.Merged) {
			continue
		}
		for _, control := range []string{"CHG-01", "CHG-02", "CHG-03", "CHG-04", "CHG-07", "CHG-09"} {
			e, ok := c.expects[control]
			if !ok {
				e = usual(c, control)
			}
			f.add(e, c.ID(), c.Merged.UTC())
		}
	}
}

// protectedBranches are those whose history counts.
func protectedBranches(h *hub) []*github.Branch {
	var out []*github.Branch
	for _, r := range h.org.Repositories() {
		for _, b := range r.Branches() {
			if r != h.legacy && (b == r.Default() || b.Protection != nil) {
				out = append(out, b)
			}
		}
	}
	return out
}

func (f findings) commits(h *hub) {
	for _, b := range protectedBranches(h) {
		for _, c := range b.Commits() {
			at := c.At
			if !Period().Contains(at) {
				at = c.Push
			}
			if !Period().Contains(at) {
				continue
			}
			id := b.Of().ID() + ":" + c.OID
			if b != b.Of().Default() {
				id = b.Of().ID() + ":" + b.Name + ":" + c.OID
			}
			f.add(h.verdict("CHG-05", id), id, at.UTC())
		}
	}
}

func (f findings) branches(h *hub) {
	for _, b := range protectedBranches(h) {
		f.add(h.verdict("CHG-06", b.ID()), b.ID(), time.Time{})
	}
}

func (f findings) deployments(h *hub) {
	for _, r := range h.org.Repositories() {
		for _, d := range r.Deployments() {
			if Period().Contains(d.At) {
				f.add(h.verdict("CHG-08", d.ID()), d.ID(), d.At.UTC())
			}
		}
	}
}

// membership begins the names of events of members, roles and permissions.
var membership = []string{"org.add", "org.remove", "org.update_member", "team.", "repo.add_member", "repo.remove_member"}

func (f findings) members(h *hub) {
	for _, e := range h.org.Events() {
		at := time.UnixMilli(e["@timestamp"].(int64)).UTC()
		action := e["action"].(string)
		if Period().Contains(at) && slices.ContainsFunc(membership, func(begin string) bool { return strings.HasPrefix(action, begin) }) {
			id := e["_document_id"].(string)
			f.add(h.verdict("CHG-10", id), id, at)
		}
	}
}

// Every control has an exception and a near miss, and every expectation is of
// something that is in the month.
func TestHubStory(t *testing.T) {
	h, derived := hubMonth(), derivedFromHub()
	for _, control := range hubControls {
		of := derived[control]
		if of.Exceptions == 0 || of.Exceptions+of.NotApplicable == of.Population {
			t.Errorf("%s: %d exceptions, %d not applicable of %d: nothing fails, or nothing passes", control, of.Exceptions, of.NotApplicable, of.Population)
		}
	}
	var found int
	for _, of := range derived {
		found += of.Exceptions
	}
	var told int
	for _, list := range h.expects {
		for _, e := range list {
			if e.verdict == evidence.Exception {
				told++
			}
		}
	}
	for _, c := range h.changes {
		for _, e := range c.expects {
			if e.verdict == evidence.Exception {
				told++
			}
		}
	}
	if found != told {
		t.Errorf("%d exceptions are told, %d of them are in the month", told, found)
	}
}
