package controls

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestValuesAt(t *testing.T) {
	nested := func(depth int) string {
		return `{"a": ` + strings.Repeat("[", depth) + `"x"` + strings.Repeat("]", depth) + `}`
	}
	for _, tt := range []struct {
		body, path string
		want       []string
	}{
		{`{"a": {"b": 1}}`, "a.b", []string{"1"}},
		{`{"a": [{"b": [1, "1", [2]]}, {"b": {"c": 3}}, {"b": null}, 4]}`, "a.b", []string{"1", "2"}},
		{`{"a": [{"b": 1}, {"b": 2}]}`, "a.1.b", []string{"2"}},
		{`{"a": [{"b": 1}, {"b": 2}]}`, "a.2.b", nil},
		{`{"a": {"1": {"b": 1}}}`, "a.1.b", []string{"1"}},
		{`{"a": true, "a.b": 1, "#": 2}`, "a.b", nil},
		{`{"a": {"#": 2, "@keys": 3}}`, "a", nil},
		{nested(maxLists), "a", []string{"x"}},
		{nested(maxLists + 1), "a", nil},
		{nested(9000), "a", nil},
		{`{"a": [false, 1.50, "é"]}`, "a", []string{"1.50", "false", "é"}},
	} {
		if d := cmp.Diff(tt.want, valuesAt([]byte(tt.body), tt.path)); d != "" {
			t.Errorf("%.60s at %s: %s", tt.body, tt.path, d)
		}
	}
}
