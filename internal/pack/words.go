package pack

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/sealed"
	"github.com/evidencepack/evidence/reports"
)

// Definition writes a selection out as its author wrote it: alternatives are
// joined by "or", the conditions of one by "and".
func Definition(w evidence.Where) string {
	var clauses []string
	for _, c := range w {
		var parts []string
		for _, path := range slices.Sorted(maps.Keys(c)) {
			parts = append(parts, path+" = "+strings.Join(c[path], " | "))
		}
		clauses = append(clauses, strings.Join(parts, " and "))
	}
	return strings.Join(clauses, "; or ")
}

// PopulationDefinition says how a control's population is selected, a line for each
// of its kinds.
func PopulationDefinition(p controls.Population) evidence.Text {
	parts := p.Each()
	var ja, en []string
	for _, part := range parts {
		t := partDefinition(part)
		if len(parts) > 1 {
			t = evidence.Text{JA: titled(part.Kind, t.JA), EN: titled(part.Kind, t.EN)}
			if part.Optional {
				t.JA, t.EN = t.JA+"（収集される場合）", t.EN+" (where it is collected)"
			}
		}
		ja, en = append(ja, t.JA), append(en, t.EN)
	}
	return evidence.Text{JA: strings.Join(ja, "\n"), EN: strings.Join(en, "\n")}
}

func partDefinition(p controls.Population) evidence.Text {
	var ja, en []string
	if d := Definition(p.Where); d != "" {
		ja, en = append(ja, d), append(en, d)
	}
	if p.LatestOf != "" {
		ja, en = append(ja, p.LatestOf+" ごとに最新のもの"), append(en, "the newest of each "+p.LatestOf)
	}
	switch {
	case p.End != "":
		ja, en = append(ja, p.Time+" から "+p.End+" までが対象期間と重なるもの"), append(en, p.Time+" to "+p.End+" overlapping the period")
	case p.Time != "":
		ja, en = append(ja, p.Time+" が対象期間に含まれるもの"), append(en, p.Time+" within the period")
	}
	return evidence.Text{JA: strings.Join(ja, "、"), EN: strings.Join(en, "; ")}
}

func titled(kind, definition string) string {
	if definition == "" {
		return kind
	}
	return kind + ": " + definition
}

// aroundText says how far around the period a selection reaches; empty when it
// does not.
func aroundText(s evidence.Selection) evidence.Text {
	if s.Before == 0 && s.After == 0 {
		return evidence.Text{}
	}
	return evidence.Text{
		JA: fmt.Sprintf("（関連付けのため対象期間の前 %s・後 %s を含む）", span(s.Before).JA, span(s.After).JA),
		EN: fmt.Sprintf(" (with %s before and %s after the period, to relate items to)", span(s.Before).EN, span(s.After).EN),
	}
}

// span writes a length of time in days where it is whole days.
func span(d time.Duration) evidence.Text {
	const day = 24 * time.Hour
	if d%day != 0 {
		return evidence.Text{JA: d.String(), EN: d.String()}
	}
	n := int64(d / day)
	if n == 1 {
		return evidence.Text{JA: "1 日", EN: "1 day"}
	}
	return evidence.Text{JA: fmt.Sprintf("%d 日", n), EN: fmt.Sprintf("%d days", n)}
}

// methodText names a way in which completeness was measured.
func methodText(m evidence.Method) evidence.Text {
	switch m {
	case evidence.DigestChain:
		return evidence.Text{JA: "ダイジェストの連鎖の検証", EN: "validation of the digest chain"}
	case evidence.SourceCount:
		return evidence.Text{JA: "証跡元の件数との照合", EN: "agreement with the source's own count"}
	case evidence.PagesExhausted:
		return evidence.Text{JA: "全ページの読込み", EN: "all pages read to the end"}
	case evidence.HistoryReconciled:
		return evidence.Text{JA: "履歴との突合", EN: "reconciliation with the history"}
	case evidence.FileChecksum:
		return evidence.Text{JA: "ファイルのチェックサム", EN: "the file's checksum"}
	}
	return evidence.Text{JA: string(m), EN: string(m)}
}

