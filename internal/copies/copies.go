package copies

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/evidencepack/evidence/internal/locker"
)

// Place is where copies are: those methods of a [locker.Store] that never take
// anything away.
type Place interface {
	Get(ctx context.Context, name string) (io.ReadCloser, error)
	Put(ctx context.Context, objects ...locker.Object) error
	List(ctx context.Context, prefix string) iter.Seq2[string, error]
	String() string
}

const (
	fileScheme = "file:"

	identityName     = "locker.json"
	checkpointFolder = "checkpoints/"
	proofFolder      = "proofs/"

	maxFile = 64 << 10
)

// Open makes a place of its name in the configuration or on the command line. A
// name without a scheme is a path. now is the clock that a bucket's retention is
// counted from. Close what it returns.
func Open(ctx context.Context, name string, now func() time.Time) (Place, func() error, error) {
	none := func() error { return nil }
	switch {
	case strings.HasPrefix(name, locker.Scheme):
		b, err := locker.ParseBucket(name)
		if err != nil {
			return nil, none, err
		}
		s, err := b.Open(ctx, now)
		return s, none, err
	case strings.HasPrefix(name, gitScheme):
		r, err := openRepository(ctx, name)
		if err != nil {
			return nil, none, err
		}
		return r, r.close, nil
	case strings.Contains(name, "://") && !strings.HasPrefix(name, fileScheme):
		return nil, none, fmt.Errorf("%s: copies of checkpoints are at file:/path, s3://bucket/prefix, git+ssh://, git+https:// or git+file://", name)
	}
	path := strings.TrimPrefix(strings.TrimPrefix(name, fileScheme), "//")
	if path == "" {
		return nil, none, fmt.Errorf("%q: want the path of a folder", name)
	}
	return locker.Dir(path), none, nil
}

// Update copies what a place does not have yet: all checkpoints that were sealed
// since the last time that this succeeded. It returns how many were copied.
//
// The error wraps [locker.ErrTampered] when the place remembers another locker
// than this one.
func Update(ctx context.Context, l *locker.Locker, p Place) (int, error) {
	held, err := heldSizes(ctx, p)
	if err != nil {
		return 0, fmt.Errorf("copy checkpoints to %s: %w", p, err)
	}
	kept, err := l.Kept(ctx)
	if err != nil {
		return 0, err
	}
	if err := remembered(ctx, l, p, kept, held); err != nil {
		return 0, err
	}
	objects, n, err := lacking(ctx, l, kept, held)
	if err != nil {
		return 0, err
	}
	if err := p.Put(ctx, objects...); err != nil {
		if errors.Is(err, fs.ErrExist) {
			err = fmt.Errorf("%w: %w", locker.ErrTampered, err)
		}
		return 0, fmt.Errorf("copy checkpoints to %s: %w", p, err)
	}
	return n, nil
}

// heldSizes lists the checkpoints that a place has, ascending.
func heldSizes(ctx context.Context, p Place) ([]int64, error) {
	var sizes []int64
	for name, err := range p.List(ctx, checkpointFolder) {
		if err != nil {
			return nil, err
		}
		size, err := strconv.ParseInt(strings.TrimPrefix(name, checkpointFolder), 10, 64)
		if err != nil || size < 1 || checkpointName(size) != name {
			return nil, fmt.Errorf("%s is not the name of a checkpoint", name)
		}
		sizes = append(sizes, size)
	}
	slices.Sort(sizes)
	return sizes, nil
}

func checkpointName(size int64) string { return checkpointFolder + strconv.FormatInt(size, 10) }
func proofName(size int64) string      { return proofFolder + strconv.FormatInt(size, 10) }

// remembered holds the locker to what a place has: the same locker.json, no
// checkpoint that the locker lacks, and the newest the same. That one vouches for
// those before it, by their hashes; verification compares each.
func remembered(ctx context.Context, l *locker.Locker, p Place, kept, held []int64) error {
	if len(held) == 0 {
		return nil
	}
	for _, size := range held {
		if _, found := slices.BinarySearch(kept, size); !found {
			return fmt.Errorf("%w: %s: %s has the checkpoint of %d entries, and the locker keeps none of that size: it was rolled back or sealed anew",
				locker.ErrTampered, l.Where(), p, size)
		}
	}
	own, err := l.Identity(ctx)
	if err != nil {
		return err
	}
	if err := same(ctx, p, identityName, own); err != nil {
		return fmt.Errorf("%s: %w", l.Where(), err)
	}
	newest := held[len(held)-1]
	cp, err := l.Checkpoint(ctx, newest)
	if err != nil {
		return err
	}
	if err := same(ctx, p, checkpointName(newest), cp.Note); err != nil {
		return fmt.Errorf("%s: %w", l.Where(), err)
	}
	return nil
}

