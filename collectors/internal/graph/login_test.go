package graph

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"software.sslmate.com/src/go-pkcs12"

	"github.com/evidencepack/evidence/collectors/internal/graph/graphtest"
)

const password = "pfx-password-of-the-test"

// keyPair makes a certificate as an administrator would.
func keyPair(t *testing.T) (*rsa.PrivateKey, *x509.Certificate) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "evidence"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return key, cert
}

func write(t *testing.T, b []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func must[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// Every way to log in that settings know leads to a token, and Graph accepts it.
func TestLogins(t *testing.T) {
	key, cert := keyPair(t)
	pkcs8 := must[[]byte](t)(x509.MarshalPKCS8PrivateKey(key))
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
	t.Setenv("GRAPHTEST_PASSWORD", password)
	signed := func(r *http.Request) bool {
		_, err := jwt.Parse(r.PostFormValue("client_assertion"), func(*jwt.Token) (any, error) { return &key.PublicKey, nil }, jwt.WithIssuer(graphtest.Client))
		return err == nil
	}
	assertion := graphtest.Token(map[string]any{"sub": "workload"})
	asserted := func(r *http.Request) bool { return r.PostFormValue("client_assertion") == assertion }
	actions := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer job-token" || r.URL.Query().Get("audience") != "api://AzureADTokenExchange" || r.URL.Query().Get("v") != "2" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		fmt.Fprintf(w, `{"count":1,"value":%q}`, assertion)
	}))
	defer actions.Close()
	for _, c := range []struct {
		name, login string
		env         map[string]string
		check       func(*http.Request) bool
	}{
		{"secret in a variable", "client_secret_env: " + graphtest.SecretEnv, nil, nil},
		{"secret in a file", "client_secret_file: " + write(t, []byte(graphtest.Secret+"\n")), nil, nil},
		{"certificate in PEM", "certificate: " + write(t, append(append([]byte{}, certPEM...), keyPEM...)), nil, signed},
		{"certificate in PEM, its key first", "certificate: " + write(t, append(append([]byte{}, keyPEM...), certPEM...)), nil, signed},
		{"certificate in PFX", "certificate_password_env: GRAPHTEST_PASSWORD\ncertificate: " + write(t, must[[]byte](t)(pkcs12.Modern2023.Encode(key, cert, nil, password))), nil, signed},
		{"certificate in an old PFX", "certificate_password_env: GRAPHTEST_PASSWORD\ncertificate: " + write(t, must[[]byte](t)(pkcs12.LegacyDES.Encode(key, cert, nil, password))), nil, signed},
		{"certificate in PFX without a password", "certificate: " + write(t, must[[]byte](t)(pkcs12.Modern2023.Encode(key, cert, nil, ""))), nil, signed},
		{"workload of Kubernetes", "workload_identity: true", map[string]string{federatedTokenFile: write(t, []byte(assertion))}, asserted},
		{"workload of GitHub Actions", "workload_identity: true", map[string]string{actionsURL: actions.URL + "?v=2", actionsToken: "job-token"}, asserted},
		{"managed identity", "managed_identity: true", nil, func(r *http.Request) bool {
			return r.URL.Query().Get("resource") == "https://graph.microsoft.com" && r.URL.Query().Get("client_id") == graphtest.Client
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, name := range []string{federatedTokenFile, actionsURL, actionsToken} {
				t.Setenv(name, c.env[name])
			}
			srv, _, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"value":[]}`) })
			srv.Check = c.check
			client, j := open(t, strings.Replace(srv.Settings(), "client_secret_env: "+graphtest.SecretEnv, c.login, 1))
			if _, err := client.Get(t.Context(), signInQuery); err != nil {
				t.Fatal(err)
			}
			who, err := client.Identity(t.Context())
			if want := "application " + graphtest.Client + " (evidence) of tenant " + graphtest.Tenant; err != nil || who != want {
				t.Errorf("identity %q, %v", who, err)
			}
			if tenant, err := client.TenantID(t.Context()); err != nil || tenant != graphtest.Tenant {
				t.Errorf("tenant %q, %v", tenant, err)
			}
			if n := srv.Logins(); n != 1 {
				t.Errorf("%d logins", n)
			}
			clean(t, srv, "the log", j.text())
		})
	}
}

// A login that cannot work says why at once, in words that hold no secret.
func TestLoginsThatFail(t *testing.T) {
	key, cert := keyPair(t)
	elliptic25, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sec1 := must[[]byte](t)(x509.MarshalECPrivateKey(elliptic25))
	t.Setenv("GRAPHTEST_PASSWORD", "not-the-password")
	t.Setenv("GRAPHTEST_WRONG", "wrong~secret/value")
	t.Setenv(federatedTokenFile, "")
	t.Setenv(actionsURL, "")
	quoting := func(w http.ResponseWriter, r *http.Request) bool {
		b, _ := io.ReadAll(r.Body)
		_ = r.ParseForm()
		graphtest.Refuse(w, "AADSTS7000222: expired. You sent "+string(b)+" "+r.Form.Encode()+" "+r.PostFormValue("client_secret"))
		return true
	}
	for _, c := range []struct {
		name, login string
		answer      func(http.ResponseWriter, *http.Request) bool
		want        []string
		logins      int
	}{
		{"a wrong secret", "client_secret_env: GRAPHTEST_WRONG", nil,
			[]string{"log in to tenant " + graphtest.Tenant, "as application " + graphtest.Client, "(client_secret_env GRAPHTEST_WRONG)", "invalid_client: AADSTS7000215: Invalid client secret provided.", "the client secret is wrong"}, 1},
		{"an expired secret, by an endpoint that quotes", "client_secret_env: " + graphtest.SecretEnv, quoting, []string{"AADSTS7000222", "make a new one", redacted}, 1},
		{"no secret", "client_secret_env: GRAPHTEST_UNSET", nil, []string{"environment variable GRAPHTEST_UNSET is not set"}, 0},
		{"no file", "client_secret_file: /nonexistent/secret", nil, []string{"client_secret_file", "no such file"}, 0},
		{"an empty file", "client_secret_file: " + write(t, []byte(" \n")), nil, []string{"is empty"}, 0},
		{"a wrong password", "certificate_password_env: GRAPHTEST_PASSWORD\ncertificate: " + write(t, must[[]byte](t)(pkcs12.Modern2023.Encode(key, cert, nil, password))), nil, []string{"certificate_password_env"}, 0},
		{"a password that is not set", "certificate_password_env: GRAPHTEST_UNSET\ncertificate: " + write(t, must[[]byte](t)(pkcs12.Modern2023.Encode(key, cert, nil, password))), nil, []string{"GRAPHTEST_UNSET is not set"}, 0},
		{"a key without a certificate", "certificate: " + write(t, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: sec1})), nil, []string{"must hold a certificate and its private key"}, 0},
		{"an encrypted key", "certificate: " + write(t, []byte("-----BEGIN ENCRYPTED PRIVATE KEY-----\n")), nil, []string{"openssl pkcs12"}, 0},
		{"no certificate", "certificate: /nonexistent/cert", nil, []string{"no such file"}, 0},
		{"no workload", "workload_identity: true", nil, []string{"AZURE_FEDERATED_TOKEN_FILE", "id-token: write"}, 0},
		{"an unknown tenant", "client_secret_env: " + graphtest.SecretEnv, func(w http.ResponseWriter, _ *http.Request) bool {
			graphtest.Write(w, 400, map[string]any{"error": "invalid_request", "error_description": "AADSTS90002: Tenant 'x' not found."})
			return true
		}, []string{"AADSTS90002", "check tenant and cloud"}, 1},
		{"a token of another tenant", "client_secret_env: " + graphtest.SecretEnv, func(w http.ResponseWriter, _ *http.Request) bool {
			graphtest.Write(w, 200, map[string]any{"token_type": "Bearer", "expires_in": 3599, "access_token": graphtest.Token(map[string]any{"tid": "99999999-2222-3333-4444-555555555555"})})
			return true
		}, []string{`the token is for tenant "99999999-2222-3333-4444-555555555555"`}, 1},
		{"an answer that is no JSON", "client_secret_env: " + graphtest.SecretEnv, func(w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, "<html>proxy")
			return true
		}, []string{"the login endpoint answers with status 403"}, 1},
		{"a redirect", "client_secret_env: " + graphtest.SecretEnv, func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, "http://elsewhere.example/", http.StatusTemporaryRedirect)
			return true
		}, []string{"the login endpoint answers with status 307"}, 1},
		{"an outage", "client_secret_env: " + graphtest.SecretEnv, func(w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(http.StatusServiceUnavailable)
			return true
		}, []string{"the login endpoint answers with status 503"}, attempts},
	} {
		t.Run(c.name, func(t *testing.T) {
			srv, _, _ := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("Graph was asked") })
			srv.Login = c.answer
			client, j := open(t, strings.Replace(srv.Settings(), "client_secret_env: "+graphtest.SecretEnv, c.login, 1))
			_, err := client.Get(t.Context(), signInQuery)
			if err == nil || !LoginFailed(err) || Denied(err) || Unlicensed(err) {
				t.Fatalf("error %v", err)
			}
			for _, w := range c.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("error %v, want one that says %q", err, w)
				}
			}
			if n := srv.Logins(); n != c.logins {
				t.Errorf("%d logins, want %d", n, c.logins)
			}
			said := fmt.Sprintf("%v %+v %#v %s", err, err, err, j.text())
			clean(t, srv, "the error", said)
			for _, s := range []string{password, "not-the-password", "wrong~secret/value", "wrong~secret%2Fvalue", "Trace ID"} {
				if strings.Contains(said, s) {
					t.Errorf("the error holds %q: %s", s, said)
				}
			}
			if _, err := client.Identity(t.Context()); err == nil {
				t.Error("there is an identity without a login")
			}
		})
	}
}

// A login that failed for a while is tried again.
func TestLoginsThatFailForAWhile(t *testing.T) {
	for _, status := range []int{408, 429, 500, 503} {
		srv, c, j := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"value":[]}`) })
		srv.Login = func(w http.ResponseWriter, _ *http.Request) bool {
			if srv.Logins() > 1 {
				return false
			}
			w.Header().Set("Retry-After", "3")
			w.WriteHeader(status)
			return true
		}
		if _, err := c.Get(t.Context(), signInQuery); err != nil {
			t.Errorf("status %d: %v", status, err)
		}
		if waits := j.longer(3 * time.Second); len(waits) != 1 || waits[0] != 4*time.Second {
			t.Errorf("status %d: waited %v", status, waits)
		}
	}
}

func TestSecretsPrintAsNothing(t *testing.T) {
	s := secret("the secret itself")
	if got := fmt.Sprintf("%v %s %+v %#v %q", s, s, s, s, s); strings.Contains(got, "itself") {
		t.Error(got)
	}
	var r redactor
	r.learn(s)
	r.learn("a b/c+d=e")
	for i := range 100 {
		r.learnToken(secret(fmt.Sprint("opaque-token-", i)))
	}
	for text, want := range map[string]string{
		"x the secret itself y":                      "x [redacted] y",
		"x the+secret+itself y":                      "x [redacted] y",
		"x the%20secret%20itself y":                  "x [redacted] y",
		"client_secret=a+b%2Fc%2Bd%3De&x":            "client_secret=[redacted]&x",
		"opaque-token-99 opaque-token-90":            "[redacted] [redacted]",
		"Bearer " + graphtest.Token(nil) + " is bad": "Bearer [redacted] is bad",
	} {
		if got := r.clean(text); got != want {
			t.Errorf("%s: %s", text, got)
		}
	}
}
