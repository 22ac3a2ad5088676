package locker

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// checkpoints verifies every kept checkpoint, the chain that they form, and that
// the latest one is what the pointer to it says.
func (a *audit) checkpoints(ctx context.Context) error {
	for _, name := range a.sorted {
		if !strings.HasPrefix(name, keptFolder) {
			continue
		}
		a.has(name)
		_, err := parseKept(name)
		var cp Checkpoint
		if err == nil {
			cp, err = a.strict(ctx, name)
		}
		if err != nil {
			a.fail("checkpoint", name, "%v", err)
			continue
		}
		a.kept = append(a.kept, cp)
	}
	slices.SortFunc(a.kept, func(x, y Checkpoint) int { return cmp.Compare(x.Size, y.Size) })
	a.latest(ctx)
	var before Checkpoint
	for _, cp := range a.kept {
		if cp.PreviousSize != before.Size || before.Size > 0 && cp.PreviousSHA256 != hexSHA256(before.Note) {
			a.fail("checkpoint", keptName(cp.PreviousSize), "checkpoint %d follows it, and it is missing or not the one", cp.Size)
		}
		before = cp
	}
	return nil
}

// strict parses a checkpoint that must be signed by the locker's key and nobody
// else: a line by an unknown key would be a byte that nothing verifies.
func (a *audit) strict(ctx context.Context, name string) (Checkpoint, error) {
	cp, err := a.l.checkpoint(ctx, name)
	if err == nil && bytes.Count(cp.Note, []byte("\n— ")) != 1 {
		err = errors.New("it has a signature by an unknown key")
	}
	return cp, err
}

// latest checks the pointer to the newest checkpoint. It may lag behind only if
// sealing was cut off in between, and then what was being sealed is still pending.
func (a *audit) latest(ctx context.Context) {
	var latest, newest Checkpoint
	if n := len(a.kept); n > 0 {
		newest = a.kept[n-1]
	}
	if a.has(latestName) {
		var err error
		if latest, err = a.strict(ctx, latestName); err != nil {
			a.fail("checkpoint", latestName, "%v", err)
			return
		}
	}
	switch {
	case bytes.Equal(latest.Note, newest.Note):
		if latest.Size > 0 {
			a.ok("checkpoint", latestName, fmt.Sprintf("%d entries, sealed at %s", latest.Size, latest.SealedAt.Format(time.RFC3339)))
		}
	case latest.Size > newest.Size:
		a.fail("checkpoint", keptName(latest.Size), "it is missing")
		a.kept = append(a.kept, latest)
	case latest.Size == newest.PreviousSize && a.stillPending(latest.Size):
		a.leftover(latestName, fmt.Sprintf("sealing was interrupted: checkpoint %d is not the latest yet", newest.Size))
	default:
		a.fail("checkpoint", latestName, "it is of size %d although %s exists", latest.Size, keptName(newest.Size))
	}
}

// stillPending reports whether the manifest with an index has its pending file.
func (a *audit) stillPending(index int64) bool {
	for _, name := range a.sorted {
		if strings.HasPrefix(name, fmt.Sprintf("%s%020d-", pendFolder, index)) {
			return true
		}
	}
	return false
}

// size is that of the largest checkpoint.
func (a *audit) size() int64 {
	if len(a.kept) == 0 {
		return 0
	}
	return a.kept[len(a.kept)-1].Size
}

