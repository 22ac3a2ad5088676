package smarthr

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/internal/httpclient"
)

// clock notes what a source would have waited for.
type clock struct{ waits []time.Duration }

func (c *clock) sleep(ctx context.Context, d time.Duration) error {
	c.waits = append(c.waits, d)
	return ctx.Err()
}

// source makes a collector of the tenant.
func (w *tenant) source(c *clock, settings string) *source {
	w.t.Helper()
	w.t.Setenv("SMARTHR_ACCESS_TOKEN", testToken)
	s, err := open(env(w.t), func(into any) error {
		return yaml.NewDecoder(strings.NewReader("tenant: acme\nurl: "+w.start()+"\n"+settings), yaml.Strict()).Decode(into)
	}, c.sleep)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// collect reads everything there is.
func collect(t *testing.T, s *source) (evidence.Batch, error) {
	t.Helper()
	var b evidence.Batch
	for u, err := range s.Plan(t.Context(), query()) {
		if err != nil {
			t.Fatal(err)
		}
		for got, err := range s.Collect(t.Context(), u, nil) {
			if err != nil {
				return b, err
			}
			b = got
		}
	}
	return b, nil
}

// read is collect of a tenant that can be read.
func (w *tenant) read(settings string) evidence.Batch {
	w.t.Helper()
	b, err := collect(w.t, w.source(&clock{}, settings))
	if err != nil {
		w.t.Fatal(err)
	}
	return b
}

func codes(list []evidence.Finding) []string {
	out := []string{}
	for _, f := range list {
		if f.Code != "people_by_token" { // stands in each claim, as TestCustomEmails holds
			out = append(out, f.Code)
		}
	}
	return out
}

// TestPerson holds what is recorded of an employee to the byte.
func TestPerson(t *testing.T) {
	w := newTenant(t, 0)
	w.add("１２３", "sre-01", map[string]any{
		"email": " SRE-01@Example.co.jp", "resigned_at": "2026-10-31", "emp_status": "retired", "business_last_name": "SRE", "first_name": "壱",
	})
	for _, deaf := range []bool{false, true} { // asked for no more, and given more
		w.deaf = deaf
		b := w.read("employee_number_width: 6\n")
		if len(b.Records) != 1 || !b.Claims[0].Satisfied() {
			t.Fatalf("%d records, %+v", len(b.Records), b.Claims)
		}
		body := gjson.ParseBytes(b.Records[0].Body)
		got := map[string]string{}
		body.ForEach(func(k, v gjson.Result) bool {
			if k.Str != "source" {
				got[k.Str] = v.Raw
			}
			return true
		})
		want := map[string]string{
			"employee_number": `"000123"`, "name": `"SRE 壱"`, "emails": `["sre-01@example.co.jp"]`, "department": `"技術本部/開発部"`,
			"employment_type": `"正社員"`, "joined_at": `"2020-04-01T00:00:00+09:00"`, "left_at": `"2026-10-31T23:59:59+09:00"`, "moves": `[]`,
			"status": `"retired"`, "roster": `"acme"`, "key": `"acme/c-sre-01"`,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		var items []string
		body.Get("source").ForEach(func(k, _ gjson.Result) bool { items = append(items, k.Str); return true })
		slices.Sort(items)
		if diff := cmp.Diff(slices.Sorted(slices.Values(asked)), items); diff != "" {
			t.Errorf("source (deaf %t):\n%s", deaf, diff)
		}
		if got := body.Get("source.emp_code").Str; got != "１２３" {
			t.Errorf("the source said %q", got)
		}
		if got := b.Records[0].ID; got != "acme/000123@2026-11-02T00:00:00Z" {
			t.Errorf("its identity is %q", got)
		}
	}
}

// TestNothingPrivateIsRecorded, whatever an answer holds, and when it goes wrong.
func TestNothingPrivateIsRecorded(t *testing.T) {
	w := newTenant(t, 120)
	w.deaf = true
	w.add("10500", "odd-01", map[string]any{"resigned_at": "不明", "emp_status": "?"})
	for _, settings := range []string{"", "custom_emails: [会社メールアドレス]\n"} {
		b := w.read(settings)
		text, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range append([]string{testToken}, privateWords...) {
			if strings.Contains(string(text), word) {
				t.Errorf("%q is in what was collected", word)
			}
		}
	}
}

func TestCustomEmails(t *testing.T) {
	for _, named := range []string{"会社メールアドレス", "t-2"} {
		w := newTenant(t, 1)
		b := w.read("custom_emails: [" + named + "]\n")
		body := gjson.ParseBytes(b.Records[0].Body)
		if got := body.Get("emails").Raw; got != `["employee-000@example.co.jp","work-address@example.co.jp"]` {
			t.Errorf("%s: %s", named, got)
		}
		if got, want := body.Get("source.custom_fields").Raw, `[{"template":{"id":"t-2","name":"会社メールアドレス"},"value":"Work-Address@example.co.jp"}]`; got != want {
			t.Errorf("%s: source has %s", named, got)
		}
	}
	// One of two fields is called otherwise now: who has an address there alone would
	// be matched with no account, in silence.
	w := newTenant(t, 1)
	c := w.read("custom_emails: [会社メールアドレス, 旧会社メール]\n").Claims[0]
	if want := (evidence.Finding{Code: "custom_email_empty", Object: "旧会社メール"}); len(c.Gaps) != 1 || c.Gaps[0].Code != want.Code || c.Gaps[0].Object != want.Object {
		t.Errorf("gaps %+v, want %s of %s", c.Gaps, want.Code, want.Object)
	}
	if n := len(c.Notes); n == 0 || c.Notes[0].Code != "people_by_token" {
		t.Errorf("the claim does not say whom SmartHR's count is of: %+v", c.Notes)
	}
	w = newTenant(t, 1)
	w.read("")
	for _, q := range w.requests {
		if strings.Contains(q.Get("fields"), "custom_fields") || q.Get("fields") == "" {
			t.Errorf("asked for %q", q.Get("fields"))
		}
	}
}

// TestEveryPageIsRead: 100 at a time, counted by SmartHR's own number, with a
// second reading of identities and a count of those who left.
func TestEveryPageIsRead(t *testing.T) {
	for _, tt := range []struct {
		people, requests int
		unlinked         bool
		cap              int
	}{
		{people: 1, requests: 2}, {people: 100, requests: 2}, {people: 101, requests: 5}, {people: 250, requests: 7},
		{people: 250, requests: 7, unlinked: true}, {people: 100, requests: 2, unlinked: true},
		{people: 120, requests: 7, cap: 40}, // fewer a page than was asked for
		{people: 120, requests: 7, cap: 40, unlinked: true},
	} {
		w := newTenant(t, tt.people)
		w.unlinked, w.cap = tt.unlinked, tt.cap
		b := w.read("")
		c := b.Claims[0]
		if len(b.Records) != tt.people || !c.Satisfied() || c.Expected != int64(tt.people) || c.Method != evidence.SourceCount {
			t.Errorf("%+v: %d records, %d of %d, gaps %v", tt, len(b.Records), c.Found, c.Expected, c.Gaps)
		}
		if len(w.requests) != tt.requests {
			t.Errorf("%+v: %d requests", tt, len(w.requests))
		}
	}
}

// TestPeopleWhoLeftAreThere: a list without them is worth nothing, however
// complete it looks.
func TestPeopleWhoLeftAreThere(t *testing.T) {
	w := newTenant(t, 3)
	w.add("10900", "leaver-01", map[string]any{"emp_status": "retired", "resigned_at": "2026-10-31"})
	b := w.read("")
	if c := b.Claims[0]; len(b.Records) != 4 || !c.Satisfied() {
		t.Fatalf("%d records, %+v", len(b.Records), c)
	}
	// A server that keeps them back unless they are asked for.
	leaver := w.crews[3]
	w.before = func(_ int, q url.Values) {
		w.remove("c-leaver-01")
		if q.Get("emp_status") == "retired" {
			w.crews = append(w.crews, leaver)
		}
	}
	c := w.read("").Claims[0]
	if c.Satisfied() || !slices.Contains(codes(c.Gaps), "roster_changed") || !strings.Contains(c.Gaps[0].Detail, "1 people who left, and 0") {
		t.Errorf("%+v", c)
	}
}

// TestAListThatChangesIsReadAgain: between any two requests of a reading, people
// come, go, or both at a time so that the number stays.
func TestAListThatChangesIsReadAgain(t *testing.T) {
	for _, change := range []struct {
		name string
		do   func(w *tenant)
	}{
		{"somebody comes", func(w *tenant) { w.add("09999", "newcomer-01", nil) }},
		{"somebody goes", func(w *tenant) { w.remove("c-employee-005") }},
		{"somebody comes and somebody goes", func(w *tenant) {
			w.remove("c-employee-150")
			w.add("99999", "newcomer-01", nil)
		}},
		{"somebody leaves", func(w *tenant) {
			for _, c := range w.crews {
				if c["id"] == "c-employee-150" {
					c["emp_status"], c["resigned_at"] = "retired", "2026-10-31"
				}
			}
		}},
	} {
		for at := 1; at <= 7; at++ { // three pages, three of the second reading, the count
			w := newTenant(t, 250)
			w.before = func(n int, _ url.Values) {
				if n == at {
					change.do(w)
				}
			}
			b := w.read("")
			if c := b.Claims[0]; !c.Satisfied() {
				t.Errorf("%s before request %d: %+v", change.name, at, c)
			}
			got, want := map[string]bool{}, map[string]bool{}
			for _, r := range b.Records {
				got[gjson.GetBytes(r.Body, "source.id").Str] = true
			}
			for _, c := range w.crews {
				want[c["id"].(string)] = true
			}
			// What changes after the last page was read is of the time after it.
			if diff := cmp.Diff(want, got); diff != "" && at < 7 {
				t.Errorf("%s before request %d (-there +read):\n%s", change.name, at, diff)
			}
		}
	}
}

// TestAListThatDoesNotStandStill says so, and what was read is kept.
func TestAListThatDoesNotStandStill(t *testing.T) {
	w := newTenant(t, 250)
	w.before = func(n int, _ url.Values) { w.add(fmt.Sprintf("0%04d", 9999-n), fmt.Sprintf("newcomer-%d", n), nil) }
	clk := &clock{}
	b, err := collect(t, w.source(clk, ""))
	if err != nil {
		t.Fatal(err)
	}
	c := b.Claims[0]
	if c.Satisfied() || !slices.Contains(codes(c.Gaps), "roster_changed") || len(b.Records) < 200 {
		t.Errorf("%d records, %+v", len(b.Records), c)
	}
	if len(clk.waits) != rounds-1 {
		t.Errorf("it was read %d times", len(clk.waits)+1)
	}
}

func TestThrottling(t *testing.T) {
	limited := func(h map[string]string, status int) func(http.ResponseWriter, int) bool {
		return func(rw http.ResponseWriter, n int) bool {
			if n != 2 {
				return false
			}
			for k, v := range h {
				rw.Header().Set(k, v)
			}
			refuse(rw, status, "too_many_requests", "リクエスト制限の上限を超えました")
			return true
		}
	}
	for _, tt := range []struct {
		name   string
		answer func(http.ResponseWriter, int) bool
		want   []time.Duration
	}{
		{"the hour's limit", limited(map[string]string{"x-rate-limit-remaining": "0", "x-rate-limit-reset": "1200", "x-intensive-rate-limit-remaining": "5"}, 429), []time.Duration{1201 * time.Second}},
		{"the second's limit", limited(map[string]string{"x-rate-limit-remaining": "88", "x-intensive-rate-limit-remaining": "0", "x-intensive-rate-limit-reset": "1"}, 429), []time.Duration{2 * time.Second}},
		{"Retry-After", limited(map[string]string{"Retry-After": "7"}, 429), []time.Duration{8 * time.Second}},
		{"nothing said", limited(nil, 429), []time.Duration{time.Minute}},
		{"a number that cannot be", limited(map[string]string{"x-rate-limit-remaining": "0", "x-rate-limit-reset": "1793000000"}, 429), []time.Duration{time.Minute}},
		{"maintenance", limited(nil, 503), []time.Duration{time.Second}},
	} {
		w := newTenant(t, 150)
		w.answer = tt.answer
		clk := &clock{}
		b, err := collect(t, w.source(clk, ""))
		if err != nil || len(b.Records) != 150 || !b.Claims[0].Satisfied() {
			t.Errorf("%s: %d records, %v", tt.name, len(b.Records), err)
		}
		if diff := cmp.Diff(tt.want, clk.waits); diff != "" {
			t.Errorf("%s: waited\n%s", tt.name, diff)
		}
	}
}

// TestNoRequestIsSentWhenNoneIsLeft: an answer that leaves none is the last for
// as long as SmartHR says.
func TestNoRequestIsSentWhenNoneIsLeft(t *testing.T) {
	w := newTenant(t, 1)
	clk := &clock{}
	s := w.source(clk, "")
	for _, tt := range []struct {
		header map[string]string
		want   time.Duration
		ok     bool
	}{
		{map[string]string{"X-Intensive-Rate-Limit-Remaining": "0", "X-Intensive-Rate-Limit-Reset": "1"}, 2 * time.Second, true},
		{map[string]string{"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": "600"}, 601 * time.Second, true},
		{map[string]string{"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": "7200"}, 0, false},
		{map[string]string{"X-Rate-Limit-Remaining": "1"}, 0, true},
	} {
		h := http.Header{}
		for k, v := range tt.header {
			h.Set(k, v)
		}
		clk.waits = nil
		s.client.note(h)
		err := s.client.rest(t.Context())
		if (err == nil) != tt.ok || (tt.want > 0) != (len(clk.waits) == 1) || tt.want > 0 && clk.waits[0] != tt.want {
			t.Errorf("%v: waited %v, %v", tt.header, clk.waits, err)
		}
	}
}

func TestRefusals(t *testing.T) {
	always := func(status int, kind, message string) func(http.ResponseWriter, int) bool {
		return func(rw http.ResponseWriter, _ int) bool { refuse(rw, status, kind, message); return true }
	}
	for _, tt := range []struct {
		name   string
		answer func(http.ResponseWriter, int) bool
		want   string // in the error
		waits  int
	}{
		{"bad token", always(401, "unauthorized_token", "無効なアクセストークンです"), "401 unauthorized_token: 無効なアクセストークンです; the access token is not valid", 0},
		{"no such tenant", always(404, "not_found", ""), "is there such a tenant", 0},
		{"a field it does not know", always(400, "bad_request", "不正"), "400 bad_request: 不正", 0},
		{"a redirect", func(rw http.ResponseWriter, _ int) bool {
			rw.Header().Set("Location", "http://127.0.0.1:1/")
			rw.WriteHeader(http.StatusFound)
			return true
		}, "does not follow a redirect", 0},
		{"maintenance", always(503, "service_maintenance", "メンテナンス中"), "service_maintenance: メンテナンス中", attempts - 1},
		{"throttled for ever", always(429, "too_many_requests", ""), "429", patience - 1},
		{"not JSON", func(rw http.ResponseWriter, _ int) bool { _, _ = rw.Write([]byte("<html>")); return true }, "not a list in JSON", attempts - 1},
		{"not a list", func(rw http.ResponseWriter, _ int) bool { _, _ = rw.Write([]byte(`{"crews":[]}`)); return true }, "not a list in JSON", attempts - 1},
		{"no count", func(rw http.ResponseWriter, _ int) bool { _, _ = rw.Write([]byte(`[]`)); return true }, "x-total-count", attempts - 1},
	} {
		w := newTenant(t, 3)
		w.answer = tt.answer
		clk := &clock{}
		_, err := collect(t, w.source(clk, ""))
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "GET crews?") {
			t.Errorf("%s: %v; want %q", tt.name, err, tt.want)
		}
		if len(clk.waits) != tt.waits {
			t.Errorf("%s: asked again %d times, want %d", tt.name, len(clk.waits), tt.waits)
		}
		if err != nil && strings.Contains(err.Error(), testToken) {
			t.Errorf("%s: the token is in %v", tt.name, err)
		}
	}
}

// TestNotPermitted: what the token may not read is a gap that says what it needs.
func TestNotPermitted(t *testing.T) {
	w := newTenant(t, 3)
	w.answer = func(rw http.ResponseWriter, _ int) bool {
		refuse(rw, 403, "forbidden", "アクセスが禁止されています")
		return true
	}
	c := w.read("").Claims[0]
	if diff := cmp.Diff([]string{"not_readable"}, codes(c.Gaps)); diff != "" || c.Satisfied() || !strings.Contains(c.Gaps[0].Detail, "従業員情報(/crews) 参照") {
		t.Errorf("%+v", c)
	}
}

// TestItemsThatAreWithheld: SmartHR gives null for what a token may not read, as
// if nobody had it.
func TestItemsThatAreWithheld(t *testing.T) {
	for _, tt := range []struct {
		field       string
		gaps, notes []string
	}{
		{"emp_code", []string{}, []string{"item_empty"}},
		{"email", []string{}, []string{"item_empty"}},
		{"emp_code email", []string{"nothing_to_join_by"}, []string{"item_empty", "item_empty"}},
		{"entered_at", []string{}, []string{"item_empty"}},
		{"resigned_at", []string{"left_without_date"}, []string{}},
		{"emp_status", []string{"status_unknown", "status_unknown", "status_unknown", "roster_changed"}, []string{}},
	} {
		w := newTenant(t, 2)
		w.add("10900", "leaver-01", map[string]any{"emp_status": "retired", "resigned_at": "2026-10-31", "updated_at": "2026-10-20T00:00:00Z"})
		hidden := tt.field
		status := map[string]any{}
		w.before = func(_ int, q url.Values) {
			for _, c := range w.crews {
				if _, ok := status[c["id"].(string)]; !ok {
					status[c["id"].(string)] = c["emp_status"]
				}
				for _, field := range strings.Fields(hidden) {
					c[field] = nil
				}
				if q.Get("emp_status") != "" { // it filters all the same
					c["emp_status"] = status[c["id"].(string)]
				}
			}
		}
		b := w.read("")
		c := b.Claims[0]
		if diff := cmp.Diff([2][]string{tt.gaps, tt.notes}, [2][]string{codes(c.Gaps), codes(c.Notes)}); diff != "" || len(b.Records) != 3 {
			t.Errorf("%s: %d records\n%s", tt.field, len(b.Records), diff)
		}
	}
}

func TestWhatIsOdd(t *testing.T) {
	for _, tt := range []struct {
		name        string
		changes     map[string]any
		gaps, notes []string
	}{
		{"nothing", nil, []string{}, []string{}},
		{"no date", map[string]any{"resigned_at": "不明"}, []string{"date_unreadable"}, []string{}},
		{"no joining date", map[string]any{"entered_at": "2026-02-30"}, []string{"date_unreadable"}, []string{}},
		{"no address", map[string]any{"email": "なし"}, []string{}, []string{"email_unreadable"}},
		{"a status of tomorrow", map[string]any{"emp_status": "seconded"}, []string{"status_unknown"}, []string{}},
		{"no identity", map[string]any{"id": nil}, []string{"person_without_identity"}, []string{}},
		{"left long ago", map[string]any{"emp_status": "retired", "updated_at": "2025-01-01T00:00:00Z"}, []string{}, []string{"left_without_date"}},
		{"a number of somebody else", map[string]any{"emp_code": "10000"}, []string{}, []string{"number_used_twice"}},
	} {
		w := newTenant(t, 2)
		w.add("10900", "odd-01", tt.changes)
		c := w.read("").Claims[0]
		if diff := cmp.Diff([2][]string{tt.gaps, tt.notes}, [2][]string{codes(c.Gaps), codes(c.Notes)}); diff != "" || c.Satisfied() != (len(tt.gaps) == 0) {
			t.Errorf("%s: satisfied %t\n%s", tt.name, c.Satisfied(), diff)
		}
	}
}

func TestATenantWithoutPeopleProvesNothing(t *testing.T) {
	c := newTenant(t, 0).read("").Claims[0]
	if c.Satisfied() || !slices.Contains(codes(c.Gaps), "roster_empty") {
		t.Errorf("%+v", c)
	}
}

func TestOrigins(t *testing.T) {
	b := newTenant(t, 150).read("")
	if len(b.Origins) != 2 || b.Records[0].Origin != 0 || b.Records[149].Origin != 1 {
		t.Fatalf("%d origins, records of %d and %d", len(b.Origins), b.Records[0].Origin, b.Records[149].Origin)
	}
	for i, o := range b.Origins {
		want := fmt.Sprintf("GET crews?fields=%s&page=%d&per_page=100&sort=emp_code", url.QueryEscape(strings.Join(asked, ",")), i+1)
		if o.Request != want || o.Date.IsZero() || o.Size == 0 {
			t.Errorf("%+v\nwant %s", o, want)
		}
	}
}

func TestTokens(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	t.Setenv("TOKEN_SET", " abc\n")
	for _, tt := range []struct {
		settings settings
		want     string // the token, or a part of the error
		ok       bool
	}{
		{settings{TokenEnv: "TOKEN_SET"}, "abc", true},
		{settings{TokenEnv: "TOKEN_NOT_SET"}, "TOKEN_NOT_SET is not set", false},
		{settings{TokenFile: write("token", "def\r\n")}, "def", true},
		{settings{TokenFile: filepath.Join(dir, "token")}, "def", true},
		{settings{TokenFile: write("empty", "\n")}, "empty is empty", false},
		{settings{TokenFile: "missing"}, "token_file", false},
		{settings{TokenFile: write("two", "abc\ndef")}, "characters that no token has", false},
	} {
		got, err := tt.settings.login(dir)()
		if tt.ok && (err != nil || string(got) != tt.want) || !tt.ok && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%+v: %q %v, want %q", tt.settings, string(got), err, tt.want)
		}
	}
	hidden := secret("abc-secret")
	for _, text := range []string{fmt.Sprint(hidden), fmt.Sprintf("%v %+v %#v %s %q", hidden, hidden, hidden, hidden, hidden), fmt.Sprint(struct{ T secret }{hidden})} {
		if strings.Contains(text, "abc") {
			t.Errorf("a token prints as %s", text)
		}
	}
	if b, err := json.Marshal(map[string]secret{"token": hidden}); err != nil || strings.Contains(string(b), "abc") {
		t.Errorf("a token is encoded as %s, %v", b, err)
	}
}

