package locker

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// recover finds out how far the previous writer came, and finishes or clears
// away what it left. Each step may itself be cut off and done again.
func (w *Writer) recover(ctx context.Context) error {
	if err := w.rollForward(ctx); err != nil {
		return err
	}
	if err := w.readLeaves(ctx); err != nil {
		return err
	}
	if err := w.readGroups(ctx); err != nil {
		return err
	}
	return w.clearLeftovers(ctx)
}

// rollForward makes the newest kept checkpoint the latest one: keeping it is
// what seals, pointing to it comes after.
func (w *Writer) rollForward(ctx context.Context) error {
	size, err := w.l.sealedSize()
	if err != nil {
		return err
	}
	if size > 0 {
		if w.latest, err = w.l.Latest(); err != nil {
			return err
		}
	}
	if err := w.keepCommitted(ctx); err != nil {
		return err
	}
	sizes, err := w.l.keptSizes(ctx)
	if err != nil || len(sizes) == 0 || sizes[len(sizes)-1] <= size {
		return err
	}
	newest, err := w.l.checkpoint(ctx, keptName(sizes[len(sizes)-1]))
	if err != nil {
		return err
	}
	if err := w.l.proveExtends(ctx, newest, w.latest); err != nil {
		return err
	}
	if err := w.l.store.Put(ctx, Object{Name: latestName, Data: newest.Note, Replace: true, Over: w.latest.Note}); err != nil {
		return err
	}
	w.latest = newest
	return nil
}

// keepCommitted stores a checkpoint that a predecessor committed to. It may wake
// up and store the same at any time, so nothing else may follow the one before.
func (w *Writer) keepCommitted(ctx context.Context) error {
	data := w.lock.Committed()
	if data == nil {
		return nil
	}
	cp, err := ParseCheckpoint(data, w.l.verifier)
	if err != nil {
		return fmt.Errorf("%w: what was committed to: %w", ErrTampered, err)
	}
	if cp.Size <= w.latest.Size {
		return nil
	}
	if err := w.l.proveExtends(ctx, cp, w.latest); err != nil {
		return err
	}
	return w.l.store.Put(ctx, Object{Name: keptName(cp.Size), Data: cp.Note})
}

// readLeaves collects the hashes of all that is sealed.
func (w *Writer) readLeaves(ctx context.Context) error {
	w.known = make(map[tlog.Hash]struct{}, w.latest.Size)
	if w.latest.Size == 0 {
		return nil
	}
	tree := w.l.hashes(ctx, w.latest)
	for n := int64(0); n*tileWidth < w.latest.Size; n++ {
		hashes, err := leafHashes(tree, entryTile(n, w.latest.Size))
		if err != nil {
			return err
		}
		for _, h := range hashes {
			w.known[h] = struct{}{}
		}
	}
	return nil
}

// readGroups takes stock of the pending manifests. Those that are sealed already
// were about to be cleared; the others must follow the log without a gap.
func (w *Writer) readGroups(ctx context.Context) error {
	groups, err := w.l.groups(ctx)
	if err != nil {
		return err
	}
	w.next = w.latest.Size
	for _, g := range groups {
		raw, err := w.l.readGroup(ctx, g)
		if err != nil {
			return err
		}
		sealed := g.first < w.latest.Size
		if !sealed && g.first != w.next {
			return fmt.Errorf("%w: the pending manifests from %d to %d are missing", ErrTampered, w.next, g.first)
		}
		for _, line := range raw {
			h := tlog.RecordHash(line)
			if _, ok := w.known[h]; sealed && !ok {
				return fmt.Errorf("%w: %s: it is not in the log where it says it is", ErrTampered, groupName(g))
			}
			w.known[h] = struct{}{}
		}
		if sealed {
			if err := w.l.store.Delete(ctx, groupName(g)); err != nil {
				return err
			}
			continue
		}
		w.groups = append(w.groups, g)
		w.next += int64(len(raw))
	}
	return nil
}

// clearLeftovers removes files that were being written when the previous writer
// was cut off, and staged objects of appends that never were acknowledged.
func (w *Writer) clearLeftovers(ctx context.Context) error {
	wanted := map[string]bool{}
	for _, g := range w.groups {
		manifests, err := w.l.decodeGroup(ctx, g)
		if err != nil {
			return err
		}
		for _, m := range manifests {
			wanted[stagedName(m.Object)] = true
		}
	}
	names, err := list(ctx, w.l.store, pendFolder)
	if err != nil {
		return err
	}
	var leftovers []string
	for _, name := range names {
		if strings.HasSuffix(name, objectSuffix) && !wanted[name] {
			leftovers = append(leftovers, name)
		}
	}
	temps, err := list(ctx, w.l.store, tempFolder)
	if err != nil {
		return err
	}
	return w.l.store.Delete(ctx, append(leftovers, temps...)...)
}

// decodeGroup reads the manifests of a group.
func (l *Locker) decodeGroup(ctx context.Context, g group) ([]Manifest, error) {
	raw, err := l.readGroup(ctx, g)
	if err != nil {
		return nil, err
	}
	manifests := make([]Manifest, len(raw))
	for i, line := range raw {
		if manifests[i], err = Decode(line); err != nil {
			return nil, fmt.Errorf("%s: %w", groupName(g), err)
		}
	}
	return manifests, nil
}
