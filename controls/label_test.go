package controls

import (
	"testing"
	"time"

	"github.com/evidencepack/evidence"
)

func TestItemLabel(t *testing.T) {
	for _, tt := range []struct{ label, body, want string }{
		{"{repository.nameWithOwner}#{number}", `{"repository":{"nameWithOwner":"acme/app"},"number":12}`, "acme/app#12"},
		{"{repository.nameWithOwner}#{number}", `{"repository":{"nameWithOwner":"acme/app"}}`, ""},
		{"{repository.nameWithOwner}#{number}", `{"repository":null,"number":12}`, ""},
		{"{name}", `{"name":""}`, ""},
		{"{name}", `{"name":["a"]}`, ""},
		{"{name}", `{"name":"{number}","number":1}`, "{number}"},
		{"", `{"number":12}`, ""},
		{"{user.name|user.id} → {app}", `{"user":{"name":"a","id":"1"},"app":"x"}`, "a → x"},
		{"{user.name|user.id} → {app}", `{"user":{"name":"","id":"1"},"app":"x"}`, "1 → x"},
		{"{user.name|user.id} → {app}", `{"user":{"name":null,"id":{}},"app":"x"}`, ""},
		{"{a|b|c}", `{"c":0}`, "0"},
	} {
		r, err := evidence.NewRecord("forge.pull", "PR_1", time.Unix(1, 0), 0, []byte(tt.body))
		if err != nil {
			t.Fatal(err)
		}
		if got := (&Control{Label: tt.label}).ItemLabel(r); got != tt.want {
			t.Errorf("%q of %s: %q, want %q", tt.label, tt.body, got, tt.want)
		}
	}
}

func TestLabelsAreChecked(t *testing.T) {
	for label, ok := range map[string]bool{
		"": true, "{a.b}#{number}": true, "pull": false, "{a} {": false, "{a b}": false, "{a|b}": true, "{a|}": false, "{|a}": false, "{a||b}": false, "{a}\n{b}": false,
	} {
		if err := (&Control{Label: label}).checkLabel(source{"control.yaml", nil}); (err == nil) != ok {
			t.Errorf("%q: %v", label, err)
		}
	}
}
