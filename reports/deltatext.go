package reports

import (
	"fmt"
	"strings"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports/internal/format"
)

// noNumber stands where there is nothing to count.
const noNumber = "—"

var (
	deltaSentence = evidence.Text{
		JA: "前回（%s）と比較した統制は %s 件であり、うち結果が変わったものは %s 件、統制自体（判定規則、パラメータ、文言等）が変わったものは %s 件である。例外事項は、新規 %s 件、継続 %s 件、前回のみ %s 件である。",
		EN: "Compared with %s: of %s controls, the result of %s changed, and %s changed themselves (rules, parameters, texts). Exceptions: %s new, %s continuing, %s not recurring.",
	}
	deltaMoved = evidence.Text{
		JA: "母集団又はそのうち対象外を除く項目が %d%% 以上増減した統制は %s 件である（%s）。抽出条件又は収集範囲の変化によるものでないか、確かめられたい。",
		EN: "The population of %[2]s controls, or what of it they apply to, changed by %[1]d%% or more (%[3]s): whether what is selected or collected changed with it should be considered.",
	}
	deltaMovedBy  = evidence.Text{JA: "母集団の増減：%s", EN: "Population: %s"}
	deltaApplies  = evidence.Text{JA: "、うち対象外を除く項目：%s", EN: "; of it, items that the control applies to: %s"}
	deltaFromNone = evidence.Text{JA: "前回は 0 件", EN: "none before"}
	deltaEvents   = evidence.Text{
		JA: "事象（操作、変更など）に関する例外事項は発生した期間のものであるため、通常は新規又は前回のみとなる。継続となるのは、状態（設定、アカウントなど）に関する例外事項及び両期間にわたる事象である。前回のみであることは、是正されたことを示すものではない。",
		EN: "Exceptions of events (calls, changes) belong to the period in which they happened, and so are mostly new or not recurring. Continuing are exceptions of how things stand (settings, accounts) and of what lasted through both periods. That an exception does not recur does not say that it was remedied.",
	}
	whyBefore = evidence.Text{JA: "前回の評価不能の理由：%s", EN: "Not evaluable before: %s"}
	whyNow    = evidence.Text{JA: "今回の評価不能の理由：%s", EN: "Not evaluable now: %s"}
)

// Sentence is the comparison in a sentence.
func (d *Delta) Sentence(l evidence.Lang) string {
	t := d.Totals()
	c := format.Count
	s := fmt.Sprintf(deltaSentence.In(l), d.Earlier, c(t.Controls), c(t.Results), c(t.Rules), c(t.New), c(t.Still), c(t.Gone))
	if moved := d.Moved(); len(moved) > 0 {
		separator := evidence.Text{JA: "、", EN: ", "}.In(l)
		s += evidence.Text{EN: " "}.In(l) + fmt.Sprintf(deltaMoved.In(l), int(100*populationMove), c(int64(len(moved))), strings.Join(moved, separator))
	}
	return s
}

// Intro says what was compared with what, and what a reader must know of it.
func (d *Delta) Intro(l evidence.Lang) []string {
	return append(append([]string{d.Basis}, d.Cautions...), deltaEvents.In(l))
}

// Name is the word for where an exception is.
func (p Presence) Name() evidence.Text {
	switch p {
	case DeltaNew:
		return evidence.Text{JA: "新規", EN: "new"}
	case DeltaStill:
		return evidence.Text{JA: "継続", EN: "continuing"}
	case DeltaGone:
		return evidence.Text{JA: "前回のみ", EN: "not recurring"}
	}
	return evidence.Text{JA: string(p), EN: string(p)}
}

// Mark is the sign that it carries beside its word.
func (p Presence) Mark() string {
	return map[Presence]string{DeltaNew: "＋", DeltaStill: "＝", DeltaGone: "－"}[p]
}

// Text is the result with its mark; a dash where the period has none.
func (s *DeltaState) Text(l evidence.Lang) string {
	if s == nil {
		return noNumber
	}
	return s.Result.Mark() + " " + s.Result.Name().In(l)
}

// Share is the share of exceptions in the items that the control applies to, in per cent; a
// dash where there are none.
func (s *DeltaState) Share() string {
	if s == nil || s.Applicable == 0 {
		return noNumber
	}
	return fmt.Sprintf("%.1f%%", 100*float64(s.Exceptions)/float64(s.Applicable))
}

// Counts are the population and its exceptions; dashes where the period has none.
func (s *DeltaState) Counts() (population, exceptions string) {
	if s == nil {
		return noNumber, noNumber
	}
	return format.Count(s.Population), format.Count(s.Exceptions)
}

// CountsFromTo are the populations, the exceptions, and their shares, before and now.
func (c *DeltaControl) CountsFromTo() (population, exceptions, shares string) {
	n, x := c.Before.Counts()
	m, y := c.After.Counts()
	return n + " → " + m, x + " → " + y, c.Before.Share() + " → " + c.After.Share()
}

// ResultFromTo is the result before and now, once where it is the same.
func (c *DeltaControl) ResultFromTo(l evidence.Lang) string {
	if !c.ResultChanged() {
		return c.After.Text(l)
	}
	return c.Before.Text(l) + " → " + c.After.Text(l)
}

// ThreeCounts are the exceptions that are new, continuing, and not recurring.
func (c *DeltaControl) ThreeCounts() string {
	return strings.Join([]string{format.Count(c.New), format.Count(c.Still), format.Count(c.Gone)}, " / ")
}

// PopulationMove says by how much the population changed, and those of its items that the
// control applies to, if a reader is to be told.
func (c *DeltaControl) PopulationMove(l evidence.Lang) string {
	if !c.PopulationMoved() {
		return ""
	}
	by := func(before, after int64) string {
		change := deltaFromNone.In(l)
		if before > 0 {
			change = fmt.Sprintf("%+.1f%%", 100*float64(after-before)/float64(before))
		}
		return format.Count(before) + " → " + format.Count(after) + evidence.Text{JA: "（" + change + "）", EN: " (" + change + ")"}.In(l)
	}
	text := fmt.Sprintf(deltaMovedBy.In(l), by(c.Before.Population, c.After.Population))
	if c.Before.Population != c.Before.Applicable || c.After.Population != c.After.Applicable {
		text += fmt.Sprintf(deltaApplies.In(l), by(c.Before.Applicable, c.After.Applicable))
	}
	return "▲ " + text
}

// AllFacts are what a change of the outcome is owed to, a move of the population, the judgements that show it, and
// why a period could not be evaluated.
func (c *DeltaControl) AllFacts(l evidence.Lang) []string {
	var lines []string
	if c.Cause != "" {
		lines = append(lines, c.Cause)
	}
	if moved := c.PopulationMove(l); moved != "" {
		lines = append(lines, moved)
	}
	lines = append(lines, c.Facts...)
	for _, s := range []struct {
		form  evidence.Text
		state *DeltaState
	}{{whyBefore, c.Before}, {whyNow, c.After}} {
		if s.state != nil {
			for _, why := range s.state.Why {
				lines = append(lines, fmt.Sprintf(s.form.In(l), why))
			}
		}
	}
	return lines
}

// Remarks are an exception's reasons, and what else there is to know of it: a line each.
func (e DeltaException) Remarks() string {
	lines := e.Reasons
	if e.Note != "" {
		lines = append(lines[:len(lines):len(lines)], e.Note)
	}
	return strings.Join(lines, "\n")
}
