package sign

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// tools skips a test, loudly, where the tools that it runs for real are missing.
func tools(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("THE COMMANDS THAT PACKS PRINT ARE NOT TESTED HERE: %v", err)
		}
	}
}

// shell runs commands, of which none may fail, in a folder.
func shell(dir, commands string) (string, error) {
	cmd := exec.Command("sh", "-e", "-c", commands)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// The commands verify what was signed, and fail on what was changed since.
func TestOpenSSL(t *testing.T) {
	tools(t, "sh", "openssl", "jq", "base64", "sha256sum")
	a := newAuthority(t, "Test CA")
	for name := range testKeys() {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for file, content := range testFiles {
				path := filepath.Join(dir, filepath.FromSlash(file))
				if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			signer := certified(t, name, a)
			data := envelopeBy(t, signer)
			if err := os.WriteFile(filepath.Join(dir, "manifest.sig.json"), data, 0o666); err != nil {
				t.Fatal(err)
			}
			commands := OpenSSL(signer.Public(), "manifest.sig.json")
			if out, err := shell(dir, commands); err != nil {
				t.Fatalf("%v\n%s\n%s", err, commands, out)
			}
			const files = `jq -r '.subject[] | "\(.digest.sha256)  \(.name)"' statement.json | sha256sum -c --quiet`
			if out, err := shell(dir, files); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
			out, err := shell(dir, "openssl pkey -pubin -in signer.pub.pem -outform DER | openssl dgst -sha256 -binary | base64 | tr -d =")
			if want := Fingerprint(signer.Public()); err != nil || "SHA256:"+strings.TrimSpace(out) != want {
				t.Errorf("fingerprint %q, want %s (%v)", out, want, err)
			}
			changed := strings.Replace(commands, ".payload manifest.sig.json", ".payload manifest.sig.json | tr A-Y B-Z", 1)
			if out, err := shell(dir, changed); err == nil {
				t.Errorf("a changed payload is verified:\n%s", out)
			}
			if err := os.WriteFile(filepath.Join(dir, "report.pdf"), []byte("PDF"), 0o666); err != nil {
				t.Fatal(err)
			}
			if out, err := shell(dir, OpenSSL(signer.Public(), "manifest.sig.json")+files); err == nil {
				t.Errorf("a changed file is verified:\n%s", out)
			}
		})
	}
}

func TestOpenSSLReadsGeneratedKeys(t *testing.T) {
	tools(t, "openssl")
	path := filepath.Join(t.TempDir(), "key.pem")
	if err := GenerateEd25519(path); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("openssl", "pkey", "-in", path, "-pubout").Output()
	if err != nil {
		t.Fatal(err)
	}
	public, err := os.ReadFile(strings.TrimSuffix(path, ".pem") + ".pub.pem")
	if err != nil || string(public) != string(out) {
		t.Errorf("public key\n%s\nopenssl says\n%s\n%v", public, out, err)
	}
}

// Keys as openssl makes them.
func TestLoadOpenSSLKeys(t *testing.T) {
	tools(t, "openssl")
	for want, args := range map[string]string{
		"Ed25519":     "genpkey -algorithm ed25519",
		"RSA 2048":    "genrsa -traditional 2048",
		"RSA 3072":    "genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:3072",
		"ECDSA P-256": "ecparam -genkey -name prime256v1",
		"ECDSA P-384": "genpkey -algorithm ec -pkeyopt ec_paramgen_curve:P-384",
	} {
		out, err := exec.Command("openssl", strings.Fields(args)...).Output()
		if err != nil {
			t.Fatalf("openssl %s: %v", args, err)
		}
		s, err := LoadSigner(writeFile(t, "key.pem", out, 0o600), "", testTime)
		if err != nil {
			t.Errorf("openssl %s: %v", args, err)
		} else if got := Algorithm(s.Public()); got != want {
			t.Errorf("openssl %s: %s, want %s", args, got, want)
		}
	}
	encrypted, err := exec.Command("openssl", "genpkey", "-algorithm", "ed25519", "-aes256", "-pass", "pass:secret").Output()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := LoadSigner(writeFile(t, "key.pem", encrypted, 0o600), "", testTime); err == nil || !strings.Contains(err.Error(), "encrypted") {
		t.Errorf("an encrypted key: %v", err)
	}
}
