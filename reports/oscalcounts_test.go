package reports_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/oscal"
)

// assessment is what a governance tool reads of oscal/assessment-results.json.
type assessment struct {
	Results struct {
		Results []struct {
			Props        assessedProps
			Reviewed     assessedControls `json:"reviewed-controls"`
			Observations []struct {
				UUID     string
				Types    []string
				Props    assessedProps
				Subjects []struct{ Props assessedProps }
				Remarks  string
			}
			Links    []struct{ Href, Rel string }
			Findings []struct {
				Props  assessedProps
				Target struct {
					ID     string `json:"target-id"`
					Status assessedState
				}
				Related []struct {
					UUID string `json:"observation-uuid"`
				} `json:"related-observations"`
			}
		}
		BackMatter struct {
			Resources []struct {
				UUID, Title, Description string

				Links []struct {
					Href   string
					Hashes []struct{ Algorithm, Value string }
				} `json:"rlinks"`
			}
		} `json:"back-matter"`
	} `json:"assessment-results"`
}

type assessedState struct{ State, Reason, Remarks string }

type assessedControls struct {
	Selections []struct {
		Props   assessedProps
		Include []struct {
			ID string `json:"control-id"`
		} `json:"include-controls"`
	} `json:"control-selections"`
	Remarks string
}

type assessedProps []struct{ Name, Class, Value, NS string }

// of lists the values of a property of this project's, each with its class.
func (p assessedProps) of(name string) []string {
	var values []string
	for _, prop := range p {
		if prop.Name == name && prop.NS == oscal.NS {
			values = append(values, strings.TrimPrefix(prop.Class+" "+prop.Value, " "))
		}
	}
	return values
}

// assessmentCounts compares every count of the assessment results with the pack.
func assessmentCounts(t *testing.T, p *reports.Pack) {
	var doc assessment
	if err := json.Unmarshal(render(t, oscal.Renderer{}, p), &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.Results.Results) != 1 {
		t.Fatalf("%d results of one period", len(doc.Results.Results))
	}
	r := doc.Results.Results[0]
	var byResult []string
	for _, rc := range p.ResultCounts() {
		byResult = append(byResult, fmt.Sprintf("%s %d", rc.Result, rc.N))
	}
	same(t, "controls by result", byResult, r.Props.of("controls"))
	same(t, "exceptions", []string{fmt.Sprint(p.Exceptions())}, r.Props.of("exceptions"))
	same(t, "exemptions", exemptionCounts(p.ExemptionCounts(), fmt.Sprint), assessedExemptions(r.Props))
	same(t, "answered exceptions", []string{fmt.Sprint(p.Answered())}, r.Props.of("exceptions-answered"))
	served, _ := p.Served()
	if len(r.Findings) != len(p.Controls)+len(served) {
		t.Errorf("%d findings on %d controls and %d items", len(r.Findings), len(p.Controls), len(served))
	}
	items := map[string]int64{} // by control and verdict
	known := map[string]string{}
	changed := map[string][]string{} // control → its exceptions, as counted and as listed
	for _, o := range r.Observations {
		control := o.Props.of("control")[0]
		if slices.Equal(o.Types, []string{"historic"}) {
			changed[control] = append(o.Props.of("exceptions"), subjectsBy(o.Subjects, "presence")...)
			continue
		}
		known[o.UUID] = control
		if v := o.Props.of("verdict"); len(v) > 0 {
			items[control+" "+v[0]]++
			if len(o.Props.of("response")) > 0 {
				items[control+" answered"]++
			}
			continue
		}
		i := slices.IndexFunc(p.Controls, func(c reports.Control) bool { return c.ID == control })
		assessedTest(t, &p.Controls[i], o.Props)
		assessedSample(t, &p.Controls[i], o.Props, o.Subjects)
	}
	assessedChanges(t, p, changed)
	for i, c := range p.Controls {
		for v, n := range map[evidence.Verdict]int64{
			evidence.Exception: c.Counts.Exceptions, evidence.Pending: c.Counts.Pending, evidence.Undetermined: c.Counts.Undetermined,
			evidence.Pass: 0, evidence.NotApplicable: 0,
		} {
			if got := items[c.ID+" "+string(v)]; got != n {
				t.Errorf("%s: %d observations of %s, want %d", c.ID, got, v, n)
			}
		}
		if got := items[c.ID+" answered"]; got != c.Answered() {
			t.Errorf("%s: %d answered observations, want %d", c.ID, got, c.Answered())
		}
		f := r.Findings[i]
		same(t, c.ID+" result", []string{string(c.Result)}, f.Props.of("result"))
		if n := int64(len(f.Related)) - 1; n != c.Counts.Exceptions+c.Counts.Pending+c.Counts.Undetermined {
			t.Errorf("%s: the finding rests on %d items", c.ID, n)
		}
		for _, o := range f.Related {
			if known[o.UUID] != c.ID {
				t.Errorf("%s: the finding rests on an observation of %q", c.ID, known[o.UUID])
			}
		}
		assessedStatus(t, c.ID, c.Result, f.Target.Status)
	}
	for i, item := range served {
		f := r.Findings[len(p.Controls)+i]
		result, _ := p.ItemResult(item)
		same(t, item.ID+" result", []string{string(result)}, f.Props.of("result"))
		assessedStatus(t, item.ID, result, f.Target.Status)
		if len(f.Related) != len(p.Serving(item)) {
			t.Errorf("%s: the finding rests on %d controls, want %d", item.ID, len(f.Related), len(p.Serving(item)))
		}
	}
	assessedItems(t, p, r.Reviewed)
	var hashes []string
	asserted := ""
	for _, l := range r.Links {
		asserted = strings.TrimPrefix(l.Href, "#")
	}
	for _, res := range doc.Results.BackMatter.Resources[1:] {
		if res.UUID == asserted {
			if p.Assertion == nil || !strings.HasPrefix(res.Description, strings.Split(p.Assertion.Text, "\n")[0]) {
				t.Errorf("management asserts %q", res.Description)
			}
			continue
		}
		hashes = append(hashes, res.Links[0].Href+" "+res.Links[0].Hashes[0].Value)
	}
	var want []string
	for _, f := range p.Files {
		want = append(want, "../"+f.Path+" "+f.SHA256)
	}
	if (asserted != "") != (p.Assertion != nil) {
		t.Errorf("what management asserts is at %q", asserted)
	}
	same(t, "files", want, hashes)
}

