package delivery

import (
	"bytes"
	"crypto/sha256"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"filippo.io/age"
	"github.com/xuri/excelize/v2"

	"github.com/evidencepack/evidence/internal/pack"
)

const password = "監査パック-2026 \U0001f511"

func encrypted(t *testing.T, workbook []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := EncryptWorkbook(&b, bytes.NewReader(workbook), int64(len(workbook)), password); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestSizes: workbooks of sizes around those at which the container changes its shape come
// back as they were, and not with another password.
func TestSizes(t *testing.T) {
	fill := rand.NewChaCha8([32]byte{1})
	for _, size := range []int{4096, 4097, 8192 - 8, 8192, 100_000, 7_000_000, 7_100_000, 7_200_000, 30_000_000} {
		workbook := make([]byte, size)
		if _, err := fill.Read(workbook); err != nil {
			t.Fatal(err)
		}
		sealed := encrypted(t, workbook)
		got, err := excelize.Decrypt(sealed, &excelize.Options{Password: password})
		if err != nil {
			t.Fatalf("%d bytes: %v", size, err)
		}
		if !bytes.HasPrefix(got, workbook) || len(got) > size+15 { // excelize leaves the padding
			t.Errorf("%d bytes come back as %d others", size, len(got))
		}
		if bytes.Contains(sealed, workbook[:64]) {
			t.Errorf("%d bytes: some stand there in the clear", size)
		}
	}
	// excelize holds no password against the verifier: what it then gives is no workbook.
	zeros := make([]byte, 5000)
	if got, err := excelize.Decrypt(encrypted(t, zeros), &excelize.Options{Password: "another"}); err == nil && bytes.HasPrefix(got, zeros) {
		t.Error("another password opens it")
	}
}

func TestPasswords(t *testing.T) {
	for _, bad := range []string{"", strings.Repeat("x", 256), strings.Repeat("\U0001f511", 128)} {
		if err := EncryptWorkbook(io.Discard, strings.NewReader(strings.Repeat("x", 5000)), 5000, bad); err == nil || bad != "" && strings.Contains(err.Error(), bad) {
			t.Errorf("%.10q: %v", bad, err)
		}
	}
	for _, size := range []int64{4999, 5001} {
		if err := EncryptWorkbook(io.Discard, strings.NewReader(strings.Repeat("x", 5000)), size, "p"); err == nil {
			t.Errorf("5000 bytes were taken for %d", size)
		}
	}
}

// TestOffice: other implementations open the workbook: msoffcrypto-tool, which also checks
// its integrity, and LibreOffice.
func TestOffice(t *testing.T) {
	dir := t.TempDir()
	book := excelize.NewFile()
	if err := book.SetCellStr("Sheet1", "A1", "統制の検証結果"); err != nil {
		t.Fatal(err)
	}
	var plain bytes.Buffer
	if err := book.Write(&plain); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "report.xlsx")
	if err := os.WriteFile(path, encrypted(t, plain.Bytes()), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Run("msoffcrypto-tool", func(t *testing.T) {
		if err := exec.Command("python3", "-c", "import msoffcrypto").Run(); err != nil {
			t.Skip("msoffcrypto-tool is not installed: pip install msoffcrypto-tool")
		}
		script := `
import sys, msoffcrypto
f = msoffcrypto.OfficeFile(open(sys.argv[1], "rb"))
f.load_key(password=sys.argv[2], verify_password=True)
f.decrypt(sys.stdout.buffer, verify_integrity=True)`
		cmd := exec.Command("python3", "-c", script, path, password)
		var said bytes.Buffer
		cmd.Stderr = &said
		got, err := cmd.Output()
		if err != nil || sha256.Sum256(got) != sha256.Sum256(plain.Bytes()) {
			t.Errorf("%d bytes of %d: %v\n%s", len(got), plain.Len(), err, said.String())
		}
	})
	t.Run("LibreOffice", func(t *testing.T) {
		if _, err := exec.LookPath("soffice"); err != nil {
			t.Skip("LibreOffice (soffice) is not installed")
		}
		python := ""
		for _, name := range []string{"/usr/bin/python3", "python3"} {
			if exec.Command(name, "-c", "import uno").Run() == nil {
				python = name
				break
			}
		}
		if python == "" {
			t.Skip("Python's uno is not installed: apt-get install python3-uno")
		}
		for _, c := range []struct {
			password string
			opens    bool
		}{{password, true}, {"another", false}} {
			cmd := exec.Command(python, "testdata/open.py", filepath.Join(dir, "profile"), path, c.password)
			said, err := cmd.CombinedOutput()
			if opened := err == nil && strings.Contains(string(said), "統制の検証結果"); opened != c.opens {
				t.Errorf("password %q opens it: %t (%v)\n%s", c.password, opened, err, said)
			}
		}
	})
}

func TestRecipients(t *testing.T) {
	one, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	two, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	list, err := ParseRecipients([]string{one.Recipient().String(), two.Recipient().String()})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := list.Encrypt(&b, strings.NewReader("a pack")); err != nil {
		t.Fatal(err)
	}
	for _, id := range []age.Identity{one, two} {
		r, err := age.Decrypt(bytes.NewReader(b.Bytes()), id)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(r); err != nil || string(text) != "a pack" {
			t.Errorf("%q, %v", text, err)
		}
	}
	if _, err := age.Decrypt(bytes.NewReader(b.Bytes()), other); err == nil {
		t.Error("somebody else can read it")
	}
	for _, bad := range []string{"", "age1", one.String(), "# none", one.Recipient().String() + "\n" + two.Recipient().String(), strings.Replace(one.Recipient().String(), "1", "2", 1)} {
		if _, err := ParseRecipients([]string{bad}); err == nil || bad == one.String() && strings.Contains(err.Error(), bad[20:]) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// TestDeliver: what is encrypted of a pack is the pack, and its workbook; an older one gives way.
func TestDeliver(t *testing.T) {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	workbook := bytes.Repeat([]byte("PK workbook "), 1000)
	path := filepath.Join(t.TempDir(), "acme-soc1-2026-10.zip")
	var z bytes.Buffer
	if err := pack.WriteZip(&z, fstest.MapFS{"report.xlsx": {Data: workbook}, "manifest.json": {Data: []byte("{}")}}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, z.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	d := Delivery{Recipients: Recipients{identity.Recipient()}, Password: password}
	for range 2 {
		paths, err := d.Deliver(path)
		if err != nil || len(paths) != 2 || paths[0] != path+".age" || paths[1] != strings.TrimSuffix(path, ".zip")+".xlsx" {
			t.Fatal(paths, err)
		}
		f, err := os.ReadFile(paths[0])
		if err != nil {
			t.Fatal(err)
		}
		r, err := age.Decrypt(bytes.NewReader(f), identity)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, z.Bytes()) {
			t.Error("the pack does not come back", err)
		}
		if f, err = os.ReadFile(paths[1]); err != nil {
			t.Fatal(err)
		}
		if got, err := excelize.Decrypt(f, &excelize.Options{Password: password}); err != nil || !bytes.HasPrefix(got, workbook) {
			t.Error("the workbook does not come back", err)
		}
	}
	if paths, err := (Delivery{}).Deliver(path); err != nil || len(paths) != 0 {
		t.Error(paths, err)
	}
	if err := os.WriteFile(path, []byte("no zip"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Deliver(path); err == nil {
		t.Error("a workbook was found in what is no zip")
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".making-*"))
	if err != nil || len(left) > 0 {
		t.Error(left, err)
	}
}