// same compares a copy with what the locker has.
func same(ctx context.Context, p Place, name string, own []byte) error {
	data, err := get(ctx, p, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // copying was cut off, and is done again
	}
	if err != nil {
		return fmt.Errorf("read the copy: %w", err)
	}
	if !bytes.Equal(data, own) {
		return fmt.Errorf("%w: its %s is not the one that was copied to %s: the locker was made or sealed anew", locker.ErrTampered, name, p)
	}
	return nil
}

// lacking makes the objects of all checkpoints that are not held, and counts these.
func lacking(ctx context.Context, l *locker.Locker, kept, held []int64) (objects []locker.Object, n int, err error) {
	for _, size := range kept {
		if _, found := slices.BinarySearch(held, size); found {
			continue
		}
		cp, err := l.Checkpoint(ctx, size)
		if err != nil {
			return nil, 0, err
		}
		proof, err := proofOf(ctx, l, cp)
		if err != nil {
			return nil, 0, err
		}
		objects, n = append(append(objects, proof...), locker.Object{Name: checkpointName(size), Data: cp.Note}), n+1
	}
	if n == 0 {
		return nil, 0, nil
	}
	own, err := l.Identity(ctx)
	return append([]locker.Object{{Name: identityName, Data: own}}, objects...), n, err
}

// proofOf makes the proof that a checkpoint extends the one before it, checked; none
// for the first.
func proofOf(ctx context.Context, l *locker.Locker, cp locker.Checkpoint) ([]locker.Object, error) {
	if cp.PreviousSize == 0 {
		return nil, nil
	}
	before, err := l.Checkpoint(ctx, cp.PreviousSize)
	if err != nil {
		return nil, err
	}
	proof, err := l.ProveEarlier(ctx, cp, before)
	if err == nil {
		err = tlog.CheckTree(proof, cp.Size, cp.Root, before.Size, before.Root)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", locker.ErrTampered, l.Where(), err)
	}
	var b bytes.Buffer
	for _, h := range proof {
		fmt.Fprintln(&b, h)
	}
	return []locker.Object{{Name: proofName(cp.Size), Data: b.Bytes()}}, nil
}

// Read returns the checkpoints at a place, by size, or the one in a file.
func Read(ctx context.Context, name string, now func() time.Time) (known []locker.Known, err error) {
	if path := strings.TrimPrefix(strings.TrimPrefix(name, fileScheme), "//"); isFile(path) {
		data, err := readFile(path)
		return []locker.Known{{From: name, Note: data}}, err
	}
	p, closer, err := Open(ctx, name, now)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closer()) }()
	if s, ok := p.(locker.Store); ok {
		for c, err := range locker.Overlaid(ctx, s) {
			if err != nil {
				return nil, err
			}
			return nil, fmt.Errorf("%w: %s/%s: %s", locker.ErrTampered, p, c.Object, c.Detail)
		}
	}
	sizes, err := heldSizes(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("read checkpoints at %s: %w", p, err)
	}
	if len(sizes) == 0 {
		return nil, fmt.Errorf("there is no checkpoint at %s", p)
	}
	for _, size := range sizes {
		k, err := readOne(ctx, p, size)
		if err != nil {
			return nil, fmt.Errorf("read checkpoints at %s: %w", p, err)
		}
		known = append(known, k)
	}
	return known, nil
}

// readOne reads a checkpoint and its proof, if there is one.
func readOne(ctx context.Context, p Place, size int64) (locker.Known, error) {
	k := locker.Known{From: p.String() + "/" + checkpointName(size)}
	var err error
	if k.Note, err = get(ctx, p, checkpointName(size)); err != nil {
		return k, err
	}
	data, err := get(ctx, p, proofName(size))
	if errors.Is(err, fs.ErrNotExist) {
		return k, nil
	}
	if err != nil {
		return k, err
	}
	k.Proof = tlog.TreeProof{}
	for line := range strings.Lines(string(data)) {
		h, err := tlog.ParseHash(strings.TrimSuffix(line, "\n"))
		if err != nil {
			return k, fmt.Errorf("%s: %w", proofName(size), err)
		}
		k.Proof = append(k.Proof, h)
	}
	return k, nil
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return limited(f, path)
}

func get(ctx context.Context, p Place, name string) ([]byte, error) {
	r, err := p.Get(ctx, name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return limited(r, name)
}

func limited(r io.Reader, name string) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = fmt.Errorf("read %s: larger than a checkpoint is (%d bytes)", name, maxFile)
	}
	return data, err
}
