package graph

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence/collectors/internal/graph/graphtest"
	"github.com/evidencepack/evidence/collectors/internal/httpclient"
)

func TestTheAnswerIsKeptToTheByte(t *testing.T) {
	const body = `{ "@odata.nextLink":"http://next", "value":[ {"id":"1","fieldOfTomorrow":{"a": 1.10}} ] }` + "\n"
	var got *http.Request
	_, c, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		w.Header().Set("Date", "Thu, 01 Oct 2026 03:00:00 GMT")
		fmt.Fprint(w, body)
	})
	a, err := c.Get(t.Context(), signInQuery)
	if err != nil {
		t.Fatal(err)
	}
	if string(a.Body) != body || a.NextLink != "http://next" || a.Value.Get("0.fieldOfTomorrow.a").Raw != "1.10" {
		t.Errorf("answer %q, next %q, value %s", a.Body, a.NextLink, a.Value)
	}
	sum := sha256.Sum256([]byte(body))
	if o := a.Origin; o.Request != signInQuery.Label || o.Response == "" || o.SHA256 != hex.EncodeToString(sum[:]) || o.Size != int64(len(body)) ||
		!o.Date.Equal(time.Date(2026, 10, 1, 3, 0, 0, 0, time.UTC)) {
		t.Errorf("origin %+v", o)
	}
	if want := "$filter=" + strings.ReplaceAll(url.QueryEscape("createdDateTime ge 2026-10-01T00:00:00Z"), "+", "%20"); got.URL.RawQuery != want {
		t.Errorf("query %q, want %q", got.URL.RawQuery, want)
	}
}

func TestConstructionDoesNoIO(t *testing.T) {
	srv, _, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) { t.Error("asked") })
	srv.Fault = func(http.ResponseWriter, *http.Request) bool { t.Error("asked"); return false }
	open(t, srv.Settings())
}

