package pack

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/delta"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/responses"
	"github.com/evidencepack/evidence/reports"
)

func (c *contents) deltaModel() *reports.Delta {
	return DeltaModel(c.delta, c.previous.Side, c.side(), c.manifest.Lang, c.location)
}

// DeltaModel puts a delta into a language.
func DeltaModel(d *delta.Delta, earlier, later delta.Side, l evidence.Lang, loc *time.Location) *reports.Delta {
	m := &deltaWriter{d: d, earlier: earlier, later: later, lang: l, location: loc}
	out := &reports.Delta{Earlier: d.Earlier.Name, Later: d.Later.Name, Basis: m.basis()}
	for _, c := range d.Cautions {
		out.Cautions = append(out.Cautions, m.caution(c))
	}
	for i := range d.Controls {
		out.Controls = append(out.Controls, m.control(&d.Controls[i]))
	}
	return out
}

// deltaWriter writes a delta in one language.
type deltaWriter struct {
	d              *delta.Delta
	earlier, later delta.Side
	lang           evidence.Lang
	location       *time.Location
}

func (m *deltaWriter) in(ja, en string) string { return evidence.Text{JA: ja, EN: en}.In(m.lang) }

func (m *deltaWriter) say(ja, en string, values ...any) string {
	return fmt.Sprintf(m.in(ja, en), values...)
}

// basis says where the earlier results come from.
func (m *deltaWriter) basis() string {
	if p := m.d.Earlier.Pack; p != nil {
		return m.say(
			"前回（%s）の結果は、当時のパック（フレームワーク %s、manifest.json の SHA-256 %s、署名鍵 %s）に記載されたものであり、当時の統制、パラメータ、回答及び母集団の網羅性による（前回の網羅性は、ここでは改めて検証していない）。判定規則又はパラメータが変わった統制は、今回の証跡を前回の判定規則とパラメータでも評価し、証跡に表れた変化と切り分けている。",
			"The results of %s are those of its pack (framework %s, SHA-256 of its manifest.json %s, signed by the key %s), with the controls, parameters, responses and completeness of then (the completeness of the earlier populations is not tested again here). Where the rules or parameters of a control changed, the evidence of now was judged by those of then too, to tell what is attributed to the one from what is attributed to the other.",
			m.d.Earlier.Name, p.Framework, p.ManifestSHA256, p.Signer)
	}
	return m.say(
		"前回（%s）の結果は、封印済みの証跡を、今回と同じ統制及びパラメータで評価し直したものである。したがって、変化はすべて証跡又は回答に関するものであり、統制自体の変更は比較に表れない。",
		"The results of %s come from evaluating its sealed evidence anew, with the controls and parameters of now. So every change is one of the evidence or of the responses, and changes of the controls themselves do not show.",
		m.d.Earlier.Name)
}

func (m *deltaWriter) caution(c delta.Caution) string {
	switch c {
	case delta.OtherLength:
		return m.say("対象期間の日数が異なる（前回 %d 日、今回 %d 日）。件数は直接には比較できず、比較できるのは割合（対象外を除く項目に占める例外）のみである。",
			"The periods are of different length (%d days, then %d): counts do not compare, only shares (of exceptions in the items that the control applies to) do.", m.d.Earlier.Days, m.d.Later.Days)
	case delta.Overlapping:
		return m.in("対象期間が重なっており、重なる部分の項目は双方の母集団に含まれる。", "The periods overlap: what lies in both is in both populations.")
	case delta.Apart:
		return m.in("二つの対象期間は連続していない。その間の変化は表れない。", "The periods do not follow each other: what changed between them does not show.")
	case delta.EarlierOpen:
		return m.in("前回の証跡は、対象期間の終了前に収集されたものである。", "The earlier evidence was collected before its period had ended.")
	case delta.LaterOpen:
		return m.in("今回の証跡は、対象期間の終了前に収集されたものである。", "The later evidence was collected before its period had ended.")
	case delta.OtherTool:
		return m.say("前回は別の版のツールによる評価である（%s、今回は %s）。版の違いによる影響は、対象の変化と区別していない。前回のパックを今回の版で検証（evidence verify）すれば、前回の証跡に対する影響の有無を確かめられる。",
			"Another version of the tool judged the earlier period (%s, now %s). What that makes different is not told from what a change of the subject matter made different. Verifying the earlier pack with this version (evidence verify) shows whether it makes any difference on the earlier evidence.", m.d.Earlier.Tool, m.d.Later.Tool)
	case delta.OtherSources:
		var names []string
		for _, s := range m.d.Sources {
			names = append(names, s.Name+m.in("（", " (")+m.sourceChange(s.Presence)+m.in("）", ")"))
		}
		return m.say("証跡元の構成が変わっている：%s。その影響は、対象の変化に含まれる。", "The sources changed: %s. What that makes different counts as a change of the subject matter.", strings.Join(names, m.in("、", ", ")))
	}
	return string(c)
}

