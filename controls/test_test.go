package controls

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// TestShipped runs the Rego tests and the meta-tests of every shipped control.
func TestShipped(t *testing.T) {
	report, err := Test(t.Context(), Shipped())
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Controls) < 5 {
		t.Errorf("only %d controls", len(report.Controls))
	}
	requirePassed(t, report)
}

func requirePassed(t *testing.T, report Report) {
	t.Helper()
	for _, c := range report.Controls {
		for _, p := range c.Problems {
			t.Errorf("%s: %s", c.ID, p)
		}
		for _, test := range c.Tests {
			if !test.Passed {
				t.Errorf("%s: %s: %s", c.ID, test.Name, test.Message)
			}
		}
		if len(c.Tests) == 0 {
			t.Errorf("%s: no tests", c.ID)
		}
	}
	if !report.Passed() && !t.Failed() {
		t.Error("the report did not pass, and does not say why")
	}
}

const (
	testedRules = `package evidence.tst_01
exception contains {"code": "bad", "detail": {"why": "x"}} if input.record.n > 9
exception contains {"code": "worse", "detail": "y"} if input.record.n > 99
observation contains {"code": "seen"} if input.record.n > 50
`
	goodTests = `package evidence.tst_01_test
test_bad if count(data.evidence.tst_01.exception) == 1 with input as data.testdata.ten
test_worse if count(data.evidence.tst_01.exception) == 2 with input as data.testdata.hundred
test_seen if count(data.evidence.tst_01.observation) == 1 with input as data.testdata.hundred
test_pass if count(data.evidence.tst_01.exception) == 0 with input as {"record": {"n": data.params.limit}}
`
	ownYAML = "id: own\ntitle: {ja: 自社, en: Own}\nitems:\n  - {id: A, title: {ja: あ, en: A}, controls: [TST-01]}\n"
)

// tested is a folder with a control that has all it needs.
func tested() fstest.MapFS {
	m := layer(controlYAML(itemPopulation, "params: {limit: 9}", "columns: [{path: n, title: {ja: 数, en: n}}]", "observations: {seen: {ja: 見, en: seen}}"), testedRules)
	m["tests/one/policy_test.rego"] = &fstest.MapFile{Data: []byte(goodTests)}
	m["tests/one/testdata/a.json"] = &fstest.MapFile{Data: []byte(`{"ten": {"record": {"n": 10}}}`)}
	m["tests/one/testdata/b.json"] = &fstest.MapFile{Data: []byte(`{"hundred": {"record": {"n": 100}}}`)}
	m["frameworks/own.yaml"] = &fstest.MapFile{Data: []byte(ownYAML)}
	return m
}

func TestTestPasses(t *testing.T) {
	report, err := Test(t.Context(), tested())
	if err != nil {
		t.Fatal(err)
	}
	requirePassed(t, report)
	if n := len(report.Controls[0].Tests); n != 4 {
		t.Errorf("%d tests ran, not 4", n)
	}
}

// TestTestFinds: each thing that a control must have is missed when it is not there.
func TestTestFinds(t *testing.T) {
	const test = "tests/one/policy_test.rego"
	tests := []struct{ name, file, old, new, want string }{
		{"no tests", test, "*", "", "policy_test.rego is missing"},
		{"a failing test", test, "== 1 with", "== 7 with", "test_bad"},
		{"a test that fails to evaluate", test, `{"n": data.params.limit}`, `{"n": to_number("x")}`, "test_pass"},
		{"a skipped test", test, "test_pass if", "todo_test_pass if", "skipped"},
		{"no test with an exception", test, goodTests[strings.Index(goodTests, "test_bad"):strings.Index(goodTests, "test_pass")], "", "no passing test has an exception"},
		{"no test without one", test, goodTests[strings.Index(goodTests, "test_pass"):], "", "no passing test asks for exceptions and finds none"},
		{"an observation rule without a test", "tests/one/policy.rego", "exception contains {\"code\": \"bad\"", "observation contains {\"code\": \"seen\"} if input.record.n == 7\nexception contains {\"code\": \"bad\"", "policy.rego:2: no test makes this observation rule hold"},
		{"an observation without a rule", "tests/one/policy.rego", "observation contains {\"code\": \"seen\"} if input.record.n > 50", "", "observation seen: the policy never gives it"},
		{"an exception rule without a test", test, goodTests[strings.Index(goodTests, "test_worse"):strings.Index(goodTests, "test_pass")], "", "policy.rego:3: no test makes this exception rule hold"},
		{"a test that does not compile", test, "count(", "cuont(", "policy_test.rego:2"},
		{"a test that reaches the network", test, "test_pass if", "x := http.send({})\ntest_pass if", "http.send"},
		{"a text without a code", "tests/one/policy.rego", `"code": "worse"`, `"code": "bad"`, "reason worse: the policy never gives it"},
		{"a code without a text", "tests/one/policy.rego", `"code": "worse"`, `"code": "unheard"`, `policy.rego:3: code "unheard" has no text`},
		{"a policy that does not compile", "tests/one/policy.rego", "input.record.n > 9\n", "input.record.nn > 9\n", "policy.rego:2"},
		{"no schema", "schemas/test.item.json", "*", "", "schemas/test.item.json is needed"},
		{"no framework", "frameworks/own.yaml", "*", "", "no framework has an item that it serves"},
		{"no columns", "tests/one/control.yaml", "columns: [{path: n, title: {ja: 数, en: n}}]", "", "columns are needed"},
		{"test data that is not JSON", "tests/one/testdata/a.json", "{", "[", "testdata/a.json"},
		{"test data twice", "tests/one/testdata/b.json", "hundred", "ten", `key "ten" is in another file`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			folder := tested()
			before := string(folder[tt.file].Data)
			after := strings.Replace(before, tt.old, tt.new, 1)
			switch {
			case tt.old == "*":
				delete(folder, tt.file)
			case after == before:
				t.Fatal("the case changes nothing")
			default:
				folder[tt.file] = &fstest.MapFile{Data: []byte(after)}
			}
			report, err := Test(t.Context(), folder)
			if err != nil {
				t.Fatal(err)
			}
			if report.Passed() {
				t.Fatal("passed")
			}
			if said := complaints(report); !strings.Contains(said, tt.want) {
				t.Errorf("got\n%swant %q", said, tt.want)
			}
		})
	}
}

