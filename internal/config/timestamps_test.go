package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const organisation = "version: 1\norganisation: {ja: 例, en: Example}\n"

func TestTimestamps(t *testing.T) {
	c, err := Parse([]byte(organisation+`sign:
  timestamps:
    - {url: "https://tsa.example/tsr", roots: tsa/root.pem, policy: 1.2.392.1}
    - {url: "http://second.example"}
`), "/org")
	if err != nil {
		t.Fatal(err)
	}
	want := []TimestampAuthority{
		{URL: "https://tsa.example/tsr", Roots: "/org/tsa/root.pem", Policy: []int{1, 2, 392, 1}},
		{URL: "http://second.example"},
	}
	if diff := cmp.Diff(want, c.Timestamps); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for text, want := range map[string]string{
		"{url: tsa.example}":                               "number 1: url",
		"{roots: a.pem}":                                   "number 1: url",
		"{url: 'file:///etc/passwd'}":                      "number 1: url",
		"{url: 'https://tsa.example', policy: granted}":    "number 1: policy",
		"{url: 'https://tsa.example', policy: '9.1'}":      "number 1: policy",
		"{url: 'https://tsa.example', policy: '1.-2'}":     "number 1: policy",
		"{url: 'https://tsa.example', certificate: a.pem}": "certificate",
	} {
		_, err := Parse([]byte(organisation+"sign:\n  timestamps:\n    - "+text+"\n"), "/org")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	if _, err := Parse([]byte(organisation+"sign:\n  timestamps:\n    - {url: 'ftp://user:secret@tsa.example'}\n"), "/org"); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("the error tells the password: %v", err)
	}
}
