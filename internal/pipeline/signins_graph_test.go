package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
)

// pageSize is the most that Graph gives of sign-ins at a time.
const pageSize = 999

// serve serves the sign-ins as Graph does: pages of the newest first, with a link
// to the next. Go's connections have TCP_NODELAY set, so that no request waits 40 ms.
func (s signIns) serve() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from, before, err := window(r.URL.Query().Get("$filter"))
		if err != nil {
			http.Error(w, `{"error":{"code":"BadRequest","message":"`+err.Error()+`"}}`, http.StatusBadRequest)
			return
		}
		first, last := s.first(from), s.first(before)-1
		if token := r.URL.Query().Get("$skiptoken"); token != "" {
			last, _ = strconv.Atoi(token)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(s.page(r, first, last))
	}))
}

func (s signIns) page(r *http.Request, first, last int) []byte {
	b := make([]byte, 0, pageSize*3200)
	b = append(b, `{"@odata.context":"https://graph.microsoft.com/beta/$metadata#auditLogs/signIns",`...)
	end := max(last-pageSize, first-1)
	if end >= first {
		q := r.URL.Query()
		q.Set("$skiptoken", strconv.Itoa(end))
		b = fmt.Appendf(b, `"@odata.nextLink":"http://%s%s?%s",`, r.Host, r.URL.Path, q.Encode())
	}
	b = append(b, `"value":[`...)
	for i := last; i > end; i-- {
		if i < last {
			b = append(b, ',')
		}
		b = s.body(b, i)
	}
	return append(b, "]}"...)
}

var filter = regexp.MustCompile(`^createdDateTime ge (\S+) and createdDateTime lt (\S+)$`)

func window(text string) (from, before time.Time, err error) {
	m := filter.FindStringSubmatch(text)
	if m == nil {
		return from, before, fmt.Errorf("filter %q", text)
	}
	if from, err = time.Parse(time.RFC3339, m[1]); err != nil {
		return from, before, err
	}
	before, err = time.Parse(time.RFC3339, m[2])
	return from, before, err
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
