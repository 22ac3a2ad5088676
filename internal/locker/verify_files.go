package locker

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// tiles checks that every tile that the kept checkpoints need is there, and that
// every tile that is there says what the log says.
func (a *audit) tiles(ctx context.Context) error {
	needed := map[string]bool{}
	var before int64
	for _, cp := range a.kept {
		for _, t := range tlog.NewTiles(tileHeight, before, cp.Size) {
			needed[t.Path()] = true
			if t.L == 0 {
				t.L = -1
				needed[t.Path()] = true
			}
		}
		before = cp.Size
	}
	for _, path := range slices.Sorted(maps.Keys(needed)) {
		if _, ok := a.names[path]; !ok {
			a.fail(tileKind(path), path, "it is missing")
		}
	}
	for _, name := range a.sorted {
		if !strings.HasPrefix(name, tileFolder) {
			continue
		}
		if err := a.tile(ctx, name, needed[name]); err != nil {
			return err
		}
	}
	return nil
}

func tileKind(path string) string {
	if strings.HasPrefix(path, "tile/8/data/") {
		return "entry tile"
	}
	return "hash tile"
}

func (a *audit) tile(ctx context.Context, name string, needed bool) error {
	t, err := tlog.ParseTilePath(name)
	if err != nil || t.H != tileHeight || a.beyond(t) {
		return nil // nothing in the log is in such a place: it remains a stray file
	}
	a.has(name)
	data, err := read(ctx, a.store, name, maxEntryTile)
	if errors.Is(err, fs.ErrNotExist) {
		a.fail(tileKind(name), name, "it vanished")
		return nil
	}
	if err != nil {
		a.fail(tileKind(name), name, "%v", err)
		return nil
	}
	if t.L < 0 {
		err = a.entryTile(t, data)
	} else {
		err = a.hashTile(t, data)
	}
	switch {
	case err != nil:
		a.fail(tileKind(name), name, "%v", err)
	case needed:
		a.ok(tileKind(name), name, "")
	default:
		a.leftover(name, "left by an interrupted seal; what it says is right")
	}
	return nil
}

// beyond reports whether a tile holds anything past the end of the log and what
// is pending.
func (a *audit) beyond(t tlog.Tile) bool {
	level := max(t.L, 0)
	if level > 7 { // 2^64 leaves
		return true
	}
	return t.N*tileWidth+int64(t.W) > a.tree.size>>(level*tileHeight)
}

func (a *audit) hashTile(t tlog.Tile, data []byte) error {
	want, err := tlog.ReadTileData(t, &a.tree)
	if err != nil {
		return err
	}
	if !bytes.Equal(want, data) {
		return errors.New("its hashes are not those of the log")
	}
	return nil
}

func (a *audit) entryTile(t tlog.Tile, data []byte) error {
	lines := splitLines(data)
	if len(lines) != t.W {
		return fmt.Errorf("it holds %d whole lines, want %d", len(lines), t.W)
	}
	for i, line := range lines {
		index := t.N*tileWidth + int64(i)
		want, err := a.tree.leaf(index)
		if err != nil {
			return err
		}
		if tlog.RecordHash(line) != want {
			return fmt.Errorf("entry %d is not the one that was sealed", index)
		}
	}
	return nil
}

// objects checks the records of every manifest, sealed and pending.
func (a *audit) objects(ctx context.Context) error {
	size := a.size()
	for n := int64(0); n*tileWidth < size; n++ {
		lines, err := readEntries(ctx, a.store, entryTile(n, size))
		if err != nil {
			continue // named already
		}
		for i, line := range lines {
			index := n*tileWidth + int64(i)
			if want, err := a.tree.leaf(index); err != nil || tlog.RecordHash(line) != want {
				continue // named already
			}
			a.manifest(ctx, line, fmt.Sprintf("entry %d", index), false)
		}
	}
	for _, g := range a.groups() {
		raw, err := a.l.readGroup(ctx, g)
		if err != nil {
			continue // named already
		}
		for i, line := range raw {
			a.manifest(ctx, line, fmt.Sprintf("%s line %d", groupName(g), i+1), g.first >= size)
		}
	}
	a.staged(ctx)
	return nil
}

// manifest checks one manifest and its object. While it is pending, the object
// may be in the pending area or, when sealing was interrupted, in both places.
func (a *audit) manifest(ctx context.Context, line []byte, where string, pending bool) {
	m, err := Decode(line)
	if err != nil {
		a.fail("manifest", where, "%v", err)
		return
	}
	if m.Object == "" {
		return
	}
	found := a.object(ctx, objectName(m.Object), m)
	if pending {
		found = a.object(ctx, stagedName(m.Object), m) || found
	}
	if !found {
		a.fail("object", objectName(m.Object), "it is missing; %s refers to it", where)
	}
}

// object checks the bytes of an object once, and reports whether it is there.
func (a *audit) object(ctx context.Context, name string, m Manifest) bool {
	checked, ok := a.names[name]
	if !ok || checked {
		return ok
	}
	a.has(name)
	sha, n, err := a.sum(ctx, name)
	switch {
	case err != nil:
		a.fail("object", name, "%v", err)
	case sha != m.Object:
		a.fail("object", name, "its SHA-256 is %s", sha)
	case n != m.Size:
		a.fail("object", name, "it has %d bytes, its manifest says %d", n, m.Size)
	default:
		a.ok("object", name, "")
	}
	return true
}

// staged looks at the objects in the pending area that no pending manifest
// speaks of: an append that was cut off before it was acknowledged, or a seal
// that was cut off while it cleared up.
func (a *audit) staged(ctx context.Context) {
	for _, name := range a.sorted {
		want, ok := parseStaged(name)
		if !ok || a.names[name] {
			continue
		}
		a.has(name)
		sha, _, err := a.sum(ctx, name)
		if err != nil || sha != want {
			a.fail("object", name, "its SHA-256 is not its name (%s, %v)", sha, err)
			continue
		}
		a.leftover(name, "no pending manifest refers to it: an append was interrupted, or its manifest removed")
	}
}

// sum returns an object's hash and size.
func (a *audit) sum(ctx context.Context, name string) (sha string, n int64, err error) {
	r, err := a.store.Get(ctx, name)
	if err != nil {
		return "", 0, err
	}
	defer r.Close()
	h := sha256.New()
	n, err = io.Copy(h, r)
	return hex.EncodeToString(h.Sum(nil)), n, err
}
