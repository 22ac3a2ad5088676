package words

import (
	"fmt"
	"slices"
	"strings"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
)

// How far a result goes: what of its evidence is not final, and what nothing was read of.

var (
	omitted = evidence.Text{JA: "収集せず：%s（レコード種別 %s 種類）。%s。理由：%s", EN: "not read: %s (%s kinds of records): %s; reason: %s"}
	partly  = evidence.Text{JA: "収集せず：%s（レコード種別 %s 種類。ほかの %s 種類は収集）。%s。理由：%s", EN: "not read: %s (%s kinds of records; of another %s it was read): %s; reason: %s"}
)

// Omitted says what was not read, of how many kinds of records, and why.
func Omitted(o reports.Omission, l evidence.Lang) string {
	n, read := format.Count(int64(o.Kinds)), format.Count(int64(o.Read))
	if o.Read > 0 {
		return fmt.Sprintf(partly.In(l), o.Scope, n, read, o.Text, o.Why)
	}
	return fmt.Sprintf(omitted.In(l), o.Scope, n, o.Text, o.Why)
}

// maxOmitted is how many parts that were not read are named in one place.
const maxOmitted = 20

// AbsentAccounts says of which accounts a source has nothing; empty where there are none.
func AbsentAccounts(p *reports.Pack, source string) string {
	absent := absentFrom(p, source)
	if len(absent) == 0 {
		return ""
	}
	return fmt.Sprintf(accountsAbsent.In(p.Lang), source, strings.Join(absent, ", "))
}

func absentFrom(p *reports.Pack, source string) []string {
	for i := range p.Sources {
		if p.Sources[i].Name == source {
			return p.Sources[i].Absent
		}
	}
	return nil
}

var accountsAbsent = evidence.Text{
	JA: "%s の収集範囲にないアカウント（他の証跡元に現れるもの）：%s",
	EN: "accounts of which %s has nothing, though other sources tell of them: %s",
}

// StatesAsOf says of which kinds a source gives how things stood when they were read, which
// no day of a calendar bears out; empty where there are none.
func StatesAsOf(src *reports.Source, p *reports.Pack) string {
	if len(src.States) == 0 {
		return ""
	}
	return fmt.Sprintf(statesAsOf.In(p.Lang), format.Time(src.From, p.Location), format.Time(src.To, p.Location), strings.Join(src.States, ", "))
}

var statesAsOf = evidence.Text{
	JA: "次の種類の記録は取得時点（%s から %s まで）の状態であり、暦の各日の状態を示すものではない：%s",
	EN: "Records of these kinds are states as of their reading (from %s to %s), and say nothing of the single days: %s",
}

// NotRead says what the evidence of a control holds nothing of: a heading and a line for each
// part, up to a number; nothing where all was read.
func NotRead(c *reports.Control, p *reports.Pack) (heading string, lines []string) {
	n, lines := partsNotRead(c, p)
	if n == 0 {
		return "", nil
	}
	if len(lines) > maxOmitted {
		lines = append(lines[:maxOmitted:maxOmitted], fmt.Sprintf(MoreInIPESheet.In(p.Lang), format.Count(int64(len(lines)-maxOmitted))))
	}
	return fmt.Sprintf(ScopesNotRead.In(p.Lang), format.Count(int64(n))), lines
}

// partsNotRead counts and names the parts of its sources that a control's evidence holds
// nothing of. The accounts of which a source has nothing are several parts, in one line.
func partsNotRead(c *reports.Control, p *reports.Pack) (n int, lines []string) {
	for _, o := range reports.Omissions(c.Population.Claims) {
		n++
		lines = append(lines, Omitted(o, p.Lang))
	}
	var sources []string
	for _, claim := range c.Population.Claims {
		if slices.Contains(sources, claim.Source) {
			continue
		}
		sources = append(sources, claim.Source)
		if absent := AbsentAccounts(p, claim.Source); absent != "" {
			n += len(absentFrom(p, claim.Source))
			lines = append(lines, absent)
		}
	}
	return n, lines
}

// Provisional says of which controls the result is not final, and until when: a sentence for
// each time.
func Provisional(p *reports.Pack) (sentences []string) {
	for _, g := range p.Provisional() {
		sentences = append(sentences, fmt.Sprintf(ProvisionalControls.In(p.Lang), format.Count(int64(len(g.IDs))), strings.Join(g.IDs, ListSeparator.In(p.Lang)), format.Time(g.Until, p.Location)))
	}
	return sentences
}

// ResultSaid explains a control's result, and how far it goes: what of its evidence is not
// final, and what nothing was read of.
func ResultSaid(c *reports.Control, p *reports.Pack) string {
	sentences := []string{ResultMeans(c.Result).In(p.Lang)}
	if n, _ := partsNotRead(c, p); n > 0 && c.Result != evidence.NotEvaluable {
		sentences = append(sentences, fmt.Sprintf(ButNotRead.In(p.Lang), format.Count(int64(n))))
	}
	if until := c.Provisional(); !until.IsZero() {
		sentences = append(sentences, fmt.Sprintf(ButProvisional.In(p.Lang), format.Time(until, p.Location)))
	}
	between := ""
	if p.Lang == evidence.English {
		between = " "
	}
	return strings.Join(sentences, between)
}

var (
	provisionalDays = evidence.Text{
		JA: "%s から %s までは、遅れて到着する記録がなお見込まれる時点で収集したものであり、%s 以後に再度収集するまで暫定である。",
		EN: "From %s to %s it was collected while late records may still arrive: these days are provisional until collected again after %s.",
	}
	provisionalKinds = evidence.Text{JA: "種類ごとの期限：%s。", EN: "By kind of record: %s."}
	provisionalKind  = evidence.Text{JA: "%s は %s", EN: "%s until %s"}
)

// ProvisionalDays says which days of a source's calendar are provisional, and of which of its
// kinds until when; empty where none is.
func ProvisionalDays(src *reports.Source, p *reports.Pack) string {
	first, last, until := src.ProvisionalDays()
	if until.IsZero() {
		return ""
	}
	text := fmt.Sprintf(provisionalDays.In(p.Lang), format.Date(first, p.Location), format.Date(last, p.Location), format.Time(until, p.Location))
	var kinds []string
	for _, u := range reports.NotSettledUntil(reports.GroupClaims(src.Claims)) {
		kinds = append(kinds, fmt.Sprintf(provisionalKind.In(p.Lang), u.Kind, format.Time(u.Until, p.Location)))
	}
	if len(kinds) < 2 {
		return text
	}
	if p.Lang == evidence.English {
		text += " "
	}
	return text + fmt.Sprintf(provisionalKinds.In(p.Lang), strings.Join(kinds, ListSeparator.In(p.Lang)))
}