func complaints(report Report) string {
	var b strings.Builder
	for _, c := range report.Controls {
		for _, p := range c.Problems {
			b.WriteString(p + "\n")
		}
		for _, test := range c.Tests {
			if !test.Passed {
				b.WriteString(test.Name + ": " + test.Message + "\n")
			}
		}
	}
	return b.String()
}

// TestScaffold: what is begun passes its tests at once, and again beside others.
func TestScaffold(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	for id, kind := range map[string]string{"OWN-01": "cloudtrail.event", "OWN-02": "evidence.claim"} {
		if err := Scaffold(dir, id, kind); err != nil {
			t.Fatal(err)
		}
	}
	report, err := Test(t.Context(), Shipped(), os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	requirePassed(t, report)
	lib, err := Load(Shipped())
	if err != nil {
		t.Fatal(err)
	}
	if want := len(lib.Controls) + 2; len(report.Controls) != want {
		t.Errorf("%d controls, not %d", len(report.Controls), want)
	}
}

func TestScaffoldRefuses(t *testing.T) {
	dir := t.TempDir()
	if err := Scaffold(dir, "OWN-01", "cloudtrail.event"); err != nil {
		t.Fatal(err)
	}
	before := readAll(t, dir)
	for _, tt := range []struct{ id, kind, want string }{
		{"OWN-01", "cloudtrail.event", "own/own-01 already"},
		{"LOG-01", "cloudtrail.event", "logging/audit-log-stopped already"},
		{"../x", "cloudtrail.event", "want capitals"},
		{"OWN-02", "no.kind", ", cloudtrail.event, "},
		{"OWN-02", "../../etc/passwd", "has no schema"},
	} {
		if err := Scaffold(dir, tt.id, tt.kind); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s %s: got %v, want %q", tt.id, tt.kind, err, tt.want)
		}
	}
	if after := readAll(t, dir); after != before {
		t.Errorf("a refused scaffold changed files:\n%s", after)
	}
}

func readAll(t *testing.T, dir string) string {
	t.Helper()
	var b bytes.Buffer
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		b.WriteString(path + "\n")
		b.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestReference(t *testing.T) {
	lib, err := Load(Shipped())
	if err != nil {
		t.Fatal(err)
	}
	text := string(Reference(lib))
	for _, c := range lib.Controls {
		for _, want := range []string{"\n## " + c.ID + "\n", c.Title.JA, c.Title.EN} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %q is missing", c.ID, want)
			}
		}
		for code := range c.Reasons {
			if !strings.Contains(text, "| `"+code+"` |") {
				t.Errorf("%s: reason %s is missing", c.ID, code)
			}
		}
	}
	if !strings.Contains(text, "| ISO/IEC 27001:2022 Annex A / ISO/IEC 27001:2022 附属書 A(JIS Q 27001:2023) | A.8.20, A.8.22 |") {
		t.Error("the items that NET-02 serves are missing")
	}
	if again := string(Reference(lib)); again != text {
		t.Error("two references of one library differ")
	}
}

// TestFrameworksAreWhole: Annex A has 93 controls, and every shipped control
// serves an item of each shipped framework.
func TestFrameworksAreWhole(t *testing.T) {
	lib, err := Load(Shipped())
	if err != nil {
		t.Fatal(err)
	}
	iso, err := lib.Framework("iso27001")
	if err != nil {
		t.Fatal(err)
	}
	groups := map[string]int{}
	for _, item := range iso.Items {
		groups[item.ID[:3]]++
	}
	if groups["A.5"] != 37 || groups["A.6"] != 8 || groups["A.7"] != 14 || groups["A.8"] != 34 {
		t.Errorf("Annex A: %v", groups)
	}
	for _, f := range lib.Frameworks {
		for _, c := range lib.Controls {
			if len(f.Serving(c.ID)) == 0 {
				t.Errorf("%s serves no item of %s", c.ID, f.ID)
			}
		}
	}
}
