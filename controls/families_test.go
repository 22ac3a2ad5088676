package controls

import (
	"strings"
	"testing"
)

func TestFamilies(t *testing.T) {
	lib, err := Load(Shipped())
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name     string
		settings map[string]Settings
		left     []string // of LOG-01, LOG-02, NET-02: which stay
		want     string   // a part of the error
	}{
		{"a family", map[string]Settings{"LOG-*": {Disabled: true}}, []string{"NET-02"}, ""},
		{"in whatever case", map[string]Settings{"log-*": {Disabled: true}}, []string{"NET-02"}, ""},
		{"but for one", map[string]Settings{"LOG-*": {Disabled: true}, "LOG-02": {}}, []string{"LOG-02", "NET-02"}, ""},
		{"none of the name", map[string]Settings{"XYZ-*": {Disabled: true}}, nil, "none begins so"},
		{"twice", map[string]Settings{"LOG-*": {}, "L*": {}}, nil, "configured twice"},
		{"parameters", map[string]Settings{"LOG-*": {Params: map[string]any{"a": 1}}}, nil, "one control at a time"},
	} {
		got, err := lib.Configure(tt.settings)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
			continue
		}
		if err != nil {
			continue
		}
		for _, id := range []string{"LOG-01", "LOG-02", "NET-02"} {
			_, err := got.Find(id)
			stays := strings.Contains(strings.Join(tt.left, " "), id)
			if (err == nil) != stays {
				t.Errorf("%s: %s stays: %v, want %v", tt.name, id, err == nil, stays)
			}
		}
	}
}