// assessedStatus: nothing passes that was not seen to operate, but for what did not occur;
// and neither is told without saying why.
func assessedStatus(t *testing.T, of string, r evidence.Result, s assessedState) {
	t.Helper()
	want := map[evidence.Result]string{
		evidence.Effective: "satisfied pass", evidence.ExceptionsNoted: "not-satisfied fail",
		evidence.NoOccurrence: "satisfied other", evidence.NotEvaluable: "not-satisfied other",
	}[r]
	if got := s.State + " " + s.Reason; got != want || (s.Reason == "other") != (s.Remarks != "") {
		t.Errorf("%s: the status is %s %q, want %s", of, got, s.Remarks, want)
	}
}

// assessedTest compares the counts of a control's test.
func assessedTest(t *testing.T, c *reports.Control, got assessedProps) {
	t.Helper()
	n := c.Counts
	same(t, c.ID+" result", []string{string(c.Result)}, got.of("result"))
	same(t, c.ID+" population", []string{fmt.Sprint(n.Total)}, got.of("population"))
	same(t, c.ID+" items", []string{
		fmt.Sprint("pass ", n.Passed), fmt.Sprint("exception ", n.Exceptions), fmt.Sprint("not_applicable ", n.NotApplicable),
		fmt.Sprint("pending ", n.Pending), fmt.Sprint("undetermined ", n.Undetermined),
	}, got.of("items"))
	for name, counts := range map[string][]reports.ReasonCount{
		"exceptions-by-response": c.Responses, "exceptions-by-reason": c.Reasons, "not-applicable-by-reason": c.NotApplicable, "items-by-note": c.Observations,
	} {
		var want []string
		for _, r := range counts {
			want = append(want, fmt.Sprintf("%s %d", strings.ReplaceAll(r.Code, " ", "_"), r.N)) // a token has no space
		}
		same(t, c.ID+" "+name, want, got.of(name))
	}
	if len(c.Exemptions) > 0 {
		same(t, c.ID+" exemptions", exemptionCounts(c.ExemptionCounts(), fmt.Sprint), assessedExemptions(got))
	}
	same(t, c.ID+" claims", []string{fmt.Sprint(len(c.Population.Claims))}, got.of("claims"))
}

