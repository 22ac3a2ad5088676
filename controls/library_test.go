package controls

import (
	"errors"
	"io/fs"
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
)

const anyPolicy = "package evidence.tst_01\nexception contains {\"code\": \"bad\"} if false\n"

// TestLoadRefuses: a mistake is named with its file and line.
func TestLoadRefuses(t *testing.T) {
	good := controlYAML(itemPopulation)
	tests := []struct{ name, old, new, want string }{
		{"unknown field", "owner: tests", "owners: tests", `control.yaml:5: unknown field "owners"`},
		{"syntax", "owner: tests", "owner: [", "control.yaml:"},
		{"id", "id: TST-01", "id: tst 01", `control.yaml:1: id "tst 01"`},
		{"one language", "title: {ja: 試験, en: Test}", "title: {ja: 試験}", "control.yaml:2: title is needed in ja and en"},
		{"no owner", "owner: tests", "owner: ''", "control.yaml:5: owner is needed"},
		{"frequency", "frequency: daily", "frequency: often", `control.yaml:6: frequency "often"`},
		{"reason in one language", `"悪い {why}"`, `""`, "control.yaml:8: reason bad: a text is needed"},
		{"reason's details differ", `"悪い {why}"`, `"悪い"`, "control.yaml:8: reason bad: ja and en fill in different details"},
		{"kind", "kind: test.item", "kind: Item", "control.yaml:10: kind"},
		{"empty clause", "time: at}", "time: at, where: [{}]}", "control.yaml:10: population: where: an empty clause"},
		{"time's path", "time: at}", "time: 'at.*'}", "control.yaml:10: path"},
		{"end without time", "time: at}", "end: at}", "control.yaml:10: population: end needs time"},
		{"scope", "owner: tests", "owner: tests\nscope: all", `control.yaml:6: scope "all"`},
		{"parameter without default", "owner: tests", "owner: tests\nparams: {limit: null}", "control.yaml:6: parameter limit: a default is needed"},
		{"parameter's name", "owner: tests", "owner: tests\nparams: {Limit-1: 2}", "control.yaml:6: parameter"},
		{"column's type", "owner: tests", "owner: tests\ncolumns: [{path: n, title: {ja: 数, en: n}, type: date}]", "control.yaml:6: column n: type"},
		{"column's path", "owner: tests", "owner: tests\ncolumns: [{path: 'n|@pretty', title: {ja: 数, en: n}}]", "control.yaml:6: column path"},
		{"link over http", "owner: tests", "owner: tests\nlink: http://example.com/{n}", "control.yaml:6: link"},
		{"link to a javascript", "owner: tests", "owner: tests\nlink: 'javascript:alert(1)'", "control.yaml:6: link"},
		{"placeholder in the link's host", "owner: tests", "owner: tests\nlink: 'https://{n}.example.com/'", "control.yaml:6: link"},
		{"alias", "title: {ja: 試験, en: Test}", "title: &x {ja: 試験, en: Test}", "control.yaml:2: anchors"},
		{"related without a join", "owner: tests", "owner: tests\nrelated: {r: {kind: test.related}}", "control.yaml:6: related r: match or between is needed"},
		{"between without to", "owner: tests", "owner: tests\nrelated: {r: {kind: test.related, between: {of: item, time: a, from: b}}}", "related r: between"},
		{"between of nobody", "owner: tests", "owner: tests\nrelated: {r: {kind: test.related, between: {of: me, time: a, from: b, to: c}}}", "related r: between"},
		{"window", "owner: tests", "owner: tests\nrelated: {r: {kind: test.related, match: {a: b}, window: {before: 9y}}}", `"9y"`},
		{"latest with an end", "time: at}", "time: at, end: end, latest_of: name}", "control.yaml:10: population: latest_of"},
		{"also twice", "time: at}", "time: at, also: [{kind: test.item}]}", "control.yaml:10: population: kind test.item stands twice"},
		{"also within also", "time: at}", "time: at, also: [{kind: test.related, also: [{kind: a.b}]}]}", "control.yaml:10: population: also within also"},
		{"also without a kind", "time: at}", "time: at, also: [{latest_of: name}]}", "control.yaml:10: kind"},
		{"also and whole", "time: at}", "time: at, also: [{kind: test.related}]}\nscope: whole", "population: also: scope whole"},
		{"label of the first kind", "time: at}", "time: at, label: '{at}'}", "control.yaml:10: population: the label and the link"},
		{"label of another kind", "time: at}", "time: at, also: [{kind: test.related, label: same}]}", "control.yaml:10: label \"same\""},
		{"optional population", "time: at}", "time: at, optional: true}", "control.yaml:10: population: optional"},
		{"link of another kind", "time: at}", "time: at, also: [{kind: test.related, link: 'http://x'}]}", "control.yaml:10: link"},
		{"column's other path", "owner: tests", "owner: tests\ncolumns: [{path: a, or: ['b|c'], title: {ja: 列, en: column}}]", "column a: or"},
		{"through nothing", "owner: tests", "owner: tests\nrelated: {r: {kind: test.related, match: {a: b}, through: [x]}}", "through \"x\": there is no such relation"},
		{"through without keys", "owner: tests", "owner: tests\nrelated: {r: {kind: test.related, between: {of: item, time: a, from: b, to: c}, through: [s]}, s: {kind: test.related, match: {a: b}}}", "through: match is needed"},
		{"through itself", "owner: tests", "owner: tests\nrelated: {r: {kind: test.related, match: {a: b}, through: [s]}, s: {kind: test.related, match: {a: b}, through: [r]}}", "through: the relations lead back to it"},
		{"when nothing", "owner: tests", "owner: tests\nrelated: {r: {kind: test.related, all: true, when: p}}", "related r: when \"p\": there is no such parameter"},
		{"when never empty", "owner: tests", "owner: tests\nparams: {p: 1}\nrelated: {r: {kind: test.related, all: true, when: p}}", "related r: when \"p\": want a list"},
		{"all and match", "owner: tests", "owner: tests\nrelated: {r: {kind: test.related, match: {a: b}, all: true}}", "related r: all"},
		{"all and whole", "owner: tests", "owner: tests\nscope: whole\nrelated: {r: {kind: test.related, all: true}}", "related r: all"},
		{"the latest of a window", "owner: tests", "owner: tests\nrelated: {r: {kind: test.related, match: {a: b}, latest_of: a, window: {after: 1d}}}", "related r: latest_of"},
		{"found where nothing is matched", "owner: tests", "owner: tests\nparams: {p: []}\nrelated: {r: {kind: test.related, match: {a: b}}}\nextract: {x: {of: r, from: [t], patterns: p}}", "extract x: of \"r\""},
		{"latest's path", "time: at}", "latest_of: 'a|b'}", "control.yaml:10: path"},
		{"observation that is a reason", "owner: tests", "owner: tests\nobservations: {bad: {ja: 悪い, en: bad}}", "control.yaml:6: observation bad: it is a reason already"},
		{"observation in one language", "owner: tests", "owner: tests\nobservations: {seen: {ja: 見}}", "control.yaml:6: observation seen: a text is needed"},
		{"observation's code", "owner: tests", "owner: tests\nobservations: {Seen: {ja: 見, en: seen}}", "control.yaml:6: observation \"Seen\""},
		{"heading of nothing", "owner: tests", "owner: tests\nheadings: {seen: {ja: 見, en: seen}}", "control.yaml:6: heading seen: there is no such reason or observation"},
		{"group's path", "owner: tests", "owner: tests\ngroup: 'a.#.b'", "control.yaml:6: path"},
		{"extract with a dot", "owner: tests", "owner: tests\nparams: {p: []}\nextract: {a.b: {from: [why], patterns: p}}", "control.yaml:7: extract \"a.b\""},
		{"extract from nothing", "owner: tests", "owner: tests\nparams: {p: []}\nextract: {keys: {patterns: p}}", "control.yaml:7: extract keys: from"},
		{"extract's path", "owner: tests", "owner: tests\nparams: {p: []}\nextract: {keys: {from: ['a.*'], patterns: p}}", "control.yaml:7: path"},
		{"extract's patterns", "owner: tests", "owner: tests\nextract: {keys: {from: [why], patterns: p}}", "control.yaml:6: extract keys: patterns \"p\""},
		{"extract with scope whole", "owner: tests", "owner: tests\nscope: whole\nparams: {p: []}\nextract: {keys: {from: [why], patterns: p}}", "control.yaml:8: extract keys: it finds values in one item"},
		{"join with scope whole", "owner: tests", "owner: tests\nscope: whole\nrelated: {r: {kind: test.related, match: {a: b}}}", "scope whole sees all"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			yaml := strings.Replace(good, tt.old, tt.new, 1)
			if yaml == good {
				t.Fatal("the test changes nothing")
			}
			_, err := Load(layer(yaml, anyPolicy))
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "tests/one/control.yaml") {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestLoadRefusesFolders(t *testing.T) {
	good := layer(controlYAML(itemPopulation), anyPolicy)
	with := func(name, text string) fstest.MapFS {
		m := maps.Clone(good)
		m[name] = &fstest.MapFile{Data: []byte(text)}
		return m
	}
	without := maps.Clone(good)
	delete(without, "tests/one/policy.rego")
	twice := with("tests/two/control.yaml", controlYAML(itemPopulation))
	twice["tests/two/policy.rego"] = &fstest.MapFile{Data: []byte(anyPolicy)}
	const head = "id: own\ntitle: {ja: 自社, en: Own}\n"
	tests := []struct {
		name  string
		layer fs.FS
		want  string
	}{
		{"no policy", without, "tests/one/policy.rego"},
		{"one id twice", twice, "control TST-01 is in tests/one already"},
		{"a huge file", with("tests/one/policy.rego", strings.Repeat("#", maxSource+1)), "larger than"},
		{"an empty file", with("tests/one/control.yaml", ""), "tests/one/control.yaml"},
		{"framework of another name", with("frameworks/other.yaml", head+"items: []\n"), "frameworks/other.yaml:1"},
		{"framework's unknown control", with("frameworks/own.yaml", head+"items:\n  - id: A\n    title: {ja: あ, en: A}\n    controls: [TST-02]\n"), `frameworks/own.yaml:6: unknown control "TST-02": is it one of TST-01?`},
		{"framework's item twice", with("frameworks/own.yaml", head+"items:\n  - {id: A, title: {ja: あ, en: A}}\n  - {id: A, title: {ja: あ, en: A}}\n"), "frameworks/own.yaml:5: item A stands here twice"},
		{"framework's item in one language", with("frameworks/own.yaml", head+"items:\n  - {id: A, title: {en: A}}\n"), "frameworks/own.yaml:4"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Load(tt.layer)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// TestLayers: a later layer replaces what has the same name and keeps the rest.
func TestLayers(t *testing.T) {
	own := layer(strings.Replace(controlYAML("population: {kind: cloudtrail.event}\n"), "TST-01", "LOG-01", 1), "package evidence.log_01\nexception contains {\"code\": \"bad\"} if false\n")
	own["frameworks/soc1.yaml"] = &fstest.MapFile{Data: []byte("id: soc1\ntitle: {ja: 自社, en: Own}\nitems:\n  - {id: X-1, title: {ja: あ, en: A}, controls: [LOG-01]}\n")}
	lib, err := Load(Shipped(), own)
	if err != nil {
		t.Fatal(err)
	}
	c, err := lib.Find("log-01")
	if err != nil || c.Title.EN != "Test" {
		t.Errorf("LOG-01 is not replaced: %v %v", c.Title, err)
	}
	if _, err := lib.Find("LOG-02"); err != nil {
		t.Errorf("LOG-02 is lost: %v", err)
	}
	f, err := lib.Framework("soc1")
	if err != nil || len(f.Items) != 1 {
		t.Errorf("soc1 is not replaced: %v", err)
	}
	iso, err := lib.Framework("iso27001")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"A.8.15"}, iso.Serving("LOG-01")); d != "" {
		t.Error(d)
	}
}

func TestFindListsNearNames(t *testing.T) {
	lib, err := Load(Shipped())
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{
		"LOG-99":   "LOG-01, LOG-02",
		"NTE-02":   "NET-02?",
		"whatever": "ACC-08, ",
	} {
		_, err := lib.Find(id)
		if !errors.Is(err, ErrUnknown) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", id, err, want)
		}
	}
	if _, err := lib.Framework("soc"); !errors.Is(err, ErrUnknown) || !strings.Contains(err.Error(), "soc1") {
		t.Errorf("framework: got %v", err)
	}
}

func TestConfigure(t *testing.T) {
	lib, err := Load(Shipped())
	if err != nil {
		t.Fatal(err)
	}
	got, err := lib.Configure(map[string]Settings{
		"LOG-01": {Disabled: true},
		"NET-02": {Params: map[string]any{"admin_ports": []any{22}}, Owner: "network team"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := got.Find("LOG-01"); err == nil {
		t.Error("LOG-01 is still there")
	}
	if f, _ := got.Framework("soc1"); len(f.Serving("LOG-01")) > 0 {
		t.Error("soc1 still names LOG-01")
	}
	net, err := got.Find("NET-02")
	if err != nil || net.Owner != "network team" || len(net.Params["admin_ports"].([]any)) != 1 || net.Params["open_prefix_ipv4"] == nil {
		t.Errorf("NET-02: %v %v %v", net.Owner, net.Params, err)
	}
	if c, err := lib.Find("LOG-01"); err != nil || c.Owner != "security" {
		t.Error("the library itself was changed")
	}
	if c, _ := lib.Find("NET-02"); len(c.Params["admin_ports"].([]any)) == 1 {
		t.Error("the library's parameters were changed")
	}
}

func TestConfigureRefuses(t *testing.T) {
	lib, err := Load(Shipped())
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name     string
		settings map[string]Settings
		want     string
	}{
		{"control", map[string]Settings{"LOG-91": {}}, "LOG-01"},
		{"parameter", map[string]Settings{"NET-02": {Params: map[string]any{"admin_port": []any{}}}}, "admin_ports"},
		{"type", map[string]Settings{"NET-02": {Params: map[string]any{"admin_ports": 22}}}, "want a list, have a number"},
		{"null", map[string]Settings{"NET-02": {Params: map[string]any{"admin_ports": nil}}}, "want a list, have null"},
		{"twice", map[string]Settings{"NET-02": {}, "net-02": {}}, "configured twice"},
	}
	for _, tt := range tests {
		if _, err := lib.Configure(tt.settings); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
	}
}

// TestConfiguredParametersReachThePolicy: a setting changes a verdict.
func TestConfiguredParametersReachThePolicy(t *testing.T) {
	yaml := controlYAML(itemPopulation, "params: {limit: 5, nested: {list: [1, {a: b}]}}")
	lib, err := Load(layer(yaml, "package evidence.tst_01\nexception contains {\"code\": \"bad\"} if input.record.n > input.params.limit\n"))
	if err != nil {
		t.Fatal(err)
	}
	m := memory{}
	m.add("test.item", "a", `{"at": "2026-10-02T00:00:00Z", "n": 7}`)
	for limit, want := range map[any]evidence.Verdict{5: evidence.Exception, 9: evidence.Pass, 6.5: evidence.Exception} {
		configured, err := lib.Configure(map[string]Settings{"TST-01": {Params: map[string]any{"limit": limit}}})
		if err != nil {
			t.Fatal(err)
		}
		e, err := Prepare(t.Context(), configured.Controls[0])
		if err != nil {
			t.Fatal(err)
		}
		items, _, err := evaluate(t, e, input(m))
		if err != nil || items[0].Verdict != want {
			t.Errorf("limit %v: got %v %v, want %s", limit, items, err, want)
		}
	}
}

func TestSelections(t *testing.T) {
	yaml := controlYAML("population: {kind: test.item, where: [{name: [a, b]}]}",
		"related: {tickets: {kind: test.related, where: [{key: [k]}], match: {key: name}}, approvals: {kind: test.related, match: {id: name}}}")
	lib, err := Load(layer(yaml, anyPolicy))
	if err != nil {
		t.Fatal(err)
	}
	want := []evidence.Selection{
		{Kind: "test.item", Where: evidence.Where{{"name": {"a", "b"}}}, For: "TST-01"},
		{Kind: "test.related", For: "TST-01/approvals"},
		{Kind: "test.related", Where: evidence.Where{{"key": {"k"}}}, For: "TST-01/tickets"},
	}
	if d := cmp.Diff(want, lib.Controls[0].Selections()); d != "" {
		t.Error(d)
	}
}

func TestSources(t *testing.T) {
	lib, err := Load(layer(controlYAML(itemPopulation), anyPolicy))
	if err != nil {
		t.Fatal(err)
	}
	c := lib.Controls[0]
	if d := cmp.Diff(anyPolicy, string(c.Files[PolicyFile])); d != "" {
		t.Error(d)
	}
	// printf 'package evidence.tst_01\nexception contains {"code": "bad"} if false\n' | sha256sum
	if got, want := c.SourceSHA256(PolicyFile), "8e885144614cf699d808bc0e1c1c40dfd0d98083135030b820d4d4e87b05938c"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := c.SourceSHA256("other"); got != "" {
		t.Errorf("a file that is not there has the hash %s", got)
	}
}

func FuzzDecodeControl(f *testing.F) {
	f.Add([]byte(controlYAML(itemPopulation)))
	f.Add([]byte(controlYAML(itemPopulation, "related: {r: {kind: test.related, match: {a: b}, window: {before: 400d, after: 1h}}}")))
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("\x00: - ? |"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := decodeControl("control.yaml", b)
		if err == nil && (c.ID == "" || !c.Title.Complete() || len(c.Reasons) == 0) {
			t.Errorf("an incomplete control was accepted: %+v", c)
		}
	})
}
