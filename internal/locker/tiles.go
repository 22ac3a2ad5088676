package locker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight

	// maxEntryTile bounds what reading 256 manifests may need.
	maxEntryTile = 1 << 30
)

// entryTile names the manifests [n*256, n*256+256) of a log of the given size.
func entryTile(n, size int64) tlog.Tile {
	return tlog.Tile{H: tileHeight, L: -1, N: n, W: int(min(tileWidth, size-n*tileWidth))}
}

// readEntries reads the manifests of one entry tile, as bytes.
func readEntries(ctx context.Context, s Store, t tlog.Tile) ([][]byte, error) {
	data, err := readTile(ctx, s, t, maxEntryTile)
	if err != nil {
		return nil, err
	}
	entries := splitLines(data)
	if entries == nil || len(entries) < t.W {
		return nil, fmt.Errorf("%s: it does not hold %d lines", t.Path(), t.W)
	}
	return entries[:t.W], nil
}

// splitLines splits at newlines; it returns nil when the last line has none.
func splitLines(data []byte) [][]byte {
	lines := bytes.Split(data, []byte("\n"))
	if len(lines[len(lines)-1]) != 0 {
		return nil
	}
	return lines[:len(lines)-1]
}

// readTile reads a tile, or the full one that begins with it.
func readTile(ctx context.Context, s Store, t tlog.Tile, limit int64) ([]byte, error) {
	data, err := read(ctx, s, t.Path(), limit)
	if errors.Is(err, fs.ErrNotExist) && t.W < tileWidth {
		full := t
		full.W = tileWidth
		if data, ferr := read(ctx, s, full.Path(), limit); ferr == nil {
			return data, nil
		}
	}
	return data, err
}

// hashes returns a reader of the hashes of the tree that cp commits to. Every
// hash that it returns is proven to be in the tree.
func (l *Locker) hashes(ctx context.Context, cp Checkpoint) tlog.HashReader {
	return tlog.TileHashReader(tlog.Tree{N: cp.Size, Hash: cp.Root}, &tileReader{ctx: ctx, store: l.store})
}

// tileReader gives package tlog the hash tiles of a store. It lives as long as
// one operation, whose context it holds because tlog.TileReader passes none.
type tileReader struct {
	ctx   context.Context
	store Store

	mu    sync.Mutex
	cache map[tlog.Tile][]byte
}

// cachedTiles bounds the cache: 8 KiB each.
const cachedTiles = 64

func (r *tileReader) Height() int { return tileHeight }

func (r *tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, t := range tiles {
		r.mu.Lock()
		cached, ok := r.cache[t]
		r.mu.Unlock()
		if ok {
			data[i] = cached
			continue
		}
		b, err := readTile(r.ctx, r.store, t, tileWidth*tlog.HashSize)
		if err != nil {
			return nil, err
		}
		if len(b) < t.W*tlog.HashSize {
			return nil, fmt.Errorf("%s: %d bytes, want %d", t.Path(), len(b), t.W*tlog.HashSize)
		}
		data[i] = b[:t.W*tlog.HashSize]
	}
	return data, nil
}

// SaveTiles keeps tiles that were authenticated.
func (r *tileReader) SaveTiles(tiles []tlog.Tile, data [][]byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, t := range tiles {
		if r.cache == nil || len(r.cache) >= cachedTiles {
			r.cache = map[tlog.Tile][]byte{}
		}
		r.cache[t] = data[i]
	}
}
