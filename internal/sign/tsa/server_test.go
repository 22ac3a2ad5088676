package tsa

import (
	"context"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/digitorus/timestamp"

	"github.com/evidencepack/evidence/internal/sign/tsa/tsatest"
)

// server is a client of what answers, that does not wait between tries.
func server(t *testing.T, h http.Handler, roots []*x509.Certificate) *Server {
	t.Helper()
	web := httptest.NewServer(h)
	t.Cleanup(web.Close)
	s, err := NewServer(web.URL, roots)
	if err != nil {
		t.Fatal(err)
	}
	s.pause = 0
	return s
}

func TestServer(t *testing.T) {
	a := tsatest.New(t, testTime)
	s := server(t, a, a.Roots())
	s.Policy = asn1.ObjectIdentifier{1, 2, 3, 4}
	token, err := s.Timestamp(t.Context(), message)
	if err != nil {
		t.Fatal(err)
	}
	stamp, err := Verify(token, message, a.Roots())
	if err != nil || !stamp.Trusted || stamp.Policy != "1.2.3.4" || stamp.Nonce == nil {
		t.Errorf("%+v, %v", stamp, err)
	}
	again, err := s.Timestamp(t.Context(), message)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := Verify(again, message, a.Roots()); err != nil || second.Nonce.Cmp(stamp.Nonce) == 0 {
		t.Errorf("two requests have one nonce: %v, %v", second.Nonce, err)
	}
}

// answering is a server with one answer to everything.
func answering(status int, body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write(body)
	}
}

func TestServerRefuses(t *testing.T) {
	falsified := func(by func(*timestamp.Timestamp)) *tsatest.Authority {
		a := tsatest.New(t, testTime)
		a.Falsify = by
		return a
	}
	honest := tsatest.New(t, testTime)
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		elsewhere.Add(1)
		honest.ServeHTTP(w, r)
	}))
	defer other.Close()
	rejection, err := timestamp.CreateErrorResponse(timestamp.Rejection, timestamp.UnacceptedPolicy)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		answers http.Handler
		roots   []*x509.Certificate
		want    string
	}{
		"wrong imprint": {falsified(func(s *timestamp.Timestamp) { s.HashedMessage = make([]byte, 32) }), nil, "something else"},
		"wrong nonce":   {falsified(func(s *timestamp.Timestamp) { s.Nonce = big.NewInt(7) }), nil, "another request"},
		"no nonce":      {falsified(func(s *timestamp.Timestamp) { s.Nonce = nil }), nil, "another request"},
		"wrong policy":  {falsified(func(s *timestamp.Timestamp) { s.Policy = asn1.ObjectIdentifier{1, 9} }), nil, "policy 1.9"},
		"expired":       {falsified(func(s *timestamp.Timestamp) { s.Time = testTime.AddDate(3, 0, 0) }), nil, "expired"},
		"untrusted":     {honest, tsatest.New(t, testTime).Roots(), "does not reach the roots"},
		"rejection":     {answering(http.StatusOK, rejection), nil, "policy is not supported"},
		"error 500":     {answering(http.StatusInternalServerError, nil), nil, "500"},
		"error 403":     {answering(http.StatusForbidden, nil), nil, "403"},
		"huge":          {answering(http.StatusOK, make([]byte, maxResponse+1)), nil, "longer than"},
		"empty":         {answering(http.StatusOK, nil), nil, "no timestamp response"},
		"a page":        {answering(http.StatusOK, []byte("<html>sign in</html>")), nil, "no timestamp response"},
		"redirect":      {http.RedirectHandler(other.URL, http.StatusTemporaryRedirect), nil, "redirections are not followed"},
		"cut off": {http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			a := httptest.NewRecorder()
			honest.ServeHTTP(a, r)
			_, _ = w.Write(a.Body.Bytes()[:a.Body.Len()-9])
		}), nil, "no timestamp response"},
		"broken connection": {http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte("0"))
		}), nil, "read its answer"},
	} {
		s := server(t, c.answers, c.roots)
		if name == "wrong policy" {
			s.Policy = asn1.ObjectIdentifier{1, 2, 3}
		}
		if token, err := s.Timestamp(t.Context(), message); err == nil || !strings.Contains(err.Error(), c.want) || token != nil {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if elsewhere.Load() != 0 {
		t.Error("a redirection was followed")
	}
}

// What passes is tried again, and nothing else is.
func TestServerTriesAgain(t *testing.T) {
	a := tsatest.New(t, testTime)
	for status, want := range map[int]int32{
		http.StatusServiceUnavailable: 3, http.StatusTooManyRequests: 3, http.StatusBadRequest: 1,
	} {
		var asked atomic.Int32
		s := server(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if asked.Add(1) < 3 {
				w.WriteHeader(status)
				return
			}
			a.ServeHTTP(w, r)
		}), a.Roots())
		if _, err := s.Timestamp(t.Context(), message); (err == nil) != (want == 3) || asked.Load() != want {
			t.Errorf("%d: asked %d times, want %d: %v", status, asked.Load(), want, err)
		}
	}
}

func TestServerStopsWhenTold(t *testing.T) {
	s := server(t, answering(http.StatusInternalServerError, nil), nil)
	s.pause = time.Hour
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := s.Timestamp(ctx, message); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

func TestServerHidesPasswords(t *testing.T) {
	s, err := NewServer("http://user:secret@127.0.0.1:1/tsr?key=secret", nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := s.String(), "http://127.0.0.1:1/tsr"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	s.pause = 0
	if _, err := s.Timestamp(t.Context(), message); err == nil || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "127.0.0.1:1/tsr") {
		t.Error(err)
	}
	for _, address := range []string{"", "freetsa.org", "ftp://user:secret@host/", "https://", "http://user:secret@ho st/"} {
		if _, err := NewServer(address, nil); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestSeveral(t *testing.T) {
	a, b := tsatest.New(t, testTime), tsatest.New(t, testTime)
	silent := server(t, answering(http.StatusForbidden, nil), nil)
	authorities := []Authority{a, silent, b}
	tokens, failed := Gather(t.Context(), authorities, message)
	if len(tokens) != 2 || len(failed) != 1 || !strings.Contains(failed[0].Error(), "403") {
		t.Fatalf("%d tokens, %v", len(tokens), failed)
	}
	for i, by := range []*tsatest.Authority{a, b} {
		if s, err := Verify(tokens[i], message, by.Roots()); err != nil || !s.Trusted {
			t.Errorf("token %d: %+v, %v", i, s, err)
		}
	}
	token, err := InTurn{silent, b, a}.Timestamp(t.Context(), message)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := Verify(token, message, b.Roots()); err != nil || !s.Trusted {
		t.Errorf("in turn: %+v, %v", s, err)
	}
	if _, err := (InTurn{silent}).Timestamp(t.Context(), message); err == nil {
		t.Error("nobody answered, and that is no error")
	}
	if _, err := (InTurn{}).Timestamp(t.Context(), message); !errors.Is(err, ErrNone) {
		t.Error(err)
	}
}
