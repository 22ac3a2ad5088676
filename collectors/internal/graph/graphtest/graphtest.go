// Package graphtest is a Microsoft Graph to test against: a login endpoint that
// gives tokens, and in front of a test's own endpoints the check that each request
// brings one that is good.
package graphtest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// Who logs in, and where.
const (
	Tenant    = "11111111-2222-3333-4444-555555555555"
	Client    = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
	Secret    = "Graph~test.Secret+which/travels=nowhere"
	SecretEnv = "GRAPHTEST_CLIENT_SECRET"
)

// Server is a Graph and its login endpoint on loopback.
type Server struct {
	URL string

	// Fault, where it is set, sees every request first, those to the login endpoint
	// too; true says that it has answered.
	Fault func(http.ResponseWriter, *http.Request) bool
	// Login, where it is set, answers the requests for tokens; false leaves them to
	// the server.
	Login func(http.ResponseWriter, *http.Request) bool
	// Roles are the permissions that tokens say.
	Roles []string
	// Check, where it is set, judges a login's form instead of its client secret.
	Check func(*http.Request) bool

	mu     sync.Mutex
	issued []string
	good   map[string]bool
	claims string // demanded of the next token
	logins int
}

// New starts a server in front of Graph's endpoints, whose paths begin with /v1.0 or
// /beta. It sets the client secret's variable.
func New(t *testing.T, endpoints http.Handler) *Server {
	t.Helper()
	t.Setenv(SecretEnv, Secret)
	s := &Server{good: map[string]bool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /login/{tenant}/v2.0/.well-known/openid-configuration", s.discovery)
	mux.HandleFunc("POST /login/{tenant}/oauth2/v2.0/token", s.token)
	mux.HandleFunc("GET /login/metadata/identity/oauth2/token", s.token)
	mux.Handle("/", s.guarded(endpoints))
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.Fault == nil || !s.Fault(w, r) {
			mux.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(srv.Close)
	s.URL = srv.URL
	return s
}

// Settings are the YAML of a source's settings that lead here.
func (s *Server) Settings() string {
	return fmt.Sprintf("tenant: %s\nclient: %s\nclient_secret_env: %s\nbase_url: %s\nlogin_url: %s/login/\n", Tenant, Client, SecretEnv, s.URL, s.URL)
}

// Secrets are all that may show up nowhere: the client secret, and the tokens given
// so far.
func (s *Server) Secrets() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{Secret}, s.issued...)
}

// Logins is how many tokens were asked for.
func (s *Server) Logins() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.logins
}

// Revoke makes the tokens given so far bad. claims, where it is not empty, is what
// the next one must be asked for with.
func (s *Server) Revoke(claims string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.good)
	s.claims = claims
}

func (s *Server) discovery(w http.ResponseWriter, r *http.Request) {
	base := s.URL + "/login/" + r.PathValue("tenant")
	Write(w, http.StatusOK, map[string]any{
		"issuer": base + "/v2.0", "authorization_endpoint": base + "/oauth2/v2.0/authorize", "token_endpoint": base + "/oauth2/v2.0/token",
	})
}

func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm() // all of the body: only then does a server notice that the client is gone
	s.mu.Lock()
	s.logins++
	claims := s.claims
	s.mu.Unlock()
	if s.Login != nil && s.Login(w, r) {
		return
	}
	ok := r.PostFormValue("client_secret") == Secret
	if s.Check != nil {
		ok = s.Check(r)
	}
	switch {
	case !ok:
		Refuse(w, "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '"+Client+"'. Trace ID: 0 Correlation ID: 0 Timestamp: 2026-10-01 00:00:00Z")
		return
	case !includes(r.PostFormValue("claims"), claims):
		Refuse(w, "AADSTS50000: the claims that were demanded are missing")
		return
	}
	Write(w, http.StatusOK, map[string]any{"token_type": "Bearer", "expires_in": "3599", "ext_expires_in": 3599, "resource": "https://graph.microsoft.com", "access_token": s.issue()})
}

// includes: the identity library sends its own claims beside those demanded.
func includes(sent, demanded string) bool {
	if demanded == "" {
		return true
	}
	var got, want map[string]map[string]any
	if json.Unmarshal([]byte(sent), &got) != nil || json.Unmarshal([]byte(demanded), &want) != nil {
		return false
	}
	for part, of := range want {
		for name := range of {
			if _, ok := got[part][name]; !ok {
				return false
			}
		}
	}
	return true
}

func (s *Server) issue() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	token := Token(map[string]any{"tid": Tenant, "appid": Client, "app_displayname": "evidence", "roles": s.Roles, "jti": len(s.issued)})
	s.issued = append(s.issued, token)
	s.good[token] = true
	return token
}

// Token makes a JSON Web Token that nobody signed.
func Token(claims map[string]any) string {
	payload, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	enc := base64.RawURLEncoding
	return enc.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + enc.EncodeToString(payload) + "." + enc.EncodeToString([]byte("signature"))
}

// guarded lets requests with a good token through.
func (s *Server) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		ok, claims := s.good[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")], s.claims
		s.mu.Unlock()
		if ok {
			w.Header().Set("request-id", "99999999-0000-0000-0000-000000000001")
			next.ServeHTTP(w, r)
			return
		}
		if claims != "" {
			w.Header().Set("WWW-Authenticate", `Bearer realm="", error="insufficient_claims", claims="`+base64.StdEncoding.EncodeToString([]byte(claims))+`"`)
		}
		Fail(w, http.StatusUnauthorized, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired.")
	})
}

// Write answers with JSON.
func Write(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// Fail answers with an error as Graph writes it.
func Fail(w http.ResponseWriter, status int, code, message string) {
	Write(w, status, map[string]any{"error": map[string]any{"code": code, "message": message, "innerError": map[string]any{"request-id": "99999999-0000-0000-0000-000000000001"}}})
}

// Refuse answers with an error as the login endpoint writes it.
func Refuse(w http.ResponseWriter, description string) {
	Write(w, http.StatusUnauthorized, map[string]any{"error": "invalid_client", "error_description": description, "error_codes": []int{7000215}})
}
