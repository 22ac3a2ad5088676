package locker

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// Known is a checkpoint that is known from elsewhere.
type Known struct {
	From string // where it is from: a file, or a place of copies with the name in it
	Note []byte // the signed note, byte for byte

	// Proof that its log begins with that of the checkpoint that it names as the one
	// before (RFC 6962, section 2.1.2); nil: none is known. A locker needs none.
	Proof tlog.TreeProof
}

// against holds the log to checkpoints that are known from elsewhere: each must be
// one that the locker keeps, and each must be proven to extend the one before it.
func (a *audit) against(known []Known) {
	const name = "known checkpoint"
	var agree []vouched
	for _, k := range known {
		cp, err := a.agrees(k)
		if err != nil {
			a.fail(name, k.From, "%v", err)
			continue
		}
		a.ok(name, k.From, fmt.Sprintf("the locker keeps it: %d entries, sealed at %s", cp.Size, cp.SealedAt.Format(time.RFC3339)))
		agree = append(agree, vouched{k.From, cp})
	}
	a.consistent(agree)
}

// vouched is a checkpoint with where it is known from.
type vouched struct {
	from string
	Checkpoint
}

// agrees returns a known checkpoint if it is one of the locker's own.
func (a *audit) agrees(k Known) (Checkpoint, error) {
	cp, err := ParseCheckpoint(k.Note, a.l.verifier)
	if err != nil {
		return cp, fmt.Errorf("the locker's key did not sign it, so it is of another locker, or this one was made anew: %w", err)
	}
	if cp.Origin != a.l.origin {
		return cp, fmt.Errorf("it is a checkpoint of %s, the locker is %s", cp.Origin, a.l.origin)
	}
	if cp.Size > a.size() {
		return cp, fmt.Errorf("it has %d entries and the locker has only %d that are sealed: the locker was rolled back", cp.Size, a.size())
	}
	root, err := a.tree.root(cp.Size)
	if err != nil {
		return cp, err
	}
	if root != cp.Root {
		return cp, fmt.Errorf("the root of its %d entries is %s, and the locker's at that size is %s: the log was rewritten", cp.Size, cp.Root, root)
	}
	i, kept := slices.BinarySearchFunc(a.kept, cp.Size, func(c Checkpoint, size int64) int { return cmp.Compare(c.Size, size) })
	if !kept {
		return cp, fmt.Errorf("the locker keeps no checkpoint of %d entries: it was sealed anew", cp.Size)
	}
	if own := a.kept[i]; own.text() != cp.text() {
		return cp, fmt.Errorf("it was sealed at %s, and the locker's of that size at %s after another checkpoint: the locker was sealed anew",
			cp.SealedAt.Format(time.RFC3339), own.SealedAt.Format(time.RFC3339))
	}
	return cp, nil
}

// consistent checks the consistency proofs (RFC 6962, section 2.1.2) from each
// checkpoint to the next larger one, and from the largest to the locker's latest.
func (a *audit) consistent(known []vouched) {
	if len(known) == 0 {
		return
	}
	slices.SortStableFunc(known, func(x, y vouched) int { return cmp.Compare(x.Size, y.Size) })
	known = append(known, vouched{latestName, a.kept[len(a.kept)-1]})
	for i, newer := range known[1:] {
		older := known[i]
		if older.Size == newer.Size && older.Root == newer.Root {
			continue
		}
		proof, err := tlog.ProveTree(newer.Size, older.Size, &a.tree)
		if err == nil {
			err = tlog.CheckTree(proof, newer.Size, newer.Root, older.Size, older.Root)
		}
		if err != nil {
			a.fail("consistency proof", newer.from, "it does not extend that of %s: %v", older.from, err)
			continue
		}
		a.ok("consistency proof", newer.from, fmt.Sprintf("%d entries extend the %d of %s, by a proof of %d hashes", newer.Size, older.Size, older.from, len(proof)))
	}
}
