package controls

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

const registerYAML = `id: own-list
title: {ja: 一覧, en: List}
text: {ja: 内容, en: What it lists}
group: {title: {ja: 名称, en: Name}}
columns:
  - {title: {ja: 悪い, en: Bad}, from: [{control: TST-01, code: bad}, {control: TST-01, code: worse}]}
  - {title: {ja: 確認, en: Seen}, from: [{control: TST-01, code: seen}]}
`

// listed is a layer with a control and a register of it.
func listed(register string) fstest.MapFS {
	m := layer(controlYAML(itemPopulation, observationsYAML, "group: name"), anyPolicy)
	m["registers/own-list.yaml"] = file(register)
	return m
}

func TestRegisters(t *testing.T) {
	lib, err := Load(listed(registerYAML))
	if err != nil {
		t.Fatal(err)
	}
	r := lib.Registers[0]
	if d := cmp.Diff([]string{"TST-01"}, r.ControlIDs()); d != "" || string(r.Source) != registerYAML || len(r.Columns) != 2 {
		t.Errorf("%s: %+v", d, r)
	}
	configured, err := lib.Configure(map[string]Settings{"TST-01": {Disabled: true}})
	if err != nil || len(configured.Registers) != 1 {
		t.Errorf("configured: %v, %v", configured, err)
	}
	text := string(Reference(lib))
	if want := "\n## Registers / 一覧\n\n### List / 一覧\n\nWhat it lists\n\n内容\n\n| By Name / 名称ごと | Items of |\n|---|---|\n| Bad / 悪い | TST-01 `bad`<br>TST-01 `worse` |\n| Seen / 確認 | TST-01 `seen` |\n"; !strings.Contains(text, want) {
		t.Errorf("the reference lacks it:\n%s", text)
	}
	own := fstest.MapFS{"registers/own-list.yaml": file(strings.Replace(registerYAML, "en: List", "en: Other", 1))}
	if lib, err = Load(listed(registerYAML), own); err != nil || len(lib.Registers) != 1 || lib.Registers[0].Title.EN != "Other" {
		t.Errorf("a later layer's: %v, %v", lib, err)
	}
}

// TestRegistersRefused: a mistake is named with its file and line.
func TestRegistersRefused(t *testing.T) {
	for _, tt := range []struct{ name, old, new, want string }{
		{"unknown field", "text:", "txt:", `:3: unknown field "txt"`},
		{"another name", "id: own-list", "id: list", `:1: want "own-list", the name of the file`},
		{"title in one language", "{ja: 一覧, en: List}", "{ja: 一覧}", ":2: register own-list: title is needed"},
		{"text in one language", "{ja: 内容, en: What it lists}", "{en: x}", ":3: register own-list: text is needed"},
		{"group in one language", "{title: {ja: 名称, en: Name}}", "{title: {ja: 名称}}", ":4: register own-list: group.title is needed"},
		{"no columns", registerYAML[strings.Index(registerYAML, "columns:"):], "columns: []\n", ":5: register own-list: columns are needed"},
		{"column's title", "{ja: 確認, en: Seen}", "{ja: 確認}", ":7: column 2: a title is needed"},
		{"column of nothing", "[{control: TST-01, code: seen}]", "[]", ":7: column Seen: from"},
		{"twice", "{control: TST-01, code: worse}", "{control: TST-01, code: bad}", ":6: column Bad: TST-01 bad stands here twice"},
		{"unknown control", "{control: TST-01, code: seen}", "{control: TST-02, code: seen}", `:7: unknown control "TST-02": is it one of TST-01?`},
		{"control in lower case", "{control: TST-01, code: seen}", "{control: tst-01, code: seen}", `:7: unknown control "tst-01"`},
		{"unknown code", "code: seen", "code: sene", `:7: unknown code "sene": is it one of seen?`},
	} {
		text := strings.Replace(registerYAML, tt.old, tt.new, 1)
		if text == registerYAML {
			t.Fatalf("%s: the case changes nothing", tt.name)
		}
		if _, err := Load(listed(text)); err == nil || !strings.Contains(err.Error(), "registers/own-list.yaml"+tt.want) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
	}
	m := listed(registerYAML)
	m["tests/one/control.yaml"] = file(controlYAML(itemPopulation, observationsYAML))
	if _, err := Load(m); err == nil || !strings.Contains(err.Error(), "own-list.yaml:6: control TST-01 has no group") {
		t.Errorf("no group: got %v", err)
	}
}

// TestLoadPart: a pack has not all of a register's controls; those that it has
// are held to what the register says of them.
func TestLoadPart(t *testing.T) {
	elsewhere := strings.Replace(registerYAML, "{control: TST-01, code: seen}", "{control: TST-02, code: seen}", 1)
	if lib, err := LoadPart(listed(elsewhere)); err != nil || len(lib.Registers) != 1 {
		t.Errorf("got %v, %v", lib, err)
	}
	if _, err := LoadPart(listed(strings.Replace(registerYAML, "code: seen", "code: sene", 1))); err == nil {
		t.Error("an unknown code is accepted")
	}
}

func FuzzDecodeRegister(f *testing.F) {
	f.Add([]byte(registerYAML))
	f.Add([]byte("id: own-list\ncolumns: [{from: [{}]}]"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := decodeRegister("registers/own-list.yaml", b)
		if err == nil && (!r.Title.Complete() || len(r.ControlIDs()) == 0) {
			t.Errorf("an incomplete register was accepted: %+v", r)
		}
	})
}
