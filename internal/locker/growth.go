package locker

import (
	"bytes"
	"context"

	"golang.org/x/mod/sumdb/tlog"
)

// putGroup is how many tiles are stored at a time: enough for their folder to
// be synced rarely, few enough to hold in memory.
const putGroup = 32

// growth is a tree that is being extended: the old tree's hashes come from its
// tiles, the new ones are kept in memory, 64 bytes for each new leaf.
type growth struct {
	old    Checkpoint
	reader tlog.HashReader // of the old tree; nil when that is empty
	size   int64
	hashes map[int64]tlog.Hash // by stored index
}

// add appends one leaf.
func (g *growth) add(line []byte) error {
	hashes, err := tlog.StoredHashes(g.size, line, g)
	if err != nil {
		return err
	}
	first := tlog.StoredHashIndex(0, g.size)
	for i, h := range hashes {
		g.hashes[first+int64(i)] = h
	}
	g.size++
	return nil
}

// ReadHashes implements tlog.HashReader over both parts.
func (g *growth) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	var old, at []int64
	for i, x := range indexes {
		h, ok := g.hashes[x]
		if !ok {
			old, at = append(old, x), append(at, int64(i))
		}
		hashes[i] = h
	}
	if len(old) == 0 {
		return hashes, nil
	}
	found, err := g.reader.ReadHashes(old)
	if err != nil {
		return nil, err
	}
	for i, h := range found {
		hashes[at[i]] = h
	}
	return hashes, nil
}

// write stores the hash tiles that are new.
func (g *growth) write(ctx context.Context, s Store) error {
	var objects []Object
	for _, t := range tlog.NewTiles(tileHeight, g.old.Size, g.size) {
		data, err := tlog.ReadTileData(t, g)
		if err != nil {
			return err
		}
		objects = append(objects, Object{Name: t.Path(), Data: data})
		if len(objects) == putGroup {
			if err := s.Put(ctx, objects...); err != nil {
				return err
			}
			objects = nil
		}
	}
	return s.Put(ctx, objects...)
}

// entryWriter stores manifests in entry tiles.
type entryWriter struct {
	store   Store
	size    int64 // of the log with what was added
	tile    bytes.Buffer
	objects []Object
}

// resume begins with the manifests of a last tile that is not full.
func (e *entryWriter) resume(ctx context.Context, l *Locker, tree tlog.HashReader) error {
	if e.size%tileWidth == 0 {
		return nil
	}
	lines, err := l.provenEntries(ctx, tree, entryTile(e.size/tileWidth, e.size))
	if err != nil {
		return err
	}
	for _, line := range lines {
		e.tile.Write(line)
		e.tile.WriteByte('\n')
	}
	return nil
}

func (e *entryWriter) add(ctx context.Context, line []byte) error {
	e.tile.Write(line)
	e.tile.WriteByte('\n')
	e.size++
	if e.size%tileWidth != 0 {
		return nil
	}
	e.close()
	if len(e.objects) < putGroup {
		return nil
	}
	err := e.store.Put(ctx, e.objects...)
	e.objects = nil
	return err
}

// close ends the tile that holds the last manifest.
func (e *entryWriter) close() {
	t := entryTile((e.size-1)/tileWidth, e.size)
	e.objects = append(e.objects, Object{Name: t.Path(), Data: bytes.Clone(e.tile.Bytes())})
	e.tile.Reset()
}

// flush stores what add has not yet.
func (e *entryWriter) flush(ctx context.Context) error {
	if e.tile.Len() > 0 {
		e.close()
	}
	err := e.store.Put(ctx, e.objects...)
	e.objects = nil
	return err
}