// basisText says what the expected numbers of a method rest on, or that there is no
// number of records to expect.
func basisText(m evidence.Method) evidence.Text {
	switch m {
	case evidence.DigestChain:
		return evidence.Text{
			JA: "CloudTrail が毎時発行するダイジェストの数を、対象の時間から、アカウント及びリージョンごとに算定したものである。ダイジェストは、その時間に配信されたログファイルを列挙する。",
			EN: "The digests that CloudTrail issues every hour, reckoned from the time covered, for each account and region. A digest lists the log files that were delivered in its hour."}
	case evidence.SourceCount:
		return evidence.Text{
			JA: "証跡元（ファイルの場合は、これを引き渡した者）が示した件数である。",
			EN: "The number that the source gives (of a file: whoever handed it over)."}
	case evidence.PagesExhausted:
		return evidence.Text{
			JA: "証跡元が全体の件数を示さないため、あるべき件数はない（表では「—」とする）。網羅性は、読み取ることとした対象（「数える単位」に示すもの）のそれぞれを、証跡元が末尾と示すところまで読み取ったことによる。",
			EN: "There is no number of records to expect, since the source gives none: the table has a dash. Completeness rests on each of what was to be read (as the column of what is counted says) having been read up to what the source says is its end."}
	case evidence.HistoryReconciled:
		return evidence.Text{
			JA: "対象としたブランチの履歴から独立に数えたコミットの数である。各コミットが、母集団の項目に属するか、属さないものとして列挙されていることを確かめる。",
			EN: "The commits of the branches' history, which is read apart from the population: each belongs to an item of it, or is listed as belonging to none."}
	case evidence.FileChecksum:
		return evidence.Text{
			JA: "照合すべきチェックサムを別に受け取ったファイルの数である。ファイルに含まれる行の件数について、あるべき数はない。",
			EN: "The files whose checksums were given apart from them. There is no number of rows to expect."}
	}
	return evidence.Text{}
}

// maxWhy bounds how many reasons of one code and source are written out.
const maxWhy = 5

// WhyNotEvaluable writes the reasons why a control is not evaluable as
// sentences: what is missing, by name, a few of each sort and how many more.
func WhyNotEvaluable(r *evaluation.Control, l evidence.Lang, loc *time.Location) []string {
	var why []string
	if r.Error != "" {
		why = append(why, evidence.Text{JA: "検証手続が完了しなかった：", EN: "the test did not complete: "}.In(l)+r.Error)
	}
	type sort struct {
		code   sealed.MissingCode
		source string
	}
	count := map[sort]int{}
	for _, m := range r.Missing {
		s := sort{m.Code, m.Source}
		if count[s]++; count[s] <= maxWhy {
			why = append(why, missingText(m, l, loc))
		}
	}
	for _, s := range slices.SortedFunc(maps.Keys(count), func(a, b sort) int {
		return strings.Compare(string(a.code)+a.source, string(b.code)+b.source)
	}) {
		if more := count[s] - maxWhy; more > 0 {
			why = append(why, fmt.Sprintf(evidence.Text{
				JA: "%s（%s）：ほか %d 件", EN: "%s (%s): %d more"}.In(l), s.code.Text().In(l), s.source, more))
		}
	}
	if r.Counts.Undetermined > 0 {
		why = append(why, undeterminedText(r, l))
	}
	if r.Counts.Pending > 0 {
		why = append(why, fmt.Sprintf(evidence.Text{
			JA: "期限未到来の項目が %d 件ある。%s 以降に再度評価する", EN: "%d items are pending; evaluate again after %s"}.In(l),
			r.Counts.Pending, clock(r.Until, loc)))
	}
	return why
}

// undeterminedText counts the items that the evidence does not decide, and names some.
func undeterminedText(r *evaluation.Control, l evidence.Lang) string {
	var names []string
	for _, item := range r.Undecided[:min(len(r.Undecided), maxWhy)] {
		names = append(names, item.Name())
	}
	list := strings.Join(names, evidence.Text{JA: "、", EN: ", "}.In(l))
	if int64(len(names)) < r.Counts.Undetermined {
		list += evidence.Text{JA: " ほか", EN: " and others"}.In(l)
	}
	return fmt.Sprintf(evidence.Text{
		JA: "証跡から判定できない項目が %d 件ある：%s", EN: "%d items are not decided by the evidence: %s"}.In(l), r.Counts.Undetermined, list)
}

func missingText(m sealed.Missing, l evidence.Lang, loc *time.Location) string {
	parts := []string{m.Code.Text().In(l)}
	if m.Source != "" {
		parts = append(parts, m.Source)
	}
	if len(m.Scope) > 0 {
		parts = append(parts, m.Scope.String())
	}
	if !m.Window.IsZero() {
		parts = append(parts, clock(m.Window.Start, loc)+" – "+clock(m.Window.End, loc))
	}
	s := strings.Join(parts, " · ")
	if m.Claim != nil {
		s += ": " + gapsText(m.Claim.Gaps)
	}
	if m.Detail != "" {
		s += ": " + m.Detail
	}
	return s
}

// gapsText names the first gaps of a claim.
func gapsText(gaps []evidence.Finding) string {
	var parts []string
	for i, g := range gaps {
		if i == 3 {
			parts = append(parts, fmt.Sprintf("+%d", len(gaps)-i))
			break
		}
		parts = append(parts, g.Code+" "+g.Object)
	}
	return strings.Join(parts, ", ")
}

func clock(t time.Time, loc *time.Location) string {
	return t.In(loc).Format("2006-01-02 15:04:05 MST")
}

