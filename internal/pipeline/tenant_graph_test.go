package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
)

// pageSize is the most that Graph gives of sign-ins at a time.
const pageSize = 999

// graph serves the sign-ins as Graph does, in pages with links to the next, and
// tokens to read them with. Go's connections have TCP_NODELAY set, so that no request
// waits 40 ms.
func (s signIns) graph() *httptest.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /login/{tenant}/v2.0/.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		base := "http://" + r.Host + "/login/" + r.PathValue("tenant")
		answer(w, map[string]any{"issuer": base + "/v2.0", "authorization_endpoint": base + "/oauth2/v2.0/authorize", "token_endpoint": base + "/oauth2/v2.0/token"})
	})
	mux.HandleFunc("POST /login/{tenant}/oauth2/v2.0/token", func(w http.ResponseWriter, _ *http.Request) {
		part := func(v string) string { return base64.RawURLEncoding.EncodeToString([]byte(v)) }
		token := part(`{"alg":"none","typ":"JWT"}`) + "." + part(`{"tid":"`+tenant+`","appid":"`+reader+`","roles":["AuditLog.Read.All"]}`) + "." + part("signature")
		answer(w, map[string]any{"token_type": "Bearer", "expires_in": 3599, "access_token": token})
	})
	mux.HandleFunc("GET /beta/auditLogs/signIns", func(w http.ResponseWriter, r *http.Request) {
		first, last, err := s.asked(r.URL.Query().Get("$filter"))
		if err != nil {
			http.Error(w, `{"error":{"code":"BadRequest","message":"`+err.Error()+`"}}`, http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(s.page(r, first, last))
	})
	return httptest.NewServer(mux)
}

// reader is the application that reads.
const reader = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

// page is one of the sign-ins from first to last, in the order of time: the newest
// first unless they are asked for in the other order.
func (s signIns) page(r *http.Request, first, last int) []byte {
	q := r.URL.Query()
	order := q.Get("$orderby")
	rising := order != "" && !strings.HasSuffix(order, " desc")
	done, _ := strconv.Atoi(q.Get("$skiptoken")) // how many were given before
	n := min(last-first+1-done, pageSize)
	b := make([]byte, 0, 1000+max(n, 0)*3600)
	b = append(b, `{"@odata.context":"https://graph.microsoft.com/beta/$metadata#auditLogs/signIns",`...)
	if first+done+n <= last {
		q.Set("$skiptoken", strconv.Itoa(done+n))
		b = fmt.Appendf(b, `"@odata.nextLink":"http://%s%s?%s",`, r.Host, r.URL.Path, q.Encode())
	}
	b = append(b, `"value":[`...)
	for i := range n {
		if i > 0 {
			b = append(b, ',')
		}
		if rising {
			b = s.body(b, first+done+i)
		} else {
			b = s.body(b, last-done-i)
		}
	}
	return append(b, "]}"...)
}

var filter = regexp.MustCompile(`^createdDateTime ge (\S+) and createdDateTime (lt|le) (\S+)( and \(signInEventTypes/any\(.*)?$`)

// asked are the first and the last sign-in that a filter accepts.
func (s signIns) asked(text string) (first, last int, err error) {
	m := filter.FindStringSubmatch(text)
	if m == nil {
		return 0, 0, fmt.Errorf("filter %q", text)
	}
	from, err := time.Parse(time.RFC3339, m[1])
	if err != nil {
		return 0, 0, err
	}
	to, err := time.Parse(time.RFC3339, m[3])
	if m[2] == "le" {
		to = to.Add(time.Nanosecond)
	}
	return s.first(from), s.first(to) - 1, err
}

// signInSource is the source entry that reads the sign-ins, with the driver of Entra
// ID where it is among drivers, and else with one that reads nothing more.
func signInSource(base string, drivers []collectors.Driver) string {
	if !slices.ContainsFunc(drivers, func(d collectors.Driver) bool { return d.Name == "entraid" }) {
		return fmt.Sprintf("{name: entra, driver: sign-ins, base_url: %q}", base)
	}
	return fmt.Sprintf("{name: entra, driver: entraid, tenant: %s, client: %s, client_secret_env: SIGN_INS_SECRET, base_url: %q, login_url: %q, beta: true, retention_days: 90, requests_per_10s: 10000}",
		tenant, reader, base, base+"/login/")
}

// signInDriver reads Graph's pages of sign-ins, and nothing else of a tenant.
var signInDriver = collectors.Driver{
	Name:  "sign-ins",
	Kinds: []collectors.Kind{{Name: "entraid.sign_in", Form: evidence.Mutable, Methods: []evidence.Method{evidence.PagesExhausted}, Settles: 72 * time.Hour}},
	New: func(_ collectors.Env, decode func(any) error) (collectors.Collector, error) {
		var c signInPages
		return &c, decode(&c)
	},
}

type signInPages struct {
	Base string `yaml:"base_url"`
}

func (c *signInPages) Plan(_ context.Context, q evidence.Query) iter.Seq2[evidence.Unit, error] {
	return func(yield func(evidence.Unit, error) bool) {
		for at := q.Period.Start; at.Before(q.Period.End); at = at.AddDate(0, 0, 1) {
			u := evidence.Unit{Kinds: []string{"entraid.sign_in"}, Scope: evidence.Scope{"tenant": tenant}, Want: q.Want,
				Window: evidence.Period{Start: at, End: at.AddDate(0, 0, 1)}}
			if !yield(u, nil) {
				return
			}
		}
	}
}

func (c *signInPages) Collect(ctx context.Context, u evidence.Unit, from evidence.Cursor) iter.Seq2[evidence.Batch, error] {
	return func(yield func(evidence.Batch, error) bool) {
		next := string(from)
		if next == "" {
			next = c.Base + "/beta/auditLogs/signIns?" + url.Values{
				"$top": {strconv.Itoa(pageSize)},
				"$filter": {"createdDateTime ge " + u.Window.Start.UTC().Format(time.RFC3339) +
					" and createdDateTime lt " + u.Window.End.UTC().Format(time.RFC3339)},
			}.Encode()
		}
		for next != "" {
			b, err := page(ctx, next)
			if err == nil && len(b.Cursor) == 0 {
				b.Claims = []evidence.Claim{{Kind: b.Kind, Method: evidence.PagesExhausted, Scope: u.Scope, Window: u.Window, Unit: "lists", Expected: 1, Found: 1}}
			}
			if !yield(b, err) || err != nil {
				return
			}
			next = string(b.Cursor)
		}
	}
}

// page asks for one page; its batch's cursor is the link to the next.
func page(ctx context.Context, link string) (evidence.Batch, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
	if err != nil {
		return evidence.Batch{}, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return evidence.Batch{}, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		return evidence.Batch{}, fmt.Errorf("%s: %s: %w", link, resp.Status, err)
	}
	var list struct {
		Next  string            `json:"@odata.nextLink"`
		Value []json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		return evidence.Batch{}, err
	}
	sum := sha256.Sum256(raw)
	b := evidence.Batch{Kind: "entraid.sign_in", Cursor: evidence.Cursor(list.Next),
		Origins: []evidence.Origin{{Request: link, SHA256: hex.EncodeToString(sum[:]), Size: int64(len(raw))}}}
	for _, body := range list.Value {
		var s struct {
			ID string    `json:"id"`
			At time.Time `json:"createdDateTime"`
		}
		if err := json.Unmarshal(body, &s); err != nil {
			return b, err
		}
		r, err := evidence.NewRecord(b.Kind, s.ID, s.At, 0, body)
		if err != nil {
			return b, err
		}
		b.Records = append(b.Records, r)
	}
	return b, nil
}
