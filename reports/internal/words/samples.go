package words

import (
	"fmt"
	"slices"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
)

// Samples: what was drawn for the auditor.
var (
	Samples         = evidence.Text{JA: "サンプル", EN: "Samples"}
	Sampling        = evidence.Text{JA: "サンプルの抽出", EN: "Sampling"}
	SamplesAre      = evidence.Text{JA: "監査人の手続のために抽出した項目と、その結果の記入欄", EN: "What was drawn for the auditor, with cells for the auditor's results"}
	SamplingIs      = evidence.Text{JA: "サンプルの抽出方法、統制別の母集団とサンプル数", EN: "How samples were drawn; population and sample size by control"}
	SamplingMethod  = evidence.Text{JA: "抽出方法", EN: "Method"}
	SampleNonce     = evidence.Text{JA: "監査人のナンス", EN: "Nonce of the auditor"}
	SampleSeed      = evidence.Text{JA: "シード", EN: "Seed"}
	DrawnFrom       = evidence.Text{JA: "抽出元", EN: "Drawn from"}
	LeftOut         = evidence.Text{JA: "対象外", EN: "Not applicable"}
	SampleSize      = evidence.Text{JA: "サンプル数", EN: "Sample size"}
	SizedBy         = evidence.Text{JA: "サンプル数の根拠", EN: "Size by"}
	ReplacedCount   = evidence.Text{JA: "差替え", EN: "Replaced"}
	DrawnNumber     = evidence.Text{JA: "順位", EN: "No."}
	DrawnAs         = evidence.Text{JA: "区分", EN: "Drawn as"}
	DrawnRank       = evidence.Text{JA: "順位のハッシュ値", EN: "Rank"}
	WhyReplaced     = evidence.Text{JA: "差替えの理由（実施者、日付）", EN: "Why replaced (by whom, when)"}
	ReplacedBecause = evidence.Text{JA: "%s（%s、%s）", EN: "%s (%s, %s)"}
	SampleOf        = evidence.Text{JA: "母集団 %s 件（ほかに対象外 %s 件）から %s 件を抽出。差替え %s 件。サンプル数の根拠：%s", EN: "%s items, with another %s left out as not applicable; %s drawn, %s replaced. Size by: %s"}
	SampleOfExempt  = evidence.Text{JA: "適用除外により対象外とした %s 件（ほかに対象外 %s 件）から %s 件を抽出。差替え %s 件。サンプル数の根拠：%s", EN: "%s items that exemptions leave out, besides %s not applicable for other reasons; %s drawn, %s replaced. Size by: %s"}
	ExemptSample    = evidence.Text{JA: "%s（適用除外の項目）", EN: "%s (exempt items)"}
	DrawnExempt     = evidence.Text{JA: "%s（適用除外）", EN: "%s (exempt)"}
	SampleIsWhole   = evidence.Text{JA: "母集団が小さいため、抽出の対象の全件がサンプルである。各項目は Excel のシート「%s」に記載している。", EN: "There is so little to draw from that all of it is the sample. The workbook's sheet %q has each item."}
	NoSamples       = evidence.Text{JA: "抽出したサンプルはない。", EN: "Nothing was drawn."}
	FirstOfSample   = evidence.Text{JA: "順位の順に %s 件を示す（全 %s 件）。全件は Excel のシート「%s」にある。", EN: "The first %s of %s, in the order of their ranks. The workbook's sheet %q has them all."}
	Incomplete      = evidence.Text{JA: "この統制は評価不能であり、母集団の網羅性を確かめられない。サンプルは、収集できた項目から抽出したものである。", EN: "The control is not evaluable, and its population may be incomplete: the sample is of the items that there are."}
)

