package redaction

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/evidencepack/evidence"
)

// accountsOf are the records of a person, a printer, an account for emergencies, a bot and somebody of
// whom nothing is known.
func accountsOf(t *testing.T) []evidence.Record {
	return []evidence.Record{
		record(t, "entraid.sign_in", "1", `{"userPrincipalName":"svc-scan@example.co.jp","userDisplayName":"複合機"}`), // before it is known what it is of
		record(t, "hr.person", "2", `{"name":"山田 太郎","emails":["taro-y@example.co.jp"]}`),
		record(t, "entraid.user", "3", `{"userPrincipalName":"taro-y@example.co.jp","mail":"taro-y@example.co.jp","mailNickname":"t.yamada","displayName":"Taro Yamada"}`),
		record(t, "entraid.user", "4", `{"userPrincipalName":"svc-scan@example.co.jp","mail":"scanner-01@example.co.jp","displayName":"複合機"}`),
		record(t, "entraid.user", "5", `{"userPrincipalName":"break-glass-01@example.co.jp","displayName":"緊急用"}`),
		record(t, "github.team", "6", `{"members":{"nodes":[{"__typename":"User","login":"taro-y"},{"__typename":"Bot","login":"renovate-x"},{"login":"svc-scan"}]}}`),
		record(t, "entraid.user", "7", `{"userPrincipalName":"hanako@example.co.jp","displayName":"佐藤花子"}`),
	}
}

var accountParams = map[string]any{
	"break_glass": []any{"break-glass-01@example.co.jp"},
	"exempt":      []any{map[string]any{"account": "*@example.co.jp", "why": "svc-*"}}, // of another control than ACC-04
}

func natured(t *testing.T) (*Redactor, []Typed) {
	t.Helper()
	r := New(testKey, Policy{Levels: []Level{S, A}, Rules: Shipped()}, Terms{})
	for _, rec := range accountsOf(t) {
		if err := r.Learn(rec); err != nil {
			t.Fatal(err)
		}
	}
	said := Types(slices.Concat(r.TypedBy("ACC-05", accountParams), r.TypedBy("ACC-04", map[string]any{"exempt": []any{
		map[string]any{"account": "svc-*@example.co.jp", "why": "taro-y@example.co.jp"}, map[string]any{"account": "break-glass-*@example.co.jp"},
		map[string]any{"account": "taro-*@example.co.jp"}, // whom the roster has is a person all the same
	}})))
	r.Settle(said)
	return r, said
}

// One account has one pseudonym, whatever it is found in, and it tells what the account is of.
func TestPseudonymsTellWhatAccountsAreOf(t *testing.T) {
	r, said := natured(t)
	for _, c := range []struct {
		in     string
		value  string
		nature Nature
	}{
		{"taro-y", "taro-y", Person}, {"山田太郎", "山田太郎", Person}, {"Taro Yamada", "taroyamada", Person}, {"t.yamada", "t.yamada", Person},
		{"svc-scan", "svc-scan", Service}, {"scanner-01", "scanner-01", Service}, {"複合機", "複合機", Service},
		{"break-glass-01", "break-glass-01", BreakGlass}, {"緊急用", "緊急用", BreakGlass}, {"renovate-x", "renovate-x", Bot},
		{"佐藤花子", "佐藤花子", ""},
	} {
		if got, want := r.Text(c.in), testKey.pseudonym(c.nature, c.value); got != want {
			t.Errorf("%s becomes %s, want %s", c.in, got, want)
		}
	}
	if got, want := r.Text("SVC-Scan@example.co.jp"), testKey.pseudonym(Service, "svc-scan")+"@example.co.jp"; got != want {
		t.Errorf("an address: %s, want %s", got, want)
	}
	scan := testKey.pseudonym(Service, "複合機")
	if got := redacted(t, r, accountsOf(t)[0]); !strings.Contains(got, `"userDisplayName":"`+scan+`"`) {
		t.Errorf("the name in its field: %s", got)
	}
	// What parameters say is all that is needed beside the records to make the same again.
	again := New(testKey, Policy{Levels: []Level{S, A}, Rules: Shipped()}, Terms{})
	for _, rec := range accountsOf(t) {
		if err := again.Learn(rec); err != nil {
			t.Fatal(err)
		}
	}
	again.Settle(said)
	for _, rec := range accountsOf(t) {
		if a, b := redacted(t, r, rec), redacted(t, again, rec); a != b {
			t.Errorf("%s and again %s", a, b)
		}
	}
}

// In what people wrote, a common word is no account's name; persons' names, logins and addresses
// are replaced there all the same.
func TestCommonWordsStayInProse(t *testing.T) {
	r, _ := natured(t)
	params, _, err := r.Params(map[string]any{"exempt": []any{
		map[string]any{"account": "svc-scan@example.co.jp", "why": "複合機等の機器が利用する。 山田太郎、佐藤花子、taro-y、taro-y@example.co.jp", "approved_by": "Taro Yamada"},
		map[string]any{"account": "x", "why": "複合機"},
		"複合機",
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("複合機等の機器が利用する。 %s、%s、%s、%[3]s@example.co.jp", testKey.pseudonym(Person, "山田太郎"), testKey.pseudonym("", "佐藤花子"), testKey.pseudonym(Person, "taro-y"))
	list := params["exempt"].([]any)
	one := list[0].(map[string]any)
	if one["why"] != want || one["approved_by"] != testKey.pseudonym(Person, "taroyamada") {
		t.Errorf("%v\nwant %s", one, want)
	}
	if two := list[1].(map[string]any); two["why"] != "複合機" || list[2] != testKey.pseudonym(Service, "複合機") {
		t.Errorf("%v", list)
	}
	// A name that a person bears too is a person's.
	both := New(testKey, Policy{Levels: []Level{S}, Rules: Shipped()}, Terms{})
	for _, rec := range append(accountsOf(t), record(t, "hr.person", "8", `{"name":"複合機","emails":[]}`)) {
		if err := both.Learn(rec); err != nil {
			t.Fatal(err)
		}
	}
	both.Settle(Types(both.TypedBy("ACC-04", map[string]any{"exempt": []any{"svc-*@example.co.jp"}})))
	if got := both.Prose("複合機等"); strings.Contains(got, "複合機") {
		t.Errorf("a person's name stays: %s", got)
	}
}

// A pseudonym without what its account is of is the same in every month.
func TestUnnatured(t *testing.T) {
	for _, n := range natures {
		for _, text := range []string{"%s", "arn:aws:iam::111122223333:user/%s", "%s@example.co.jp", "444455556666/%s@2026-11-02T00:00:27Z"} {
			got, want := Unnatured(fmt.Sprintf(text, testKey.pseudonym(n, "taro"))), fmt.Sprintf(text, testKey.pseudonym("", "taro"))
			if got != want {
				t.Errorf("%s, want %s", got, want)
			}
		}
	}
	for _, text := range []string{"anon-service-desk", "an anon-person-abc", "x"} {
		if got := Unnatured(text); got != text {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}
