package demo

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/config"
)

// company is built once: signing its digests takes seconds.
var company = sync.OnceValues(Company)

// delivered reads every log file: how often each event was delivered.
func delivered(t *testing.T) (times map[string]int, bodies map[string]string) {
	t.Helper()
	s, err := company()
	if err != nil {
		t.Fatal(err)
	}
	times, bodies = map[string]int{}, map[string]string{}
	for key, o := range s.Archive().Objects() {
		if !strings.Contains(key, "/CloudTrail/") {
			continue
		}
		z, err := gzip.NewReader(bytes.NewReader(o.Body))
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		var file struct{ Records []json.RawMessage }
		if err := json.Unmarshal(b, &file); err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		for _, raw := range file.Records {
			var e struct{ EventID, AWSRegion, RecipientAccountID string }
			if err := json.Unmarshal(raw, &e); err != nil {
				t.Fatalf("%s: %v", key, err)
			}
			if !strings.Contains(key, "/"+e.RecipientAccountID+"/CloudTrail/"+e.AWSRegion+"/") {
				t.Errorf("%s holds event %s of %s %s", key, e.EventID, e.RecipientAccountID, e.AWSRegion)
			}
			times[e.EventID]++
			bodies[e.EventID] = string(raw)
		}
	}
	return times, bodies
}

func TestEveryEventIsDelivered(t *testing.T) {
	times, bodies := delivered(t)
	twice := map[string]bool{}
	for _, p := range story() {
		twice[p.event.EventID] = p.twice
	}
	events := month()
	if len(events) < 20_000 {
		t.Errorf("the month has %d events, want some tens of thousands", len(events))
	}
	for _, r := range events {
		want := 1
		if twice[r.event.EventID] {
			want = 2
		}
		if got := times[r.event.EventID]; got != want {
			t.Errorf("%s %s was delivered %d times, want %d", r.event.EventName, r.event.EventID, got, want)
		}
		if bodies[r.event.EventID] != string(r.event.encode()) {
			t.Errorf("%s %s was delivered as %s", r.event.EventName, r.event.EventID, bodies[r.event.EventID])
		}
		delete(times, r.event.EventID)
	}
	if len(times) != 0 {
		t.Errorf("%d events were delivered that are not in the month", len(times))
	}
}

func TestMonthIsDeterministic(t *testing.T) {
	first, second := month(), month()
	if len(first) != len(second) {
		t.Fatalf("%d events, then %d", len(first), len(second))
	}
	for i := range first {
		if a, b := first[i].event.encode(), second[i].event.encode(); !bytes.Equal(a, b) {
			t.Fatalf("event %d differs:\n%s\n%s", i, a, b)
		}
	}
	other := routineEvents(seed+1, recordingFrom, recordingFrom.Add(time.Hour))
	if bytes.Equal(other[0].event.encode(), routineEvents(seed, recordingFrom, recordingFrom.Add(time.Hour))[0].event.encode()) {
		t.Error("another seed makes the same events")
	}
}

func TestHostileTextIsThere(t *testing.T) {
	var all strings.Builder
	for _, p := range story() {
		all.Write(p.event.encode())
	}
	for _, want := range []string{`"=HYPERLINK(`, `"userAgent":"=HYPERLINK(`, `<script>`, `\u001b[31m`, `"description":"=HYPERLINK(`, `:=1+1@example.co.jp`, strings.Repeat("long ", 100)} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("no planted event holds %q", want)
		}
	}
}

func TestServe(t *testing.T) {
	s, err := company()
	if err != nil {
		t.Fatal(err)
	}
	server, err := s.Serve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	resp, err := http.Get(server.URL() + "/" + trailBucket + "?list-type=2")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	date, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		t.Fatal(err)
	}
	if date.Before(presentDay) || date.After(presentDay.Add(time.Hour)) {
		t.Errorf("the server's clock says %s, want the simulated %s", date, presentDay)
	}
	if resp.StatusCode != http.StatusForbidden {
		t.Errorf("an unsigned request was answered with %s", resp.Status)
	}
}

func TestConfig(t *testing.T) {
	c, err := config.Parse(Config("http://127.0.0.1:4566"), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Sources) != 1 || !c.Demo || c.Lang != evidence.Japanese {
		t.Fatalf("%+v", c)
	}
	var source struct {
		Location string   `yaml:"location"`
		Region   string   `yaml:"region"`
		Endpoint string   `yaml:"endpoint"`
		Accounts []string `yaml:"accounts"`
		Regions  []string `yaml:"regions"`
	}
	if err := c.Sources[0].Decode(&source); err != nil {
		t.Fatal(err)
	}
	if source.Location != "s3://"+trailBucket || source.Endpoint != "http://127.0.0.1:4566" {
		t.Errorf("%+v", source)
	}
	if p, err := c.Calendar.Parse("2026-10"); err != nil || p.String() != Period().String() {
		t.Errorf("October is %s (%v), the demo's month is %s", p, err, Period())
	}
}

func TestCompare(t *testing.T) {
	expected := func() Golden {
		g, err := Expected()
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	want := expected()
	change := func(edit func(f *Findings)) Golden {
		g := expected()
		for i := range g.Controls {
			if g.Controls[i].Control == "NET-02" {
				edit(&g.Controls[i])
			}
		}
		return g
	}
	first := want.Controls[4].Items[0]
	tests := []struct {
		name  string
		found Golden
		want  []string
	}{
		{"equal", expected(), nil},
		{"other order", change(func(f *Findings) { f.Items[0], f.Items[1] = f.Items[1], f.Items[0] }), nil},
		{"missing", change(func(f *Findings) { f.Items = f.Items[1:] }),
			[]string{"NET-02: " + first.Item + " (admin_port_open) at 2026-09-30T15:00:00Z was not found: " + first.Why.EN}},
		{"too many", change(func(f *Findings) {
			f.Items = append(f.Items, Exception{Control: "NET-02", Item: "x", Codes: []string{"y"}, Time: first.Time})
		}),
			[]string{"NET-02: x (y) at 2026-09-30T15:00:00Z was found and is not expected, or was found twice"}},
		{"twice", change(func(f *Findings) { f.Items = append(f.Items, f.Items[0]) }),
			[]string{"NET-02: " + first.Item + " (admin_port_open) at 2026-09-30T15:00:00Z was found and is not expected, or was found twice"}},
		{"other reason", change(func(f *Findings) { f.Items[0].Codes = []string{"other"} }),
			[]string{"NET-02: " + first.Item + " has the reasons other, expected admin_port_open"}},
		{"other time", change(func(f *Findings) { f.Items[0].Time = first.Time.Add(time.Second) }),
			[]string{"NET-02: " + first.Item + " is of 2026-09-30T15:00:01Z, expected 2026-09-30T15:00:00Z"}},
		{"counts and result", change(func(f *Findings) { f.Population++; f.Exceptions++; f.NotApplicable++; f.Result = evidence.NotEvaluable }),
			[]string{"NET-02: the result is not_evaluable, expected exceptions_noted", "NET-02: 31 items in the population, expected 30",
				"NET-02: 7 exceptions, expected 6", "NET-02: 1 items that are not applicable, expected 0"}},
		{"not evaluated", Golden{Period: want.Period, Controls: want.Controls[:4]}, []string{"NET-02 was not evaluated"}},
		{"unknown control", Golden{Period: want.Period, Controls: append(expected().Controls, Findings{Control: "X-01"})}, []string{"X-01 was evaluated and is not expected"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, want.Compare(tt.found)); d != "" {
				t.Error(d)
			}
		})
	}
}