// TestALoginThatFailsIsNotTriedAgain: nobody has set the token meanwhile.
func TestALoginThatFailsIsNotTriedAgain(t *testing.T) {
	w := newTenant(t, 1)
	clk := &clock{}
	s := w.source(clk, "token_env: TOKEN_NOT_SET\n")
	_, err := collect(t, s)
	var login *loginError
	if !errors.As(err, &login) || len(clk.waits) > 0 || len(w.requests) > 0 {
		t.Errorf("%v after %d waits and %d requests", err, len(clk.waits), len(w.requests))
	}
}

func TestSettings(t *testing.T) {
	for _, tt := range []struct {
		yaml string
		want string // the API, or a part of the error
		ok   bool
	}{
		{"tenant: acme", "https://acme.smarthr.jp/api/v1/", true},
		{"tenant: acme\nsandbox: true", "https://acme.daruma.space/api/v1/", true},
		{"tenant: acme\nurl: https://hr.example/", "https://hr.example/api/v1/", true},
		{"tenant: acme\nurl: http://127.0.0.1:8080", "http://127.0.0.1:8080/api/v1/", true},
		{"tenant: acme\nurl: http://hr.example", "must not travel unencrypted", false},
		{"tenant: acme\nurl: https://user:pass@hr.example", "want scheme and host alone", false},
		{"tenant: acme\nurl: https://hr.example/api", "want scheme and host alone", false},
		{"tenant: acme\nurl: https://hr.example\nsandbox: true", "alternatives", false},
		{"{}", "tenant is needed", false},
		{"tenant: acme.smarthr.jp", "the first part of", false},
		{"tenant: ACME", "the first part of", false},
		{"tenant: \"evil.example/\"", "the first part of", false},
		{"tenant: acme\ntoken_env: A\ntoken_file: b", "alternatives", false},
		{"tenant: acme\nemployee_number_width: -1", "employee_number_width", false},
		{"tenant: acme\ncustom_emails: [\"\"]", "custom_emails", false},
		{"tenant: acme\ntimezone: Tokyo", "no name of the IANA time zone database", false},
		{"tenant: acme\nfields: [birth_at]", "fields", false},
	} {
		s, err := open(env(t), func(into any) error {
			return yaml.NewDecoder(strings.NewReader(tt.yaml), yaml.Strict()).Decode(into)
		}, httpclient.Sleep)
		switch {
		case tt.ok && err != nil:
			t.Errorf("%q: %v", tt.yaml, err)
		case tt.ok && s.Location() != tt.want:
			t.Errorf("%q is at %s", tt.yaml, s.Location())
		case !tt.ok && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%q: %v, want %q", tt.yaml, err, tt.want)
		case !tt.ok && strings.Contains(err.Error(), "pass@"):
			t.Errorf("%q: the password is in %v", tt.yaml, err)
		}
	}
}

// FuzzPerson: whatever an employee looks like, what is recorded is an object of
// items that were asked for.
func FuzzPerson(f *testing.F) {
	f.Add(`{"id":"c-1","emp_code":"1","departments":[{"full_name":"x"}],"birth_at":"1985-02-03"}`)
	f.Add(`{"\u0069d":"c-1","id":"c-2","employment_type":7,"custom_fields":[{"template":{"name":"会社メールアドレス"},"value":["a@b"]}]}`)
	f.Add(`{"email":{"a":"b@c"},"custom_fields":{"0":1},"emp_status":null}`)
	s := &source{settings: settings{CustomEmails: []string{"会社メールアドレス"}}}
	s.dates.Location = time.UTC
	f.Fuzz(func(t *testing.T, text string) {
		c := gjson.Parse(text)
		if !gjson.Valid(text) || !c.IsObject() {
			return
		}
		p, _ := s.person(c)
		var source map[string]json.RawMessage
		if err := json.Unmarshal(p.Source, &source); err != nil {
			t.Fatalf("%q gives %s: %v", text, p.Source, err)
		}
		for k := range source {
			if !slices.Contains(s.fields(), k) {
				t.Errorf("%q: %s is recorded", text, k)
			}
		}
	})
}
