package evaluation

import (
	"bytes"
	"testing"

	"github.com/evidencepack/evidence/controls"
)

// TestEncodeEarlier: packs from before results told of exemptions are verified by what was
// written then, and the results themselves go on telling.
func TestEncodeEarlier(t *testing.T) {
	r := &Results{Controls: []Control{{ID: "A-1", Exempt: 2, Unapproved: 1, JudgedBy: []controls.JudgedBy{{}}}}}
	var earlier, now bytes.Buffer
	if err := r.EncodeEarlier(&earlier); err != nil {
		t.Fatal(err)
	}
	if err := r.Encode(&now); err != nil {
		t.Fatal(err)
	}
	for _, member := range []string{`"exempt"`, `"unapproved"`, `"judged_by"`} {
		if bytes.Contains(earlier.Bytes(), []byte(member)) || !bytes.Contains(now.Bytes(), []byte(member)) {
			t.Errorf("%s: earlier %s\nnow %s", member, earlier.Bytes(), now.Bytes())
		}
	}
}
