package evidence

import (
	"encoding/json"
	"testing"

	"github.com/goccy/go-yaml"
)

// TestName: a name is written as a string or in both languages, and reads back as it was.
func TestName(t *testing.T) {
	for text, want := range map[string]Name{
		`"CISO"`: OneName("CISO"), `{"ja":"監査責任者","en":"Engagement partner"}`: {JA: "監査責任者", EN: "Engagement partner"}, `""`: {},
	} {
		var fromYAML, fromJSON Name
		if err := yaml.Unmarshal([]byte(text), &fromYAML); err != nil || fromYAML != want {
			t.Errorf("YAML %s: %+v, %v", text, fromYAML, err)
		}
		if err := json.Unmarshal([]byte(text), &fromJSON); err != nil || fromJSON != want {
			t.Errorf("JSON %s: %+v, %v", text, fromJSON, err)
		}
		if b, err := json.Marshal(want); err != nil || string(b) != text {
			t.Errorf("%s, %v, want %s", b, err, text)
		}
	}
	for _, text := range []string{"[]", `{"ja": 1}`} {
		var n Name
		if err := json.Unmarshal([]byte(text), &n); err == nil {
			t.Errorf("%s was read as %+v", text, n)
		}
	}
	if n := (Name{JA: "監査", EN: "Audit"}); n.In(English) != "Audit" || n.In(Japanese) != "監査" || !n.Whole() || (Name{JA: "監査"}).Whole() {
		t.Errorf("%+v", n)
	}
}
