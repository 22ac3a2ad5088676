package controls

import (
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

// libraryFiles is a Rego library of two modules, of which one uses the other.
var libraryFiles = fstest.MapFS{
	"lib/words.rego": file(`package evidence.lib.words
import data.evidence.lib.lists
joined(list) := lists.text(list)
`),
	"lib/lists.rego": file(`package evidence.lib.lists
separator := ", "
text(list) := concat(separator, list)
`),
	"lib/unused.rego": file("package evidence.lib.unused\nf(x) := x\n"),
	"lib/words_test.rego": file(`package evidence.lib.words_test
import data.evidence.lib.words
test_joined if words.joined(["a", "b"]) == "a, b"
`),
	"lib/lists_test.rego":  file("package evidence.lib.lists_test\ntest_text if data.evidence.lib.lists.text([\"a\"]) == \"a\"\n"),
	"lib/unused_test.rego": file("package evidence.lib.unused_test\nimport data.evidence.lib.unused\ntest_f if unused.f(data.testdata.one) == 1\n"),
	"lib/testdata/a.json":  file(`{"one": 1}`),
}

const (
	ticketsYAML = `params:
  patterns: [{pattern: '#(\d+)', key: '/{name}/issues/{1}'}]
extract: {tickets: {from: [why], patterns: patterns}}
related: {r: {kind: test.related, match: {key: tickets}}}
`
	libraryRules = `
import data.evidence.lib.words
exception contains {"code": "worse", "detail": sprintf("%s of %s", [words.joined([r.id | some r in input.related.r]), words.joined(input.extracted.tickets)])} if true
`
)

// TestModulesAreCarried: the modules that a policy uses, through others too, are
// its sources; those that it does not use are not.
func TestModulesAreCarried(t *testing.T) {
	folder := layer(controlYAML(itemPopulation, ticketsYAML), "package evidence.tst_01\n"+libraryRules)
	maps.Copy(folder, libraryFiles)
	lib, err := Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	files := lib.Controls[0].Files
	want := []string{"control.yaml", "lib/lists.rego", "lib/words.rego", "policy.rego"}
	if d := cmp.Diff(want, slices.Sorted(maps.Keys(files))); d != "" {
		t.Error(d)
	}
	if string(files["lib/words.rego"]) != string(libraryFiles["lib/words.rego"].Data) {
		t.Errorf("another source: %s", files["lib/words.rego"])
	}
	// As a pack carries them: the control's own files, and the modules once.
	carried := fstest.MapFS{}
	for name, src := range files {
		if !strings.HasPrefix(name, "lib/") {
			name = "TST-01/" + name
		}
		carried[name] = &fstest.MapFile{Data: src}
	}
	for _, name := range []string{"schemas/test.item.json", "schemas/test.related.json"} {
		carried[name] = folder[name]
	}
	again, err := Load(carried)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(files, again.Controls[0].Files); d != "" {
		t.Error(d)
	}
	if _, err := Prepare(t.Context(), again.Controls[0]); err != nil {
		t.Error(err)
	}
}

// TestModuleOverlay: an organisation's module takes the place of one that
// another layer's control uses.
func TestModuleOverlay(t *testing.T) {
	shipped := layer(controlYAML(itemPopulation, ticketsYAML), "package evidence.tst_01\n"+libraryRules)
	maps.Copy(shipped, libraryFiles)
	own := fstest.MapFS{"lib/lists.rego": file("package evidence.lib.lists\ntext(list) := concat(\"+\", list)\n")}
	lib, err := Load(shipped, own)
	if err != nil {
		t.Fatal(err)
	}
	e, err := Prepare(t.Context(), lib.Controls[0])
	if err != nil {
		t.Fatal(err)
	}
	m := memory{}
	m.add("test.item", "a", `{"at": "2026-10-02T00:00:00Z", "name": "x", "why": "#1 #2"}`)
	var got string
	if _, err := e.Evaluate(t.Context(), input(m), func(item Item) error { got = string(item.Reasons[0].Detail); return nil }); err != nil {
		t.Fatal(err)
	}
	if want := `" of /x/issues/1+/x/issues/2"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if src := string(lib.Controls[0].Files["lib/lists.rego"]); src != string(own["lib/lists.rego"].Data) {
		t.Errorf("the control carries %s", src)
	}
}

// TestModulesRefused: a library is as hermetic as a policy, and sees no input.
func TestModulesRefused(t *testing.T) {
	const words = "lib/words.rego"
	tests := []struct{ name, src, want string }{
		{"input", "joined(list) := input.record", words + ":2: a library module sees its arguments, no input"},
		{"input as a whole", "joined(list) := x if x := input", words + ":2: a library module sees"},
		{"imported input", "import input.record\njoined(list) := record.name", words + ":2: a library module sees"},
		{"replaced input", "joined(list) := y if y := 1 with input as list", words + ":2: a library module sees"},
		{"the network", "joined(list) := http.send({\"method\": \"GET\", \"url\": list[0]})", words + ":2: rego_type_error: undefined function http.send"},
		{"the clock", "joined(list) := time.now_ns()", "undefined function time.now_ns"},
		{"a policy", "joined(list) := data.evidence.tst_01.exception", words + ":2: data.evidence.tst_01.exception: a policy sees"},
		{"parameters", "joined(list) := data.params.limit", "data.params.limit: a policy sees"},
		{"all data", "joined(list) := data[list[0]]", "a policy sees"},
		{"another module that is not there", "import data.evidence.lib.nowhere\njoined(list) := nowhere.f(list)", "data.evidence.lib.nowhere: name a module of the library: there are [lists unused words]"},
		{"another package", "", words + ":1: package evidence.words: want evidence.lib.words"},
		{"a loop", "joined(list) := joined(list)", "recursive"},
		{"syntax", "joined(list) :=", "rego_parse_error"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			folder := layer(controlYAML(itemPopulation, ticketsYAML), "package evidence.tst_01\n"+libraryRules)
			maps.Copy(folder, libraryFiles)
			src := "package evidence.lib.words\n" + tt.src + "\n"
			if tt.src == "" {
				src = "package evidence.words\njoined(list) := 1\n"
			}
			folder[words] = file(src)
			lib, err := Load(folder)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Prepare(t.Context(), lib.Controls[0]); err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "TST-01") {
				t.Errorf("the control: got %v, want %q", err, tt.want)
			}
			if got := strings.Join(lib.modules.test(t.Context(), "words").Problems, "\n"); !strings.Contains(got, tt.want) {
				t.Errorf("the module: got %s, want %q", got, tt.want)
			}
		})
	}
}

// TestUsesRefused: what a policy asks of the library must be there.
func TestUsesRefused(t *testing.T) {
	for expr, want := range map[string]string{
		`data.evidence.lib.nowhere.f(1)`:                    "name a module of the library",
		`data.evidence.lib == {}`:                           "name a module of the library",
		`data.evidence.lib[input.record.name].separator`:    "name a module of the library",
		`data.evidence.lib.lists.nothing == 1`:              "policy.rego:2: data.evidence.lib.lists.nothing: the library has no such rule",
		`data.evidence.lib.lists[input.record.name] == 1`:   "the library has no such rule",
		`data.evidence.lib.lists == {}`:                     "the library has no such rule",
		`data.evidence.lib.lists.nothing(1)`:                "undefined function",
		`data.evidence.lib.lists_test.test_text`:            "name a module of the library",
		`data.evidence[input.record.name] == 1`:             "no other data",
		`data.evidence.lib.lists.text(input.record.nothin)`: "nothin",
	} {
		folder := layer(controlYAML(itemPopulation), "package evidence.tst_01\nexception contains {\"code\": \"bad\"} if "+expr)
		maps.Copy(folder, libraryFiles)
		lib, err := Load(folder)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Prepare(t.Context(), lib.Controls[0]); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", expr, err, want)
		}
	}
}

func TestModulesLoadRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		layer fs.FS
		want  string
	}{
		"a name":                {fstest.MapFS{"lib/Words.rego": file("")}, "lib/Words.rego: want a name"},
		"tests without module":  {fstest.MapFS{"lib/words_test.rego": file("")}, "lib/words_test.rego: there is no words.rego"},
		"a module that is huge": {fstest.MapFS{"lib/words.rego": file(strings.Repeat("#", maxSource+1))}, "larger than"},
	} {
		if _, err := Load(tt.layer); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", name, err, tt.want)
		}
	}
}

// TestModuleTests: modules are tested as controls are, and each function by a test.
func TestModuleTests(t *testing.T) {
	run := func(file, old, new string) Report {
		folder := tested()
		maps.Copy(folder, libraryFiles)
		if file != "" {
			before := string(folder[file].Data)
			after := strings.Replace(before, old, new, 1)
			if after == before {
				t.Fatalf("%s: %q is not there", file, old)
			}
			folder[file] = &fstest.MapFile{Data: []byte(after)}
			if after == "" {
				delete(folder, file)
			}
		}
		report, err := Test(t.Context(), folder)
		if err != nil {
			t.Fatal(err)
		}
		return report
	}
	report := run("", "", "")
	requirePassed(t, report)
	var ids []string
	for _, m := range report.Modules {
		ids = append(ids, m.ID)
		requirePassed(t, Report{Controls: []ControlReport{m}})
	}
	if d := cmp.Diff([]string{"lib/lists.rego", "lib/unused.rego", "lib/words.rego"}, ids); d != "" {
		t.Error(d)
	}
	for _, tt := range []struct{ name, file, old, new, want string }{
		{"a failing test", "lib/words_test.rego", `"a, b"`, `"a b"`, "test_joined"},
		{"no tests", "lib/unused_test.rego", string(libraryFiles["lib/unused_test.rego"].Data), "", "unused_test.rego is missing"},
		{"an untested function", "lib/unused.rego", "f(x) := x", "f(x) := x if x < 2\nf(x) := 2 if x > 2", "lib/unused.rego:3: no test has a value of this function"},
		{"a default and tested rules", "lib/unused.rego", "f(x) := x", "default g(_) := 1\nf(x) := g(x)", ""},
	} {
		report := run(tt.file, tt.old, tt.new)
		said := complaints(Report{Controls: report.Modules})
		if tt.want == "" && said != "" || !strings.Contains(said, tt.want) {
			t.Errorf("%s: got\n%swant %q", tt.name, said, tt.want)
		}
		if report.Passed() != (tt.want == "") {
			t.Errorf("%s: passed: %v", tt.name, report.Passed())
		}
	}
}

// TestPolicyTestsUseTheLibrary: a control's tests may call what its policy does not.
func TestPolicyTestsUseTheLibrary(t *testing.T) {
	folder := tested()
	maps.Copy(folder, libraryFiles)
	folder["tests/one/policy_test.rego"] = file(goodTests + "test_library if data.evidence.lib.words.joined([\"a\"]) == \"a\"\n")
	report, err := Test(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	requirePassed(t, report)
}
