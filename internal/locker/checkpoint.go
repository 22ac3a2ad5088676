package locker

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Checkpoint commits to a log of Size manifests. It is a signed note whose text
// is a C2SP checkpoint with one or two extension lines:
//
//	<origin>
//	<size in decimal>
//	<root hash in base64>
//	sealed <time, RFC 3339 in UTC>
//	previous <size> <hex SHA-256 of that checkpoint's note>
//
// The last line is missing in a locker's first checkpoint only. Through it the
// latest checkpoint vouches for the existence of all earlier ones.
type Checkpoint struct {
	Origin         string
	Size           int64
	Root           tlog.Hash
	SealedAt       time.Time
	PreviousSize   int64  // 0 in the first checkpoint
	PreviousSHA256 string // of the previous checkpoint's note, hex; empty in the first
	Note           []byte // the signed note, byte for byte
	KeyName        string // the key that signed it
	KeyHash        uint32
}

// maxNote is far more than a checkpoint needs.
const maxNote = 64 << 10

// ParseCheckpoint reads a signed note. At least one of verifiers must have signed
// it, and it must be written in the one way that [Writer.Seal] writes it.
// Signatures by other keys are allowed, as witnesses make them.
func ParseCheckpoint(noteBytes []byte, verifiers ...note.Verifier) (Checkpoint, error) {
	n, err := note.Open(noteBytes, note.VerifierList(verifiers...))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("checkpoint: %w", err)
	}
	cp, err := parseText(n.Text)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("checkpoint: %w", err)
	}
	if err := canonicalSignatures(noteBytes, n); err != nil {
		return Checkpoint{}, fmt.Errorf("checkpoint: %w", err)
	}
	cp.Note = slices.Clone(noteBytes)
	cp.KeyName, cp.KeyHash = n.Sigs[0].Name, n.Sigs[0].Hash
	return cp, nil
}

func parseText(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 5 && len(lines) != 6 || lines[0] == "" { // the last one is empty
		return Checkpoint{}, errors.New("want an origin, a size, a root, a time and at most one line more")
	}
	var cp Checkpoint
	var err error
	cp.Origin = lines[0]
	if cp.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || cp.Size < 1 {
		return Checkpoint{}, fmt.Errorf("size %q", lines[1])
	}
	if cp.Root, err = tlog.ParseHash(lines[2]); err != nil {
		return Checkpoint{}, fmt.Errorf("root %q", lines[2])
	}
	if cp.SealedAt, err = time.Parse(time.RFC3339Nano, strings.TrimPrefix(lines[3], "sealed ")); err != nil {
		return Checkpoint{}, fmt.Errorf("time of sealing %q", lines[3])
	}
	if len(lines) == 6 {
		size, sha, _ := strings.Cut(strings.TrimPrefix(lines[4], "previous "), " ")
		cp.PreviousSHA256 = sha
		cp.PreviousSize, err = strconv.ParseInt(size, 10, 64)
		if err != nil || cp.PreviousSize < 1 || cp.PreviousSize >= cp.Size || !isHexSHA256(sha) {
			return Checkpoint{}, fmt.Errorf("previous checkpoint %q", lines[4])
		}
	}
	if cp.text() != text {
		return Checkpoint{}, errors.New("not written in its canonical form")
	}
	return cp, nil
}

// text is the inverse of parseText.
func (cp Checkpoint) text() string {
	s := fmt.Sprintf("%s\n%d\n%s\nsealed %s\n", cp.Origin, cp.Size, cp.Root, cp.SealedAt.UTC().Format(time.RFC3339Nano))
	if cp.PreviousSize > 0 {
		s += fmt.Sprintf("previous %d %s\n", cp.PreviousSize, cp.PreviousSHA256)
	}
	return s
}

// canonicalSignatures refuses signature lines that decode to a good signature
// without being the bytes that a signer writes: package note ignores repeated
// lines and unused bits of base64.
func canonicalSignatures(noteBytes []byte, n *note.Note) error {
	_, lines, _ := bytes.Cut(noteBytes, []byte("\n\n"))
	want := len(n.Sigs) + len(n.UnverifiedSigs)
	if got := bytes.Count(lines, []byte("\n")); got != want {
		return fmt.Errorf("%d signature lines, %d of them different", got, want)
	}
	for _, s := range slices.Concat(n.Sigs, n.UnverifiedSigs) {
		if _, err := base64.StdEncoding.Strict().DecodeString(s.Base64); err != nil {
			return fmt.Errorf("signature by %s: %w", s.Name, err)
		}
	}
	return nil
}

// Latest returns the latest checkpoint, its signature verified with the locker's
// key. The error wraps [ErrUnsealed] when there is none yet.
func (l *Locker) Latest() (Checkpoint, error) {
	cp, err := l.checkpoint(context.Background(), latestName)
	if errors.Is(err, fs.ErrNotExist) {
		return Checkpoint{}, fmt.Errorf("%w: %s", ErrUnsealed, l.store)
	}
	return cp, err
}

// Checkpoints returns every checkpoint up to the latest, oldest first, each
// signature verified with the locker's key.
func (l *Locker) Checkpoints() ([]Checkpoint, error) {
	ctx := context.Background()
	latest, err := l.Latest()
	if err != nil {
		return nil, err
	}
	sizes, err := l.keptSizes(ctx)
	if err != nil {
		return nil, err
	}
	var all []Checkpoint
	for _, size := range sizes {
		if size > latest.Size { // sealing was cut off just before its last step
			break
		}
		cp, err := l.checkpoint(ctx, keptName(size))
		if err != nil {
			return nil, err
		}
		all = append(all, cp)
	}
	return all, nil
}

// Kept returns the sizes of the checkpoints up to the latest, ascending.
func (l *Locker) Kept(ctx context.Context) ([]int64, error) {
	latest, err := l.Latest()
	if err != nil {
		return nil, err
	}
	sizes, err := l.keptSizes(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(sizes, func(size int64) bool { return size > latest.Size }), nil
}

// Checkpoint returns the checkpoint of a size that is kept.
func (l *Locker) Checkpoint(ctx context.Context, size int64) (Checkpoint, error) {
	return l.checkpoint(ctx, keptName(size))
}

// keptSizes returns the sizes at which the log was sealed, ascending.
func (l *Locker) keptSizes(ctx context.Context) ([]int64, error) {
	names, err := list(ctx, l.store, keptFolder)
	if err != nil {
		return nil, err
	}
	var sizes []int64
	for _, name := range names {
		size, err := parseKept(name)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrTampered, err)
		}
		sizes = append(sizes, size)
	}
	slices.Sort(sizes)
	return sizes, nil
}

// checkpoint reads one checkpoint of this locker.
func (l *Locker) checkpoint(ctx context.Context, name string) (Checkpoint, error) {
	data, err := read(ctx, l.store, name, maxNote)
	if err != nil {
		return Checkpoint{}, err
	}
	cp, err := ParseCheckpoint(data, l.verifier)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("%w: %s: %w", ErrTampered, name, err)
	}
	if cp.Origin != l.origin {
		return Checkpoint{}, fmt.Errorf("%w: %s: it is a checkpoint of %s", ErrTampered, name, cp.Origin)
	}
	if name != latestName && keptName(cp.Size) != name {
		return Checkpoint{}, fmt.Errorf("%w: %s: it is the checkpoint of size %d", ErrTampered, name, cp.Size)
	}
	return cp, nil
}
