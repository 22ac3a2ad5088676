package redaction

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/locker"
)

// testKey is a key of the tests.
var testKey = Key{[]byte("0123456789abcdef0123456789abcdef")}

func record(t *testing.T, kind, id, body string) evidence.Record {
	t.Helper()
	r, err := evidence.NewRecord(kind, id, time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), 0, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// taught is a redactor of the shipped rules that learnt from records.
func taught(t *testing.T, terms Terms, records ...evidence.Record) *Redactor {
	t.Helper()
	r := New(testKey, Policy{Levels: []Level{S, A}, Rules: Shipped()}, terms)
	for _, rec := range records {
		if err := r.Learn(rec); err != nil {
			t.Fatal(err)
		}
	}
	r.Settle(nil)
	return r
}

func redacted(t *testing.T, r *Redactor, rec evidence.Record) string {
	t.Helper()
	now, err := r.Record(rec)
	if err != nil {
		t.Fatal(err)
	}
	return string(now.Body)
}

// What one person is called in several systems goes on being joined.
func TestJoinsHold(t *testing.T) {
	r := taught(t, Terms{}, record(t, "github.team", "T", `{"members":{"nodes":[{"login":"Taro-Y"}]}}`))
	login := testKey.pseudonym("", "taro-y")
	for _, c := range []struct{ what, in, want string }{
		{"a login in another case", "@TARO-Y approved", "@" + login + " approved"},
		{"the address whose first part is the login", "taro-y@example.co.jp", login + "@example.co.jp"},
		{"in another case", "Taro-Y@Example.co.jp", login + "@Example.co.jp"},
		{"in a link", "https://github.com/taro-y/x?u=taro-y%40example.co.jp", "https://github.com/" + login + "/x?u=" + login + "%40example.co.jp"},
		{"GitHub's private address", "803916484+taro-y@users.noreply.github.com", login + "@users.noreply.github.com"},
		{"a guest", "taro-y_partner.example#EXT#@example.onmicrosoft.com", login + "_partner.example#EXT#@example.onmicrosoft.com"},
		{"a deleted user", "0123456789abcdef0123456789abcdeftaro-y@example.co.jp", "0123456789abcdef0123456789abcdef" + login + "@example.co.jp"},
		{"a proxy address", "SMTP:taro-y@example.co.jp", "SMTP:" + login + "@example.co.jp"},
		{"a role's session", "arn:aws:sts::111122223333:assumed-role/ops/taro-y@example.co.jp", "arn:aws:sts::111122223333:assumed-role/ops/" + login + "@example.co.jp"},
		{"an identity with its time", "taro-y@example.co.jp@2026-10-31T00:00:00.5Z", login + "@example.co.jp@2026-10-31T00:00:00.5Z"},
		{"another word", "taro-yamada, xtaro-y", "taro-yamada, xtaro-y"},
		{"an account of automation", "renovate[bot]@users.noreply.github.com", "renovate[bot]@users.noreply.github.com"},
	} {
		if got := r.Text(c.in); got != c.want {
			t.Errorf("%s: %s becomes %s, want %s", c.what, c.in, got, c.want)
		}
	}
}

func TestFieldsAndTheRestOfTheRecord(t *testing.T) {
	user := record(t, "entraid.user", "1@2026-10-31T00:00:00Z",
		`{"displayName":"山田 太郎","mail":"Taro.Yamada@example.co.jp","givenName":"太郎","employeeId":"01001","department":"経理部","n":1.50,"url":"a\/b"}`)
	signIn := record(t, "entraid.sign_in", "2",
		`{"userDisplayName":"山田 太郎","ipAddress":"192.0.2.7","userAgent":"Mozilla","note":"山田太郎 & <山田　太郎>, 192.0.2.7, 192.0.2.7/32, 192.0.2.70","location":{"city":"Osaka","countryOrRegion":"JP","geoCoordinates":{"latitude":34.5}},"taro.yamada@example.co.jp":null}`)
	file := record(t, "m365.audit_record", "3", `{"objectId":"https://x/personal/taro_yamada_example_co_jp/a","clientIp":"192.0.2.7:443"}`)
	r := taught(t, Terms{}, user, signIn, file)
	name, mail := testKey.pseudonym(Person, "山田太郎"), testKey.pseudonym(Person, "taro.yamada")
	ip := r.ip("192.0.2.7")
	for _, c := range []struct {
		in   evidence.Record
		want string
	}{
		{user, fmt.Sprintf(`{"displayName":"%s","mail":"%s@example.co.jp","givenName":"[redacted]","employeeId":"01001","department":"経理部","n":1.50,"url":"a\/b"}`, name, mail)},
		{signIn, fmt.Sprintf(`{"userDisplayName":"%s","ipAddress":"%s","userAgent":"[redacted]","note":"%s & <%s>, %s, 192.0.2.7/32, 192.0.2.70","location":{"city":"[redacted]","countryOrRegion":"JP","geoCoordinates":{"latitude":null}},"%s@example.co.jp":null}`, name, ip, name, name, ip, mail)},
		{file, fmt.Sprintf(`{"objectId":"https://x/personal/%s_example_co_jp/a","clientIp":"[%s]:443"}`, strings.ReplaceAll(mail, "-", "_"), ip)},
	} {
		if got := redacted(t, r, c.in); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.in.Kind, got, c.want)
		}
	}
	// Level B is not redacted unless it is asked for.
	b := New(testKey, Policy{Levels: []Level{B}, Rules: Shipped()}, Terms{})
	if got := redacted(t, b, user); !strings.Contains(got, "山田 太郎") || strings.Contains(got, "01001") || strings.Contains(got, "経理部") {
		t.Errorf("of level B alone: %s", got)
	}
}

