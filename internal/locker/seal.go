package locker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Seal gives every pending manifest its place in the log, in order of
// appending, and signs a checkpoint. When nothing is pending it returns the
// latest checkpoint unchanged, or [ErrUnsealed] when there is none.
//
// The order of writing is what makes a crash harmless: objects, entry tiles,
// hash tiles, the kept checkpoint (from here on it is sealed), the latest
// checkpoint, and last the pending area is cleared. Whoever opens a [Writer]
// next goes on from any point of it.
func (w *Writer) Seal(ctx context.Context, signer note.Signer, at time.Time) (Checkpoint, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failed != nil {
		return Checkpoint{}, w.failed
	}
	if err := w.lock.Held(ctx); err != nil {
		return Checkpoint{}, err
	}
	if len(w.groups) == 0 {
		if w.latest.Size == 0 {
			return Checkpoint{}, fmt.Errorf("seal: %w, and nothing is pending", ErrUnsealed)
		}
		return w.latest, nil
	}
	if signer.Name() != w.l.verifier.Name() || signer.KeyHash() != w.l.verifier.KeyHash() {
		return Checkpoint{}, fmt.Errorf("seal: key %s+%08x is not the locker's, %s+%08x",
			signer.Name(), signer.KeyHash(), w.l.verifier.Name(), w.l.verifier.KeyHash())
	}
	cp, staged, err := w.grow(ctx, signer, at)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("seal: %w", err)
	}
	if err := w.publish(context.WithoutCancel(ctx), cp, staged); err != nil {
		w.failed = fmt.Errorf("the locker's writer failed before: %w", err)
		return Checkpoint{}, fmt.Errorf("seal: %w", err)
	}
	return cp, nil
}

// grow writes everything that the new checkpoint commits to and signs it. Done
// twice it writes the same, so it needs no clearing up when it fails.
func (w *Writer) grow(ctx context.Context, signer note.Signer, at time.Time) (cp Checkpoint, staged []string, err error) {
	tree := &growth{old: w.latest, size: w.latest.Size, hashes: map[int64]tlog.Hash{}}
	if w.latest.Size > 0 {
		tree.reader = w.l.hashes(ctx, w.latest)
	}
	entries := &entryWriter{store: w.l.store, size: w.latest.Size}
	if err := entries.resume(ctx, w.l, tree.reader); err != nil {
		return Checkpoint{}, nil, err
	}
	for _, g := range w.groups {
		if err := ctx.Err(); err != nil {
			return Checkpoint{}, nil, err
		}
		raw, err := w.l.readGroup(ctx, g)
		if err != nil {
			return Checkpoint{}, nil, err
		}
		moved, err := w.l.sealObjects(ctx, g)
		if err != nil {
			return Checkpoint{}, nil, err
		}
		staged = append(staged, moved...)
		for _, line := range raw {
			if err := tree.add(line); err != nil {
				return Checkpoint{}, nil, err
			}
			if err := entries.add(ctx, line); err != nil {
				return Checkpoint{}, nil, err
			}
		}
	}
	if err := entries.flush(ctx); err != nil {
		return Checkpoint{}, nil, err
	}
	if err := tree.write(ctx, w.l.store); err != nil {
		return Checkpoint{}, nil, err
	}
	cp, err = w.sign(ctx, tree, signer, at)
	return cp, staged, err
}

// sealObjects gives a group's objects their final names and verifies them there,
// so that nothing is signed that was damaged while it was pending.
func (l *Locker) sealObjects(ctx context.Context, g group) (staged []string, err error) {
	manifests, err := l.decodeGroup(ctx, g)
	if err != nil {
		return nil, err
	}
	var moves []Object
	var moved []Manifest
	for _, m := range manifests {
		if m.Object != "" {
			moves = append(moves, Object{Name: objectName(m.Object), From: stagedName(m.Object)})
			moved = append(moved, m)
			staged = append(staged, stagedName(m.Object))
		}
	}
	if err := l.store.Put(ctx, moves...); err != nil {
		return nil, err
	}
	for _, m := range moved {
		r, err := l.Object(m)
		if err != nil {
			return nil, err
		}
		_, err = io.Copy(io.Discard, r)
		if err := errors.Join(err, r.Close()); err != nil {
			return nil, err
		}
	}
	return staged, nil
}

// sign makes the checkpoint and proves, from the tiles as they are stored, that
// its tree extends the previous one.
func (w *Writer) sign(ctx context.Context, tree *growth, signer note.Signer, at time.Time) (Checkpoint, error) {
	root, err := tlog.TreeHash(tree.size, tree)
	if err != nil {
		return Checkpoint{}, err
	}
	cp := Checkpoint{Origin: w.l.origin, Size: tree.size, Root: root, SealedAt: at.UTC()}
	if w.latest.Size > 0 {
		cp.PreviousSize, cp.PreviousSHA256 = w.latest.Size, hexSHA256(w.latest.Note)
	}
	if err := w.l.proveExtends(ctx, cp, w.latest); err != nil {
		return Checkpoint{}, err
	}
	signed, err := note.Sign(&note.Note{Text: cp.text()}, signer)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("sign checkpoint: %w", err)
	}
	return ParseCheckpoint(signed, w.l.verifier)
}

// proveExtends proves from the stored tiles that they give newer's root and that
// its tree begins with older's. An older of size 0 is the empty log.
func (l *Locker) proveExtends(ctx context.Context, newer, older Checkpoint) error {
	if older.Size == 0 {
		_, err := l.hashes(ctx, newer).ReadHashes([]int64{tlog.StoredHashIndex(0, newer.Size-1)})
		if err != nil {
			return fmt.Errorf("%w: hash tiles of size %d: %w", ErrTampered, newer.Size, err)
		}
		return nil
	}
	proof, err := l.ProveEarlier(ctx, newer, older)
	if err == nil {
		err = tlog.CheckTree(proof, newer.Size, newer.Root, older.Size, older.Root)
	}
	if err != nil {
		return fmt.Errorf("%w: the log of size %d does not extend that of size %d: %w", ErrTampered, newer.Size, older.Size, err)
	}
	return nil
}

// publish makes a signed checkpoint the latest and clears the pending area.
func (w *Writer) publish(ctx context.Context, cp Checkpoint, staged []string) error {
	if err := w.lock.Commit(ctx, cp.Note); err != nil { // sealing may have taken long
		return err
	}
	if err := w.l.store.Put(ctx, Object{Name: keptName(cp.Size), Data: cp.Note}); err != nil {
		return err
	}
	if err := w.l.store.Put(ctx, Object{Name: latestName, Data: cp.Note, Replace: true, Over: w.latest.Note}); err != nil {
		return err
	}
	names := make([]string, len(w.groups))
	for i, g := range w.groups {
		names[i] = groupName(g)
	}
	if err := w.l.store.Delete(ctx, append(names, staged...)...); err != nil {
		return err
	}
	w.latest, w.groups = cp, nil
	return nil
}
