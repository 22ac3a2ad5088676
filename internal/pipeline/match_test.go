package pipeline

import (
	"strings"
	"testing"

	"github.com/evidencepack/evidence/internal/evaluation"
)

func TestMatch(t *testing.T) {
	items := func(yield func(evaluation.Item, error) bool) {
		for _, i := range []evaluation.Item{
			{ID: "PR_1", Label: "acme/app#1"}, {ID: "PR_12", Label: "acme/app#12"}, {ID: "PR_3", Label: "acme/web#3"}, {ID: "PR_4", Label: "acme/web#3"},
			{ID: "x", Label: "PR_1"}, {ID: "acme/app#1234"},
		} {
			if !yield(i, nil) {
				return
			}
		}
	}
	for _, tt := range []struct{ name, id, err string }{
		{"PR_1", "PR_1", ""}, // whatever else is called so, or begins so
		{"acme/app#1", "PR_1", ""},
		{"ACME/app#12", "PR_12", ""},
		{"acme/app#123", "acme/app#1234", ""},
		{"pr_3", "PR_3", ""},
		{"acme/web#3", "", `2 items are called "acme/web#3": "PR_3" ("acme/web#3"), "PR_4" ("acme/web#3")`},
		{"pr_", "", `4 items begin with "pr_": "PR_1" ("acme/app#1"), "PR_12"`},
		{"acme/app", "acme/app#1234", ""},
		{"none", "", `no item "none"`},
	} {
		got, err := Match(items, tt.name)
		if got.ID != tt.id || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%s: %q, %v", tt.name, got.ID, err)
		}
	}
}
