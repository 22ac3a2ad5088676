package pdf

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports/internal/words"
	"github.com/evidencepack/evidence/reports/reportstest"
)

func seal(lang evidence.Lang) Seal {
	return Seal{Lang: lang, Name: "作成 花子", Organisation: "Example K.K.", At: reportstest.Period.End, Location: reportstest.Location,
		Algorithm: "ECDSA P-521", Fingerprint: "SHA256:" + strings.Repeat("W", 43), Ephemeral: true}
}

// TestSignatureFields: the places for signatures are fields on the page that shows
// them, listed in the form and as annotations of the page.
func TestSignatureFields(t *testing.T) {
	for name, p := range archivePacks() {
		t.Run(name, func(t *testing.T) {
			w := writeDocument(t, p)
			form := regexp.MustCompile(`/AcroForm <</Fields \[(\d+) 0 R (\d+) 0 R\] /SigFlags 3>>`).FindStringSubmatch(w.catalog(t))
			if form == nil {
				t.Fatalf("the catalogue has no form: %s", w.catalog(t))
			}
			for i, want := range []string{PreparerField, ApproverField} {
				field := w.refers(t, "/F "+form[i+1]+" 0 R", "/F")
				if text(t, field, "/T") != want || text(t, field, "/TU") == "" || !strings.Contains(field, "/FT /Sig /F 132 ") {
					t.Errorf("field %d is %s", i+1, field)
				}
				page := w.refers(t, field, "/P")
				if !strings.HasPrefix(page, "<</Type /Page\n/Annots ["+form[1]+" 0 R "+form[2]+" 0 R]\n") {
					t.Errorf("its page is %.120q", page)
				}
				// Until it is signed it says so, by text that signing replaces.
				if shown := w.data(t, w.refers(t, field, "/AP <</N")); !bytes.Contains(shown, []byte("Tj")) {
					t.Errorf("an unsigned field shows %q", shown)
				}
			}
		})
	}
}

// TestSeal: a seal is drawn within its place, the same each time, by objects that refer
// to no others.
func TestSeal(t *testing.T) {
	for _, lang := range []evidence.Lang{evidence.Japanese, evidence.English} {
		const first = 1_000
		objects, err := seal(lang).Objects(first)
		if err != nil {
			t.Fatal(err)
		}
		again, err := seal(lang).Objects(first)
		if err != nil {
			t.Fatal(err)
		}
		for i, o := range objects {
			if !bytes.Equal(o, again[i]) {
				t.Errorf("object %d is drawn otherwise the next time", i)
			}
			dictionary, _, _ := bytes.Cut(o, []byte("\nstream\n"))
			for _, ref := range reference.FindAllStringSubmatch(string(dictionary), -1) {
				var n int
				if _, err := fmt.Sscan(ref[1], &n); err != nil || n < first || n >= first+len(objects) {
					t.Errorf("object %d refers to %s", i, ref[0])
				}
			}
			if bytes.Contains(dictionary, []byte("/BaseFont /AAAAA")) {
				t.Errorf("object %d is named as the document's subset of the font", i)
			}
		}
		if !bytes.HasPrefix(objects[0], []byte("<</Type /XObject /Subtype /Form /BBox [0 0 ")) {
			t.Errorf("the first object is %.80q", objects[0])
		}
	}
}

// TestNothingLeavesTheSeal: whatever the name.
func TestNothingLeavesTheSeal(t *testing.T) {
	for _, name := range append(reportstest.Hostile, reportstest.LongText, "") {
		for _, lang := range []evidence.Lang{evidence.Japanese, evidence.English} {
			s := seal(lang)
			s.Name, s.Organisation = name, name
			d := newDocument(reportstest.Pack(reportstest.Options{Lang: lang}), layout{})
			d.AddPage()
			var said []string
			d.drawn = func(x, y, w, h float64, text string) {
				if x < 0 || x+w > sealWidth+0.01 || y < 0 || y+h > sealHeight+0.01 {
					t.Errorf("%.60q is drawn from %.1f,%.1f to %.1f,%.1f", text, x, y, x+w, y+h)
				}
				said = append(said, text)
			}
			s.draw(d)
			for _, want := range []string{d.say(words.SignedAt, d.time(s.At)), s.Algorithm + "  " + s.Fingerprint, d.in(words.DemoKey)} {
				if !slices.Contains(said, want) {
					t.Errorf("%q is not whole among %q", want, said)
				}
			}
		}
	}
}