// What goes wrong for a while is asked for again, and waited for as Graph says.
func TestFailuresThatPass(t *testing.T) {
	date := time.Date(2026, 10, 1, 3, 0, 0, 0, time.UTC)
	status := func(code int, header ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			graphtest.Fail(w, code, "TooManyRequests", "Please retry again later.")
		}
	}
	for _, c := range []struct {
		name string
		fail http.HandlerFunc
		wait time.Duration
	}{
		{"429 with seconds", status(429, "Retry-After", "30"), 31 * time.Second},
		{"429 with a fraction of seconds", status(429, "Retry-After", "2.128"), 3128 * time.Millisecond},
		{"429 with a date", status(429, "Retry-After", date.Add(90*time.Second).Format(http.TimeFormat), "Date", date.Format(http.TimeFormat)), 91 * time.Second},
		{"429 with a date that has passed", status(429, "Retry-After", date.Add(-time.Hour).Format(http.TimeFormat), "Date", date.Format(http.TimeFormat)), time.Second},
		{"429 with nothing", status(429), 10 * time.Second},
		{"429 with nonsense", status(429, "Retry-After", "soon"), 10 * time.Second},
		{"503 with seconds", status(503, "Retry-After", "7"), 8 * time.Second},
		{"503", status(503), time.Second},
		{"504", status(504), time.Second},
		{"500", status(500), time.Second},
		{"200 with an error", func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"value":[{"id":"1"}],"error":{"code":"serviceNotAvailable","message":"…"}}`)
		}, time.Second},
		{"no list", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"@odata.context":"…"}`) }, time.Second},
		{"no JSON", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `<html>Sign in to the network</html>`) }, time.Second},
		{"cut JSON", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"value":[{"id":"1"}`) }, time.Second},
		{"cut off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			fmt.Fprint(w, `{"value":[]}`)
		}, time.Second},
		// That is asked again at once, by net/http, when it happens to a connection that was used before.
		{"hung up", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			var asked atomic.Int32
			fails := int32(2)
			handler := func(w http.ResponseWriter, r *http.Request) {
				if asked.Add(1) < fails {
					c.fail(w, r)
					return
				}
				fmt.Fprint(w, `{"value":[{"id":"1"},{"id":"2"}]}`)
			}
			srv, client, j := serve(t, handler)
			a, err := client.Get(t.Context(), signInQuery)
			if err != nil || len(a.Value.Array()) != 2 {
				t.Fatalf("%s, %v", a.Body, err)
			}
			var want []time.Duration
			if c.wait > 0 {
				want = []time.Duration{c.wait}
			}
			near := cmp.Comparer(func(a, b time.Duration) bool { return (a - b).Abs() < 200*time.Millisecond })
			if diff := cmp.Diff(want, j.longer(200*time.Millisecond), near); diff != "" {
				t.Errorf("waited (-want +got):\n%s", diff)
			}
			fails = 1000
			if _, err := client.Get(t.Context(), signInQuery); err == nil || !strings.HasPrefix(err.Error(), signInQuery.Label+": ") {
				t.Errorf("what goes wrong for ever ends with %v", err)
			} else {
				clean(t, srv, "the error", err.Error()+j.text())
			}
			if n := asked.Load(); n > 2+patience {
				t.Errorf("asked %d times", n)
			}
		})
	}
}

// What will not go away is not asked for again.
func TestFailuresThatStay(t *testing.T) {
	for _, c := range []struct {
		name string
		fail http.HandlerFunc
		want string
	}{
		{"400", func(w http.ResponseWriter, _ *http.Request) { graphtest.Fail(w, 400, "BadRequest", "Invalid filter") }, "Graph: 400 BadRequest: Invalid filter"},
		{"403", func(w http.ResponseWriter, _ *http.Request) {
			graphtest.Fail(w, 403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
		}, "Graph: 403 Authorization_RequestDenied: Insufficient privileges to complete the operation."},
		{"404 without a body", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }, "Graph: 404 Not Found"},
		{"an error within an error", func(w http.ResponseWriter, _ *http.Request) {
			graphtest.Fail(w, 403, "UnknownError", `{"errorCode":"PermissionScopeNotGranted","message":"Authorization failed due to missing permission scope.","instanceAnnotations":[]}`)
		}, "Graph: 403 PermissionScopeNotGranted: Authorization failed due to missing permission scope."},
		{"an error in another form", func(w http.ResponseWriter, _ *http.Request) {
			graphtest.Write(w, 400, map[string]any{"error": "invalid_request", "error_description": "no"})
		}, "Graph: 400 invalid_request: no"},
		{"a throttle of hours", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "7200")
			graphtest.Fail(w, 429, "TooManyRequests", "later")
		}, "Graph: 429 TooManyRequests: later (to be asked again after 30m0s: longer than is waited for)"},
		{"a redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://elsewhere.example/steal?a=b", http.StatusTemporaryRedirect)
		}, "Graph redirects to http://elsewhere.example: the token must not travel there"},
	} {
		t.Run(c.name, func(t *testing.T) {
			asked := 0
			_, client, _ := serve(t, func(w http.ResponseWriter, r *http.Request) { asked++; c.fail(w, r) })
			_, err := client.Get(t.Context(), signInQuery)
			if err == nil || err.Error() != signInQuery.Label+": "+c.want {
				t.Errorf("error %v, want %s", err, c.want)
			}
			if asked != 1 {
				t.Errorf("asked %d times", asked)
			}
		})
	}
}

// A link to a next page is followed with the headers of the first, and to Graph alone.
func TestNextLinks(t *testing.T) {
	var got *http.Request
	asked := 0
	srv, c, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked, got = asked+1, r
		fmt.Fprint(w, `{"value":[]}`)
	})
	const token = "?$skiptoken=a%2Bb%3D%3D&$filter=createdDateTime%20ge%202026-10-01T00:00:00Z"
	if _, err := c.Next(t.Context(), signInQuery, srv.URL+"/v1.0/auditLogs/signIns"+token); err != nil {
		t.Fatal(err)
	}
	if got.URL.RawQuery != token[1:] || got.Header.Get("ConsistencyLevel") != "eventual" {
		t.Errorf("query %q, ConsistencyLevel %q", got.URL.RawQuery, got.Header.Get("ConsistencyLevel"))
	}
	u, err := url.Parse(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	for link, want := range map[string]string{
		"https://elsewhere.example/v1.0/auditLogs/signIns" + token:           "https://elsewhere.example",
		"https://" + u.Host + "/v1.0/auditLogs/signIns":                      "https://" + u.Host,
		"http://127.0.0.1:1/v1.0/auditLogs/signIns":                          "http://127.0.0.1:1",
		"http://localhost:" + u.Port() + "/v1.0/auditLogs/signIns":           "http://localhost",
		"http://127.0.0.1:" + u.Port() + "@elsewhere.example/v1.0/":          "http://elsewhere.example",
		"http://user:password@127.0.0.1:" + u.Port() + "/v1.0/auditLogs/":    "http://127.0.0.1",
		"//elsewhere.example/v1.0/auditLogs/signIns":                         "elsewhere.example",
		"/v1.0/auditLogs/signIns" + token:                                    "is no URL",
		"http://127.0.0.1:" + u.Port() + ".elsewhere.example/v1.0/auditLogs": "is no URL",
	} {
		before := asked
		_, err := c.Next(t.Context(), signInQuery, link)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "skiptoken") {
			t.Errorf("%s: %v, want an error that names %s", link, err, want)
		}
		if asked != before {
			t.Errorf("%s was followed", link)
		}
	}
}

// A connection that breaks is told of without the URL, whose token for the next page
// is for Graph alone.
func TestABrokenConnectionNamesNoURL(t *testing.T) {
	srv, c, j := serve(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	_, err := c.Next(t.Context(), signInQuery, srv.URL+"/v1.0/auditLogs/signIns?$skiptoken=place")
	if err == nil || strings.Contains(err.Error()+j.text(), "skiptoken") || !strings.HasPrefix(err.Error(), signInQuery.Label+": ") {
		t.Errorf("%v\n%s", err, j.text())
	}
}

// A token that was refused is renewed once.
func TestARefusedTokenIsRenewed(t *testing.T) {
	for _, claims := range []string{"", `{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}`} {
		t.Run("claims "+claims, func(t *testing.T) {
			srv, c, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"value":[]}`) })
			for range 2 {
				if _, err := c.Get(t.Context(), signInQuery); err != nil {
					t.Fatal(err)
				}
			}
			if n := srv.Logins(); n != 1 {
				t.Errorf("%d logins for two requests", n)
			}
			srv.Revoke(claims)
			for range 2 {
				if _, err := c.Get(t.Context(), signInQuery); err != nil {
					t.Fatal(err)
				}
			}
			if n := srv.Logins(); n != 2 {
				t.Errorf("%d logins, want a second one after the token was revoked", n)
			}
		})
	}
	t.Run("in vain", func(t *testing.T) {
		asked := 0
		srv, c, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			asked++
			graphtest.Fail(w, 401, "InvalidAuthenticationToken", "Access token validation failure.")
		})
		_, err := c.Get(t.Context(), signInQuery)
		if !Denied(err) || asked != 2 || srv.Logins() != 2 {
			t.Errorf("asked %d times with %d logins: %v", asked, srv.Logins(), err)
		}
	})
}

