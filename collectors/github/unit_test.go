package github

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"
)

// A set of numbers is what a plain map says, in whatever order they come, and
// stays so through a cursor.
func TestRanges(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var got, other ranges
		want, otherWant := map[int]bool{}, map[int]bool{}
		for range random.IntN(120) {
			n := 1 + random.IntN(60)
			if added := got.add(n); added == want[n] {
				t.Fatalf("add(%d) says %v, and it was there: %v", n, added, want[n])
			}
			want[n] = true
			m := 1 + random.IntN(60)
			other.add(m)
			otherWant[m] = true
		}
		b, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		var back ranges
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatal(err)
		}
		var rest []int
		for n := range 62 {
			if got.has(n) != want[n] || back.has(n) != want[n] {
				t.Fatalf("has(%d): %v and %v through %s, want %v", n, got.has(n), back.has(n), b, want[n])
			}
			if want[n] && !otherWant[n] {
				rest = append(rest, n)
			}
		}
		if diff := cmp.Diff(rest, got.without(&other)); diff != "" {
			t.Fatalf("without (-want +got):\n%s", diff)
		}
	}
}

// Fifty thousand pull requests in a row take no more room in a cursor than one.
func TestRangesAreSmall(t *testing.T) {
	var r ranges
	for n := 50_000; n > 0; n-- {
		r.add(n)
	}
	if b, _ := json.Marshal(r); len(b) > 20 {
		t.Errorf("%d bytes: %s", len(b), b)
	}
	var broken ranges
	if err := json.Unmarshal([]byte("[1]"), &broken); err == nil {
		t.Error("half a run was accepted")
	}
}

