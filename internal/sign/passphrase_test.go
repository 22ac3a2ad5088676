package sign

import (
	"crypto/ecdsa"
	"crypto/x509"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"software.sslmate.com/src/go-pkcs12"
)

const passphrase = "合言葉 hunter2"

// keyFiles are one key in every form that a passphrase protects, as openssl and
// go-pkcs12 write them.
func keyFiles(t *testing.T) map[string]string {
	t.Helper()
	tools(t, "openssl")
	dir := t.TempDir()
	key := testKeys()["ECDSA P-256"].(*ecdsa.PrivateKey)
	a := newAuthority(t, "Test CA")
	leaf := a.issue(t, template(), key.Public())
	plain := writeFile(t, "plain.pem", pkcs8(t, key), 0o600)
	files := map[string]string{}
	for _, args := range []string{"-v2 aes-256-cbc", "-v2 aes-128-cbc -v2prf hmacWithSHA1", "-v2 aes-192-cbc -v2prf hmacWithSHA512 -iter 10000"} {
		path := filepath.Join(dir, fmt.Sprint(len(files), ".pem"))
		cmd := exec.Command("openssl", append([]string{"pkcs8", "-topk8", "-in", plain, "-out", path, "-passout", "env:PASS"}, strings.Fields(args)...)...)
		cmd.Env = append(os.Environ(), "PASS="+passphrase)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		files["PKCS #8 "+args] = path
	}
	for name, encoder := range map[string]*pkcs12.Encoder{"PKCS #12": pkcs12.Modern2023, "PKCS #12 of old": pkcs12.LegacyDES} {
		b, err := encoder.Encode(key, leaf, []*x509.Certificate{a.certificate}, passphrase)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = writeFile(t, "key.p12", b, 0o600)
	}
	for _, path := range files {
		if err := os.Chmod(path, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func TestReadKeyWithPassphrase(t *testing.T) {
	t.Setenv("SIGN_TEST", passphrase)
	t.Setenv("SIGN_WRONG", "wrong")
	secret := Passphrase{File: writeFile(t, "pass", []byte(passphrase+"\n"), 0o600)}
	for name, path := range keyFiles(t) {
		for _, p := range []Passphrase{{Env: "SIGN_TEST"}, secret} {
			key, chain, err := ReadKey(path, p)
			if err != nil || !samePublic(key.Public(), testKeys()["ECDSA P-256"].Public()) {
				t.Errorf("%s: %v", name, err)
			}
			if want := strings.HasPrefix(name, "PKCS #12"); want != (len(chain) == 2) {
				t.Errorf("%s: %d certificates", name, len(chain))
			}
		}
		for what, tt := range map[string]struct {
			p    Passphrase
			want string
		}{
			"none":    {Passphrase{}, "no passphrase is named"},
			"a wrong": {Passphrase{Env: "SIGN_WRONG"}, "passphrase is wrong"},
			"unset":   {Passphrase{Env: "SIGN_UNSET"}, "SIGN_UNSET is not set"},
			"open":    {Passphrase{File: writeFile(t, "open", []byte(passphrase), 0o644)}, "chmod 600"},
			"absent":  {Passphrase{File: filepath.Join(t.TempDir(), "absent")}, "absent"},
			"both":    {Passphrase{Env: "SIGN_TEST", File: secret.File}, "not both"},
		} {
			_, _, err := ReadKey(path, tt.p)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s, %s passphrase: %v, want %q", name, what, err, tt.want)
			} else if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%s, %s passphrase: the error tells it: %v", name, what, err)
			}
		}
	}
}

// Schemes that are not read say what mends that; no damage makes it panic.
func TestEncryptedKeysThatAreNotRead(t *testing.T) {
	tools(t, "openssl")
	plain := writeFile(t, "plain.pem", pkcs8(t, testKeys()["Ed25519"]), 0o600)
	for _, args := range []string{"-scrypt", "-v1 PBE-SHA1-3DES", "-v2 des3"} {
		out, err := exec.Command("openssl", append([]string{"pkcs8", "-topk8", "-in", plain, "-passout", "pass:x"}, strings.Fields(args)...)...).Output()
		if err != nil {
			t.Fatalf("%s: %v", args, err)
		}
		if _, err := parsePrivate(out, []byte("x")); err == nil || !strings.Contains(err.Error(), "openssl pkcs8") {
			t.Errorf("%s: %v", args, err)
		}
	}
}

func FuzzParseKey(f *testing.F) {
	key := testKeys()["Ed25519"]
	f.Add(pkcs8(f, key))
	f.Add([]byte("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n"))
	f.Fuzz(func(_ *testing.T, b []byte) { _, _, _ = parseKey(b, []byte("x")) })
}

func TestGenerateDemo(t *testing.T) {
	dir := t.TempDir()
	key, certificate := filepath.Join(dir, "a.pem"), filepath.Join(dir, "a.crt.pem")
	if err := GenerateDemo(key, certificate, "Approver"); err != nil {
		t.Fatal(err)
	}
	if err := GenerateDemo(key, certificate, "Approver"); err == nil {
		t.Error("it was made over another")
	}
	s, err := LoadSigner(key, certificate, testTime)
	if err != nil {
		t.Fatal(err)
	}
	if got := Algorithm(s.Public()); got != "ECDSA P-256" || !IsDemo(s) || IsDemo(bare("Ed25519")) {
		t.Errorf("%s, %q", got, s.Certificates()[0].Subject)
	}
}
