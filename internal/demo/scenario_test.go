package demo

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/config"
)

// A few hours around a planted event that is delivered twice stand for the month:
// signing all of its digests takes seconds, and minutes under the race detector.
var (
	sampleFrom = inJapan("2026-10-13 12:00:00")
	sampleTo   = inJapan("2026-10-14 12:00:00")
	scenario   = sync.OnceValues(func() (*Scenario, error) { return company(sampleEvents(), sampleFrom, sampleFrom.Add(6*time.Hour)) })
)

func sampleEvents() []recorded {
	return slices.DeleteFunc(month(), func(r recorded) bool {
		return r.event.EventTime.Before(sampleFrom) || !r.event.EventTime.Before(sampleTo)
	})
}

// delivered reads every log file: how often each event was delivered.
func delivered(t *testing.T) (times map[string]int, bodies map[string]string) {
	t.Helper()
	s, err := scenario()
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
	twice := 0
	for _, r := range sampleEvents() {
		want := 1
		if r.twice {
			want = 2
			twice++
		}
		if got := times[r.event.EventID]; got != want {
			t.Errorf("%s %s was delivered %d times, want %d", r.event.EventName, r.event.EventID, got, want)
		}
		if bodies[r.event.EventID] != string(r.event.encode()) {
			t.Errorf("%s %s was delivered as %s", r.event.EventName, r.event.EventID, bodies[r.event.EventID])
		}
		delete(times, r.event.EventID)
	}
	if len(times) != 0 || twice != 1 {
		t.Errorf("%d events were delivered that did not happen, %d twice", len(times), twice)
	}
}

func TestMonthIsDeterministic(t *testing.T) {
	first, second := month(), month()
	if len(first) != len(second) || len(first) < 20_000 {
		t.Fatalf("%d events, then %d; want the same tens of thousands", len(first), len(second))
	}
	for i := 0; i < len(first); i += 50 {
		if a, b := first[i].event.encode(), second[i].event.encode(); !bytes.Equal(a, b) {
			t.Fatalf("event %d differs:\n%s\n%s", i, a, b)
		}
	}
	hour := func(seed uint64) []byte {
		return routineEvents(seed, sampleFrom, sampleFrom.Add(time.Hour))[0].event.encode()
	}
	if bytes.Equal(hour(seed), hour(seed+1)) {
		t.Error("another seed makes the same events")
	}
}

func TestHostileTextIsThere(t *testing.T) {
	var all strings.Builder
	for _, c := range hubMonth().changes {
		fmt.Fprintln(&all, c.Title, c.Head)
	}
	for _, want := range []string{"=HYPERLINK(", "<script>", "\x1b[31m", "\u202e", longTitle, "=cmd|"} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("no pull request holds %q", want)
		}
	}
	all.Reset()
	for _, p := range story() {
		all.Write(p.event.encode())
	}
	for _, want := range []string{`"=HYPERLINK(`, `"userAgent":"=HYPERLINK(`, `<script>`, `\u001b[31m`, `"description":"=HYPERLINK(`, `:=1+1@example.co.jp`, strings.Repeat("long ", 100)} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("no planted event holds %q", want)
		}
	}
}

func TestEveryPlaceHasDigests(t *testing.T) {
	s, err := scenario()
	if err != nil {
		t.Fatal(err)
	}
	for _, account := range []string{productionAccount, auditAccount} {
		for _, region := range []string{tokyo, osaka, virginia} {
			n := len(s.Archive().Keys("AWSLogs/" + organization + "/" + account + "/CloudTrail-Digest/" + region + "/"))
			if n < 6 || n > 7 {
				t.Errorf("%s %s: %d digests in six hours", account, region, n)
			}
		}
	}
}

func TestServe(t *testing.T) {
	s, err := scenario()
	if err != nil {
		t.Fatal(err)
	}
	server, err := s.Serve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	resp, err := http.Get(server.AWS.URL() + "/" + trailBucket + "?list-type=2")
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
	if resp, err = http.Get(server.GitHub.URL() + "/orgs/" + hubOrganisation + "/audit-log"); err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("a request without a token was answered with %s", resp.Status)
	}
}

func TestConfig(t *testing.T) {
	people, err := servePeople(t.Context(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer people.Close()
	text := Config("http://127.0.0.1:4566", "http://127.0.0.1:8080", people.words())
	if bytes.Contains(text, []byte("{{")) {
		t.Error("something is not filled in")
	}
	c, err := config.Parse(text, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Sources) != 6 || !c.Demo || c.Lang != evidence.Japanese {
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
	var hub struct {
		API    string   `yaml:"api_url"`
		Owners []string `yaml:"owners"`
		Token  string   `yaml:"token_env"`
	}
	if err := c.Sources[2].Decode(&hub); err != nil {
		t.Fatal(err)
	}
	if hub.API != "http://127.0.0.1:8080" || !slices.Equal(hub.Owners, []string{hubOrganisation}) || hub.Token != "GITHUB_TOKEN" {
		t.Errorf("%+v", hub)
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
	last := len(want.Controls) - 1
	network := slices.IndexFunc(want.Controls, func(f Findings) bool { return f.Control == "NET-02" })
	first := want.Controls[network].Items[0]
	// taken is what is expected with its first snapshot as a collection names it.
	snapshots := slices.IndexFunc(want.Controls, func(f Findings) bool { return f.Control == "CHG-06" })
	branch := want.Controls[snapshots].Items[0]
	taken := func(suffix string) Golden {
		g := expected()
		item := &g.Controls[snapshots].Items[0]
		item.Item, item.Time = item.Item+suffix, time.Date(2026, 11, 2, 0, 0, 3, 0, time.UTC)
		return g
	}
	// leaver is the first leaver of a roster's snapshot, whose time is that of leaving.
	people := slices.IndexFunc(want.Controls, func(f Findings) bool { return f.Control == "ACC-03" })
	left := want.Controls[people].Items[0]
	leaver := func(later time.Duration) Golden {
		g := expected()
		item := &g.Controls[people].Items[0]
		item.Item, item.Time = item.Item+"@2026-11-02T00:00:03Z", item.Time.Add(later)
		return g
	}
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
			[]string{"NET-02: the result is not_evaluable, expected exceptions_noted", "NET-02: 18 items in the population, expected 17",
				"NET-02: 9 exceptions, expected 8", "NET-02: 1 items that are not applicable, expected 0"}},
		{"snapshots", taken("@2026-11-02T00:00:03Z"), nil},
		{"snapshot of nothing that is expected", taken("x@2026-11-02T00:00:03Z"), []string{
			"CHG-06: " + branch.Item + "x@2026-11-02T00:00:03Z (" + strings.Join(branch.Codes, ", ") + ") at 2026-11-02T00:00:03Z was found and is not expected, or was found twice",
			"CHG-06: " + branch.Item + " (" + strings.Join(branch.Codes, ", ") + ") was not found: " + branch.Why.EN,
		}},
		{"not evaluated", Golden{Period: want.Period, Controls: want.Controls[:last]}, []string{want.Controls[last].Control + " was not evaluated"}},
		{"an item by the time in its body", leaver(0), nil},
		{"an item by another time in its body", leaver(time.Hour), []string{
			fmt.Sprintf("ACC-03: %s@2026-11-02T00:00:03Z is of %s, expected %s", left.Item, left.Time.Add(time.Hour).UTC().Format(time.RFC3339), left.Time.UTC().Format(time.RFC3339)),
		}},
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
