package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/pack"
)

// TestProvisionalWarning: the warning names the pack, the controls, until when, and what to do,
// and programs read the same.
func TestProvisionalWarning(t *testing.T) {
	p := pack.Provisional{Controls: []string{"ACC-01", "ACC-02"}, Until: time.Date(2026, 11, 3, 15, 0, 0, 0, time.UTC)}
	tokyo := time.FixedZone("Asia/Tokyo", 9*3600)
	for lang, want := range map[evidence.Lang][]string{
		evidence.Japanese: {"警告: a.zip", clock(p.Until, tokyo), "ACC-01、ACC-02", "承認の前に再度収集し、パックを作り直すこと"},
		evidence.English:  {"warning: a.zip", clock(p.Until, tokyo), "ACC-01, ACC-02", "collect the evidence again and make the pack again"},
	} {
		line := provisionalLine(lang, tokyo, "a.zip", p)
		for _, part := range want {
			if !strings.Contains(line, part) {
				t.Errorf("%s: no %q in %s", lang, part, line)
			}
		}
	}
	var out bytes.Buffer
	a := &app{stdout: &out}
	if err := a.printJSON(signedPack{[]string{"a.zip"}, p}); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Packs       []string
		Provisional struct {
			Controls []string
			Until    time.Time
		}
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || len(got.Packs) != 1 || len(got.Provisional.Controls) != 2 || !got.Provisional.Until.Equal(p.Until) {
		t.Errorf("%v: %s", err, out.String())
	}
	out.Reset()
	if err := a.printJSON(signedPack{Packs: []string{"a.zip"}}); err != nil || strings.Contains(out.String(), "provisional") {
		t.Errorf("of a settled pack: %s, %v", out.String(), err)
	}
}