// What rules and schemas name is no person, though an account has that name.
func TestTermsStay(t *testing.T) {
	terms := NewTerms([][]byte{[]byte(`exempt if input.record.user == "<root_account>"` + "\nstate := \"merged\"\n")}, [][]byte{[]byte(`{"properties":{"title":{}}}`)})
	r := taught(t, terms, record(t, "iam.credential_report", "1", `{"Row":{"user":"<root_account>"}}`), record(t, "github.team", "2", `{"members":{"nodes":[{"login":"merged"},{"login":"title"}]}}`))
	if got := redacted(t, r, record(t, "iam.credential_report", "1", `{"Row":{"user":"<root_account>"}}`)); !strings.Contains(got, "<root_account>") {
		t.Errorf("a literal of the rules: %s", got)
	}
	if got := redacted(t, r, record(t, "github.issue", "3", `{"state":"MERGED","title":"a title","author":{"login":"title"}}`)); got != `{"state":"MERGED","title":"a title","author":{"login":"`+testKey.pseudonym("", "title")+`"}}` {
		t.Errorf("a login that is a word of the format: %s", got)
	}
}

func TestPatternsAndNumbersOfParameters(t *testing.T) {
	r := taught(t, Terms{}, record(t, "entraid.user", "1", `{"mail":"svc-scan@example.co.jp"}`), record(t, "github.audit_event", "2", `{"actor_id":1234}`))
	params, added, err := r.Params(map[string]any{"a/b": []any{"x", map[string]any{"account": "svc-*@example.co.jp", "why": "device"}, "1234", 5}, "c": []any{"svc-*@example.co.jp"}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(params)
	if err != nil {
		t.Fatal(err)
	}
	scan := testKey.pseudonym("", "svc-scan") + "@example.co.jp"
	want := fmt.Sprintf(`{"a/b":["x",{"account":"svc-*@example.co.jp","why":"device"},{"account":"%s","why":"device"},"%s",5],"c":["svc-*@example.co.jp","%s"]}`, scan, testKey.number("1234"), scan)
	if string(got) != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if want := []Addition{{"/a~1b/2/account", "svc-*@example.co.jp"}, {"/c/1", "svc-*@example.co.jp"}}; !slices.Equal(added, want) {
		t.Errorf("added %+v, want %+v", added, want)
	}
	for name, forged := range map[string][]any{"a copy is missing": {"svc-*@example.co.jp", "x"}, "another is there": {"svc-*@example.co.jp", "anon-aaaaaaaaaaaaaaaa@example.co.jp", scan}} {
		if _, err := r.Additions(map[string]any{"c": forged}); err == nil {
			t.Errorf("%s, and nobody notices", name)
		}
	}
}

// A pattern that names a person is told as it was redacted, and goes on naming them.
func TestPatternsThatNameAPerson(t *testing.T) {
	r := taught(t, Terms{}, record(t, "entraid.user", "1", `{"mail":"taro.yamada@example.co.jp","displayName":"山田 太郎"}`))
	params, added, err := r.Params(map[string]any{"exempt": []any{map[string]any{"account": "taro.yamada@*", "approved_by": "山田 太郎"}, "山田 太郎*"}})
	if err != nil {
		t.Fatal(err)
	}
	told, err := json.Marshal(map[string]any{"params": params, "added": added})
	if err != nil {
		t.Fatal(err)
	}
	for _, personal := range []string{"taro", "yamada", "山田", "太郎"} {
		if strings.Contains(string(told), personal) {
			t.Errorf("%s is told: %s", personal, told)
		}
	}
	taro := testKey.pseudonym("", "taro.yamada")
	if len(added) != 2 || !strings.Contains(string(told), taro+"@example.co.jp") || added[0].Pattern != taro+"@*" {
		t.Errorf("the pattern does not name the account any more: %s", told)
	}
}

func TestManifestsKeepWhatTheLogSays(t *testing.T) {
	r := taught(t, Terms{}, record(t, "github.team", "T", `{"members":{"nodes":[{"login":"taro-y"}]}}`))
	m := locker.Manifest{
		Version: 1, Type: locker.Batch, Source: "taro-y", Driver: "github", Plan: strings.Repeat("0", 64), Unit: &locker.PlannedUnit{Key: "k"},
		Collected: locker.Collected{At: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)},
		Origins:   []evidence.Origin{{Request: "GET /users/taro-y", SHA256: "00"}},
		Claims:    []evidence.Claim{{Gaps: []evidence.Finding{{Code: "x", Object: "taro-y"}}}},
	}
	raw, err := locker.Encode(m)
	if err != nil {
		t.Fatal(err)
	}
	was := locker.Entry{Index: 7, Manifest: m, Raw: raw}
	now, err := r.Entry(was)
	if err != nil {
		t.Fatal(err)
	}
	if now.Original == nil || now.Hash() != was.Hash() || now.Source != "taro-y" || strings.Contains(now.Origins[0].Request+now.Claims[0].Gaps[0].Object, "taro-y") {
		t.Errorf("%+v", now)
	}
	if m.Origins[0].Request != "GET /users/taro-y" || m.Claims[0].Gaps[0].Object != "taro-y" {
		t.Error("the sealed manifest was changed")
	}
	m.Origins, m.Claims = nil, nil
	if now, err = r.Entry(locker.Entry{Manifest: m, Raw: raw}); err != nil || now.Original != nil {
		t.Errorf("an entry without personal data is as it was: %+v, %v", now, err)
	}
}

// A key tells itself in no message, log or document.
func TestKeysAreNotTold(t *testing.T) {
	secret := string(testKey.secret)
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("key", "key", testKey)
	doc, err := json.Marshal(map[string]any{"key": testKey})
	if err != nil {
		t.Fatal(err)
	}
	for _, told := range []string{fmt.Sprint(testKey), fmt.Sprintf("%+v", testKey), fmt.Sprintf("%#v", testKey), log.String(), string(doc)} {
		if strings.Contains(told, secret) || strings.Contains(told, "303132") || !strings.Contains(told, "[redacted]") {
			t.Errorf("it tells %s", told)
		}
	}
	path := filepath.Join(t.TempDir(), "bad.key")
	if err := os.WriteFile(path, []byte("not-so-secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadKey(path); err == nil || strings.Contains(err.Error(), "not-so-secret") {
		t.Errorf("%v", err)
	}
	path = filepath.Join(t.TempDir(), "new.key")
	if err := GenerateKey(path); err != nil {
		t.Fatal(err)
	}
	if err := GenerateKey(path); err == nil {
		t.Error("a key was written over")
	}
	if k, err := LoadKey("file:" + path); err != nil || len(k.secret) != keySize {
		t.Errorf("%v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestWrongRulesAreRefused(t *testing.T) {
	for _, r := range []Rule{
		{"", "a", S, Mail}, {"a*b", "a", S, Mail}, {"a", "", S, Mail}, {"a", "a..b", S, Mail}, {"a", "a.**", S, Mail}, {"a", "a", "C", Mail}, {"a", "a", S, "hash"}, {"a", "**", S, Pseudonym},
	} {
		if r.Check() == nil {
			t.Errorf("%+v is taken", r)
		}
	}
	own := Rule{"github.*", "**.login", S, Kept}
	all := Over([]Rule{own}, Shipped())
	if len(all) != len(Shipped()) || all[0] != own {
		t.Errorf("an organisation's rule does not stand in the shipped one's place: %d", len(all))
	}
}

// Shipped rules are of fields and kinds that there are: a misspelt one redacts nothing.
func TestShippedRulesAreOfShippedKinds(t *testing.T) {
	schemas := controls.Shipped()
	files, err := fs.Glob(schemas, "schemas/*.json")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d schemas, %v", len(files), err)
	}
	for _, r := range Shipped() {
		if err := r.Check(); err != nil {
			t.Error(err)
		}
		if r.Kind == "*" || r.Kind == ResponseKind {
			continue
		}
		found := false
		for _, f := range files {
			kind := strings.TrimSuffix(strings.TrimPrefix(f, "schemas/"), ".json")
			found = found || r.ofKind(kind)
		}
		if !found {
			t.Errorf("%s: there is no such kind", r)
		}
	}
}

// Rewriting nothing gives every byte back, and what is rewritten is JSON.
func FuzzRewriting(f *testing.F) {
	for _, s := range []string{`{"a":[1,{"b":"x\"y\\"}],"c":null}`, ` [ ] `, `"\u00e9"`, `{"a" : { } , "b":-1e5}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		same := func(_ []string, s string) string { return s }
		w := rewriting{in: b, text: same, name: unchanged}
		out, err := w.run()
		if err != nil {
			return
		}
		if string(out) != string(b) {
			t.Errorf("%q becomes %q", b, out)
		}
		w = rewriting{in: b, text: func([]string, string) string { return `"\` }, name: unchanged, bare: func([]string, string) string { return "null" }}
		if out, err = w.run(); err != nil || !json.Valid(out) {
			t.Errorf("%q becomes %q, %v", b, out, err)
		}
	})
}

// Pseudonyms have the form that logins, addresses and code owners have.
func TestFormOfPseudonyms(t *testing.T) {
	p := testKey.pseudonym("", "Taro Yamada")
	if !regexp.MustCompile(`^anon-[a-z2-7]{16}$`).MatchString(p) || p != testKey.pseudonym("", "taroyamada") {
		t.Error(p)
	}
}

// Addresses are written in many ways, and none of them stays.
func TestAddressesAreFoundHoweverWritten(t *testing.T) {
	r := taught(t, Terms{}, record(t, "entraid.sign_in", "1", `{"ipAddress":"203.0.113.7"}`))
	for _, mail := range []string{"jose\u0301@example.com", "taro@例え.jp", "o~hara.smith@example.com", "taro@xn--r8jz45g.xn--q9jyb4c"} {
		local := mail[:strings.IndexByte(mail, '@')]
		for _, around := range [][2]string{{"from ", " today"}, {"（", "から）"}} {
			if got := r.Text(around[0] + mail + around[1]); strings.Contains(got, local) || !strings.HasPrefix(got, around[0]) || !strings.HasSuffix(got, around[1]) {
				t.Errorf("%s: %s", mail, got)
			}
		}
	}
	for in, left := range map[string]string{
		"203.0.113.7": "203.0", "203.0.113.7/32": "203.0", "[2001:db8::1]": "2001:db8", "203.0.113.7, 198.51.100.1": "198.51", "203.0.113.7:443": "203.0", "203.0.113.7:bad": "203.0", "for 2001:db8::7 too": "2001:db8",
	} {
		got := redacted(t, r, record(t, "entraid.sign_in", "2", `{"ipAddress":"`+in+`"}`))
		if strings.Contains(got, left) || strings.Contains(got, "198.51") {
			t.Errorf("%s: %s", in, got)
		}
	}
	if got := redacted(t, r, record(t, "entraid.sign_in", "3", `{"ipAddress":"cloudformation.amazonaws.com"}`)); !strings.Contains(got, "cloudformation.amazonaws.com") {
		t.Error(got)
	}
}
