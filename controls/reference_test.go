package controls

import (
	"maps"
	"strings"
	"testing"
)

// TestReferenceOfAllFields: what a control joins, finds and shares is told of.
func TestReferenceOfAllFields(t *testing.T) {
	folder := layer(controlYAML("population: {kind: test.item, latest_of: name}", ticketsYAML, observationsYAML), "package evidence.tst_01\n"+libraryRules)
	maps.Copy(folder, libraryFiles)
	lib, err := Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	text := string(Reference(lib))
	for _, want := range []string{
		"| Population / 母集団 | `test.item`, newest of each `name` / `name` ごとに最新のもの |",
		"| Judged with / 参照する証跡 | `r`: `test.related`; `key` = `tickets` |",
		"| Found in texts / 文中から抽出する値 | `tickets`: `why` (`patterns`) |",
		"| Shared rules / 共用の規則 | `lib/lists.rego`, `lib/words.rego` |",
		"| Informational note / 参考情報 | Text | 説明 |\n|---|---|---|\n| `seen` | seen by {by} | {by} が確認 |\n| `small` | small | 小 |\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is missing in\n%s", want, text)
		}
	}
}
