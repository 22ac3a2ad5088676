package pack

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"slices"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/locker"
)

// entryLine is a line of EntriesFile: a leaf of the locker's log with the proof
// that the checkpoint includes it.
type entryLine struct {
	Index    int64    `json:"index"`
	Manifest string   `json:"manifest"` // the leaf's exact bytes
	Proof    []string `json:"proof"`    // RFC 6962 audit path, base64, nearest sibling first

	// Of an auditor's copy, where the manifest is a redacted one.
	Leaf   string `json:"leaf,omitempty"`            // the record hash of the leaf, base64: what the proof proves
	SHA256 string `json:"manifest_sha256,omitempty"` // of the leaf's bytes, hex: what other manifests call it
}

// prover proves that a checkpoint includes a leaf.
type prover interface {
	Prove(cp locker.Checkpoint, index int64) (tlog.RecordProof, error)
}

// writeEntries writes the entries with their proofs.
func writeEntries(w io.Writer, p prover, cp locker.Checkpoint, entries []locker.Entry) error {
	z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	enc := json.NewEncoder(z)
	enc.SetEscapeHTML(false)
	for _, e := range entries {
		proof, err := p.Prove(cp, e.Index)
		if err != nil {
			return fmt.Errorf("prove leaf %d: %w", e.Index, err)
		}
		line := entryLine{Index: e.Index, Manifest: string(e.Raw)}
		if o := e.Original; o != nil {
			line.Leaf, line.SHA256 = base64.StdEncoding.EncodeToString(o.Leaf[:]), o.SHA256
		}
		for _, h := range proof {
			line.Proof = append(line.Proof, base64.StdEncoding.EncodeToString(h[:]))
		}
		if err := enc.Encode(line); err != nil {
			return err
		}
	}
	return z.Close()
}

// What reading the entries of a pack from anybody may take. A manifest of a unit
// with very many origins is some megabytes; a year of a large organisation is
// some hundred.
const (
	maxLine    = 64 << 20
	maxEntries = 2 << 30
)

// readEntries reads the entries and checks every proof against the checkpoint.
func readEntries(r io.Reader, cp locker.Checkpoint) ([]locker.Entry, error) {
	z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(8<<20))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	var entries []locker.Entry
	all := &io.LimitedReader{R: z, N: maxEntries}
	lines := bufio.NewScanner(all)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		e, err := readEntry(lines.Bytes(), cp)
		if err != nil {
			return nil, err
		}
		if n := len(entries); n > 0 && entries[n-1].Index >= e.Index {
			return nil, fmt.Errorf("leaf %d follows leaf %d", e.Index, entries[n-1].Index)
		}
		entries = append(entries, e)
	}
	if all.N == 0 {
		return nil, fmt.Errorf("it inflates to more than %d bytes", int64(maxEntries))
	}
	return entries, lines.Err()
}

func readEntry(b []byte, cp locker.Checkpoint) (_ locker.Entry, err error) {
	var line entryLine
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&line); err != nil {
		return locker.Entry{}, err
	}
	var proof tlog.RecordProof
	for _, p := range line.Proof {
		h, err := base64.StdEncoding.DecodeString(p)
		if err != nil || len(h) != tlog.HashSize {
			return locker.Entry{}, fmt.Errorf("leaf %d: %q is no hash", line.Index, p)
		}
		proof = append(proof, tlog.Hash(h))
	}
	e := locker.Entry{Index: line.Index, Raw: []byte(line.Manifest)}
	leaf := tlog.RecordHash(e.Raw)
	if line.Leaf != "" || line.SHA256 != "" {
		if e.Original, err = readOriginal(line); err != nil {
			return locker.Entry{}, err
		}
		leaf = e.Original.Leaf
	}
	if err := tlog.CheckRecord(proof, cp.Size, cp.Root, line.Index, leaf); err != nil {
		return locker.Entry{}, fmt.Errorf("leaf %d is not in the checkpoint: %w", line.Index, err)
	}
	if e.Manifest, err = locker.Decode(e.Raw); err != nil {
		return locker.Entry{}, fmt.Errorf("leaf %d: %w", line.Index, err)
	}
	return e, nil
}

// readOriginal reads what an auditor's copy tells of a leaf whose manifest is redacted.
func readOriginal(line entryLine) (*locker.Original, error) {
	h, err := base64.StdEncoding.DecodeString(line.Leaf)
	sum, sumErr := hex.DecodeString(line.SHA256)
	if err != nil || len(h) != tlog.HashSize || sumErr != nil || len(sum) != sha256.Size {
		return nil, fmt.Errorf("leaf %d: its redacted manifest needs the hashes of the original", line.Index)
	}
	return &locker.Original{Leaf: tlog.Hash(h), SHA256: line.SHA256}, nil
}