// entries reads every sealed manifest and the level-0 hash tiles, finds out
// which of the two the signed root confirms, and holds the other against it.
func (a *audit) entries(ctx context.Context) error {
	size := a.size()
	fromEntries, fromHashes := make([]tlog.Hash, size), make([]tlog.Hash, size)
	for n := int64(0); n*tileWidth < size; n++ {
		t := entryTile(n, size)
		lines, err := readEntries(ctx, a.store, t)
		if err != nil {
			lines = nil
		}
		for i, line := range lines {
			fromEntries[n*tileWidth+int64(i)] = tlog.RecordHash(line)
		}
		t.L = 0
		data, err := readTile(ctx, a.store, t, tileWidth*tlog.HashSize)
		for i := 0; err == nil && (i+1)*tlog.HashSize <= len(data) && i < t.W; i++ {
			copy(fromHashes[n*tileWidth+int64(i)][:], data[i*tlog.HashSize:])
		}
	}
	for _, leaves := range [][]tlog.Hash{fromEntries, fromHashes} {
		a.tree = tree{}
		for _, h := range leaves {
			if err := a.tree.add(h); err != nil {
				return err
			}
		}
		if root, err := a.tree.root(size); err != nil || size == 0 || root == a.kept[len(a.kept)-1].Root {
			return err
		}
	}
	// Neither is right as a whole: go on with the hashes, and name every file
	// in which the two differ.
	for i := range fromHashes {
		if fromHashes[i] != fromEntries[i] {
			t := entryTile(int64(i)/tileWidth, size)
			a.fail("entry tile", t.Path(), "entry %d and its hash do not fit, and no signed root says which is right", i)
			t.L = 0
			a.fail("hash tile", t.Path(), "entry %d and its hash do not fit, and no signed root says which is right", i)
		}
	}
	return nil
}

// pending checks the manifests to come and adds them to the tree: an
// interrupted seal may have written tiles with them already.
func (a *audit) pending(ctx context.Context) error {
	size := a.size()
	for _, g := range a.groups() {
		name := groupName(g)
		a.has(name)
		raw, err := a.l.readGroup(ctx, g)
		if err != nil {
			a.fail("pending", name, "%v", err)
			continue
		}
		if g.first >= size && g.first != a.tree.size {
			a.fail("pending", name, "the manifests from %d to %d, appended before it, are missing", a.tree.size, g.first)
			continue
		}
		for i, line := range raw {
			if g.first < size {
				if want, err := a.tree.leaf(g.first + int64(i)); err != nil || want != tlog.RecordHash(line) {
					a.fail("pending", name, "manifest %d is not in the log where it says it is", i)
				}
			} else if err := a.tree.add(tlog.RecordHash(line)); err != nil {
				return err
			}
		}
		a.ok("pending", name, fmt.Sprintf("%d manifests, not sealed", len(raw)))
	}
	return nil
}

// groups lists the files of pending manifests in order. Other names in the
// pending area remain stray files.
func (a *audit) groups() []group {
	var groups []group
	for _, name := range a.sorted {
		if g, err := parseGroup(name); err == nil {
			groups = append(groups, g)
		}
	}
	return groups
}

// roots proves that every kept checkpoint commits to a beginning of one and the
// same log, by computing each root from its leaves.
func (a *audit) roots(context.Context) error {
	for _, cp := range a.kept {
		root, err := a.tree.root(cp.Size)
		if err != nil {
			return err
		}
		if root != cp.Root {
			a.fail("consistency", keptName(cp.Size), "its root is %s, the log's is %s", cp.Root, root)
			continue
		}
		a.ok("consistency", keptName(cp.Size), "")
	}
	return nil
}

// tree is a Merkle tree with all its hashes.
type tree struct {
	size   int64
	hashes []tlog.Hash // by stored index
}

func (t *tree) add(leaf tlog.Hash) error {
	hashes, err := tlog.StoredHashesForRecordHash(t.size, leaf, t)
	if err != nil {
		return err
	}
	t.hashes = append(t.hashes, hashes...)
	t.size++
	return nil
}

func (t *tree) root(size int64) (tlog.Hash, error) { return tlog.TreeHash(size, t) }

func (t *tree) leaf(i int64) (tlog.Hash, error) {
	h, err := t.ReadHashes([]int64{tlog.StoredHashIndex(0, i)})
	if err != nil {
		return tlog.Hash{}, err
	}
	return h[0], nil
}

// ReadHashes implements tlog.HashReader.
func (t *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		if x >= int64(len(t.hashes)) {
			return nil, fmt.Errorf("hash %d of a tree of %d leaves", x, t.size)
		}
		hashes[i] = t.hashes[x]
	}
	return hashes, nil
}
