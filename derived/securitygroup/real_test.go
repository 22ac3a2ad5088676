package securitygroup

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/tidwall/gjson"
)

// real gives the events of testdata, in time order.
func real(t testing.TB, name string) (records []evidence.Record) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(text) {
		at, err := time.Parse(time.RFC3339, gjson.GetBytes(line, "eventTime").Str)
		if err != nil { // as Athena and others write it
			at, err = time.Parse("2006-01-02 15:04:05.000", gjson.GetBytes(line, "eventTime").Str)
		}
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, evidence.Record{Kind: "cloudtrail.event", ID: gjson.GetBytes(line, "eventID").Str, Time: at, Body: line})
	}
	slices.SortStableFunc(records, func(a, b evidence.Record) int { return a.Time.Compare(b.Time) })
	return records
}

// TestReal: what was done to a group from its creation to its deletion. Of
// Terraform's calls, the one that revoked the egress rule that AWS gives a new
// group is not in the data; that it was authorized again shows it.
func TestReal(t *testing.T) {
	in := input(real(t, "invictus"))
	in.Period = evidence.Period{Start: time.Date(2023, 7, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2023, 8, 1, 0, 0, 0, 0, time.UTC)}
	var got []string
	for r, err := range Diff().Derive(t.Context(), in) {
		if err != nil {
			t.Fatal(err)
		}
		b := gjson.ParseBytes(r.Body)
		got = append(got, r.Time.Format("15:04:05 ")+b.Get("Change").Str)
		if b.Get("Change").Str == "unobserved" {
			got[len(got)-1] += " since " + b.Get("Between.From").Time().Format("15:04:05")
		}
		for _, l := range b.Get("Diff").Array() {
			got = append(got, l.Str)
		}
	}
	want := `12:10:01 created
+ group sg-04cfb7a4712d75b00 "stratus-red-team-open-sg-sg"
+ egress all 0.0.0.0/0
12:10:05 rules
+ ingress tcp 443 0.0.0.0/0 "TLS from Internet"
12:10:06 unobserved since 12:10:01
- egress all 0.0.0.0/0
12:10:06 rules
+ egress all 0.0.0.0/0
+ egress all ::/0
12:10:08 rules
+ ingress tcp 22 0.0.0.0/0
12:11:57 rules
- ingress tcp 22 0.0.0.0/0
12:12:06 deleted
- group sg-04cfb7a4712d75b00 "stratus-red-team-open-sg-sg"
- ingress tcp 443 0.0.0.0/0 "TLS from Internet"
- egress all 0.0.0.0/0
- egress all ::/0`
	if s := strings.Join(got, "\n"); s != want {
		t.Errorf("got\n%s\nwant\n%s", s, want)
	}
	for name, want := range map[string]int{"stratus": 1, "panther": 5} {
		in := input(real(t, name))
		in.Period = evidence.Period{Start: time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)}
		n := 0
		for r, err := range Diff().Derive(t.Context(), in) {
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if len(gjson.GetBytes(r.Body, "Diff").Array()) == 0 {
				t.Errorf("%s: %s has no diff", name, r.Body)
			}
			n++
		}
		if n != want {
			t.Errorf("%s: %d changes, want %d", name, n, want)
		}
	}
}

func TestLine(t *testing.T) {
	for want, r := range map[string]rule{
		`ingress tcp 22-23 10.0.0.0/8 "web"`: {key: key{ported: true, from: 22, to: 23}.with("tcp", "", "10.0.0.0/8"), description: "web"},
		`egress all pl-1`:                    {key: key{egress: true}.with("all", "", "pl-1")},
		`ingress icmp 8 ::/0`:                {key: key{ported: true, from: 8, to: -1}.with("icmp", "", "::/0")},
		`ingress icmp 3/4 ::/0`:              {key: key{ported: true, from: 3, to: 4}.with("icmp", "", "::/0")},
		`ingress icmp 0/0 ::/0`:              {key: key{ported: true}.with("icmp", "", "::/0")},
		`ingress 47 "sg 1\n" "a\"b"`:         {key: key{}.with("47", "", "sg 1\n"), description: `a"b`},
	} {
		if got := r.line(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