// batchesOf lists the batches of a kind that entries name, each object once, in
// the order in which the kind's evidence file holds them.
func batchesOf(entries []locker.Entry, kind string) []locker.Manifest {
	var list []locker.Manifest
	seen := map[string]bool{}
	for _, e := range entries {
		if m := e.Manifest; m.Type == locker.Batch && m.Kind == kind && m.Object != "" && !seen[m.Object] {
			seen[m.Object] = true
			list = append(list, m)
		}
	}
	return list
}

// kindsOf lists the kinds that entries hold records of, sorted.
func kindsOf(entries []locker.Entry) []string {
	var kinds []string
	for _, e := range entries {
		if m := e.Manifest; m.Object != "" && !slices.Contains(kinds, m.Kind) {
			kinds = append(kinds, m.Kind)
		}
	}
	slices.Sort(kinds)
	return kinds
}

// archive is a pack's own evidence as a sealed.Archive.
type archive struct {
	fsys    fs.FS
	entries []locker.Entry
	at      map[string]segment // by the batch object's hash
}

// segment is where a batch lies in the evidence file of its kind.
type segment struct {
	file         string
	offset, size int64
	sha256       string
}

// newArchive finds the batches in the evidence files, which hold the sealed objects or, as
// redacted says, what they are redacted to.
func newArchive(fsys fs.FS, entries []locker.Entry, redacted *Redaction) *archive {
	a := &archive{fsys: fsys, entries: entries, at: map[string]segment{}}
	parts := redacted.bySealed()
	for _, kind := range kindsOf(entries) {
		var offset int64
		for _, m := range batchesOf(entries, kind) {
			part := segment{EvidenceFile(kind), offset, m.Size, m.Object}
			if redacted != nil {
				o, ok := parts[m.Object]
				if !ok {
					break // the kind is not carried, or checking it fails for want of this
				}
				part.size, part.sha256 = o.Size, o.SHA256
			}
			a.at[m.Object] = part
			offset += part.size
		}
	}
	return a
}

// check reads every evidence file and compares its parts with the hashes that
// were sealed. Each file is exactly its batches.
func (a *archive) check(kind string) (batches int, records int64, err error) {
	f, err := a.fsys.Open(EvidenceFile(kind))
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	for _, m := range batchesOf(a.entries, kind) {
		part, ok := a.at[m.Object]
		if !ok {
			return batches, records, fmt.Errorf("batch %s is not in %s", m.Object, RedactionFile)
		}
		sum := sha256.New()
		if _, err := io.CopyN(sum, f, part.size); err != nil {
			return batches, records, fmt.Errorf("batch %s: %w", m.Object, err)
		}
		if got := hex.EncodeToString(sum.Sum(nil)); got != part.sha256 {
			return batches, records, fmt.Errorf("batch %s: its bytes hash to %s", m.Object, got)
		}
		batches++
		records += m.Records
	}
	if n, _ := io.Copy(io.Discard, f); n > 0 {
		return batches, records, fmt.Errorf("%d bytes belong to no sealed batch", n)
	}
	return batches, records, nil
}

func (a *archive) Entries(context.Context) iter.Seq2[locker.Entry, error] {
	return func(yield func(locker.Entry, error) bool) {
		for _, e := range a.entries {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func (a *archive) Records(_ context.Context, m locker.Manifest) iter.Seq2[evidence.Record, error] {
	return func(yield func(evidence.Record, error) bool) {
		r, err := a.open(m)
		if err != nil {
			yield(evidence.Record{}, err)
			return
		}
		defer r.Close()
		var n int64
		for rec, err := range locker.DecodeObject(r) {
			n++
			if !yield(rec, err) || err != nil {
				return
			}
		}
		if n != m.Records {
			yield(evidence.Record{}, fmt.Errorf("%d records, and %d were sealed", n, m.Records))
		}
	}
}

// open reads one batch out of its kind's file.
func (a *archive) open(m locker.Manifest) (io.ReadCloser, error) {
	at, ok := a.at[m.Object]
	if !ok {
		return nil, fmt.Errorf("batch %s is not in the pack", m.Object)
	}
	f, err := a.fsys.Open(at.file)
	if err != nil {
		return nil, err
	}
	if err := skip(f, at.offset); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", at.file, err), f.Close())
	}
	return struct {
		io.Reader
		io.Closer
	}{io.LimitReader(f, at.size), f}, nil
}

// skip moves on by n bytes: by seeking where the file can, by reading where not.
func skip(f fs.File, n int64) error {
	if s, ok := f.(io.Seeker); ok {
		_, err := s.Seek(n, io.SeekStart)
		return err
	}
	_, err := io.CopyN(io.Discard, f, n)
	return err
}
