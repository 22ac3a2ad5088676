package sign

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Sigstore's cosign verifies the envelope over a file of it, by the commands that packs print.
func TestCosign(t *testing.T) {
	tools(t, "sh", "jq")
	cosign := "cosign"
	if _, err := exec.LookPath(cosign); err != nil {
		out, _ := exec.Command("go", "env", "GOPATH").Output()
		cosign = filepath.Join(strings.TrimSpace(string(out)), "bin", "cosign")
		if _, err := os.Stat(cosign); err != nil {
			t.Skip("ENVELOPES ARE NOT TESTED AGAINST cosign HERE: it is not installed")
		}
	}
	a := newAuthority(t, "Test CA")
	for name := range testKeys() {
		dir := t.TempDir()
		signer := certified(t, name, a)
		for file, content := range map[string]string{"manifest.sig.json": string(envelopeBy(t, signer)), "report.pdf": testFiles["report.pdf"], "other.pdf": "PDF"} {
			if err := os.WriteFile(filepath.Join(dir, file), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		t.Setenv("PATH", filepath.Dir(cosign)+string(os.PathListSeparator)+os.Getenv("PATH"))
		key := `jq -r '.signatures[0].publicKey' manifest.sig.json > signer.pub.pem` + "\n"
		if out, err := shell(dir, key+Cosign(signer.Public(), "manifest.sig.json", "report.pdf")); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
		if out, err := shell(dir, key+Cosign(signer.Public(), "manifest.sig.json", "other.pdf")); err == nil {
			t.Errorf("%s: another file is verified:\n%s", name, out)
		}
	}
}
