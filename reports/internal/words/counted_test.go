package words_test

import (
	"testing"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports/internal/words"
)

func TestCounted(t *testing.T) {
	for text, want := range map[string]string{
		"It is a guest's account.": "It is a guest's account: 1,234 items",
		"The text … of it":         "The text … of it: 1,234 items",
		"It began at 10:00… ":      "It began at 10:00…: 1,234 items",
	} {
		if got := words.Counted(text, 1234, evidence.English); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := words.Counted("ゲストのアカウントである。", 3, evidence.Japanese); got != "ゲストのアカウントである：3 件" {
		t.Error(got)
	}
}
