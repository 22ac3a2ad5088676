package demo

import (
	"encoding/json"
	"flag"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
)

var update = flag.Bool("update", false, "write expected.json anew out of the story")

// populations are the where clauses of the controls that the story is for.
var populations = map[string]evidence.Where{
	"LOG-01": {{"eventSource": {"cloudtrail.amazonaws.com"}, "eventName": {"StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors", "StopEventDataStoreIngestion", "DeleteEventDataStore"}}},
	"ACC-08": {{"userIdentity.type": {"IAMUser"}}, {"eventSource": {"iam.amazonaws.com"}, "eventName": {"CreateLoginProfile", "UpdateLoginProfile"}}},
	"ACC-10": {{"userIdentity.type": {"Root"}}},
}

// exempt are the calls that ACC-08 leaves out by its parameters.
func exempt(e event) bool { return strings.HasPrefix(e.UserIdentity.UserName, "ci-") }

// derived makes the golden list out of the story and the month.
func derived(t *testing.T) Golden {
	t.Helper()
	expects := map[string]planted{}
	for _, p := range story() {
		expects[p.event.EventID] = p
	}
	all := findings{"LOG-02": {Control: "LOG-02", Result: evidence.Effective, Population: claims, Items: []Exception{}}}
	for control := range populations {
		all[control] = &Findings{Control: control, Result: evidence.Effective, Items: []Exception{}}
	}
	for _, r := range month() {
		if !Period().Contains(r.event.EventTime) {
			continue
		}
		verdicts := expects[r.event.EventID].expects
		if exempt(r.event) {
			verdicts = []expectation{notApplicable("ACC-08")}
		}
		for _, v := range verdicts {
			if populations[v.control] != nil {
				all.add(v, r.event.EventID, r.event.EventTime)
			}
		}
	}
	all["NET-02"] = &Findings{Control: "NET-02", Result: evidence.Effective, Items: []Exception{}}
	for _, x := range exposures() {
		all.add(x.expects, x.item, x.since)
	}
	all["NET-01"] = &Findings{Control: "NET-01", Result: evidence.Effective, Items: []Exception{}}
	for _, c := range groupChanges() {
		all.add(c.expects, c.item, c.at)
	}
	all["NET-03"] = &Findings{Control: "NET-03", Result: evidence.Effective, Items: []Exception{}}
	for _, day := range dailyChecks() {
		all.add(day.expects, day.date, day.start.UTC())
	}
	for _, s := range standings() {
		for _, e := range s.expects {
			if all[e.control] == nil {
				all[e.control] = &Findings{Control: e.control, Result: evidence.Effective, Items: []Exception{}}
			}
			all.add(e, s.id, s.since.UTC())
		}
	}
	maps.Copy(all, derivedFromHub())
	maps.Copy(all, derivedFromTenant(t).findings)
	g := Golden{Period: Period()}
	for _, id := range slices.Sorted(maps.Keys(all)) {
		g.Controls = append(g.Controls, *all[id])
	}
	return g
}

func TestExpectedIsTheStory(t *testing.T) {
	want := derived(t)
	if *update {
		b, err := json.MarshalIndent(want, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("expected.json", append(b, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := Expected()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got, cmp.Comparer(func(x, y time.Time) bool { return x.Equal(y) })); d != "" {
		t.Error("expected.json is not what the story says (run with -update, and read the difference):", d)
	}
	if d := got.Compare(want); len(d) != 0 {
		t.Error(d)
	}
}

// An event is in a control's population exactly if the story, or the exemption,
// says so: nothing of the routine is there by accident.
func TestPopulationsAreTheStorys(t *testing.T) {
	expects := map[string][]string{}
	for _, p := range story() {
		for _, e := range p.expects {
			if populations[e.control] != nil { // else not of events
				expects[p.event.EventID] = append(expects[p.event.EventID], e.control)
			}
		}
	}
	for _, r := range month() {
		var in []string
		body := r.event.encode()
		for control, where := range populations {
			if where.Match(body) {
				in = append(in, control)
			}
		}
		want := expects[r.event.EventID]
		if exempt(r.event) {
			want = []string{"ACC-08"}
		}
		slices.Sort(in)
		slices.Sort(want)
		if !slices.Equal(in, want) {
			t.Errorf("%s %s is in the populations of %v, the story says %v", r.event.EventName, r.event.EventID, in, want)
		}
	}
}

// claims is the number of claims that the collector makes of a complete month:
// one for each of six pairs of account and region and each UTC day that the
// month in Japan has a part of.
const claims = 6 * 32