func TestJoinedLists(t *testing.T) {
	body := `{"id":"a","reviews":{"totalCount":3,"pageInfo":{"hasNextPage":true,"endCursor":"x"},"nodes":[{"id":"1"}]},"title":"reviews: {\"nodes\":[]}"}`
	page := gjson.Parse(`{"totalCount":3,"pageInfo":{"hasNextPage":false,"endCursor":"y"},"nodes":[{"id":"2"},{"id":"3"}]}`)
	got, err := joined([]byte(body), "reviews", page)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"id":"a","reviews":{"totalCount":3,"pageInfo":{"hasNextPage":false,"endCursor":"y"},"nodes":[{"id":"1"},{"id":"2"},{"id":"3"}]},"title":"reviews: {\"nodes\":[]}"}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	deep := `{"head":{"nodes":[{"commit":{"statusCheckRollup":{"state":"SUCCESS","contexts":{"totalCount":1,"pageInfo":{"hasNextPage":true,"endCursor":"x"},"nodes":[]}}}}]},"z":1}`
	got, err = joined([]byte(deep), checksPath, page)
	if err != nil || gjson.GetBytes(got, checksPath+".nodes.#").Int() != 2 || gjson.GetBytes(got, "z").Int() != 1 || !json.Valid(got) {
		t.Errorf("%v: %s", err, got)
	}
	for name, bad := range map[string]string{
		"null":      `null`,
		"no nodes":  `{"totalCount":3}`,
		"in a ring": `{"totalCount":3,"pageInfo":{"hasNextPage":true,"endCursor":"x"},"nodes":[]}`,
	} {
		if got, err := joined([]byte(body), "reviews", gjson.Parse(bad)); err == nil {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestReferences(t *testing.T) {
	for _, tt := range []struct {
		title, body, branch string
		want                []reference
	}{
		{"Fix #12", "", "", []reference{{"", 12}}},
		{"#12 and #12 and GH-13, gh-14", "", "", []reference{{"", 12}, {"", 13}, {"", 14}}},
		{"see acme/infra#7", "", "", []reference{{"acme/infra", 7}}},
		{"", "https://github.com/acme/app/issues/99#issuecomment-1", "", []reference{{"acme/app", 99}}},
		{"", "https://git.example.com/acme/app/issues/5", "", []reference{{"acme/app", 5}}},
		{"", "(#3)", "feature/42-login", []reference{{"", 3}, {"", 42}}},
		{"", "", "123", []reference{{"", 123}}},
		{"", "", "issue-7_x", []reference{{"", 7}}},
		{"a#12", "C#", "release/v1.2", nil},
		{"PROJ-12", "&#39;", "dependabot/npm-2.3.4", nil},
		{"#0 #99999999999", "", "", nil},
	} {
		b, err := json.Marshal(map[string]string{"title": tt.title, "body": tt.body, "headRefName": tt.branch})
		if err != nil {
			t.Fatal(err)
		}
		got := references(gjson.ParseBytes(b))
		if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(reference{})); diff != "" {
			t.Errorf("%q %q %q (-want +got):\n%s", tt.title, tt.body, tt.branch, diff)
		}
	}
}

func TestSettings(t *testing.T) {
	for _, tt := range []struct {
		name string
		s    settings
		want string // a part of the error; empty: none
	}{
		{"nothing", settings{}, "owners or repositories"},
		{"an owner", settings{Owners: []string{"acme"}}, ""},
		{"a path as owner", settings{Owners: []string{"acme/app"}}, "acme/app"},
		{"no owner", settings{Repositories: []string{"app"}}, "owner/name"},
		{"climbing", settings{Repositories: []string{"acme/../x"}}, "owner/name"},
		{"two logins", settings{Owners: []string{"a"}, TokenEnv: "A", TokenFile: "b"}, "alternatives"},
		{"half an app", settings{Owners: []string{"a"}, App: &app{ID: 1}}, "installation"},
		{"open wire", settings{Owners: []string{"a"}, APIURL: "http://github.example.com/api/v3"}, "https"},
		{"password in the URL", settings{Owners: []string{"a"}, APIURL: "https://u:p@github.example.com/"}, "api_url"},
		{"bad pattern", settings{Owners: []string{"a"}, Exclude: []string{"[a"}}, "[a"},
		{"audit log", settings{Owners: []string{"a"}, AuditLog: "maybe"}, "maybe"},
	} {
		err := tt.s.validate()
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
		if err != nil && strings.Contains(err.Error(), "u:p") {
			t.Errorf("%s: the error has the password: %v", tt.name, err)
		}
	}
}

func TestEndpoints(t *testing.T) {
	for api, want := range map[string]string{
		"":                                  "https://api.github.com/graphql",
		"https://github.example.com/api/v3": "https://github.example.com/api/graphql",
		"http://127.0.0.1:8080/":            "http://127.0.0.1:8080/graphql",
	} {
		s := settings{Owners: []string{"acme"}, APIURL: api}
		if err := s.validate(); err != nil {
			t.Fatal(err)
		}
		c, err := newClient(s.APIURL, nil)
		if err != nil {
			t.Fatal(err)
		}
		req, err := c.NewRequest("POST", s.graphqlURL(), nil)
		if err != nil || req.URL.String() != want {
			t.Errorf("%q: %v (%v), want %s", api, req.URL, err, want)
		}
	}
}

// Every query has all the fragments it uses, each once.
func TestQueriesAreComplete(t *testing.T) {
	for name, doc := range allQueries(t) {
		heads := fragmentHead.FindAllStringSubmatch(doc, -1)
		var have []string
		for _, h := range heads {
			have = append(have, h[1])
		}
		slices.Sort(have)
		if len(slices.Compact(slices.Clone(have))) != len(have) {
			t.Errorf("%s: a fragment twice: %v", name, have)
		}
		for _, m := range spread.FindAllStringSubmatch(doc, -1) {
			if m[1] != "on" && !slices.Contains(have, m[1]) {
				t.Errorf("%s: no fragment %s", name, m[1])
			}
		}
	}
}

func TestBranchPatterns(t *testing.T) {
	for _, tt := range []struct {
		pattern, name string
		want          bool
	}{
		{"release/*", "release/1.0", true}, {"release/*", "release/1/0", false}, {"release/**", "release/1/0", true},
		{"release/**/x", "release/1/x", true}, {"*", "main", true}, {"*", "a/b", false}, {"v[0-9]", "v1", true}, {"main", "mains", false},
	} {
		if got := matches(tt.pattern, tt.name); got != tt.want {
			t.Errorf("%s matches %s: %v", tt.pattern, tt.name, got)
		}
	}
}

func TestSecretsDoNotPrint(t *testing.T) {
	s := secret("ghp_abc")
	for _, text := range []string{s.String(), s.GoString()} {
		if strings.Contains(text, "abc") {
			t.Error(text)
		}
	}
}
