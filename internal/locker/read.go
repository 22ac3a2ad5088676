package locker

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"iter"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/evidencepack/evidence"
)

// Entry is a manifest in its place in the log.
type Entry struct {
	Index int64 // from 0
	Manifest
	Raw []byte // the leaf's data: the manifest byte for byte

	// Original is what is told of the leaf where Manifest and Raw are a redacted copy of
	// it; nil: they are the leaf's.
	Original *Original
}

// Original names a leaf whose data are not told.
type Original struct {
	Leaf   tlog.Hash // of the record in the log
	SHA256 string    // of the data, hex: by it other manifests refer to the leaf
}

// Hash is [Manifest.Hash] of the leaf.
func (e Entry) Hash() string {
	if e.Original != nil {
		return e.Original.SHA256
	}
	return e.Manifest.Hash()
}

// Sealed yields the entries that cp commits to, in the order of the log, each
// proven to be in cp's tree. The first error ends the sequence; it wraps
// [ErrTampered] when the log does not bear cp out.
func (l *Locker) Sealed(ctx context.Context, cp Checkpoint) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		tree := l.hashes(ctx, cp)
		for n := int64(0); n*tileWidth < cp.Size; n++ {
			raw, err := l.provenEntries(ctx, tree, entryTile(n, cp.Size))
			if err != nil {
				yield(Entry{}, err)
				return
			}
			for i, b := range raw {
				index := n*tileWidth + int64(i)
				m, err := Decode(b)
				if err != nil {
					err = fmt.Errorf("entry %d: %w", index, err)
				}
				if !yield(Entry{Index: index, Manifest: m, Raw: b}, err) || err != nil {
					return
				}
			}
		}
	}
}

// provenEntries reads one entry tile and holds its lines against the tree.
func (l *Locker) provenEntries(ctx context.Context, tree tlog.HashReader, t tlog.Tile) ([][]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	raw, err := readEntries(ctx, l.store, t)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTampered, err)
	}
	want, err := leafHashes(tree, t)
	if err != nil {
		return nil, err
	}
	for i, b := range raw {
		if tlog.RecordHash(b) != want[i] {
			return nil, fmt.Errorf("%w: %s: entry %d is not the one that was sealed", ErrTampered, t.Path(), t.N*tileWidth+int64(i))
		}
	}
	return raw, nil
}

// leafHashes reads the hashes of an entry tile's leaves out of a tree.
func leafHashes(tree tlog.HashReader, t tlog.Tile) ([]tlog.Hash, error) {
	indexes := make([]int64, t.W)
	for i := range indexes {
		indexes[i] = tlog.StoredHashIndex(0, t.N*tileWidth+int64(i))
	}
	hashes, err := tree.ReadHashes(indexes)
	if err != nil {
		return nil, fmt.Errorf("%w: hash tiles: %w", ErrTampered, err)
	}
	return hashes, nil
}

// Pending yields the manifests that were appended and not sealed, in order of
// appending. It may be called while another process writes.
func (l *Locker) Pending(ctx context.Context) iter.Seq2[Manifest, error] {
	return func(yield func(Manifest, error) bool) {
		groups, err := l.groups(ctx)
		if err != nil {
			yield(Manifest{}, err)
			return
		}
		for _, g := range groups {
			raw, err := l.readGroup(ctx, g)
			if errors.Is(err, fs.ErrNotExist) {
				continue // sealed meanwhile
			}
			if err != nil {
				yield(Manifest{}, err)
				return
			}
			size, err := l.sealedSize()
			if err != nil {
				yield(Manifest{}, err)
				return
			}
			if g.first < size {
				continue // sealed, and about to be cleared
			}
			for _, b := range raw {
				m, err := Decode(b)
				if err != nil {
					err = fmt.Errorf("%s: %w", groupName(g), err)
				}
				if !yield(m, err) || err != nil {
					return
				}
			}
		}
	}
}

// sealedSize is the latest checkpoint's size, or 0.
func (l *Locker) sealedSize() (int64, error) {
	cp, err := l.Latest()
	if errors.Is(err, ErrUnsealed) {
		return 0, nil
	}
	return cp.Size, err
}

// groups lists the pending manifests' files in order of appending.
func (l *Locker) groups(ctx context.Context) ([]group, error) {
	names, err := list(ctx, l.store, pendFolder)
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var groups []group
	for _, name := range names {
		if _, ok := parseStaged(name); ok {
			continue
		}
		g, err := parseGroup(name)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrTampered, err)
		}
		groups = append(groups, g)
	}
	return groups, nil
}

