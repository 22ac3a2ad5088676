package words

import "github.com/evidencepack/evidence"

// What the HTML report says that no other does.
var (
	SkipToContent    = evidence.Text{JA: "本文へ移動", EN: "Skip to the content"}
	IPEChapter       = evidence.Text{JA: "企業が作成した情報（IPE）の検証", EN: "Information produced by the entity (IPE)"}
	WithoutControlN  = evidence.Text{JA: "本パックに対応する統制がない項目（%s 件）", EN: "Items without a control in this pack (%s)"}
	ChartSays        = evidence.Text{JA: "%s から %s までの日別の件数の棒グラフ。最も多い日は %s 件、例外のある日は %s 日である。", EN: "Bar chart of items by day from %s to %s: at most %s a day, exceptions on %s days."}
	DaySays          = evidence.Text{JA: "%s：%s 件、うち例外 %s 件", EN: "%s: %s items, of which exceptions: %s"}
	FiguresByDay     = evidence.Text{JA: "日別の数値", EN: "The figures"}
	UndecidedHeading = evidence.Text{JA: "結論を得られない項目（期限未到来・判定不能）", EN: "Items without a verdict (pending, undetermined)"}
	ObservedHeading  = evidence.Text{JA: "参考情報のある項目（上記の項目を除く）", EN: "Items with informational notes, other than those above"}
	RawRecord        = evidence.Text{JA: "記録（原本）", EN: "The record, as the source gave it"}
	AtMostInSheet    = evidence.Text{JA: "最大 %s 件を発生順に示した。全件は Excel のシート「%s」に記載している。", EN: "No more than %s are shown, in order of time. The workbook's sheet %q has all."}
	PageShows        = evidence.Text{JA: "本書（HTML）が示す項目は、例外事項（統制ごとに最大 %s 件、合計で最大 %s 件）、結論を得られない項目、及び参考情報のある項目（統制ごとに最大 %s 件）である。母集団の全項目は Excel にある。件数は、いずれも母集団全体のものである。", EN: "This page shows exceptions (at most %s of a control, %s in all), items without a verdict, and items with informational notes (at most %s of a control). The workbook has every item of the populations. All counts are of whole populations."}
)

// The search of the HTML report. {n} and {all} are filled in by its script.
var (
	Search        = evidence.Text{JA: "項目の検索", EN: "Search items"}
	SearchHint    = evidence.Text{JA: "語、ID、氏名など", EN: "words, IDs, names"}
	SearchFound   = evidence.Text{JA: "{all} 件中 {n} 件を表示中", EN: "{n} of {all} items shown"}
	SearchNone    = evidence.Text{JA: "該当する項目はない", EN: "No item matches"}
	SearchClear   = evidence.Text{JA: "解除", EN: "Clear"}
	SearchesShown = evidence.Text{JA: "本書に示した項目を検索する。省略した項目は Excel にある。", EN: "Searches the items on this page. The workbook has those that it leaves out."}
	AllResults    = evidence.Text{JA: "すべての結果", EN: "all results"}
	AllVerdicts   = evidence.Text{JA: "すべての判定", EN: "all verdicts"}
)
