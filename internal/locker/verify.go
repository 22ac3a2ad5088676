package locker

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// Check is one thing that [Verify] looked at.
type Check struct {
	Name   string // what was checked: "checkpoint", "object", "stray file" …
	Object string // the name within the locker of what it was checked on
	OK     bool
	Detail string // what is wrong, or what a reader should know of it
}

// Verify checks every byte of the locker in dir and reports each object. It
// holds the checkpoints to verifiers; when there are none, to the key that the
// locker itself names, and a check says that nobody vouches for that key.
//
// A locker alone cannot show that it was rolled back as a whole to an earlier
// state of itself. Checkpoints known from elsewhere, such as those in packs, do:
// the log must contain each of them.
//
// The error wraps [ErrTampered] when a check failed, [ErrNotFound] when there is
// no locker, and [ErrLocked] when one is being written to, since what is half
// written cannot be told from what is damaged. Memory is 64 bytes for each leaf.
func Verify(ctx context.Context, dir string, verifiers []note.Verifier, report func(Check), known ...Known) error {
	return VerifyIn(ctx, newDir(dir), verifiers, report, known...)
}

// VerifyIn is [Verify] of the locker in a store.
func VerifyIn(ctx context.Context, s Store, verifiers []note.Verifier, report func(Check), known ...Known) error {
	if err := s.Busy(ctx); err != nil {
		return err
	}
	a := &audit{report: report, store: s}
	err := a.run(ctx, verifiers, known)
	if a.bad == 0 || err != nil {
		return err
	}
	if err := s.Busy(ctx); err != nil { // someone began to write meanwhile
		return err
	}
	return fmt.Errorf("%w: %s: %s", ErrTampered, s, a.summary())
}

// audit is one verification.
type audit struct {
	report func(Check)
	store  Store
	l      *Locker

	sorted []string        // the names of every object of the store
	names  map[string]bool // the same; true once an object is accounted for
	tree   tree
	kept   []Checkpoint // verified, by size

	bad   int
	first []string // the first objects that failed
}

func (a *audit) run(ctx context.Context, verifiers []note.Verifier, known []Known) error {
	names, err := list(ctx, a.store, "")
	if err != nil {
		return err
	}
	slices.Sort(names)
	a.sorted, a.names = names, make(map[string]bool, len(names))
	for _, n := range names {
		a.names[n] = false
	}
	if err := a.config(ctx, verifiers); err != nil {
		return err
	}
	steps := []func(context.Context) error{
		a.versions,    // nothing was laid over what never changes
		a.checkpoints, // the signed commitments, and that none is missing
		a.entries,     // the manifests, held against them
		a.pending,     // the manifests to come
		a.roots,       // every commitment is to the same log
		a.tiles,       // the hashes of the tree
		a.objects,     // the records
		a.rest,        // and nothing else
	}
	if a.bad == 0 {
		for _, step := range steps {
			if err := errors.Join(ctx.Err(), step(ctx)); err != nil {
				return err
			}
		}
		a.against(known)
	}
	return nil
}

func (a *audit) ok(name, object, detail string) { a.report(Check{name, object, true, detail}) }

func (a *audit) fail(name, object, detail string, args ...any) {
	const shown = 3
	if a.bad++; a.bad <= shown {
		a.first = append(a.first, object)
	}
	a.report(Check{name, object, false, fmt.Sprintf(detail, args...)})
}

func (a *audit) summary() string {
	s := strings.Join(a.first, ", ")
	if more := a.bad - len(a.first); more > 0 {
		s += fmt.Sprintf(" and %d more", more)
	}
	return s
}

// has accounts for an object and reports whether it is there.
func (a *audit) has(name string) bool {
	_, ok := a.names[name]
	if ok {
		a.names[name] = true
	}
	return ok
}

// config checks locker.json and opens the locker with the keys to be trusted.
func (a *audit) config(ctx context.Context, verifiers []note.Verifier) error {
	const name = "locker"
	if !a.has(configName) {
		if !a.remains() {
			return fmt.Errorf("%w at %s", ErrNotFound, a.store)
		}
		a.fail(name, configName, "it is missing")
		return nil
	}
	l, err := OpenIn(ctx, a.store)
	if err != nil {
		a.fail(name, configName, "%v", err)
		return nil
	}
	a.l = l
	a.ok(name, configName, "")
	if len(verifiers) == 0 {
		a.ok("key", l.vkey, "the locker's own key: nobody else vouches for it")
		return nil
	}
	for _, v := range verifiers {
		if v.Name() == l.verifier.Name() && v.KeyHash() == l.verifier.KeyHash() {
			l.verifier = v
			a.ok("key", l.vkey, "the locker's key is the one given")
			return nil
		}
	}
	a.fail("key", l.vkey, "the locker's key is none of those given")
	return nil
}

// versions names the objects over which something was laid, in a store that keeps
// what is under it.
func (a *audit) versions(ctx context.Context) error {
	for c, err := range Overlaid(ctx, a.store) {
		if err != nil {
			return err
		}
		a.fail(c.Name, c.Object, "%s", c.Detail)
	}
	return nil
}

// Overlaid yields a failed check for each object of a store that something was laid
// over. A folder keeps nothing of that kind.
func Overlaid(ctx context.Context, s Store) iter.Seq2[Check, error] {
	if b, ok := s.(*bucket); ok {
		return b.overlaid(ctx)
	}
	return func(func(Check, error) bool) {}
}

// remains reports whether the folder looks like what is left of a locker.
func (a *audit) remains() bool {
	for _, name := range a.sorted {
		if name == latestName || strings.HasPrefix(name, keptFolder) || strings.HasPrefix(name, tileFolder) {
			return true
		}
	}
	return false
}

// rest names every file that nothing accounts for. What an interrupted write
// may leave is no sign of tampering, and the next writer clears it away.
func (a *audit) rest(ctx context.Context) error {
	for _, name := range a.sorted {
		switch {
		case a.names[name]:
		case strings.HasPrefix(name, tempFolder+".tmp-"):
			a.leftover(name, "left by an interrupted write; it is not part of the locker")
		case strings.HasPrefix(name, lockFolder):
			a.lock(ctx, name)
		default:
			a.fail("stray file", name, "nothing in the log refers to it")
		}
	}
	return nil
}

func (a *audit) leftover(name, detail string) { a.ok("leftover", name, detail) }

func (a *audit) lock(ctx context.Context, name string) {
	data, err := read(ctx, a.store, name, maxConfig)
	p, perr := parseProcess(data)
	if name == leaseName { // the folder is a copy of a bucket
		var lease leaseState
		lease, perr = parseLease(data)
		p = lease.process
	}
	if err != nil || perr != nil {
		a.fail("lock", name, "it is not a lock: %v", errors.Join(err, perr))
		return
	}
	a.ok("lock", name, fmt.Sprintf("left by process %d on %s, which writes no more", p.PID, p.Host))
}
