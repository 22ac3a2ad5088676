package exchange

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"slices"
	"strings"
	"testing"

	"github.com/evidencepack/evidence"
)

// TestHostileCases: whatever an item is called, the XML is well-formed and no text becomes
// an element.
func TestHostileCases(t *testing.T) {
	for _, v := range []evidence.Verdict{evidence.Exception, evidence.Undetermined, evidence.Pending, evidence.NotApplicable, evidence.Pass} {
		var b bytes.Buffer
		out := &xmlWriter{out: bufio.NewWriter(&b)}
		for _, text := range hostile {
			item := attacked(text)
			item.Verdict = v
			check().testcase(out, tried, item)
		}
		if out.err != nil || out.out.Flush() != nil {
			t.Fatal(out.err)
		}
		var suite struct {
			Case []struct {
				Name    string `xml:"name,attr"`
				Failure *struct {
					Text string `xml:",chardata"`
				} `xml:"failure"`
				Error   *struct{} `xml:"error"`
				Skipped *struct{} `xml:"skipped"`
			} `xml:"testcase"`
		}
		if err := xml.Unmarshal([]byte("<testsuite>"+b.String()+"</testsuite>"), &suite); err != nil {
			t.Fatalf("%s: %v", v, err)
		}
		if len(suite.Case) != len(hostile) {
			t.Errorf("%s: %d cases of %d items", v, len(suite.Case), len(hostile))
		}
		for i, c := range suite.Case {
			if (c.Failure != nil) != (v == evidence.Exception) || (c.Skipped != nil) != (v == evidence.NotApplicable) ||
				(c.Error != nil) != (v == evidence.Pending || v == evidence.Undetermined) {
				t.Errorf("%s: %+v", v, c)
			}
			// XML has no NUL and no escape.
			if want := strings.NewReplacer("\x00", "\ufffd", "\x1b", "\ufffd").Replace(hostile[i]); c.Failure != nil && c.Failure.Text != want {
				t.Errorf("the failure says %q, want %q", c.Failure.Text, want)
			}
		}
	}
}

// TestFound: a result is called the same in every run, and its message has no links.
func TestFound(t *testing.T) {
	var prints []string
	for _, text := range hostile {
		r := check().found(tried, 0, attacked(text), "fail", "error")
		if again := check().found(tried, 3, attacked(text), "open", "none"); again.Fingerprints[fingerprint] != r.Fingerprints[fingerprint] {
			t.Errorf("%q has another fingerprint in another run", text)
		}
		prints = append(prints, r.Fingerprints[fingerprint])
		if strings.Contains(strings.ReplaceAll(r.Message.Text, `\](`, ""), "](") {
			t.Errorf("a link in %q", r.Message.Text)
		}
		if r.Viewer != "" {
			t.Errorf("%q is no link", r.Viewer)
		}
	}
	slices.Sort(prints)
	if n := len(slices.Compact(prints)); n != len(hostile) {
		t.Errorf("%d fingerprints of %d items", n, len(hostile))
	}
}
