package graph

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

func TestTokens(t *testing.T) {
	now := hour(48)
	s := served(t, told(P2), func(o *Options) { o.Now = func() time.Time { return now } })
	c := newClient(t, s)
	claims := jwt.MapClaims{}
	if _, _, err := jwt.NewParser().ParseUnverified(c.token, claims); err != nil {
		t.Fatal(err)
	}
	if claims["tid"] != testTenant || claims["appid"] != testClient || len(claims["roles"].([]any)) != len(everything) || claims["exp"] != float64(now.Add(time.Hour).Unix()) {
		t.Errorf("claims of the token: %v", claims)
	}
	for _, tt := range []struct {
		name, token string
		after       time.Duration
		want        string
	}{
		{"good", c.token, 0, "200 <nil>"},
		{"none", "", 0, "401 InvalidAuthenticationToken"},
		{"of somebody else", c.token[:len(c.token)-4] + "AAAA", 0, "401 InvalidAuthenticationToken"},
		{"almost expired", c.token, 59 * time.Minute, "200 <nil>"},
		{"expired", c.token, time.Hour, "401 InvalidAuthenticationToken"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			now = hour(48).Add(tt.after)
			status, _, body := client{t, s, tt.token}.ask("/v1.0/organization")
			if got := refusal(status, body); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

func TestLoginIsRefused(t *testing.T) {
	s := served(t, told(P2), nil)
	good := url.Values{"grant_type": {"client_credentials"}, "client_id": {testClient}, "client_secret": {testSecret}, "scope": {"https://graph.microsoft.com/.default"}}
	with := func(name, value string) url.Values {
		v := url.Values{}
		for k, x := range good {
			v[k] = x
		}
		v.Set(name, value)
		return v
	}
	for _, tt := range []struct {
		name, tenant string
		form         url.Values
		want         string
	}{
		{"good", testTenant, good, "200"},
		{"tenant by its domain", "acme.example", good, "200"},
		{"wrong secret", testTenant, with("client_secret", "x"), "401 invalid_client AADSTS7000215"},
		{"no secret", testTenant, with("client_secret", ""), "401 invalid_client AADSTS7000215"},
		{"another application", testTenant, with("client_id", "x"), "400 unauthorized_client AADSTS700016"},
		{"another tenant", "other.example", good, "400 invalid_tenant AADSTS90002"},
		{"another grant", testTenant, with("grant_type", "password"), "400 unsupported_grant_type AADSTS70003"},
		{"another scope", testTenant, with("scope", "User.Read"), "400 invalid_scope AADSTS70011"},
		{"an assertion of nothing", testTenant, with("client_assertion", "x.y.z"), "401 invalid_client AADSTS700027"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, body := postForm(t, s, tt.tenant, tt.form)
			got := fmt.Sprint(status)
			if e, ok := body["error"]; ok {
				code, _, _ := strings.Cut(body["error_description"].(string), ":")
				got += fmt.Sprint(" ", e, " ", code)
			}
			if got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
			if strings.Contains(fmt.Sprint(body), testSecret) {
				t.Error("the answer tells the secret")
			}
		})
	}
}

// certificate is one of an application, with its key.
func certificate(t *testing.T) (*x509.Certificate, *rsa.PrivateKey) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "collector"}, NotBefore: time.Now(), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c, key
}

func TestCertificates(t *testing.T) {
	mine, key := certificate(t)
	_, otherKey := certificate(t)
	s := served(t, told(P2), func(o *Options) { o.Clients[0].Certificate = mine })
	sum := sha1.Sum(mine.Raw)
	longer := sha256.Sum256(mine.Raw)
	assertion := func(signedBy *rsa.PrivateKey, thumbprint string, life time.Duration, audience string) string {
		token := jwt.NewWithClaims(jwt.SigningMethodPS256, jwt.MapClaims{"iss": testClient, "sub": testClient, "aud": audience, "exp": time.Now().Add(life).Unix(), "jti": "1"})
		token.Header["x5t"] = thumbprint
		if len(thumbprint) > 40 {
			token.Header = map[string]any{"alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint}
		}
		signed, err := token.SignedString(signedBy)
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
	thumbprint, audience := base64.RawURLEncoding.EncodeToString(sum[:]), s.URL()+"/"+testTenant+"/oauth2/v2.0/token"
	for _, tt := range []struct {
		name, assertion string
		want            int
	}{
		{"good", assertion(key, thumbprint, time.Minute, audience), http.StatusOK},
		{"good, as MSAL names it", assertion(key, base64.StdEncoding.EncodeToString(longer[:]), time.Minute, audience), http.StatusOK},
		{"signed by another key", assertion(otherKey, thumbprint, time.Minute, audience), http.StatusUnauthorized},
		{"of another certificate", assertion(key, "AAAA", time.Minute, audience), http.StatusUnauthorized},
		{"expired", assertion(key, thumbprint, -time.Minute, audience), http.StatusUnauthorized},
		{"for somebody else", assertion(key, thumbprint, time.Minute, "https://login.example/"), http.StatusUnauthorized},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, body := postForm(t, s, testTenant, url.Values{
				"grant_type": {"client_credentials"}, "client_id": {testClient}, "scope": {"https://graph.microsoft.com/.default"},
				"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "client_assertion": {tt.assertion},
			})
			if status != tt.want {
				t.Errorf("%d %v, want %d", status, body, tt.want)
			}
		})
	}
}

func TestDiscovery(t *testing.T) {
	s := served(t, told(P2), nil)
	get := func(path, host string) (int, map[string]any) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if host != "" {
			req.Host = host
		}
		status, _, body := do(t, req)
		return status, body
	}
	_, own := get("/"+testTenant+"/v2.0/.well-known/openid-configuration", "")
	if own["token_endpoint"] != s.URL()+"/"+testTenant+"/oauth2/v2.0/token" || own["issuer"] != "https://login.microsoftonline.com/"+testTenant+"/v2.0" {
		t.Errorf("%v", own)
	}
	// A client whose transport leads it here stays with the name that it knows.
	if _, named := get("/"+testTenant+"/v2.0/.well-known/openid-configuration", "login.microsoftonline.com"); named["token_endpoint"] != "https://login.microsoftonline.com/"+testTenant+"/oauth2/v2.0/token" {
		t.Errorf("%v", named)
	}
	if status, body := get("/common/discovery/instance?api-version=1.1", ""); status != http.StatusOK || !strings.Contains(body["tenant_discovery_endpoint"].(string), "openid-configuration") {
		t.Errorf("%d %v", status, body)
	}
	if status, _ := get("/other/v2.0/.well-known/openid-configuration", ""); status != http.StatusBadRequest {
		t.Errorf("of another tenant: %d", status)
	}
	if status, _ := get("/"+testTenant+"/other", ""); status != http.StatusNotFound {
		t.Errorf("another path: %d", status)
	}
}