// How samples were drawn, a paragraph each.
var (
	SampleWhy      = evidence.Text{JA: "判定は母集団の全項目について行ったものである。サンプルは、監査人が自ら行う手続のために抽出した。", EN: "Verdicts are on every item of a population. Samples are for procedures of the auditor's own."}
	SampleHow      = evidence.Text{JA: "母集団のうち対象外の項目を除いた各項目に、シード及び項目IDから計算したハッシュ値（SHA-256）による順位を付し、順位の小さいものから定めた件数を抽出した。母集団が定めた件数に満たない場合は全件とした。シードは、チェックポイントのルート、統制の番号、対象期間及び監査人のナンスのハッシュ値である。", EN: "Every item of a population, but those to which the control does not apply, has a rank: a SHA-256 hash of a seed and of the item's ID. The items of the lowest ranks were drawn, as many as the size says, or all where there are no more. The seed is a hash of the checkpoint's root, the control's ID, the period and the auditor's nonce."}
	SampleExempt   = evidence.Text{JA: "適用除外により対象外とした項目については、監査人が適用除外の妥当性を検証できるよう、別のサンプルを同じ方法により抽出した。そのシードは、統制の番号に「 exempt」を付したものから計算する。", EN: "Of the items that exemptions leave out there is a sample of its own, drawn in the same way, so that the auditor can test whether the exemptions are justified. Its seed has the control's ID followed by \" exempt\"."}
	SampleReplace  = evidence.Text{JA: "検証に用いることができない項目を差し替える場合は、理由、差し替えた者及び日付を記録し、順位が次の項目で補う。予備は、その際に上から順に用いる。", EN: "Where an item cannot be used it is replaced, with the reason, by whom and when on record, by the item of the next rank. Reserves stand ready for that, in their order."}
	SampleRedo     = evidence.Text{JA: "抽出は、パックの samples/ に収めた項目の一覧から、sha256sum と sort により再実施できる。コマンドはパックの VERIFY.md に示す。", EN: "VERIFY.md in the pack has the commands, sha256sum and sort, that draw the same samples from the lists of items in its samples/."}
	NonceMeans     = evidence.Text{JA: "ナンスは、監査人が封印の後に自ら定める文字列である。封印の時点でこれを知る者がいない限り、サンプルが都合のよいものとなるまで封印をやり直すことはできない。監査人は、上記が封印の後に自ら指定したものであることを確かめる。", EN: "A nonce is a text that the auditor chooses after the sealing. As long as nobody knew it when sealing, nobody could seal again until the sample suited. The auditor makes sure that it is the one chosen after the sealing."}
	NoNonce        = evidence.Text{JA: "サンプルは、監査人のナンスを用いずに抽出した。封印されたチェックポイントにより定まり、再抽出により確かめられるが、サンプルが都合のよいものとなるまで封印をやり直した可能性を排除できない。監査人は、封印の後に自ら定めたナンスを evidence sample の --nonce に指定して、抽出し直すことができる。", EN: "The samples were drawn without a nonce supplied by the auditor. They are fixed by the sealed checkpoint, and anybody can draw them again, but nothing rules out that sealing was repeated until they suited. The auditor can draw anew with a nonce chosen after the sealing (evidence sample --nonce)."}
	SampleOfPeriod = evidence.Text{JA: "サンプル数は本パックの対象期間について定めたものであり、一年に満たない期間のサンプルは、年間の母集団から抽出するサンプル（実施基準の例示による 25 件など）に代わるものではない。年間のサンプルは、年間の母集団から抽出する（evidence sample に --period で年間を指定する）か、年間の件数を各月の母集団の件数に応じて按分して抽出する。", EN: "Sizes are for this pack's period: a sample of less than a year does not stand for one drawn out of the population of a year, such as the 25 items of the Japanese implementation standard's example. Draw the year's sample out of the whole year's population (evidence sample with the year as its --period), or allocate its size over the months in proportion to their populations."}
	EarlierSeal    = evidence.Text{JA: "サンプルは、本パックの封印より前の上記のチェックポイントから抽出したものであり、その後の封印はこれに追記したのみである（整合性証明による）。抽出元は本パックの母集団であり、その後に収集した項目を含む。", EN: "The samples follow from the checkpoint above, an earlier one than the pack's, which only appends to it (consistency proof). They are drawn from the populations of this pack, with what was collected since."}
	NonceGivenNone = evidence.Text{JA: "指定なし", EN: "none given"}
)

