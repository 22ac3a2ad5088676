package words

import "github.com/evidencepack/evidence"

// What the OSCAL assessment results say that no other report does.
var (
	OSCALTitle        = evidence.Text{JA: "統制の検証結果：%s、%s、%s", EN: "Results of control tests: %s, %s, %s"}
	OSCALResult       = evidence.Text{JA: "対象期間 %s の検証結果", EN: "Results for the period %s"}
	OSCALResultIs     = evidence.Text{JA: "対象期間の封印された証跡に基づき、統制ごとに母集団の全項目を検証した結果である。例外事項及び結論を得られない項目は、1件ずつ所見（observation）として示す。例外なし及び対象外の項目は、件数のみを示す。", EN: "Every item of each control's population was tested on the sealed evidence of the period. Exceptions and items without a verdict are given one by one as observations; of items without exception, and of those that a control does not apply to, the number alone."}
	OSCALNoPlan       = evidence.Text{JA: "OSCAL 形式の評価計画はない。これに代わるものとして、フレームワークの項目と、項目ごとに検証した統制及びその検証手続を、OSCAL のカタログとして示す。判定に用いた統制の定義は、本パックに収めている。", EN: "There is no assessment plan in OSCAL. In its place stands an OSCAL catalog of the framework's items, with the controls that are tested for each and how. The pack carries the sources of the controls, as they were tested."}
	OSCALPlan         = evidence.Text{JA: "検証の対象とした項目、統制及び検証手続", EN: "Items and controls that are tested, and how"}
	OSCALCatalog      = evidence.Text{JA: "項目、統制及び検証手続の一覧：%s、%s、%s", EN: "Items, controls and how they are tested: %s, %s, %s"}
	OSCALObjectives   = evidence.Text{JA: "評価目的（objective）は統制、カタログの統制（control）はフレームワークの項目である。複数の項目に対応する統制は、最初の項目にのみ示す。", EN: "The objectives are the controls that are tested; what OSCAL calls controls are the items of the framework. A control that serves several items stands with the first of them."}
	OSCALExemptSample = evidence.Text{JA: "監査人のサンプル（適用除外の項目）：抽出元 %s 件から %s 件を抽出（差替え %s 件）。", EN: "Sample of exempt items for the auditor: out of %s items, %s were drawn (replaced: %s)."}
	OSCALSample       = evidence.Text{JA: "監査人のサンプル：抽出元 %s 件から %s 件を抽出（差替え %s 件）。サンプルの項目は判定の対象を限るものではない。", EN: "Sample for the auditor: out of %s items, %s were drawn (replaced: %s). The test was of every item, whatever was drawn."}
	OSCALSampleFiles  = evidence.Text{JA: "サンプルの抽出元の項目の一覧", EN: "What the sample was drawn from"}
	OSCALChange       = evidence.Text{JA: "統制 %s の %s からの変化", EN: "What changed of control %s since %s"}
	OSCALDelta        = evidence.Text{JA: "前期間からの変化（全統制）", EN: "What changed since the earlier period, of all controls"}
	OSCALUnserved     = evidence.Text{JA: "本パックに対応する統制がなく、検証していない項目：%s", EN: "Items that no control in this pack serves and that were not reviewed: %s"}
	OSCALNoServed     = evidence.Text{JA: "本パックの統制が対応する項目はない。", EN: "No control of this pack serves any item."}
	OSCALTested       = evidence.Text{JA: "統制 %s の検証", EN: "Test of control %s"}
	OSCALTestedIs     = evidence.Text{JA: "結果：%s。母集団 %s 件、うち例外 %s 件、例外なし %s 件、対象外 %s 件、期限未到来 %s 件、判定不能 %s 件。", EN: "Result: %s. Population: %s items; exceptions: %s; no exception: %s; not applicable: %s; pending: %s; undetermined: %s."}
	OSCALItem         = evidence.Text{JA: "%s：%s（%s）", EN: "%s: %s (%s)"}
	OSCALResults      = evidence.Text{JA: "検証の結果（全統制）", EN: "The results of the tests of all controls"}
	OSCALIPE          = evidence.Text{JA: "証跡の取得方法と網羅性（IPE）", EN: "How the evidence was obtained, and how complete it is (IPE)"}
	OSCALRule         = evidence.Text{JA: "判定に用いた統制の定義と判定規則", EN: "The control's definition and rules, as they were used"}
	OSCALRecords      = evidence.Text{JA: "母集団の記録（封印されたもの）", EN: "The records of the population, as they were sealed"}
	OSCALRecord       = evidence.Text{JA: "記録 %s、本文の SHA-256：%s", EN: "Record %s; SHA-256 of its body: %s"}
	OSCALNone         = evidence.Text{JA: "該当事象がなく、運用状況は検証されていない。母集団が完全で、かつ空であることを確かめた結果であり、運用状況の有効性を示すものではない。", EN: "No occurrence: the population is complete and has nothing to test. The state says that nothing is against the control, not that it was seen to operate."}
	OSCALUndecided    = evidence.Text{JA: "評価不能。OSCAL には満たす・満たさないの2つの状態しかないため「満たさない」とするが、統制が運用されていなかったことを示すものではない。", EN: "Not evaluable. OSCAL knows two states, satisfied and not; this one is not a statement that the control did not operate, but that the evidence does not decide."}
	OSCALPreparer     = evidence.Text{JA: "設定に記載された作成者。個人か組織かは区別されていない。", EN: "As configured; whether it is a person or a unit is not told apart."}
	OSCALNoRisks      = evidence.Text{JA: "リスクは評価していない。例外事項の影響の評価は、経営者及び監査人の判断による。", EN: "No risk is assessed here: what an exception means is for management and the auditor to judge."}
	OSCALEvidenceEnd  = evidence.Text{JA: "対象期間は、終端を含まない。", EN: "The end of the period is excluded."}
)
