package awskms

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/evidencepack/evidence/internal/sign"
)

var at = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

func TestParse(t *testing.T) {
	arn := "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	for uri, want := range map[string]Place{
		"awskms:///alias/pack":                        {Key: "alias/pack"},
		"awskms:///alias/pack?region=a&profile=audit": {Key: "alias/pack", Region: "a", Profile: "audit"},
		"awskms:///" + arn:                            {Key: arn, Region: "eu-west-1"},
	} {
		if got, err := Parse(uri); err != nil || got != want {
			t.Errorf("%s: %+v, %v", uri, got, err)
		}
	}
	for _, uri := range []string{"awskms://host/alias/pack", "awskms:///", "awskms:alias/pack", "awskms:///a?endpoint=b", "awskms:///a?region=b&region=c", "awskms:///" + arn + "?region=us-east-1"} {
		if got, err := Parse(uri); err == nil {
			t.Errorf("%s: %+v", uri, got)
		}
	}
}

// message is what the tests sign. AWS KMS takes no message of more than 4096 bytes.
var message = bytes.Repeat([]byte("the statement of a pack\n"), 1000)

// digests stands in front of moto_server 5, which ignores MessageType and hashes a digest
// once more: of requests to sign a digest of the message it makes requests to sign the
// message, and refuses all others.
func digests(t *testing.T, moto string) string {
	t.Helper()
	to, err := url.Parse(moto)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Amz-Target") == "TrentService.Sign" {
			var asked map[string]string
			if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
				t.Error(err)
			}
			s256, s384 := sha256.Sum256(message), sha512.Sum384(message)
			digest, _ := base64.StdEncoding.DecodeString(asked["Message"])
			if asked["MessageType"] != "DIGEST" || !bytes.Equal(digest, s256[:]) && !bytes.Equal(digest, s384[:]) {
				t.Errorf("asked to sign a %s of %d bytes, which is no digest of the message", asked["MessageType"], len(digest))
			}
			asked["Message"], asked["MessageType"] = base64.StdEncoding.EncodeToString(message), "RAW"
			b, err := json.Marshal(asked)
			if err != nil {
				t.Error(err)
			}
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(b)), int64(len(b))
			r.Header.Set("Content-Length", strconv.Itoa(len(b)))
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// moto starts moto_server, a simulation of AWS that others wrote, with the environment
// leading to it.
func moto(t *testing.T) *kms.Client {
	t.Helper()
	if _, err := exec.LookPath("moto_server"); err != nil {
		t.Skip("AWS KMS IS NOT TESTED: moto_server is not installed (pip install 'moto[server]')")
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	free.Close()
	_, port, _ := net.SplitHostPort(address)
	var said bytes.Buffer
	cmd := exec.Command("moto_server", "-H", "127.0.0.1", "-p", port)
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": digests(t, "http://"+address), "AWS_REGION": "ap-northeast-1", "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "x",
		"AWS_SESSION_TOKEN": "", "AWS_PROFILE": "", "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
	for range 600 {
		if resp, err := http.Get("http://" + address + "/moto-api/"); err == nil {
			resp.Body.Close()
			settings, err := config.LoadDefaultConfig(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return kms.NewFromConfig(settings)
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("moto_server does not answer: %s", said.String())
	return nil
}

// certify issues a certificate for a public key that KMS gave.
func certify(t *testing.T, public any) *x509.Certificate {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Head of audit"},
		NotBefore: at.AddDate(0, -1, 0), NotAfter: at.AddDate(1, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, template, &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "CA"}, PublicKey: key.Public()}, public, key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestMoto signs with keys of all kinds, and has x509 and openssl judge what KMS signed.
func TestMoto(t *testing.T) {
	client := moto(t)
	create := func(spec types.KeySpec, usage types.KeyUsageType) string {
		t.Helper()
		out, err := client.CreateKey(t.Context(), &kms.CreateKeyInput{KeySpec: spec, KeyUsage: usage})
		if err != nil {
			t.Fatal(err)
		}
		return aws.ToString(out.KeyMetadata.Arn)
	}
	var other *x509.Certificate
	for _, spec := range []types.KeySpec{types.KeySpecRsa2048, types.KeySpecRsa3072, types.KeySpecEccNistP256, types.KeySpecEccNistP384} {
		arn := create(spec, types.KeyUsageTypeSignVerify)
		alias := "alias/" + strings.ToLower(strings.ReplaceAll(string(spec), "_", "-"))
		if _, err := client.CreateAlias(t.Context(), &kms.CreateAliasInput{AliasName: &alias, TargetKeyId: &arn}); err != nil {
			t.Fatal(err)
		}
		bare, err := Open(t.Context(), Place{Key: alias}, nil, sign.Policy{At: at})
		if err != nil {
			t.Fatalf("%s: %v", spec, err)
		}
		own := certify(t, bare.Public())
		s, err := Open(t.Context(), Place{Key: arn, Region: "ap-northeast-1"}, []*x509.Certificate{own}, sign.Policy{At: at})
		if err != nil {
			t.Fatalf("%s: %v", spec, err)
		}
		signature, err := s.Sign(t.Context(), message)
		if err != nil {
			t.Fatalf("%s: %v", spec, err)
		}
		if err := own.CheckSignature(algorithmOf(spec), message, signature); err != nil {
			t.Errorf("%s: %v", spec, err)
		}
		judged(t, spec, s, signature)
		if other != nil {
			var refused *sign.PolicyError
			if _, err := Open(t.Context(), Place{Key: alias}, []*x509.Certificate{other}, sign.Policy{At: at}); !errors.As(err, &refused) {
				t.Errorf("%s under a certificate of another key: %v", spec, err)
			}
		}
		if _, err := Open(t.Context(), Place{Key: alias}, []*x509.Certificate{own}, sign.Policy{At: at.AddDate(2, 0, 0)}); err == nil {
			t.Errorf("%s signs under an expired certificate", spec)
		}
		other = own
	}
	for what, key := range map[string]string{
		"a key for encryption": create(types.KeySpecRsa2048, types.KeyUsageTypeEncryptDecrypt),
		"another curve":        create(types.KeySpecEccSecgP256k1, types.KeyUsageTypeSignVerify),
		"no such key":          "alias/none",
	} {
		if _, err := Open(t.Context(), Place{Key: key}, nil, sign.Policy{At: at}); err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func algorithmOf(spec types.KeySpec) x509.SignatureAlgorithm {
	switch spec {
	case types.KeySpecEccNistP256:
		return x509.ECDSAWithSHA256
	case types.KeySpecEccNistP384:
		return x509.ECDSAWithSHA384
	}
	return x509.SHA256WithRSA
}

// judged has openssl verify a signature.
func judged(t *testing.T, spec types.KeySpec, s sign.Signer, signature []byte) {
	t.Helper()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Logf("OPENSSL DOES NOT JUDGE WHAT KMS SIGNED: %v", err)
		return
	}
	public, err := sign.PublicPEM(s.Public())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, b := range map[string][]byte{"key": public, "signature": signature, "message": message} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	hash := "-sha256"
	if spec == types.KeySpecEccNistP384 {
		hash = "-sha384"
	}
	cmd := exec.Command("openssl", "dgst", hash, "-verify", "key", "-signature", "signature", "message")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s: openssl: %v: %s", spec, err, out)
	}
}
