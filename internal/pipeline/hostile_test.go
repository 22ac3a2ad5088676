package pipeline

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/pack"
	"github.com/evidencepack/evidence/internal/sign"
)

// onePack makes a pack and returns the path of its zip.
func onePack(t *testing.T) (*Run, string) {
	t.Helper()
	r := newRun(t, &trail{})
	if _, err := r.Collect(t.Context(), period, r.Library.Controls); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
	results, view, cp, err := r.Evaluate(t.Context(), period, r.Library.Controls)
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	defer results.Close()
	paths, err := r.Pack(t.Context(), period, results, view, cp, []string{"soc1"}, "")
	if err != nil {
		t.Fatal(err)
	}
	return r, paths[0]
}

func verifyPack(t *testing.T, r *Run, path string) error {
	t.Helper()
	return pack.Verify(t.Context(), path, pack.Verification{Drivers: r.Drivers, Tool: r.Tool, Lang: evidence.English})
}

// The reports of a pack name its signer: somebody else's signature beneath them
// must not pass.
func TestAPackSignedBySomebodyElse(t *testing.T) {
	r, path := onePack(t)
	dir := strings.TrimSuffix(path, ".zip")
	resign(t, dir)
	if err := verifyPack(t, r, dir); !errors.Is(err, pack.ErrTampered) {
		t.Errorf("a pack signed by another key than its manifest names: %v", err)
	}
}

// resign signs a pack's folder anew, as it is, with a new key.
func resign(t *testing.T, dir string) {
	t.Helper()
	var m pack.Manifest
	b, err := os.ReadFile(filepath.Join(dir, pack.ManifestFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(b)
	m.Files = append(m.Files, pack.File{Path: pack.ManifestFile, SHA256: hex.EncodeToString(sum[:])})
	slices.SortFunc(m.Files, func(a, b pack.File) int { return strings.Compare(a.Path, b.Path) })
	var subjects []sign.Subject
	for _, f := range m.Files {
		subjects = append(subjects, sign.Subject{Name: f.Path, Digest: map[string]string{"sha256": f.SHA256}})
	}
	key := filepath.Join(t.TempDir(), "other.pem")
	if err := sign.GenerateEd25519(key); err != nil {
		t.Fatal(err)
	}
	signer, err := sign.LoadSigner(key, "", m.AsOf)
	if err != nil {
		t.Fatal(err)
	}
	envelope, err := sign.SignStatement(t.Context(), signer, sign.NewStatement(subjects, m.AsOf))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, pack.SignatureFile), envelope, 0o644); err != nil {
		t.Fatal(err)
	}
}

// A member that inflates could be a bomb: a pack's are all stored.
func TestAPackWithCompressedMembers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bomb.zip")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	w, err := z.Create("a")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(make([]byte, 64<<20)); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(z.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	if z, err := pack.OpenZip(path); err == nil {
		z.Close()
		t.Error("it was opened")
	}
}

// What an evaluation keeps on disk goes when it is cut off or fails.
func TestNothingIsLeftBehind(t *testing.T) {
	r, path := onePack(t)
	dir := strings.TrimSuffix(path, ".zip")
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	t.Setenv("TMP", temp) // on Windows
	none := func(after string) {
		t.Helper()
		left, err := os.ReadDir(temp)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range left {
			t.Errorf("%s after %s", e.Name(), after)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	view, _, err := r.View(ctx, period, nil)
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(0, func() { // once there is something to leave behind
		for range 10_000 {
			if left, _ := os.ReadDir(temp); len(left) > 0 {
				break
			}
			time.Sleep(100 * time.Microsecond)
		}
		cancel()
	})
	if _, err := evaluation.Run(ctx, view, r.Library.Controls); err == nil {
		t.Error("evaluated after all")
	}
	if err := view.Close(); err != nil {
		t.Error(err)
	}
	none("an interruption")

	v := pack.Verification{Drivers: r.Drivers[:0], Tool: r.Tool, Lang: evidence.English} // other titles: other reports
	ctx, cancel = context.WithCancel(t.Context())
	v.Report = func(c pack.Check) {
		if c.Name == "re-performance" {
			cancel()
		}
	}
	if err := pack.Verify(ctx, dir, v); err == nil {
		t.Error("verified after all")
	}
	none("a verification that was cut off")
}
