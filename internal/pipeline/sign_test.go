package pipeline

import (
	"crypto"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/config"
	"github.com/evidencepack/evidence/internal/pack"
	"github.com/evidencepack/evidence/internal/sign"
)

// approverOf configures an approver with a new key.
func approverOf(t *testing.T, r *Run, name string) config.Signer {
	t.Helper()
	key := filepath.Join(t.TempDir(), "approver.pem")
	if err := sign.GenerateEd25519(key); err != nil {
		t.Fatal(err)
	}
	s := config.Signer{Name: evidence.Text{JA: name, EN: name}, Role: evidence.Text{JA: "承認者", EN: "Approver"}, Key: key}
	r.Config.Sign.Approver = &s
	return s
}

func verification(r *Run) pack.Verification {
	return pack.Verification{Drivers: r.Drivers, Tool: r.Tool, Lang: evidence.English}
}

func approve(t *testing.T, r *Run, path, dir string) (string, error) {
	t.Helper()
	return r.Approve(t.Context(), path, verification(r), dir)
}

func publicKey(t *testing.T, s config.Signer) crypto.PublicKey {
	t.Helper()
	trust, err := sign.LoadTrust(strings.TrimSuffix(s.Key, ".pem") + ".pub.pem")
	if err != nil {
		t.Fatal(err)
	}
	return trust.Keys[0]
}

// TestApprove: two approvers sign one pack in turn, out of its folder and out of its zip;
// all stages verify, and whoever is expected may have signed at any of them.
func TestApprove(t *testing.T) {
	r, path := onePack(t)
	r.Config.Sign.Preparer.Name = evidence.Text{JA: "甲", EN: "A"}
	former := read(t, strings.TrimSuffix(path, ".zip"), pack.ManifestFile)
	out := t.TempDir()
	first := approverOf(t, r, "First")
	once, err := approve(t, r, path, out)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(strings.TrimSuffix(once, ".zip")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder was made of a zip: %v", err)
	}
	second := approverOf(t, r, "Second")
	twice, err := approve(t, r, once, "")
	if err != nil || twice != once {
		t.Fatalf("signed in place: %s, %v", twice, err)
	}
	stranger := approverOf(t, r, "Stranger")
	for name, tt := range map[string]struct {
		trust []crypto.PublicKey
		ok    bool
	}{
		"nobody in particular": {nil, true},
		"all":                  {[]crypto.PublicKey{publicKey(t, r.Config.Sign.Preparer), publicKey(t, first), publicKey(t, second)}, true},
		"the first approver":   {[]crypto.PublicKey{publicKey(t, first)}, true},
		"a stranger":           {[]crypto.PublicKey{publicKey(t, first), publicKey(t, stranger)}, false},
	} {
		v := verification(r)
		v.Trust.Keys = tt.trust
		var told []string
		v.Report = func(c pack.Check) { told = append(told, c.Detail) }
		err := pack.Verify(t.Context(), twice, v)
		if (err == nil) != tt.ok || err != nil && !errors.Is(err, sign.ErrUntrusted) {
			t.Errorf("%s: %v", name, err)
		}
		for _, want := range []string{"Approver First: Ed25519 SHA256:", "Approver Second: Ed25519 SHA256:"} {
			if !slices.ContainsFunc(told, func(s string) bool { return strings.HasPrefix(s, want) }) {
				t.Errorf("%s: %q is not told in %q", name, want, told)
			}
		}
	}
	dir := unpacked(t, twice)
	if string(read(t, dir, "signatures/1/"+pack.ManifestFile)) != string(former) {
		t.Error("signatures/1 is not what the preparer signed")
	}
	if err := verifyPack(t, r, dir); err != nil {
		t.Errorf("as a folder: %v", err)
	}
	if p, err := pack.ReadPrevious(twice); err != nil || p.Pack.Signer != sign.Fingerprint(publicKey(t, second)) {
		t.Errorf("an approved pack as that of the period before: %+v, %v", p, err)
	}
	runsAsItSays(t, dir)
}

// runsAsItSays runs the commands of both languages of signatures/2/VERIFY.md, and again
// when a file was altered.
func runsAsItSays(t *testing.T, dir string) {
	t.Helper()
	for _, tool := range []string{"sh", "openssl", "jq", "base64", "sha256sum"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("THE COMMANDS THAT APPROVED PACKS PRINT ARE NOT TESTED HERE: %v", err)
		}
	}
	var commands []string
	for i, part := range strings.Split(string(read(t, dir, "signatures/2/"+pack.VerifyFile)), "```") {
		if i%2 == 1 {
			commands = append(commands, part)
		}
	}
	if len(commands) != 6 {
		t.Fatalf("%d commands, want three in each language", len(commands))
	}
	shell := func() error {
		cmd := exec.Command("sh", "-e", "-c", strings.Join(commands, "\n"))
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err == nil && strings.Count(string(out), "OK\n") < 2 {
			t.Errorf("the commands say %s", out)
		}
		return err
	}
	if err := shell(); err != nil {
		t.Errorf("%v", err)
	}
	write(t, dir, pack.ReportHTML, []byte("x"))
	if shell() == nil {
		t.Error("an altered file is not found")
	}
}