func (m *deltaWriter) sourceChange(p delta.Presence) string {
	switch p {
	case delta.New:
		return m.in("追加", "new")
	case delta.Gone:
		return m.in("廃止", "gone")
	}
	return m.in("取得する記録の種類を変更", "of other kinds")
}

func (m *deltaWriter) control(c *delta.Control) reports.DeltaControl {
	out := reports.DeltaControl{ID: c.ID, Changed: c.Changed(), New: c.New, Still: c.Still, Gone: c.Gone,
		Before: m.state(c.Before, m.earlier.Results.Find(c.ID)), After: m.state(c.After, m.later.Results.Find(c.ID))}
	before, after := m.find(m.earlier, c.ID), m.find(m.later, c.ID)
	shown := after
	if shown == nil {
		shown = before
	}
	out.Title = shown.Title.In(m.lang)
	out.Cause = m.causes(c)
	out.Facts = m.facts(c)
	for _, x := range c.Changes {
		out.Changes = append(out.Changes, reports.DeltaChange{What: m.aspect(x.Aspect), Name: x.Name, Before: x.Before, After: x.After})
	}
	for _, e := range c.Exceptions {
		out.Exceptions = append(out.Exceptions, m.exception(e, before, after))
	}
	return out
}

func (m *deltaWriter) find(s delta.Side, id string) *controls.Control {
	if s.Results.Find(id) == nil {
		return nil
	}
	c, err := s.Library.Find(id)
	if err != nil {
		return nil
	}
	return c
}

func (m *deltaWriter) state(s *delta.State, r *evaluation.Control) *reports.DeltaState {
	if s == nil {
		return nil
	}
	out := &reports.DeltaState{Result: s.Result, Population: s.Counts.Total, Applicable: s.Counts.Total - s.Counts.NotApplicable, Exceptions: s.Counts.Exceptions, Answered: s.Answered}
	if s.Result == evidence.NotEvaluable {
		out.Why = WhyNotEvaluable(r, m.lang, m.location)
	}
	return out
}

func (m *deltaWriter) cause(c delta.Cause) string {
	switch c {
	case delta.Target:
		return m.in("対象（証跡）", "subject matter (the evidence)")
	case delta.Rules:
		return m.in("判定規則・定義", "rules or definition")
	case delta.Parameters:
		return m.in("パラメータ", "parameters")
	case delta.NotSeparated:
		return m.in("切り分け不能", "not separated")
	case delta.Library:
		return m.in("統制の追加・廃止", "control added or taken out")
	}
	return string(c)
}

// causes says what another result is owed to, and what other counts are.
func (m *deltaWriter) causes(c *delta.Control) string {
	join := func(list []delta.Cause) string {
		var names []string
		for _, x := range list {
			names = append(names, m.cause(x))
		}
		return strings.Join(names, m.in("、", ", "))
	}
	result, counts := join(c.ResultCauses), join(c.Causes)
	switch {
	case counts == "":
		return ""
	case result == "":
		return m.say("件数：%s", "counts: %s", counts)
	case result == counts:
		return m.say("結果及び件数：%s", "result and counts: %s", result)
	}
	return m.say("結果：%s　件数：%s", "result: %s; counts: %s", result, counts)
}