// A managed identity's endpoint gives the same token until it ends. That Graph refuses
// it again says nothing of permissions.
func TestATokenThatIsGivenAgain(t *testing.T) {
	srv, c, j := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"value":[]}`) })
	cached := graphtest.Token(map[string]any{"tid": graphtest.Tenant, "jti": "cached"})
	logins := 0
	srv.Login = func(w http.ResponseWriter, _ *http.Request) bool {
		logins++
		graphtest.Write(w, http.StatusOK, map[string]any{"access_token": cached, "token_type": "Bearer", "expires_in": 3600})
		return true
	}
	_, err := c.Get(t.Context(), signInQuery)
	if err == nil || !LoginFailed(err) || Denied(err) || Unlicensed(err) || !strings.Contains(err.Error(), "same token again") || logins != 2 {
		t.Errorf("%v after %d logins", err, logins)
	}
	if text := fmt.Sprintf("%v %+v %s", err, err, j.text()); strings.Contains(text, cached) {
		t.Errorf("the token is told: %s", text)
	}
}

// A server that quotes the request puts no secret into an error or the log.
func TestAServerThatQuotesTheTokenIsNotRepeated(t *testing.T) {
	for _, status := range []int{400, 401, 403, 429, 500} {
		srv, c, j := serve(t, func(w http.ResponseWriter, r *http.Request) {
			graphtest.Fail(w, status, "code "+r.Header.Get("Authorization"), "you sent "+r.Header.Get("Authorization"))
		})
		_, err := c.Get(t.Context(), signInQuery)
		if err == nil || !strings.Contains(err.Error(), redacted) {
			t.Errorf("status %d: %v", status, err)
		}
		clean(t, srv, "the error", fmt.Sprintf("%v %+v %#v %s", err, err, err, j.text()))
	}
}

func TestPost(t *testing.T) {
	var bodies []string
	mux := http.NewServeMux()
	mux.HandleFunc("POST /beta/security/auditLog/queries", func(w http.ResponseWriter, r *http.Request) {
		b := make([]byte, r.ContentLength)
		_, _ = r.Body.Read(b)
		bodies = append(bodies, r.Header.Get("Content-Type")+" "+string(b))
		if len(bodies) == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, `{"id":"q1"}`)
	})
	srv := graphtest.New(t, mux)
	c, _ := open(t, srv.Settings())
	a, err := c.Post(t.Context(), Query{Label: "POST queries", Beta: true, Class: AuditQueries, Request: Path("/security/auditLog/queries")}, map[string]any{"displayName": "x"})
	if err != nil || string(a.Body) != `{"id":"q1"}` {
		t.Fatalf("%s %v", a.Body, err)
	}
	want := `application/json {"displayName":"x"}`
	if diff := cmp.Diff([]string{want, want}, bodies); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}

// Cancelled contexts end promptly, wherever they find the client.
func TestCancellation(t *testing.T) {
	for _, c := range []struct {
		name  string
		login bool // the login hangs
		graph http.HandlerFunc
		rate  string
	}{
		{name: "in the login", login: true, graph: func(http.ResponseWriter, *http.Request) {}, rate: "10000"},
		{name: "in the request", graph: func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, rate: "10000"},
		{name: "in the answer", graph: func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, `{"value":[`)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, rate: "10000"},
		{name: "in a throttle", graph: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "600")
			w.WriteHeader(http.StatusTooManyRequests)
		}, rate: "10000"},
		{name: "before its turn", graph: func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"value":[]}`) }, rate: "1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			mux := http.NewServeMux()
			mux.HandleFunc("/v1.0/auditLogs/signIns", c.graph)
			srv := graphtest.New(t, mux)
			if c.login {
				srv.Login = func(_ http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return true }
			}
			client, _ := open(t, srv.Settings()+"requests_per_10s: "+c.rate+"\n")
			client.sleep = httpclient.Sleep
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			begun := time.Now()
			var err error
			for range 3 {
				_, err = client.Get(ctx, signInQuery)
			}
			if !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) > 10*time.Second {
				t.Errorf("ended after %s with %v", time.Since(begun), err)
			}
		})
	}
}