func unpacked(t *testing.T, zip string) string {
	t.Helper()
	z, err := pack.OpenZip(zip)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	dir := filepath.Join(t.TempDir(), "unpacked")
	if err := os.CopyFS(dir, z); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestApproveRefuses(t *testing.T) {
	r, path := onePack(t)
	dir := strings.TrimSuffix(path, ".zip")
	out := t.TempDir()
	refused := func(t *testing.T, path string, want error) {
		t.Helper()
		if _, err := approve(t, r, path, out); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
		if left, _ := os.ReadDir(out); len(left) > 0 {
			t.Errorf("%s is left behind", left[0].Name())
		}
	}
	t.Run("no approver", func(t *testing.T) { refused(t, path, ErrNoApprover) })
	t.Run("the preparer's key", func(t *testing.T) {
		s := r.Config.Sign.Preparer
		r.Config.Sign.Approver = &s
		refused(t, path, pack.ErrSamePerson)
	})
	approverOf(t, r, "Other")
	t.Run("an altered zip", func(t *testing.T) {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		b[len(b)/2] ^= 1
		altered := filepath.Join(t.TempDir(), "altered.zip")
		if err := os.WriteFile(altered, b, 0o600); err != nil {
			t.Fatal(err)
		}
		refused(t, altered, pack.ErrTampered)
	})
	t.Run("no zip", func(t *testing.T) {
		text := filepath.Join(t.TempDir(), "text.zip")
		if err := os.WriteFile(text, []byte("text"), 0o600); err != nil {
			t.Fatal(err)
		}
		refused(t, text, pack.ErrTampered)
	})
	t.Run("an altered folder", func(t *testing.T) {
		altered := filepath.Join(t.TempDir(), "altered")
		if err := os.CopyFS(altered, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		write(t, altered, pack.ReportHTML, []byte("x"))
		refused(t, altered, pack.ErrTampered)
	})
	t.Run("something else in its place", func(t *testing.T) {
		elsewhere := t.TempDir()
		mine := filepath.Join(elsewhere, filepath.Base(dir))
		if err := os.Mkdir(mine, 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, mine, "notes.txt", []byte("mine"))
		if _, err := approve(t, r, path, elsewhere); !errors.Is(err, pack.ErrBeside) {
			t.Errorf("%v", err)
		}
		if string(read(t, mine, "notes.txt")) != "mine" {
			t.Error("it was replaced")
		}
	})
	t.Run("a pack that was approved is not made again", func(t *testing.T) {
		if _, err := approve(t, r, path, ""); err != nil {
			t.Fatal(err)
		}
		if err := verifyPack(t, r, dir); err != nil {
			t.Errorf("the folder beside the zip: %v", err)
		}
		results, view, cp, err := r.Evaluate(t.Context(), period, r.Library.Controls)
		if err != nil {
			t.Fatal(err)
		}
		defer view.Close()
		defer results.Close()
		if _, err := r.Pack(t.Context(), period, results, view, cp, []string{"soc1"}, ""); !errors.Is(err, pack.ErrApproved) {
			t.Errorf("%v", err)
		}
	})
}

// TestForgedStages: whatever an approver's key signs, it is not an approval of what the
// preparer signed unless it is that.
func TestForgedStages(t *testing.T) {
	r, path := onePack(t)
	r.Config.Sign.Preparer.Name = evidence.Text{JA: "甲", EN: "A"}
	approver := approverOf(t, r, "Approver")
	signed, err := approve(t, r, path, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		forge func(t *testing.T, dir string, m *pack.Manifest)
		want  string
	}{
		"nothing":              {func(*testing.T, string, *pack.Manifest) {}, ""},
		"a report altered":     {func(t *testing.T, dir string, _ *pack.Manifest) { write(t, dir, pack.ReportHTML, []byte("x")) }, "report.html was altered before"},
		"the pdf altered":      {func(t *testing.T, dir string, _ *pack.Manifest) { write(t, dir, pack.ReportPDF, []byte("x")) }, "report.pdf was altered before"},
		"said to be of others": {func(_ *testing.T, _ string, m *pack.Manifest) { m.PreparedBy = evidence.OneName("somebody else") }, "says something else of the pack"},
		"a file added": {func(t *testing.T, dir string, m *pack.Manifest) {
			write(t, dir, "added.txt", []byte("x"))
			m.Files = append(m.Files, pack.File{Path: "added.txt"})
		}, "added.txt was added"},
		"a file taken out": {func(t *testing.T, dir string, m *pack.Manifest) {
			m.Files = slices.DeleteFunc(m.Files, func(f pack.File) bool { return f.Path == pack.ReportHTML })
			if err := os.Remove(filepath.Join(dir, pack.ReportHTML)); err != nil {
				t.Fatal(err)
			}
		}, "report.html is missing"},
		"the preparer's signature altered": {func(t *testing.T, dir string, _ *pack.Manifest) {
			name := "signatures/1/" + pack.SignatureFile
			b := read(t, dir, name)
			b[len(b)/2] ^= 1
			write(t, dir, name, b)
		}, "signatures/1"},
		"by the preparer's own key": {func(t *testing.T, _ string, m *pack.Manifest) {
			m.Signer.Fingerprint = sign.Fingerprint(publicKey(t, r.Config.Sign.Preparer))
		}, "the approver has signed the pack already"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := unpacked(t, signed)
			m, err := pack.ParseManifest(read(t, dir, pack.ManifestFile))
			if err != nil {
				t.Fatal(err)
			}
			tt.forge(t, dir, m)
			slices.SortFunc(m.Files, func(a, b pack.File) int { return strings.Compare(a.Path, b.Path) })
			text, err := m.Encode()
			if err != nil {
				t.Fatal(err)
			}
			write(t, dir, pack.ManifestFile, text)
			key := approver.Key
			if m.Signer.Fingerprint != sign.Fingerprint(publicKey(t, approver)) {
				key = r.Config.Keys.Pack
			}
			signAnewBy(t, r, dir, key)
			err = verifyPack(t, r, dir)
			if tt.want == "" && err != nil || tt.want != "" && (!errors.Is(err, pack.ErrTampered) || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
}
