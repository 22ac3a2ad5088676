package copies

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/locker"
	"github.com/evidencepack/evidence/internal/s3test"
)

const origin = "example.com/audit"

var sealedAt = time.Date(2026, 11, 1, 0, 5, 0, 0, time.UTC)

// key is an Ed25519 key of a fixed seed.
func key(t *testing.T, seed string) (note.Signer, string) {
	t.Helper()
	b := make([]byte, ed25519.SeedSize)
	copy(b, seed)
	vkey, err := note.NewEd25519VerifierKey(origin, ed25519.NewKeyFromSeed(b).Public().(ed25519.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	hash := strings.Split(vkey, "+")[1]
	signer, err := note.NewSigner("PRIVATE+KEY+" + origin + "+" + hash + "+" + base64.StdEncoding.EncodeToString(append([]byte{1}, b...)))
	if err != nil {
		t.Fatal(err)
	}
	return signer, vkey
}

// newLocker makes a locker that is sealed as often as there are sizes, each time with
// so many entries more, from a time on that its entries tell too.
func newLocker(t *testing.T, seed string, at time.Time, sizes ...int) (*locker.Locker, note.Signer) {
	t.Helper()
	signer, vkey := key(t, seed)
	root := filepath.Join(t.TempDir(), "locker")
	if err := locker.Create(root, origin, signer, vkey); err != nil {
		t.Fatal(err)
	}
	l, err := locker.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	grow(t, l, signer, at, sizes...)
	return l, signer
}

func grow(t *testing.T, l *locker.Locker, signer note.Signer, at time.Time, sizes ...int) {
	t.Helper()
	w, err := l.Writer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for round, size := range sizes {
		at := at.Add(time.Duration(round) * time.Hour)
		var items []locker.Item
		for i := range size {
			items = append(items, locker.Item{Manifest: locker.Manifest{
				Type: locker.Plan, Source: fmt.Sprintf("source-%d", i), Driver: "test",
				Collected: locker.Collected{At: at, Host: "host", Tool: "evidence test"},
				Query:     &evidence.Query{Period: evidence.Period{Start: at.AddDate(0, -1, 0), End: at}},
			}})
		}
		if _, err := w.AppendAll(t.Context(), items); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Seal(t.Context(), signer, at); err != nil {
			t.Fatal(err)
		}
	}
}

// places makes an empty place of each kind.
func places(t *testing.T) map[string]func(t *testing.T) string {
	return map[string]func(t *testing.T) string{
		"folder": func(t *testing.T) string { return "file:" + filepath.Join(t.TempDir(), "copies") },
		"repository": func(t *testing.T) string {
			if _, err := exec.LookPath("git"); err != nil {
				t.Skip("NOT TESTED with a Git repository: git is not installed")
			}
			root := t.TempDir()
			if out, err := exec.Command("git", "init", "--quiet", "--bare", root).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			return "git+file://" + root + "?branch=evidence/checkpoints"
		},
		"bucket": func(t *testing.T) string {
			endpoint := s3test.Start(t)
			for name, value := range s3test.Environment() {
				t.Setenv(name, value)
			}
			return locker.Scheme + s3test.Bucket(t, endpoint) + "/copies?path_style=true&retention=compliance&days=1&endpoint=" + url.QueryEscape(endpoint)
		},
	}
}

func update(t *testing.T, l *locker.Locker, place string) (int, error) {
	t.Helper()
	p, closer, err := Open(t.Context(), place, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer closer()
	return Update(t.Context(), l, p)
}

func copied(t *testing.T, place string) []locker.Known {
	t.Helper()
	known, err := Read(t.Context(), place, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return known
}

// failing returns what verification of a locker against copies finds.
func failing(t *testing.T, l *locker.Locker, known []locker.Known) []string {
	t.Helper()
	var failed []string
	err := locker.Verify(t.Context(), l.Where(), nil, func(c locker.Check) {
		if !c.OK {
			failed = append(failed, c.Object)
		}
	}, known...)
	if errors.Is(err, locker.ErrTampered) != (len(failed) > 0) || err != nil && len(failed) == 0 {
		t.Fatalf("failed %q: %v", failed, err)
	}
	return failed
}

// What is sealed is copied once, what could not be copied is copied later, and the
// locker's past can then be neither made anew, nor rolled back, nor sealed anew.
func TestCopies(t *testing.T) {
	for kind, make := range places(t) {
		t.Run(kind, func(t *testing.T) {
			place := make(t)
			l, signer := newLocker(t, "key", sealedAt, 3)
			if n, err := update(t, l, place); n != 1 || err != nil {
				t.Fatalf("the first checkpoint: %d, %v", n, err)
			}
			if n, err := update(t, l, place); n != 0 || err != nil {
				t.Fatalf("nothing new: %d, %v", n, err)
			}
			grow(t, l, signer, sealedAt.Add(24*time.Hour), 300, 5) // two, and no copy in between
			if n, err := update(t, l, place); n != 2 || err != nil {
				t.Fatalf("two more: %d, %v", n, err)
			}
			known := copied(t, place)
			if len(known) != 3 || known[0].Proof != nil || known[1].Proof == nil || known[2].Proof == nil {
				t.Fatalf("%d copies", len(known))
			}
			if failed := failing(t, l, known); len(failed) > 0 {
				t.Errorf("the locker fails on %q", failed)
			}

			for name, other := range map[string]*locker.Locker{
				"of a fresh key":          first(newLocker(t, "another", sealedAt, 3, 300, 5)),
				"of the same key":         first(newLocker(t, "key", sealedAt.Add(time.Minute), 3, 300, 5)),
				"rolled back":             first(newLocker(t, "key", sealedAt, 3)),
				"sealed in another order": first(newLocker(t, "key", sealedAt, 303, 5)),
			} {
				if failed := failing(t, other, nil); len(failed) > 0 {
					t.Errorf("%s: by itself it fails on %q", name, failed)
				}
				failed := failing(t, other, known)
				want := 3
				if name == "rolled back" {
					want = 2
				}
				if len(failed) < want || !slices.Contains(failed, known[2].From) {
					t.Errorf("%s: failed on %q alone", name, failed)
				}
				if n, err := update(t, other, place); !errors.Is(err, locker.ErrTampered) || n != 0 {
					t.Errorf("%s: copied %d over the others: %v", name, n, err)
				}
			}
			if again := copied(t, place); len(again) != 3 || string(again[2].Note) != string(known[2].Note) {
				t.Error("the copies changed")
			}
		})
	}
}

func first(l *locker.Locker, _ note.Signer) *locker.Locker { return l }

// Two push to one branch: what the one pushed meanwhile stays.
func TestRepositoryMovesOn(t *testing.T) {
	place := places(t)["repository"](t)
	l, signer := newLocker(t, "key", sealedAt, 2)
	one, closer, err := Open(t.Context(), place, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer closer()
	other, closer2, err := Open(t.Context(), place, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer closer2()
	if err := other.Put(t.Context(), locker.Object{Name: "README", Data: []byte("whose these are\n")}); err != nil {
		t.Fatal(err)
	}
	if n, err := Update(t.Context(), l, one); n != 1 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	grow(t, l, signer, sealedAt.Add(time.Hour), 1)
	if _, err := Update(t.Context(), l, other); err != nil {
		t.Fatal(err)
	}
	if known := copied(t, place); len(known) != 2 {
		t.Errorf("%d copies", len(known))
	}
}

// A copy that somebody replaced by a symbolic link is no checkpoint.
func TestRepositoryIsHostile(t *testing.T) {
	place := places(t)["repository"](t)
	l, _ := newLocker(t, "key", sealedAt, 2)
	if _, err := update(t, l, place); err != nil {
		t.Fatal(err)
	}
	work := t.TempDir()
	script := `git clone -q -b evidence/checkpoints "$1" w && cd w && ln -sf /etc/passwd checkpoints/2 &&
		git -c user.name=x -c user.email=x@example.com commit -qam x && git push -q`
	cmd := exec.Command("sh", "-c", script, "sh", strings.TrimSuffix(strings.TrimPrefix(place, "git+file://"), "?branch=evidence/checkpoints"))
	cmd.Dir = work
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if _, err := Read(t.Context(), place, time.Now); err == nil || !strings.Contains(err.Error(), "no plain file") {
		t.Errorf("%v", err)
	}
}

// Somebody hides a copy in a bucket: it is there all the same, and told of.
func TestHiddenCopy(t *testing.T) {
	place := places(t)["bucket"](t)
	l, _ := newLocker(t, "key", sealedAt, 2, 1)
	if _, err := update(t, l, place); err != nil {
		t.Fatal(err)
	}
	b, err := locker.ParseBucket(place)
	if err != nil {
		t.Fatal(err)
	}
	bucket, prefix, _ := strings.Cut(strings.TrimPrefix(b.Location, locker.Scheme), "/")
	hidden := prefix + "/checkpoints/3"
	if _, err := s3test.Client(b.Endpoint).DeleteObject(t.Context(), s3test.Deletion(bucket, hidden)); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(t.Context(), place, time.Now); !errors.Is(err, locker.ErrTampered) || !strings.Contains(err.Error(), "checkpoints/3") {
		t.Errorf("%v", err)
	}
}

func TestReadFile(t *testing.T) {
	l, _ := newLocker(t, "key", sealedAt, 2)
	path := filepath.Join(l.Where(), "checkpoint")
	known := copied(t, path)
	if len(known) != 1 || known[0].From != path || len(failing(t, l, known)) > 0 {
		t.Errorf("%+v", known)
	}
	large := filepath.Join(t.TempDir(), "large")
	if err := os.WriteFile(large, make([]byte, maxFile+1), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, place := range []string{
		large, t.TempDir(), filepath.Join(t.TempDir(), "none"), "file:", "ftp://host/path", "git+ftp://host/path", "git+ssh://-oProxyCommand=x/path",
		"git+https://user:hunter2@host/path", "git+ssh://host/path?branch=-x", "git+ssh://host/path?tag=x", "git+file:///does/not/exist", "s3://Bucket",
	} {
		if _, err := Read(t.Context(), place, time.Now); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", place, err)
		}
	}
}
