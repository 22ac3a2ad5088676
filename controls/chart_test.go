package controls

import (
	"strings"
	"testing"

	"github.com/evidencepack/evidence"
)

const chartsYAML = `headings:
  bad: {ja: 例外, en: Exceptions}
  seen: {ja: 確認, en: Seen}
observations:
  seen: {ja: 確認, en: Seen}
not_applicable:
  nobody: {ja: 対象外, en: Nobody's}
charts:
  - title: {ja: 図, en: Chart}
    parts:
      - {title: {ja: 例外で確認あり, en: Seen exceptions}, codes: [seen], verdicts: [exception]}
      - {codes: [bad]}
      - {title: {ja: 合格, en: Passed}, verdicts: [pass]}
      - {codes: [seen]}
`

const chartRules = `exception contains {"code": "bad", "detail": {"why": "x"}} if input.record.n > 9
observation contains {"code": "seen"} if input.record.why
not_applicable_because contains {"code": "nobody"} if input.record.name == "nobody"
not_applicable if count(not_applicable_because) > 0
`

// TestChartParts: an item is of the first part that it fits, or of none.
func TestChartParts(t *testing.T) {
	e := prepare(t, controlYAML("population: {kind: test.item}", "", chartsYAML), chartRules)
	chart := e.control.Charts[0]
	reason := func(codes ...string) (list []Reason) {
		for _, code := range codes {
			list = append(list, Reason{Code: code})
		}
		return list
	}
	for _, c := range []struct {
		verdict               evidence.Verdict
		reasons, observations []Reason
		want                  int
	}{
		{evidence.Exception, reason("bad"), reason("seen"), 0},
		{evidence.Exception, reason("bad"), nil, 1},
		{evidence.Pass, nil, reason("seen"), 2},
		{evidence.NotApplicable, reason("nobody"), reason("seen"), 3},
		{evidence.NotApplicable, reason("nobody"), nil, -1},
		{evidence.Undetermined, nil, nil, -1},
	} {
		if got := chart.PartOf(c.verdict, c.reasons, c.observations); got != c.want {
			t.Errorf("%s with %v, %v is of part %d, want %d", c.verdict, c.reasons, c.observations, got, c.want)
		}
	}
	for i, want := range []bool{true, true, false, false} {
		// A part of one code is called what the counts of the code are.
		if codes := chart.Parts[i].Codes; len(codes) == 1 && len(chart.Parts[i].Verdicts) == 0 {
			if title, count := e.control.PartTitle(chart.Parts[i]).EN, e.control.ReasonForm(codes[0], evidence.English); title != count {
				t.Errorf("part %d is called %q, and counted as %q", i, title, count)
			}
		}
		if got := e.control.ExceptionsAlone(chart.Parts[i]); got != want {
			t.Errorf("part %d is of exceptions alone: %v, want %v", i, got, want)
		}
	}
}

// TestChartRefused: what a chart cannot be drawn from is said where it stands.
func TestChartRefused(t *testing.T) {
	for replaced, want := range map[[2]string]string{
		{"codes: [bad]", "codes: [bat]"}:                                       `code "bat"`,
		{"verdicts: [pass]", "verdicts: [passed]"}:                             `verdict "passed"`,
		{"verdicts: [pass]", "verdicts: []"}:                                   "codes or verdicts are needed",
		{"    parts:", "    over: [week]\n    parts:"}:                         "want day or group",
		{"    parts:", "    over: [group]\n    parts:"}:                        "group path is needed",
		{"title: {ja: 図, en: Chart}", "title: {ja: 図}"}:                        "title is needed",
		{"{title: {ja: 合格, en: Passed}", "{title: {en: Passed}"}:               "title is needed",
		{"  bad: {ja: 例外, en: Exceptions}\n", ""}:                              "$.headings.bad is missing",
		{chartsYAML[strings.Index(chartsYAML, "      - {codes: [bad]}"):], ""}: "want 2 to 6",
	} {
		yaml := controlYAML("population: {kind: test.item}", "", strings.Replace(chartsYAML, replaced[0], replaced[1], 1))
		_, err := decodeControl("control.yaml", []byte(yaml))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one that says %q", replaced[1], err, want)
		}
	}
}

// TestShippedChartsUseHeadings: no shipped chart has words of its own for what is counted
// beside it.
func TestShippedChartsUseHeadings(t *testing.T) {
	l, err := Load(Shipped())
	if err != nil {
		t.Fatal(err)
	}
	parts := 0
	for _, c := range l.Controls {
		for _, chart := range c.Charts {
			for _, p := range chart.Parts {
				parts++
				if code, alone := p.code(); alone && p.Title != (evidence.Text{}) {
					t.Errorf("%s: a part of %s alone is called %q", c.ID, code, p.Title.EN)
				}
			}
		}
	}
	if parts == 0 {
		t.Error("no shipped control has a chart")
	}
}