func parameters(params map[string]any) []reports.Parameter {
	var out []reports.Parameter
	for _, name := range slices.Sorted(maps.Keys(params)) {
		b, err := json.Marshal(params[name])
		if err != nil {
			b = fmt.Append(nil, params[name])
		}
		out = append(out, reports.Parameter{Name: name, Value: string(b)})
	}
	return out
}

// methodLimits says how far a method of measuring completeness goes, where its name
// may seem to promise more.
var methodLimits = map[evidence.Method]evidence.Text{
	evidence.PagesExhausted: {
		JA: "網羅性の確認方法のうち「全ページの読込み」は、証跡元が返した一覧を末尾まで読み取ったことを示すものであり、あるべき件数との照合ではない。",
		EN: "Of the methods for completeness, “all pages read to the end” says that what the source listed was read to its end. It is no agreement with a number that there should be.",
	},
	evidence.HistoryReconciled: {
		JA: "網羅性の確認方法のうち「履歴との突合」は、収集対象としたブランチの履歴上の全てのコミットを、読み取ったプルリクエストに結び付け、結び付かないものを列挙したことを示す。収集対象としていないブランチのみにマージされたプルリクエストには及ばない。",
		EN: "Of the methods for completeness, “reconciliation with the history” says that every commit in the history of the branches collected was tied to a pull request that was read, or listed as tied to none. It does not reach pull requests that were merged into other branches alone.",
	},
}

// uses reports whether the completeness of anything in the pack was measured so.
func (c *contents) uses(m evidence.Method) bool {
	return slices.ContainsFunc(c.sources, func(d sealed.Description) bool {
		return slices.ContainsFunc(d.Claims, func(claim sealed.ClaimOf) bool { return claim.Method == m })
	})
}

// signingTime says whose word the time of the signature is. Reports are drawn before
// the signature, so that they cannot tell whether an authority confirmed it.
func (c *contents) signingTime() evidence.Text {
	if len(c.manifest.Signer.Timestamps) == 0 {
		return evidence.Text{
			JA: "署名には第三者のタイムスタンプが付されていない。署名の時刻は作成者の申告による。",
			EN: "The signature bears no timestamp of a third party. When it was made is the preparer's word.",
		}
	}
	return evidence.Text{
		JA: "署名の時刻には、タイムスタンプ局のタイムスタンプ（RFC 3161）を付すこととしている。付されているか否か及びその時刻は、本パックの検証（evidence verify、VERIFY.md）により確かめる。付されていないときは、署名の時刻は作成者の申告による。",
		EN: "The signature is to bear a timestamp of an authority (RFC 3161). Whether it does, and of when, verifying the pack tells (evidence verify, VERIFY.md). Without one, when it was signed is the preparer's word.",
	}
}

// limits says in plain words what the pack does not prove.
func (c *contents) limits() []string {
	texts := []evidence.Text{
		{
			JA: "本パックは、証跡元システムが記録し保持していた記録に基づく。証跡元システムが記録しなかった事象は対象に含まれない。",
			EN: "This pack rests on what the source systems recorded and kept. What they did not record is not in it.",
		},
		{
			JA: "統制の整備状況（統制が適切に設計されているか）は評価していない。記載した検証手続による運用状況の検証結果のみを示す。「有効」は記載した検証手続の範囲での結果であり、統制目標・要求事項の全体が満たされたことを示すものではない。",
			EN: "It does not judge whether the controls are suitably designed. It gives the results of the test procedures as described: “effective” goes as far as they do, and does not say that a control objective or requirement is met as a whole.",
		},
		{
			JA: "封印は収集後の改変を検知できるようにするものであり、収集前に証跡元で行われた改変は、各母集団の網羅性の検証方法が検知できる範囲に限り検知される。",
			EN: "Sealing shows alteration after collection. Alteration at the source before it is shown as far as the method named for each population can show it.",
		},
		{
			JA: "証跡元システムの提供者（クラウド事業者等）における統制は評価していない。",
			EN: "Controls at the providers of the source systems (cloud providers and the like) were not tested.",
		},
		{
			JA: "本パックは、ロッカーのログのうち対象期間に関する収集記録を収める。収めるべき収集記録がすべて含まれることは、ロッカーの検証（evidence verify）により確認でき、本パックのみでは確認できない。",
			EN: "The pack carries those entries of the locker's log that speak of the period. That it carries all of them can be checked in the locker (evidence verify), not from the pack alone.",
		},
		c.signingTime(),
	}
	for _, m := range []evidence.Method{evidence.PagesExhausted, evidence.HistoryReconciled} {
		if c.uses(m) {
			texts = append(texts, methodLimits[m])
		}
	}
	if c.redaction != nil {
		texts = append(texts, redactionLimits...)
	}
	if c.results.Open {
		texts = append(texts, evidence.Text{
			JA: "対象期間は収集時点で終了していない。結果は収集日時までのものである。",
			EN: "The period had not ended when the evidence was collected. Results are up to that time.",
		})
	}
	var out []string
	for _, t := range texts {
		out = append(out, c.in(t))
	}
	return out
}
