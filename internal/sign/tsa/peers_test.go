package tsa

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/evidencepack/evidence/internal/sign/tsa/tsatest"
)

// program skips a test, loudly, where a program that it runs for real is missing.
func program(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	out, goErr := exec.Command("go", "env", "GOPATH").Output()
	installed := filepath.Join(strings.TrimSpace(string(out)), "bin", name)
	if _, statErr := os.Stat(installed); goErr == nil && statErr == nil {
		return installed
	}
	t.Skipf("TIMESTAMPS ARE NOT TESTED AGAINST %s HERE: %v", name, err)
	return ""
}

func write(t *testing.T, dir, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func certificates(chain ...*x509.Certificate) []byte {
	var all []byte
	for _, c := range chain {
		all = append(all, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	return all
}

// opensslVerify has openssl judge a token over the message.
func opensslVerify(t *testing.T, token []byte, s Stamp, roots ...*x509.Certificate) ([]byte, error) {
	t.Helper()
	dir := t.TempDir()
	args := []string{"ts", "-verify", "-data", write(t, dir, "message", message), "-in", write(t, dir, "token", token), "-token_in",
		"-CAfile", write(t, dir, "roots.pem", certificates(roots...)), "-untrusted", write(t, dir, "chain.pem", certificates(s.Certificates...)),
		"-attime", fmt.Sprint(s.At.Unix())}
	return exec.Command(program(t, "openssl"), args...).CombinedOutput()
}

// What this package verifies, openssl does too.
func TestOpenSSLVerifies(t *testing.T) {
	a := tsatest.New(t, testTime)
	token := stamped(t, a)
	s, err := Verify(token, message, a.Roots())
	if err != nil {
		t.Fatal(err)
	}
	if out, err := opensslVerify(t, token, s, a.Root); err != nil || !bytes.Contains(out, []byte("Verification: OK")) {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := opensslVerify(t, token, s, tsatest.New(t, testTime).Root); err == nil {
		t.Errorf("openssl verifies under another root:\n%s", out)
	}
}

// opensslConfig makes openssl an authority.
const opensslConfig = `[tsa]
serial = %[1]s/serial
crypto_device = builtin
signer_digest = sha384
default_policy = 1.2.3.4.1
other_policies = 1.2.3.4.5
digests = sha256
accuracy = secs:1, millisecs:500, microsecs:100
ordering = yes
tsa_name = yes
ess_cert_id_chain = %[3]s
ess_cert_id_alg = %[2]s
`

// Requests of this package are understood by openssl's authority, and its tokens are
// verified: with a certificate named by SHA-1 as older authorities do, and by others.
func TestOpenSSLAnswers(t *testing.T) {
	openssl := program(t, "openssl")
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ecKey, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		hash, chain string
		a           *tsatest.Authority
	}{
		{"sha1", "no", tsatest.NewWithKey(t, rsaKey, time.Now())},
		{"sha256", "yes", tsatest.NewWithKey(t, ecKey, time.Now())},
		{"sha512", "no", tsatest.NewWithKey(t, rsaKey, time.Now())},
	} {
		dir := t.TempDir()
		key, err := x509.MarshalPKCS8PrivateKey(c.a.Key)
		if err != nil {
			t.Fatal(err)
		}
		args := []string{"ts", "-reply", "-section", "tsa", "-config", write(t, dir, "config", fmt.Appendf(nil, opensslConfig, dir, c.hash, c.chain)),
			"-signer", write(t, dir, "signer.pem", certificates(c.a.Certificate)), "-chain", write(t, dir, "chain.pem", certificates(c.a.Root)),
			"-inkey", write(t, dir, "key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})),
			"-queryfile", filepath.Join(dir, "query")}
		s := server(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			query, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			write(t, dir, "query", query)
			out, err := exec.Command(openssl, args...).Output()
			if err != nil {
				t.Errorf("openssl ts -reply: %v", err)
			}
			_, _ = w.Write(out)
		}), c.a.Roots())
		s.Policy = []int{1, 2, 3, 4, 5}
		token, err := s.Timestamp(t.Context(), message)
		if err != nil {
			t.Errorf("%s: %v", c.hash, err)
			continue
		}
		stamp, err := Verify(token, message, c.a.Roots())
		if err != nil || !stamp.Trusted || time.Since(stamp.At).Abs() > time.Minute || stamp.Accuracy != 1500100*time.Microsecond {
			t.Errorf("%s: %+v, %v", c.hash, stamp, err)
		}
		if out, err := opensslVerify(t, token, stamp, c.a.Root); err != nil {
			t.Errorf("%s: %v\n%s", c.hash, err, out)
		}
		s.Policy = []int{1, 2, 9}
		if _, err := s.Timestamp(t.Context(), message); err == nil || !strings.Contains(err.Error(), "policy is not supported") {
			t.Errorf("%s, a policy that it does not have: %v", c.hash, err)
		}
	}
}

// sigstore starts sigstore's timestamp authority and returns its address and its chain,
// the root last.
func sigstore(t *testing.T) (address string, chain []*x509.Certificate) {
	t.Helper()
	path := program(t, "timestamp-server")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, path, "serve", "--host", "127.0.0.1", "--port", port, "--timestamp-signer", "memory", "--disable-ntp-monitoring")
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(); _ = cmd.Wait() })
	address = "http://127.0.0.1:" + port + "/api/v1/timestamp"
	for range 300 {
		a, err := http.Get(address + "/certchain")
		if err != nil {
			time.Sleep(100 * time.Millisecond)
			continue
		}
		data, err := io.ReadAll(a.Body)
		a.Body.Close()
		if err != nil || a.StatusCode != http.StatusOK {
			t.Fatalf("its chain: %s, %v", a.Status, err)
		}
		for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
			c, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				t.Fatal(err)
			}
			chain = append(chain, c)
		}
		return address, chain
	}
	stop()
	_ = cmd.Wait()
	t.Fatalf("sigstore's authority does not start:\n%s", said.String())
	return "", nil
}

// Sigstore's authority, run for real.
func TestSigstore(t *testing.T) {
	address, chain := sigstore(t)
	roots := chain[1:] // its tokens have the leaf alone, so that a verifier needs what issued it, too
	s, err := NewServer(address, roots)
	if err != nil {
		t.Fatal(err)
	}
	token, err := s.Timestamp(t.Context(), message)
	if err != nil {
		t.Fatal(err)
	}
	stamp, err := Verify(token, message, roots)
	if err != nil || !stamp.Trusted || time.Since(stamp.At).Abs() > time.Minute {
		t.Errorf("%+v, %v", stamp, err)
	}
	if out, err := opensslVerify(t, token, stamp, roots...); err != nil {
		t.Errorf("openssl: %v\n%s", err, out)
	}
	if _, err := Verify(token, []byte("another signature"), roots); err == nil {
		t.Error("it is verified over another signature")
	}
	stranger, err := NewServer(address, tsatest.New(t, testTime).Roots())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stranger.Timestamp(t.Context(), message); err == nil || !strings.Contains(err.Error(), "does not reach the roots") {
		t.Errorf("under another's root: %v", err)
	}
}