// SamplingTexts says how the samples of a pack were drawn, a paragraph each.
func SamplingTexts(p *reports.Pack) []evidence.Text {
	nonce := NonceMeans
	if p.Sampling.Nonce == "" {
		nonce = NoNonce
	}
	texts := []evidence.Text{SampleWhy, SampleHow, nonce}
	if slices.ContainsFunc(p.Sampled(), func(c reports.SampledControl) bool { return c.Sample.Exempt }) {
		texts = append(texts, SampleExempt)
	}
	if p.Sampling.Size < p.Checkpoint.Size {
		texts = append(texts, EarlierSeal)
	}
	if p.Period.End.Before(p.Period.Start.AddDate(1, 0, 0)) {
		texts = append(texts, SampleOfPeriod)
	}
	return append(texts, SampleReplace, SampleRedo)
}

// WithoutNonce is what a summary says of samples that were drawn without a nonce; ok is
// false where there are none.
func WithoutNonce(p *reports.Pack) (text evidence.Text, ok bool) {
	return NoNonce, p.Sampling.Method != "" && p.Sampling.Nonce == "" && len(p.Sampled()) > 0
}

// SampleTitle is a title of a control with the mark of a sample that is of exempt items.
func SampleTitle(s *reports.Sample, title string, l evidence.Lang) string {
	if s.Exempt {
		return fmt.Sprintf(ExemptSample.In(l), title)
	}
	return title
}

// SampleSaid says how much a sample was drawn from, in a sentence.
func SampleSaid(s *reports.Sample, l evidence.Lang) string {
	text := SampleOf
	if s.Exempt {
		text = SampleOfExempt
	}
	return fmt.Sprintf(text.In(l), format.Count(s.Population), format.Count(s.NotApplicable), format.Count(s.Size), format.Count(s.CountDrawn(reports.Replaced)), s.SizedBy)
}

// DrawnAsOf is the word for what became of an item that was drawn, and whether from the
// exempt items.
func DrawnAsOf(s *reports.Sample, d reports.DrawnState, l evidence.Lang) string {
	name := DrawnName(d).In(l)
	if s.Exempt {
		return fmt.Sprintf(DrawnExempt.In(l), name)
	}
	return name
}

// Nonce is the nonce as reports show it.
func Nonce(s reports.Sampling, l evidence.Lang) string {
	if s.Nonce == "" {
		return NonceGivenNone.In(l)
	}
	return s.Nonce
}

// DrawnName is the word for what became of an item that was drawn.
func DrawnName(s reports.DrawnState) evidence.Text {
	switch s {
	case reports.InSample:
		return evidence.Text{JA: "サンプル", EN: "sample"}
	case reports.Replaced:
		return evidence.Text{JA: "差替え済み", EN: "replaced"}
	case reports.Reserve:
		return evidence.Text{JA: "予備", EN: "reserve"}
	}
	return evidence.Text{JA: string(s), EN: string(s)}
}

// Replacement says why an item was replaced; empty where it was not.
func Replacement(d reports.DrawnItem, l evidence.Lang) string {
	if d.State != reports.Replaced {
		return ""
	}
	return fmt.Sprintf(ReplacedBecause.In(l), d.Reason, d.By, d.Date)
}

// What the auditor fills in.
var (
	AuditorResult   = evidence.Text{JA: "監査人の結果", EN: "Auditor's result"}
	AuditorInitials = evidence.Text{JA: "実施者", EN: "Initials"}
	AuditorDate     = evidence.Text{JA: "実施日", EN: "Date"}
	AuditorRemarks  = evidence.Text{JA: "備考・調書番号", EN: "Remarks, reference"}
	WantResult      = evidence.Text{JA: "一覧から選択する。", EN: "Choose one of the list."}
	WantInitials    = evidence.Text{JA: "20 文字以内で入力する。", EN: "At most 20 characters."}
	WantDate        = evidence.Text{JA: "対象期間の開始日以後の日付を入力する。", EN: "A date from the period's first day on."}
)

// ResultException is that of them which the workbook marks.
var ResultException = evidence.Text{JA: "例外", EN: "exception"}

// AuditorResults are the results that an auditor chooses from.
var AuditorResults = []evidence.Text{
	{JA: "適正", EN: "no exception"}, ResultException, {JA: "該当なし", EN: "not applicable"}, {JA: "差替え", EN: "to be replaced"},
}