// facts says what the later evidence gives by earlier rules and parameters.
func (m *deltaWriter) facts(c *delta.Control) []string {
	var lines []string
	for _, s := range c.Steps {
		by := m.say("%s の判定規則に %s のパラメータを適用し、", "By the rules of %s and the parameters of %s", m.d.Later.Name, m.d.Earlier.Name)
		if s.EarlierRules {
			by = m.say("%s の判定規則とパラメータにより、", "By the rules and parameters of %s", m.d.Earlier.Name)
		}
		lines = append(lines, m.say("%s%s の証跡を評価した結果：%s（母集団 %d、例外 %d）", "%s the evidence of %s gives: %s (population %d, exceptions %d).",
			by, m.d.Later.Name, s.Result.Name().In(m.lang), s.Counts.Total, s.Counts.Exceptions))
	}
	if len(c.Steps) > 0 && !owedToControl(c) {
		lines = append(lines, m.in("統制自体の変更による差はない。", "The changes of the control itself made no difference."))
	}
	answers := int64(0)
	for _, e := range c.Exceptions {
		if e.Response.Change != "" {
			answers++
		}
	}
	if answers > 0 {
		lines = append(lines, m.say("継続する例外事項のうち、回答が変わったものは %d 件である。", "Of the exceptions that are still there, the responses to %d changed.", answers))
	}
	switch c.Undivided {
	case delta.OtherEvidence:
		lines = append(lines, m.in("前回の判定規則が用いる証跡が今回は収集されていないか、本比較では読み取れないため、証跡の変化と規則の変更を切り分けられない。",
			"The earlier rules read evidence that was not collected this time, or is not at hand: what is owed to the evidence and what to the rules could not be separated."))
	case delta.DoesNotRun:
		lines = append(lines, m.say("前回の判定規則又はパラメータを今回の証跡に適用できないため、証跡の変化と規則の変更を切り分けられない：%s",
			"The earlier rules or parameters do not run on the later evidence, so that what is owed to it and what to them could not be separated: %s", c.Detail))
	}
	return lines
}

// owedToControl reports whether anything of the outcome is owed to rules or parameters.
func owedToControl(c *delta.Control) bool {
	own := func(x delta.Cause) bool { return x == delta.Rules || x == delta.Parameters }
	return slices.ContainsFunc(c.Causes, own) || slices.ContainsFunc(c.Exceptions, func(e delta.Exception) bool { return own(e.Cause) })
}

func (m *deltaWriter) aspect(a delta.Aspect) string {
	switch a {
	case delta.Policy:
		return m.in("判定規則（SHA-256）", "rules (SHA-256)")
	case delta.Definition:
		return m.in("定義（control.yaml）", "definition (control.yaml)")
	case delta.Wording:
		return m.in("文言・表示（control.yaml、判定に影響しない）", "texts and display (control.yaml; no effect on verdicts)")
	case delta.Parameter:
		return m.in("パラメータ", "parameter")
	case delta.Owner:
		return m.in("統制責任者", "owner")
	case delta.Mapping:
		return m.in("フレームワークとの対応付け", "mapping to the framework")
	}
	return string(a)
}

func (m *deltaWriter) exception(e delta.Exception, before, after *controls.Control) reports.DeltaException {
	of := after
	if e.Presence == delta.Gone {
		of = before
	}
	out := reports.DeltaException{Presence: reports.Presence(e.Presence), ID: e.ID, Label: e.Label, Time: e.Time, Reasons: m.reasons(e.Reasons, of)}
	if e.Cause != "" {
		out.Cause, out.ByTarget = m.cause(e.Cause), e.Cause == delta.Target
	}
	var notes []string
	if len(e.Before) > 0 {
		notes = append(notes, m.say("前回の理由：%s", "Reasons before: %s", strings.Join(m.reasons(e.Before, before), m.in("、", "; "))))
	}
	switch {
	case e.Now != "":
		notes = append(notes, m.say("今回：%s", "Now: %s", e.Now.Name().In(m.lang)))
	case e.Absent:
		notes = append(notes, m.in("今回は母集団にない", "Not in the population now"))
	}
	out.Note, out.Response = strings.Join(notes, "\n"), m.response(e.Response)
	return out
}

func (m *deltaWriter) reasons(list []controls.Reason, c *controls.Control) []string {
	var texts []string
	for _, r := range list {
		texts = append(texts, c.ReasonTextIn(r, m.lang, m.location))
	}
	return texts
}

func (m *deltaWriter) response(r delta.Response) string {
	name := func(k responses.Kind) string {
		if k == "" {
			return m.in("なし", "none")
		}
		return k.Name().In(m.lang)
	}
	switch {
	case r == delta.Response{}:
		return ""
	case r.Change == delta.Lapsed:
		return m.say("%s → 失効", "%s → lapsed", name(r.Before))
	case r.Change == delta.NotAgain:
		return m.say("%s → 今回は回答なし", "%s → not answered again", name(r.Before))
	case r.Change != "":
		return name(r.Before) + " → " + name(r.After)
	case r.After != "":
		return name(r.After)
	}
	return name(r.Before)
}
