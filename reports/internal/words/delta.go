package words

import (
	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
)

// NoDelta says that nothing was compared, and the one reason why.
func NoDelta(why reports.NoDelta, l evidence.Lang) string { return noDelta[why].In(l) }

var noDelta = map[reports.NoDelta]evidence.Text{
	"": {JA: "前回との比較は行っていない。", EN: "Nothing was compared with an earlier period."},
	reports.NotAsked: {
		JA: "前回との比較は行っていない。本パックの作成時に、比較しないよう指定されたためである。",
		EN: "Nothing was compared with an earlier period: whoever made the pack asked for no comparison.",
	},
	reports.NoCopy: {
		JA: "前回との比較は行っていない。監査人用の写しは写しとのみ比較するが、本パックの作成時に、直前の期間の写しがなかったためである。",
		EN: "Nothing was compared with an earlier period: an auditor's copy is compared with copies alone, and when it was made there was none of the period before.",
	},
	reports.NoEarlier: {
		JA: "前回との比較は行っていない。本パックの作成時に、直前の期間のパックも証跡もなかったためである。",
		EN: "Nothing was compared with an earlier period: when the pack was made there was neither a pack of the period before nor evidence of it.",
	},
}

// What changed since an earlier period.
var (
	DeltaHeading   = evidence.Text{JA: "前回からの変更", EN: "Changes since the previous period"}
	DeltaSheet     = evidence.Text{JA: "前回からの変更", EN: "Changes since previous"}
	DeltaSheetIs   = evidence.Text{JA: "結果、母集団及び例外事項の増減とその要因、統制自体の変更", EN: "What changed of results, populations and exceptions, what that is attributed to, and changes of the controls themselves"}
	DeltaSame      = evidence.Text{JA: "変更がなく、継続する例外事項もない統制：%s", EN: "Controls without any change, and without a continuing exception: %s"}
	DeltaControls  = evidence.Text{JA: "統制別の比較", EN: "Controls compared"}
	DeltaRules     = evidence.Text{JA: "統制自体の変更", EN: "Changes of the controls themselves"}
	DeltaRulesNone = evidence.Text{JA: "統制自体（判定規則、定義、文言、パラメータ、統制責任者、フレームワークとの対応付け）に変更はない。", EN: "Nothing of the controls themselves changed: neither rules, definitions, texts, parameters, owners nor mappings."}
	DeltaOrdinary  = evidence.Text{
		JA: "新規又は前回のみの例外事項のうち、要因が対象（証跡）のみであり、ほかに記すことのない %s 件は、ここには示さない。新規のものは各統制の節に示しており、全件は Excel のシート「%s」にある。",
		EN: "%s exceptions that are new or do not recur, by a change of the subject matter (the evidence) alone and with nothing else to tell of them, are not listed here. Those that are new are in the sections of their controls, and all are in the workbook's sheet %q.",
	}
	DeltaExceptions = evidence.Text{JA: "例外事項の増減", EN: "Exceptions compared"}

	BeforeResult     = evidence.Text{JA: "前回の結果", EN: "Result before"}
	AfterResult      = evidence.Text{JA: "今回の結果", EN: "Result now"}
	BeforePopulation = evidence.Text{JA: "前回の母集団", EN: "Population before"}
	AfterPopulation  = evidence.Text{JA: "今回の母集団", EN: "Population now"}
	BeforeExceptions = evidence.Text{JA: "前回の例外", EN: "Exceptions before"}
	AfterExceptions  = evidence.Text{JA: "今回の例外", EN: "Exceptions now"}
	BeforeShare      = evidence.Text{JA: "前回の割合", EN: "Share before"}
	AfterShare       = evidence.Text{JA: "今回の割合", EN: "Share now"}
	BeforeAnswered   = evidence.Text{JA: "前回の回答あり", EN: "Answered before"}
	AfterAnswered    = evidence.Text{JA: "今回の回答あり", EN: "Answered now"}
	ExceptionChange  = evidence.Text{JA: "例外（対象外を除く項目に占める割合）", EN: "Exceptions (share of what the control applies to)"}
	NewStillGone     = evidence.Text{JA: "新規／継続／前回のみ", EN: "New / continuing / not recurring"}
	OwedTo           = evidence.Text{JA: "変化の要因", EN: "Attributed to"}
	Compared         = evidence.Text{JA: "新規・継続", EN: "Recurrence"}
	ChangedOf        = evidence.Text{JA: "変更の種類", EN: "What changed"}
	BeforeValue      = evidence.Text{JA: "前回", EN: "Before"}
	AfterValue       = evidence.Text{JA: "今回", EN: "Now"}
	ResponseNow      = evidence.Text{JA: "回答", EN: "Response"}
	BeyondSheet      = evidence.Text{JA: "ほか %s 件はこのシートに収まらない。全件は delta.json に記載", EN: "%s more do not fit into this sheet; delta.json has all of them"}
)
