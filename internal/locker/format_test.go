package locker_test

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// reader is a second reader, written from FORMAT.md and sharing no code with the
// package: the standard library and a Zstandard decoder are all it has.
type reader struct {
	t    *testing.T
	root string
	key  ed25519.PublicKey
	id   []byte // key hash
}

func (r reader) read(name string) []byte {
	r.t.Helper()
	b, err := os.ReadFile(filepath.Join(r.root, filepath.FromSlash(name)))
	if err != nil {
		r.t.Fatal(err)
	}
	return b
}

func newReader(t *testing.T, root string) reader {
	r := reader{t: t, root: root}
	var c struct {
		Version          int
		Origin, Verifier string
		Signature        []byte
	}
	if err := json.Unmarshal(r.read("locker.json"), &c); err != nil || c.Version != 1 {
		t.Fatalf("locker.json: %+v, %v", c, err)
	}
	parts := strings.Split(c.Verifier, "+")
	key, err := base64.StdEncoding.DecodeString(strings.Join(parts[2:], "+"))
	if err != nil || len(key) != 33 || key[0] != 1 {
		t.Fatalf("verifier key %q: %v", c.Verifier, err)
	}
	r.key = key[1:]
	if r.id, err = hex.DecodeString(parts[1]); err != nil {
		t.Fatal(err)
	}
	if !ed25519.Verify(r.key, []byte("evidence locker 1\n"+c.Origin+"\n"+c.Verifier+"\n"), c.Signature) {
		t.Fatal("locker.json: signature")
	}
	return r
}

// checkpoint verifies a signed note and returns the lines of its text.
func (r reader) checkpoint(name string) []string {
	r.t.Helper()
	text, sigs, _ := strings.Cut(string(r.read(name)), "\n\n")
	fields := strings.Fields(sigs) // dash, key name, signature
	sig, err := base64.StdEncoding.DecodeString(fields[2])
	if err != nil || !bytes.Equal(sig[:4], r.id) || !ed25519.Verify(r.key, []byte(text+"\n"), sig[4:]) {
		r.t.Fatalf("%s: signature, %v", name, err)
	}
	return strings.Split(text, "\n")
}

func node(l, r [32]byte) [32]byte {
	return sha256.Sum256(append(append([]byte{1}, l[:]...), r[:]...))
}

func merkle(leaves [][32]byte) [32]byte {
	if len(leaves) == 1 {
		return leaves[0]
	}
	k := 1
	for 2*k < len(leaves) {
		k *= 2
	}
	return node(merkle(leaves[:k]), merkle(leaves[k:]))
}

func tileName(level string, n, size int) string {
	name := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		name = fmt.Sprintf("x%03d/%s", n%1000, name)
	}
	name = "tile/8/" + level + "/" + name
	if size < 256 {
		name += fmt.Sprintf(".p/%d", size)
	}
	return name
}

// log reads size manifests, and holds entry tiles and hash tiles to each other.
func (r reader) log(size int) (manifests []string, leaves [][32]byte) {
	r.t.Helper()
	for n := 0; n*256 < size; n++ {
		width := min(256, size-n*256)
		lines := strings.Split(strings.TrimSuffix(string(r.read(tileName("data", n, width))), "\n"), "\n")
		hashes := r.read(tileName("0", n, width))
		if len(lines) != width || len(hashes) != 32*width {
			r.t.Fatalf("tile %d: %d manifests, %d bytes of hashes", n, len(lines), len(hashes))
		}
		for i, line := range lines {
			h := sha256.Sum256([]byte("\x00" + line))
			if !bytes.Equal(h[:], hashes[32*i:32*i+32]) {
				r.t.Fatalf("entry %d: its hash is not in its tile", n*256+i)
			}
			manifests, leaves = append(manifests, line), append(leaves, h)
		}
	}
	for n := range size / 256 { // the second level, of one tile in this test
		h, want := merkle(leaves[256*n:256*n+256]), r.read(tileName("1", 0, size/256))
		if !bytes.Equal(h[:], want[32*n:32*n+32]) {
			r.t.Fatalf("tile 1/0, hash %d", n)
		}
	}
	return manifests, leaves
}

// object verifies an object and counts its records.
func (r reader) object(sha string, size int) (records int) {
	r.t.Helper()
	stored := r.read("batches/" + sha + ".jsonl.zst")
	if sum := sha256.Sum256(stored); hex.EncodeToString(sum[:]) != sha || len(stored) != size {
		r.t.Fatalf("object %s: hash or size", sha)
	}
	dec, err := zstd.NewReader(bytes.NewReader(stored))
	if err != nil {
		r.t.Fatal(err)
	}
	defer dec.Close()
	for lines := bufio.NewScanner(dec); lines.Scan(); records++ {
		var line struct{ Kind, ID, Time string }
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil || line.ID == "" {
			r.t.Fatalf("object %s: line %d: %v", sha, records+1, err)
		}
	}
	return records
}

func TestFormat(t *testing.T) {
	root, want := sealedLocker(t)
	r := newReader(t, root)
	latest := r.checkpoint("checkpoint")
	previous := ""
	for name := "checkpoints/" + latest[1]; name != ""; name = previous {
		var size int
		cp := r.checkpoint(name)
		if _, err := fmt.Sscan(cp[1], &size); err != nil {
			t.Fatal(err)
		}
		manifests, leaves := r.log(size)
		if root := merkle(leaves); base64.StdEncoding.EncodeToString(root[:]) != cp[2] {
			t.Fatalf("%s: the root is %x", name, root)
		}
		for i, line := range manifests {
			var m struct {
				Type, Object  string
				Size, Records int
			}
			if err := json.Unmarshal([]byte(line), &m); err != nil {
				t.Fatal(err)
			}
			if sum := sha256.Sum256([]byte(line)); hex.EncodeToString(sum[:]) != want[i] {
				t.Errorf("entry %d is not what was appended", i)
			}
			if m.Object != "" && r.object(m.Object, m.Size) != m.Records {
				t.Errorf("entry %d: not %d records", i, m.Records)
			}
		}
		previous = ""
		if len(cp) == 5 {
			var sha string
			if _, err := fmt.Sscanf(cp[4], "previous %s %s", &previous, &sha); err != nil {
				t.Fatal(err)
			}
			previous = "checkpoints/" + previous
			if sum := sha256.Sum256(r.read(previous)); hex.EncodeToString(sum[:]) != sha {
				t.Errorf("%s names another %s", name, previous)
			}
		} else if len(want) == size {
			t.Error("the chain of checkpoints ends with the latest")
		}
	}
}
