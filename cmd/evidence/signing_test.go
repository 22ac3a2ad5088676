package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/evidencepack/evidence/internal/sign/tsa/tsatest"
)

// authorities FOLDER: certificates are issued and timestamps given. The folder gets a
// signer's key.pem and chain.pem, the root.pem of who issued that, and the tsa-root.pem
// of a timestamp authority, whose address is in $TSA; that of one that refuses is in $REFUSING.
func authorities(t *testing.T) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) != 1 {
			ts.Fatalf("usage: authorities FOLDER")
		}
		dir := ts.MkAbs(args[0])
		ts.Check(os.MkdirAll(dir, 0o700))
		a := tsatest.New(t, time.Now())
		a.Clock = time.Now
		answers, refuses := httptest.NewServer(a), httptest.NewServer(http.NotFoundHandler())
		t.Cleanup(answers.Close)
		t.Cleanup(refuses.Close)
		ts.Setenv("TSA", answers.URL)
		ts.Setenv("REFUSING", refuses.URL)
		key, chain, root := issued(ts)
		for name, data := range map[string][]byte{
			"key.pem": key, "chain.pem": chain, "root.pem": root,
			"tsa-root.pem": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Root.Raw}),
		} {
			ts.Check(os.WriteFile(filepath.Join(dir, name), data, 0o600))
		}
	}
}

// issued makes a key, the certificate that an authority issued for it, and that authority's.
func issued(ts *testscript.TestScript) (key, chain, root []byte) {
	make := func(template, by *x509.Certificate, issuer *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey) {
		private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		ts.Check(err)
		if by == nil {
			by, issuer = template, private
		}
		der, err := x509.CreateCertificate(rand.Reader, template, by, private.Public(), issuer)
		ts.Check(err)
		c, err := x509.ParseCertificate(der)
		ts.Check(err)
		return c, private
	}
	encode := func(c *x509.Certificate) []byte {
		return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
	}
	now := time.Now()
	ca, caKey := make(&x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Example CA"}, NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(9, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, nil, nil)
	leaf, private := make(&x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{Organization: []string{"Sample Payments"}, CommonName: "Internal audit"},
		NotBefore: now.AddDate(0, -1, 0), NotAfter: now.AddDate(1, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature,
	}, ca, caKey)
	der, err := x509.MarshalPKCS8PrivateKey(private)
	ts.Check(err)
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), encode(leaf), encode(ca)
}

var fenced = regexp.MustCompile("(?s)```\n(.*?)```")

// instructions PACK ROOTS: the commands of a pack's VERIFY.md on signature and hashes are
// run as they stand there, in either language, in a copy of the pack's folder beside
// the root certificates of the folder ROOTS. The source whose answers are hashed is SOURCE.
func instructions(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: instructions PACK ROOTS SOURCE")
	}
	for _, name := range []string{"bash", "openssl", "jq", "base64", "sha256sum", "zstdcat"} {
		if _, err := exec.LookPath(name); err != nil {
			ts.Logf("THE COMMANDS OF VERIFY.md ARE NOT RUN HERE: %v", err)
			return
		}
	}
	text, err := os.ReadFile(filepath.Join(ts.MkAbs(args[0]), "VERIFY.md"))
	ts.Check(err)
	sections := strings.Split(string(text), "\n### ")
	ran := 0
	for _, section := range sections {
		if !strings.HasPrefix(section, "2. ") {
			continue
		}
		ran++
		dir := filepath.Join(ts.MkAbs("."), "unpacked")
		ts.Check(os.RemoveAll(dir))
		ts.Check(os.CopyFS(dir, os.DirFS(ts.MkAbs(args[0]))))
		ts.Check(os.CopyFS(dir, os.DirFS(ts.MkAbs(args[1]))))
		out := runBlocks(ts, dir, section, args[2])
		for _, want := range []string{"Verified OK", "Verification: OK", "signer-chain.pem: OK", "\nOK\n"} {
			if !strings.Contains(out, want) {
				ts.Fatalf("the commands do not say %q:\n%s", want, out)
			}
		}
	}
	if ran != 2 {
		ts.Fatalf("VERIFY.md has %d sections on signatures, want one for each language", ran)
	}
}

// runBlocks runs the commands of a section in one shell, none of which may fail.
func runBlocks(ts *testscript.TestScript, dir, section, source string) string {
	var script bytes.Buffer
	script.WriteString("set -eo pipefail\n")
	for _, block := range fenced.FindAllStringSubmatch(section, -1) {
		commands := strings.NewReplacer("<証跡元>", source, "<SOURCE>", source).Replace(block[1])
		if strings.HasPrefix(commands, "cosign ") && cosignPath() == "" {
			ts.Logf("VERIFY.md IS NOT TESTED WITH cosign HERE: it is not installed")
			continue
		}
		script.WriteString(commands)
	}
	cmd := exec.Command("bash", "-c", script.String())
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+os.Getenv("PATH")+string(os.PathListSeparator)+cosignPath())
	out, err := cmd.CombinedOutput()
	if err != nil {
		ts.Fatalf("%v\n%s\n%s", err, script.String(), out)
	}
	return string(out)
}

// cosignPath is the folder of cosign; empty: it is not installed.
func cosignPath() string {
	if path, err := exec.LookPath("cosign"); err == nil {
		return filepath.Dir(path)
	}
	out, err := exec.Command("go", "env", "GOPATH").Output()
	bin := filepath.Join(strings.TrimSpace(string(out)), "bin")
	if _, statErr := os.Stat(filepath.Join(bin, "cosign")); err != nil || statErr != nil {
		return ""
	}
	return bin
}