// assessedSample compares what was drawn for the auditor.
func assessedSample(t *testing.T, c *reports.Control, got assessedProps, drawn []struct{ Props assessedProps }) {
	t.Helper()
	var want, have []string
	for name, s := range map[string]*reports.Sample{"sample": c.Sample, "exempt-sample": c.ExemptSample} {
		if s == nil {
			if len(got.of(name+"-size")) > 0 {
				t.Errorf("%s: a %s that was not drawn", c.ID, name)
			}
			continue
		}
		same(t, c.ID+" "+name, []string{fmt.Sprint(s.Size), fmt.Sprint(s.Population), fmt.Sprint(s.CountDrawn(reports.Replaced)), s.Seed},
			slices.Concat(got.of(name+"-size"), got.of(name+"-drawn-from"), got.of(name+"-replaced"), got.of(name+"-seed")))
		for i, item := range s.Drawn {
			want = append(want, fmt.Sprint(name, i+1, item.State, item.ID, item.SHA256))
		}
		for _, item := range drawn {
			if p := item.Props; len(p.of(name+"-rank")) > 0 {
				have = append(have, fmt.Sprint(name, p.of(name + "-rank")[0], p.of(name + "-state")[0], p.of("item")[0], p.of("record-sha256")[0]))
			}
		}
	}
	same(t, c.ID+" drawn items", want, have)
	if len(have) != len(drawn) {
		t.Errorf("%s: %d drawn items, %d of them told as of a sample", c.ID, len(drawn), len(have))
	}
}

// subjectsBy counts subjects by a property's value, in the order of the values' first use.
func subjectsBy(subjects []struct{ Props assessedProps }, name string) []string {
	n := map[string]int{}
	var values []string
	for _, s := range subjects {
		v := s.Props.of(name)[0]
		if n[v]++; n[v] == 1 {
			values = append(values, v)
		}
	}
	for i, v := range values {
		values[i] = fmt.Sprint(v, " listed ", n[v])
	}
	return values
}

// assessedChanges compares what changed since the earlier period.
func assessedChanges(t *testing.T, p *reports.Pack, got map[string][]string) {
	t.Helper()
	want := map[string][]string{}
	if p.Delta != nil {
		told, _ := p.Delta.Told()
		for _, c := range told {
			want[c.ID] = []string{fmt.Sprint("new ", c.New), fmt.Sprint("still ", c.Still), fmt.Sprint("gone ", c.Gone)}
			for _, n := range []struct {
				of string
				n  int64
			}{{"new", c.New}, {"still", c.Still}, {"gone", c.Gone}} {
				if n.n > 0 {
					want[c.ID] = append(want[c.ID], fmt.Sprint(n.of, " listed ", n.n))
				}
			}
		}
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("changes (-pack +assessment results):\n%s", diff)
	}
}

// assessedItems compares the framework items that were reviewed with those that a
// control serves.
func assessedItems(t *testing.T, p *reports.Pack, got assessedControls) {
	t.Helper()
	served, unserved := p.Served()
	var want, have []string
	for _, item := range served {
		r, _ := p.ItemResult(item)
		want = append(want, item.ID+" "+string(r))
	}
	for _, s := range got.Selections {
		have = append(have, s.Include[0].ID+" "+s.Props.of("result")[0])
	}
	same(t, "framework items", want, have)
	for _, item := range unserved {
		if !strings.Contains(got.Remarks, item.ID) {
			t.Errorf("nothing says that %s was not reviewed", item.ID)
		}
	}
}

func same(t *testing.T, what string, want, got []string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-pack +assessment results):\n%s", what, diff)
	}
}