const maxGroup = 1 << 30

// readGroup reads manifests that were appended together, as bytes.
func (l *Locker) readGroup(ctx context.Context, g group) ([][]byte, error) {
	data, err := read(ctx, l.store, groupName(g), maxGroup)
	if err != nil {
		return nil, err
	}
	raw := splitLines(data)
	if hexSHA256(data) != g.sha || len(raw) == 0 {
		return nil, fmt.Errorf("%w: %s: its bytes are not those its name says", ErrTampered, groupName(g))
	}
	return raw, nil
}

// Records yields the records of a batch. It streams: a record is yielded before
// the object is known to be whole, so a caller must not act on any before the
// sequence has ended without an error. The error wraps [ErrTampered] when the
// object's hash, size or number of records is not what the manifest says.
func (l *Locker) Records(ctx context.Context, m Manifest) iter.Seq2[evidence.Record, error] {
	return func(yield func(evidence.Record, error) bool) {
		if m.Object == "" {
			return
		}
		r, err := l.Object(m)
		if err != nil {
			yield(evidence.Record{}, err)
			return
		}
		defer r.Close()
		var n int64
		for rec, err := range DecodeObject(r) {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				if !errors.Is(err, ErrTampered) && ctx.Err() == nil {
					err = fmt.Errorf("%w: %s: %w", ErrTampered, objectName(m.Object), err)
				}
				yield(evidence.Record{}, err)
				return
			}
			n++
			if !yield(rec, nil) {
				return
			}
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			yield(evidence.Record{}, err)
			return
		}
		if n != m.Records {
			yield(evidence.Record{}, fmt.Errorf("%w: %s: %d records, its manifest says %d", ErrTampered, objectName(m.Object), n, m.Records))
		}
	}
}

// Object opens a batch's stored bytes. At the end the reader returns an error
// that wraps [ErrTampered] in place of io.EOF when they are not the manifest's.
func (l *Locker) Object(m Manifest) (io.ReadCloser, error) {
	if !isHexSHA256(m.Object) {
		return nil, fmt.Errorf("manifest without an object: %s %s", m.Type, m.Source)
	}
	ctx := context.Background()
	// Sealing moves an object from the second place to the first.
	for _, name := range []string{objectName(m.Object), stagedName(m.Object), objectName(m.Object)} {
		r, err := l.store.Get(ctx, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return &verifiedReader{r: r, hash: sha256.New(), name: name, sha: m.Object, size: m.Size}, nil
	}
	return nil, fmt.Errorf("%w: %s is missing", ErrTampered, objectName(m.Object))
}

// verifiedReader hashes what passes and judges it at the end.
type verifiedReader struct {
	r    io.ReadCloser
	hash hash.Hash
	n    int64
	name string
	sha  string
	size int64
}

func (v *verifiedReader) Read(p []byte) (int, error) {
	n, err := v.r.Read(p)
	v.hash.Write(p[:n])
	v.n += int64(n)
	if errors.Is(err, io.EOF) {
		if got := hex.EncodeToString(v.hash.Sum(nil)); v.n != v.size || got != v.sha {
			return n, fmt.Errorf("%w: %s: %d bytes with SHA-256 %s, want %d with %s", ErrTampered, v.name, v.n, got, v.size, v.sha)
		}
	}
	return n, err
}

func (v *verifiedReader) Close() error { return v.r.Close() }

// ProveEarlier proves that the log that a checkpoint commits to begins with that of
// an earlier one.
func (l *Locker) ProveEarlier(ctx context.Context, cp, earlier Checkpoint) (tlog.TreeProof, error) {
	proof, err := tlog.ProveTree(cp.Size, earlier.Size, l.hashes(ctx, cp))
	if err != nil {
		return nil, fmt.Errorf("prove that size %d extends size %d: %w", cp.Size, earlier.Size, err)
	}
	return proof, nil
}

// Prove returns the proof that the entry at index is in cp's tree: the audit
// path of RFC 6962, section 2.1.1, which [tlog.CheckRecord] checks.
func (l *Locker) Prove(cp Checkpoint, index int64) (tlog.RecordProof, error) {
	proof, err := tlog.ProveRecord(cp.Size, index, l.hashes(context.Background(), cp))
	if err != nil {
		return nil, fmt.Errorf("prove entry %d of %d: %w", index, cp.Size, err)
	}
	return proof, nil
}
