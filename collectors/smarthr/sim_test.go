package smarthr

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/evidencepack/evidence/collectors/collectortest"
)

const testToken = "shr_9f8e7d6c5b4a3928_token"

// What must never leave an answer: an item of each sort that is not asked for.
var private = map[string]any{
	"birth_at": "1985-02-03", "tel_number": "03-0000-1111", "gender": "female",
	"address":       map[string]any{"city": "架空市", "street": "非公開町1-2-3"},
	"bank_accounts": []any{map[string]any{"account_number": "7654321", "account_holder_name": "ヒコウカイ"}},
	"custom_fields": []any{
		map[string]any{"value": "非公開の値", "template": map[string]any{"id": "t-1", "name": "緊急連絡先"}},
		map[string]any{"value": "Work-Address@example.co.jp", "template": map[string]any{"id": "t-2", "name": "会社メールアドレス"}},
	},
	"basic_pension_number": "9999-888888", "emergency_last_name": "非公開太郎",
}

// privateWords are pieces of them to look for.
var privateWords = []string{
	"1985-02-03", "03-0000-1111", "架空市", "非公開", "7654321", "ヒコウカイ", "9999-888888", "birth_at", "bank_accounts", "緊急連絡先",
}

// tenant is a simulated SmartHR.
type tenant struct {
	t      *testing.T
	faults collectortest.Faults

	mu       sync.Mutex
	crews    []map[string]any // in the order of their numbers
	requests []url.Values
	deaf     bool // answers with all items, whatever fields say
	unlinked bool // gives no Link header
	cap      int  // the most people on a page; 0: 100
	before   func(n int, q url.Values)
	answer   func(w http.ResponseWriter, n int) bool // answers in SmartHR's place
}

func newTenant(t *testing.T, people int) *tenant {
	w := &tenant{t: t}
	for i := range people {
		w.add(fmt.Sprintf("%05d", 10000+i), fmt.Sprintf("employee-%03d", i), nil)
	}
	return w
}

// add puts somebody in. Changes are laid over what everybody has.
func (w *tenant) add(number, name string, changes map[string]any) map[string]any {
	c := map[string]any{
		"id": "c-" + name, "emp_code": number, "emp_status": "employed", "emp_type": "full_timer",
		"employment_type": map[string]any{"id": "e-1", "name": "正社員", "preset_type": "full_timer"},
		"last_name":       name, "first_name": "01", "business_last_name": nil, "business_first_name": nil,
		"email": strings.ToUpper(name[:1]) + name[1:] + "@example.co.jp", "department": "技術本部/開発部",
		"departments": []any{map[string]any{"id": "d-1", "name": "開発部", "full_name": "技術本部/開発部", "code": "D01"}},
		"entered_at":  "2020-04-01", "resigned_at": nil, "updated_at": "2026-09-01T00:00:00.000Z",
	}
	for k, v := range private {
		c[k] = v
	}
	for k, v := range changes {
		c[k] = v
	}
	w.crews = append(w.crews, c)
	return c
}

// remove takes somebody out of the list.
func (w *tenant) remove(id string) {
	w.crews = slices.DeleteFunc(w.crews, func(c map[string]any) bool { return c["id"] == id })
}

func (w *tenant) start() string {
	s := httptest.NewServer(w)
	w.t.Cleanup(s.Close)
	return s.URL
}

func (w *tenant) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if f := w.faults.Next(r); f != nil {
		switch {
		case f.Hang:
			w.mu.Unlock()
			<-r.Context().Done()
			w.mu.Lock()
		case f.Cut:
			rw.Header().Set("Content-Length", "1000")
			_, _ = rw.Write([]byte(`[{"id":"c-1"`))
		default:
			refuse(rw, f.Status, "fault", "故障")
		}
		return
	}
	q := r.URL.Query()
	w.requests = append(w.requests, q)
	n := len(w.requests)
	if w.answer != nil && w.answer(rw, n) {
		return
	}
	if w.before != nil {
		w.before(n, q)
	}
	switch {
	case r.Header.Get("Authorization") != "Bearer "+testToken:
		refuse(rw, http.StatusUnauthorized, "unauthorized_token", "無効なアクセストークンです")
	case r.Method != http.MethodGet || r.URL.Path != "/api/v1/crews":
		refuse(rw, http.StatusNotFound, "not_found", "見つかりません")
	default:
		w.list(rw, r, q)
	}
}

func refuse(rw http.ResponseWriter, status int, kind, message string) {
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(status)
	_ = json.NewEncoder(rw).Encode(map[string]any{"code": 0, "type": kind, "message": message, "errors": nil})
}

func (w *tenant) list(rw http.ResponseWriter, r *http.Request, q url.Values) {
	var all []map[string]any
	for _, c := range w.crews {
		if want := q.Get("emp_status"); want == "" || c["emp_status"] == want {
			all = append(all, c)
		}
	}
	if q.Get("sort") == "emp_code" {
		slices.SortStableFunc(all, func(a, b map[string]any) int {
			return strings.Compare(fmt.Sprint(a["emp_code"]), fmt.Sprint(b["emp_code"]))
		})
	}
	page, size := number(q.Get("page"), 1), number(q.Get("per_page"), 10)
	if w.cap > 0 {
		size = min(size, w.cap)
	}
	start := min((page-1)*size, len(all))
	end := min(start+size, len(all))
	out := []any{}
	for _, c := range all[start:end] {
		out = append(out, w.item(c, q.Get("fields")))
	}
	h := rw.Header()
	h.Set("X-Total-Count", strconv.Itoa(len(all)))
	h.Set("X-Rate-Limit-Remaining", "4990")
	h.Set("X-Intensive-Rate-Limit-Remaining", "9")
	if !w.unlinked {
		links := []string{`<` + r.URL.Path + `?page=1>; rel="first"`}
		if end < len(all) {
			links = append(links, `<`+r.URL.Path+`?page=`+strconv.Itoa(page+1)+`>; rel="next"`)
		}
		h.Set("Link", strings.Join(links, ",\n"))
	}
	h.Set("Link", strings.ReplaceAll(h.Get("Link"), "\n", " "))
	if err := json.NewEncoder(rw).Encode(out); err != nil {
		w.t.Log(err)
	}
}

// item is somebody with the items that were asked for.
func (w *tenant) item(c map[string]any, fields string) map[string]any {
	if w.deaf || fields == "" {
		return c
	}
	out := map[string]any{}
	for _, f := range strings.Split(fields, ",") {
		if v, ok := c[f]; ok {
			out[f] = v
		}
	}
	return out
}

func number(s string, otherwise int) int {
	if n, err := strconv.Atoi(s); err == nil && n > 0 {
		return n
	}
	return otherwise
}
