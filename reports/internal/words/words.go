// Package words holds every text of ours that a pack shows, in both languages,
// with the words of the audit: 対象期間, 例外事項, 網羅性 and so on. Japanese is
// written in である and noun endings, as audit documents are.
package words

import (
	"fmt"
	"strings"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
)

// The pack and what its cover says.
var (
	PackTitle           = evidence.Text{JA: "監査証跡パック", EN: "Audit evidence pack"}
	Cover               = evidence.Text{JA: "表紙", EN: "Cover"}
	Contents            = evidence.Text{JA: "目次", EN: "Contents"}
	Organisation        = evidence.Text{JA: "組織", EN: "Organisation"}
	Framework           = evidence.Text{JA: "フレームワーク", EN: "Framework"}
	AuditPeriod         = evidence.Text{JA: "対象期間", EN: "Audit period"}
	PeriodWritten       = evidence.Text{JA: "%s 以後、%s より前（終端を含まない）", EN: "from %s (included) until %s (excluded)"}
	TimeZone            = evidence.Text{JA: "時間帯", EN: "Time zone"}
	Language            = evidence.Text{JA: "言語", EN: "Language"}
	ThisLanguage        = evidence.Text{JA: "日本語", EN: "English"}
	PreparedBy          = evidence.Text{JA: "作成者", EN: "Prepared by"}
	Distribution        = evidence.Text{JA: "配付区分", EN: "Distribution"}
	AsOf                = evidence.Text{JA: "収集日時（判定基準日時）", EN: "Collected at (as of)"}
	Tool                = evidence.Text{JA: "使用ツール", EN: "Tool"}
	Checkpoint          = evidence.Text{JA: "チェックポイント", EN: "Checkpoint"}
	CheckpointLog       = evidence.Text{JA: "証跡ログの名称", EN: "Evidence log"}
	CheckpointSize      = evidence.Text{JA: "チェックポイントのサイズ", EN: "Checkpoint size"}
	Leaves              = evidence.Text{JA: "%s 件（封印された証跡のまとまりの数）", EN: "%s leaves (sealed batches of evidence)"}
	CheckpointRoot      = evidence.Text{JA: "チェックポイントのルート", EN: "Checkpoint root"}
	SealedAt            = evidence.Text{JA: "封印日時", EN: "Sealed at"}
	CheckpointKey       = evidence.Text{JA: "封印の鍵", EN: "Sealed with key"}
	Approval            = evidence.Text{JA: "承認", EN: "Approval"}
	ApprovalIsElsewhere = evidence.Text{
		JA: "承認者の署名は、本書の作成後に付される。その有無は、report.pdf の表紙、report.xlsx の電子署名、又は evidence verify により確かめられる。いずれにもない場合、本パックは未承認である。",
		EN: "An approver signs after this was made. Whether one did is on the cover of report.pdf, in the signatures of report.xlsx, and told by evidence verify. Without such a signature the pack is not approved.",
	}
	SignedBy     = evidence.Text{JA: "署名者", EN: "Signed by"}
	Signer       = evidence.Text{JA: "署名鍵", EN: "Signing key"}
	Fingerprint  = evidence.Text{JA: "署名鍵の指紋", EN: "Key fingerprint"}
	Caution      = evidence.Text{JA: "注意", EN: "Caution"}
	BareKey      = evidence.Text{JA: "%s 公開鍵（証明書なし）", EN: "%s public key, no certificate"}
	EphemeralKey = evidence.Text{JA: "この署名鍵はデモ用に一時的に作成したものであり、署名者を証明しない。", EN: "This key was made for a demonstration. It proves nothing about who signed."}
	Assertion    = evidence.Text{JA: "証跡に関する経営者の陳述", EN: "Management's statement on the evidence"}
	AssertionIs  = evidence.Text{
		JA: "以下は組織の経営者の陳述（陳述者：%s）であり、本パックの検証手続の結果ではない。陳述者の署名は付されていないため、必要な場合は別途入手すること。",
		EN: "What follows is a statement of the organisation's management (%s), and no result of the tests in this pack. It bears no signature of theirs; where one is needed, it is to be obtained apart.",
	}
	AssertedAnswers = evidence.Text{
		JA: "（集計）本パックの例外事項 %s 件のうち、経営者の回答があるものは %s 件である。残る %s 件について、経営者は見解を示していない。",
		EN: "(Counted by the tool.) Of the %s exceptions in this pack management has answered %s. On the other %s it has expressed no view.",
	}
	Signatory   = evidence.Text{JA: "陳述者", EN: "Stated by"}
	AssertedOn  = evidence.Text{JA: "陳述日", EN: "Date"}
	Recipients  = evidence.Text{JA: "配付先", EN: "Distribution list"}
	Recipient   = evidence.Text{JA: "氏名・名称", EN: "Name"}
	RecipientOf = evidence.Text{JA: "所属", EN: "Organisation"}
	Purpose     = evidence.Text{JA: "目的", EN: "Purpose"}
	DemoMark    = evidence.Text{JA: "デモ", EN: "Demo"}
	DemoBanner  = evidence.Text{JA: "デモ：模擬データであり、実在の組織の証跡ではない。", EN: "Demo: simulated data, not the evidence of a real organisation."}
	OpenMark    = evidence.Text{JA: "対象期間未了", EN: "Period still open"}
	OpenBanner  = evidence.Text{JA: "対象期間未了：%s 時点の証跡による暫定の結果である。", EN: "Period still open: provisional, from evidence as of %s."}
)

// Sections, and the sheets of the workbook. A sheet's name has at most 31 characters.
var (
	Summary        = evidence.Text{JA: "要約", EN: "Summary"}
	ResultSummary  = evidence.Text{JA: "結果の要約", EN: "Summary of results"}
	ControlMatrix  = evidence.Text{JA: "統制マトリクス", EN: "Control matrix"}
	ExceptionList  = evidence.Text{JA: "例外一覧", EN: "Exceptions"}
	IPE            = evidence.Text{JA: "IPE", EN: "IPE"}
	Coverage       = evidence.Text{JA: "カバレッジ", EN: "Coverage"}
	Hashes         = evidence.Text{JA: "ハッシュ", EN: "Hashes"}
	Sheet          = evidence.Text{JA: "シート", EN: "Sheet"}
	SummaryIs      = evidence.Text{JA: "評価不能の理由、統制目標別・統制別の結果", EN: "What could not be evaluated; results by framework item and by control"}
	MatrixIs       = evidence.Text{JA: "統制目標・要求事項と統制の対応、母集団、例外事項、結果", EN: "Framework items, the controls that serve them, populations, exceptions, results"}
	ExceptionsAre  = evidence.Text{JA: "すべての統制の例外事項", EN: "The exceptions of all controls"}
	IPEIs          = evidence.Text{JA: "企業が作成した情報（IPE）の検証：証跡元、パラメーター、照合、欠落", EN: "Information produced by the entity: source, parameters, match with the source, gaps"}
	CoverageIs     = evidence.Text{JA: "証跡元ごとの日別の収集状況", EN: "What each source gave for each day"}
	MonthsAre      = evidence.Text{JA: "監査の対象となる期間の月別・統制別の結果", EN: "Results of the controls by month of the examination"}
	ControlSheetIs = evidence.Text{JA: "%s：母集団の全項目と判定", EN: "%s: every item of the population with its verdict"}
	HashesAre      = evidence.Text{JA: "チェックポイント、統制ソース、パックの各ファイルのハッシュ値", EN: "Hashes of the checkpoint, the control sources and the pack's files"}
)

// Headings of columns and labels of facts.
var (
	FrameworkItem    = evidence.Text{JA: "項番", EN: "Item no."}
	Group            = evidence.Text{JA: "区分", EN: "Group"}
	Title            = evidence.Text{JA: "内容", EN: "Title"}
	ItemTitle        = evidence.Text{JA: "統制目標・要求事項", EN: "Control objective or requirement"}
	Control          = evidence.Text{JA: "統制", EN: "Control"}
	Controls         = evidence.Text{JA: "統制", EN: "Controls"}
	ControlTitle     = evidence.Text{JA: "統制の名称", EN: "Control title"}
	Owner            = evidence.Text{JA: "統制責任者", EN: "Owner"}
	Frequency        = evidence.Text{JA: "頻度", EN: "Frequency"}
	Population       = evidence.Text{JA: "母集団", EN: "Population"}
	PopulationCount  = evidence.Text{JA: "母集団件数", EN: "Population"}
	ExceptionsOf     = evidence.Text{JA: "該当する例外（延べ）", EN: "Exceptions citing it"}
	ExceptionCount   = evidence.Text{JA: "例外件数", EN: "Exceptions"}
	PendingCount     = evidence.Text{JA: "期限未到来", EN: "Pending"}
	Result           = evidence.Text{JA: "結果", EN: "Result"}
	Verdict          = evidence.Text{JA: "判定", EN: "Verdict"}
	Reasons          = evidence.Text{JA: "理由", EN: "Reasons"}
	Observation      = evidence.Text{JA: "参考情報", EN: "Informational note"}
	WhyNotApplicable = evidence.Text{JA: "対象外の理由", EN: "Why not applicable"}
	Observations     = evidence.Text{JA: "参考情報", EN: "Informational notes"}
	When             = evidence.Text{JA: "発生日時又は取得日時", EN: "Time (event or reading)"}
	KeyFields        = evidence.Text{JA: "主な内容", EN: "Key fields"}
	ItemLabel        = evidence.Text{JA: "項目", EN: "Item"}
	ItemID           = evidence.Text{JA: "項目ID", EN: "Item ID"}
	SourceLink       = evidence.Text{JA: "証跡元の画面", EN: "In the source"}
	OpenSource       = evidence.Text{JA: "開く ↗", EN: "open ↗"}
	RecordHash       = evidence.Text{JA: "レコードのSHA-256", EN: "SHA-256 of the record"}
	Activity         = evidence.Text{JA: "統制活動", EN: "Control activity"}
	Procedure        = evidence.Text{JA: "検証手続", EN: "Test procedure"}
	Counts           = evidence.Text{JA: "件数", EN: "Counts"}
	Why              = evidence.Text{JA: "評価不能の理由", EN: "Why not evaluable"}
	BackToMatrix     = evidence.Text{JA: "← 統制マトリクス", EN: "← Control matrix"}
	What             = evidence.Text{JA: "種類", EN: "What"}
	Name             = evidence.Text{JA: "名称", EN: "Name"}
	SizeBytes        = evidence.Text{JA: "サイズ（バイト）", EN: "Size (bytes)"}
	ControlSource    = evidence.Text{JA: "統制ソース", EN: "Control source"}
	PackFile         = evidence.Text{JA: "パックのファイル", EN: "File of the pack"}
	Date             = evidence.Text{JA: "日付", EN: "Date"}
	Weekday          = evidence.Text{JA: "曜日", EN: "Day"}
	State            = evidence.Text{JA: "状態", EN: "state"}
	Units            = evidence.Text{JA: "収集単位数", EN: "units"}
	BadUnits         = evidence.Text{JA: "うち不備", EN: "of these bad"}
)

// What the summary says.
var (
	NotEvaluableFirst = evidence.Text{JA: "評価できなかった統制", EN: "What could not be evaluated"}
	ControlsByResult  = evidence.Text{JA: "結果別の統制数", EN: "Controls by result"}
	ResultsByItem     = evidence.Text{JA: "統制目標・要求事項別の結果", EN: "Results by control objective or requirement"}
	ResultsByControl  = evidence.Text{JA: "統制別の結果", EN: "Results by control"}
	NoControl         = evidence.Text{JA: "本パックに対応する統制なし", EN: "No control in this pack"}
	NoExceptions      = evidence.Text{JA: "例外事項なし", EN: "No exceptions"}
	NoItems           = evidence.Text{JA: "該当事象なし", EN: "No item"}
)

// What management answers to exceptions.
var (
	Response        = evidence.Text{JA: "経営者の回答", EN: "Response by management"}
	ResponseKind    = evidence.Text{JA: "回答の区分", EN: "Kind of response"}
	ResponseOwner   = evidence.Text{JA: "回答者", EN: "Answered by"}
	Approver        = evidence.Text{JA: "承認者", EN: "Approved by"}
	ApprovedOn      = evidence.Text{JA: "承認日", EN: "Approved on"}
	Ticket          = evidence.Text{JA: "チケット", EN: "Ticket"}
	LastDay         = evidence.Text{JA: "回答の期限", EN: "Holds until"}
	Unanswered      = evidence.Text{JA: "未回答", EN: "unanswered"}
	AnsweredCount   = evidence.Text{JA: "回答あり", EN: "Answered"}
	UnansweredCount = evidence.Text{JA: "未回答", EN: "Unanswered"}
	Responses       = evidence.Text{JA: "例外事項に対する経営者の回答", EN: "Responses by management"}
	ResponsesMean   = evidence.Text{
		JA: "回答は、組織が版管理の下で作成し、回答者以外の者が承認したものである。判定及び例外件数には影響せず、回答の妥当性は検証していない。期限のある回答は、収集日時において期限内であることを確かめている。",
		EN: "Responses were written by the organisation, under version control, and approved by somebody other than who answers. They change no verdict and no count of exceptions, and whether they are adequate was not tested. Of those that lapse, it was checked that they held when the evidence was collected.",
	}
	NoResponses  = evidence.Text{JA: "例外事項に対する回答はない。", EN: "No exception has a response."}
	AllResponses = evidence.Text{JA: "回答の全件は Excel のシート「%s」に記載している。各統制の節では、例外事項の理由に続けて示す。", EN: "The workbook's sheet %q has all responses. The sections of the controls show them below the reasons of the exceptions."}
)

// What observations are.
var (
	BlockLowered              = evidence.Text{JA: "見出し行を常に表示するため、文章の行の高さを抑えている。全文は、セルを選択するか行を広げると表示され、report.pdf にもある。", EN: "Rows of texts are lowered so that the header stays in sight. Select a cell, or make its row higher, to read it whole; report.pdf has it too."}
	ObservationsChangeNothing = evidence.Text{JA: "参考情報は、項目に関する事実であり、判定には影響しない。", EN: "Informational notes are facts about an item. They change no verdict."}
	ObservationsMean          = evidence.Text{JA: "参考情報は、項目に関する事実であり、判定には影響しない。項目ごとの参考情報は Excel のシート「%s」に記載している。", EN: "Informational notes are facts about an item; they change no verdict. The workbook's sheet %q has those of each item."}
)

// IPE sheets: the four questions, in their order, and their answers.
var (
	Source          = evidence.Text{JA: "証跡元", EN: "Source"}
	SourceSystem    = evidence.Text{JA: "証跡元システム", EN: "Source system"}
	Question        = evidence.Text{JA: "検証項目", EN: "Question"}
	Question1       = evidence.Text{JA: "1 証跡元の確認", EN: "1 Source examined"}
	Question2       = evidence.Text{JA: "2 パラメーター・抽出条件", EN: "2 Parameters and query"}
	Question3       = evidence.Text{JA: "3 証跡元との照合", EN: "3 Match with the source"}
	Question4       = evidence.Text{JA: "4 連番・時間の欠落", EN: "4 Gaps in sequence or timing"}
	Matter          = evidence.Text{JA: "事項", EN: "Matter"}
	Content         = evidence.Text{JA: "内容", EN: "Content"}
	ScopeOf         = evidence.Text{JA: "範囲", EN: "Scope"}
	WindowStart     = evidence.Text{JA: "開始（含む）", EN: "From (included)"}
	WindowEnd       = evidence.Text{JA: "終了（含まない）", EN: "To (not included)"}
	CountedUnit     = evidence.Text{JA: "数える単位", EN: "What is counted"}
	ExpectedRests   = evidence.Text{JA: "あるべき数の根拠", EN: "What the expected numbers rest on"}
	Expected        = evidence.Text{JA: "あるべき数", EN: "Expected"}
	Found           = evidence.Text{JA: "確認した数", EN: "Found"}
	LocationOf      = evidence.Text{JA: "所在", EN: "Location"}
	Identity        = evidence.Text{JA: "収集に用いたID", EN: "Read as"}
	IdentityUnknown = evidence.Text{JA: "特定できなかった", EN: "could not be determined"}
	Host            = evidence.Text{JA: "収集を実行したホスト", EN: "Host"}
	CollectedFromTo = evidence.Text{JA: "収集日時", EN: "Collected at"}
	RecordKind      = evidence.Text{JA: "レコード種別", EN: "Record kind"}
	FirstRequest    = evidence.Text{JA: "送信した要求（種類ごとに最初のもの）", EN: "Request as sent, the first of each kind"}
	Query           = evidence.Text{JA: "抽出条件", EN: "Query"}
	AnswersRead     = evidence.Text{JA: "証跡元の応答", EN: "Answers of the source"}
	AnswersAre      = evidence.Text{JA: "%s 件、計 %s バイト。各応答の SHA-256 は proofs/entries.jsonl.zst に記録している。", EN: "%s, %s bytes in all. The SHA-256 of each is in proofs/entries.jsonl.zst."}
	AnswersHash     = evidence.Text{JA: "全応答の SHA-256 の一覧に対する SHA-256", EN: "SHA-256 of the list of their SHA-256s"}
	ClockDifference = evidence.Text{JA: "時計の差", EN: "Difference of clocks"}
	ClocksAre       = evidence.Text{JA: "応答のうち %s 件に証跡元の時刻がある。収集を実行したホストの時刻（まとまりの記録時）は、その最後の応答の時刻より %s から %s 進んでいた（負の値は遅れ。処理に要した時間を含む）。", EN: "%s answers bear the source's time. The clock of the host, when it wrote a batch, was between %s and %s ahead of the source's time of its last answer (negative: behind; processing included)."}
	NoClock         = evidence.Text{JA: "証跡元の時刻を示す応答がなく、比較できない。", EN: "No answer bears the source's time: clocks cannot be compared."}
	RecordsByKind   = evidence.Text{JA: "レコードの件数（種別ごと。同じ種別の全証跡元を合算）", EN: "Records by kind, all sources of a kind together"}
	RecordsSealed   = evidence.Text{JA: "封印したレコード", EN: "Sealed"}
	RecordsAgain    = evidence.Text{JA: "同一内容の再取得", EN: "Collected again, unchanged"}
	RecordsEarlier  = evidence.Text{JA: "更新前の版", EN: "Earlier versions"}
	RecordsDistinct = evidence.Text{JA: "重複・更新前の版を除いたレコード", EN: "Distinct records"}
	TotalOfClaims   = evidence.Text{JA: "件数の合計", EN: "Totals"}
	NotReadable     = evidence.Text{JA: "取得不可", EN: "Not readable"}
	Gap             = evidence.Text{JA: "欠落", EN: "Gap"}
	Note            = evidence.Text{JA: "注記", EN: "Note"}
	NoGaps          = evidence.Text{JA: "欠落は認められなかった。", EN: "No gap was found."}
)

// Registers: lists across controls.
var (
	RegisterSheetIs      = evidence.Text{JA: "%s・月別の件数と、該当するすべての項目", EN: "Counts by month (%s), and every item that they count"}
	RegisterList         = evidence.Text{JA: " 明細", EN: " - items"}
	RegisterListIs       = evidence.Text{JA: "該当するすべての項目", EN: "Every item that they count"}
	AboutRegister        = evidence.Text{JA: "説明", EN: "About"}
	Detail               = evidence.Text{JA: "内容", EN: "Detail"}
	EntrySort            = evidence.Text{JA: "種別", EN: "Type"}
	Month                = evidence.Text{JA: "月", EN: "Month"}
	Total                = evidence.Text{JA: "合計", EN: "Total"}
	RegisterCounts       = evidence.Text{JA: "全 %s 件。%sの数（検証の対象となった項目のあるもの）：%s。該当のない行は表から省いている。", EN: "%s in all. %s: %s with tested items; those without a count have no row in the table."}
	RegisterMissing      = evidence.Text{JA: "次の統制は本パックに含まれないため、その項目はこの一覧にない：%s", EN: "The pack does not have these controls, so that none of their items is listed: %s"}
	RegisterNotEvaluable = evidence.Text{JA: "次の統制は評価不能であるため、この一覧には漏れがあり得る：%s", EN: "These controls are not evaluable, so that items may be missing from the list: %s"}
	NotInPack            = evidence.Text{JA: "（本パックにない）", EN: "(not in this pack)"}
	ListSeparator        = evidence.Text{JA: "、", EN: ", "}
)

// NoNumber stands where there is nothing to count.
const NoNumber = "—"

// RegisterColumns says what each column of a register counts, a line each.
func RegisterColumns(r *reports.Register, l evidence.Lang) string {
	var lines []string
	for _, c := range r.Columns {
		var from []string
		for _, f := range c.From {
			text := f.Control + " " + f.Text
			if f.Missing {
				text = f.Control + " " + NotInPack.In(l)
			}
			from = append(from, text)
		}
		lines = append(lines, fmt.Sprintf(Labelled.In(l), c.Title, strings.Join(from, ListSeparator.In(l))))
	}
	return strings.Join(lines, "\n")
}

// RegisterCautions says what a register may lack.
func RegisterCautions(r *reports.Register, l evidence.Lang) []string {
	var cautions []string
	if len(r.Missing) > 0 {
		cautions = append(cautions, fmt.Sprintf(RegisterMissing.In(l), strings.Join(r.Missing, ", ")))
	}
	if len(r.NotEvaluable) > 0 {
		cautions = append(cautions, fmt.Sprintf(RegisterNotEvaluable.In(l), strings.Join(r.NotEvaluable, ", ")))
	}
	return cautions
}

// What renderers say where they must leave something out.
var (
	CellCut             = evidence.Text{JA: "…（以下省略。全 %s 文字）", EN: "… (cut; %s characters in all)"}
	MoreInControlSheets = evidence.Text{JA: "ほか %s 件は各統制のシートに記載", EN: "%s more are in the controls' sheets"}
)

// Weekdays are short names, from Sunday on.
var Weekdays = [7]evidence.Text{
	{JA: "日", EN: "Sun"}, {JA: "月", EN: "Mon"}, {JA: "火", EN: "Tue"}, {JA: "水", EN: "Wed"},
	{JA: "木", EN: "Thu"}, {JA: "金", EN: "Fri"}, {JA: "土", EN: "Sat"},
}

// Clocks says how the clocks of the host and the source differed.
func Clocks(a reports.Answers, l evidence.Lang) string {
	if !a.Clocked {
		return NoClock.In(l)
	}
	return fmt.Sprintf(ClocksAre.In(l), format.Count(a.Dated), format.Seconds(a.Least, l), format.Seconds(a.Most, l))
}

// The window of the examination.
var (
	WindowCoverage = evidence.Text{JA: "通期のカバレッジ（%s）", EN: "Coverage of the whole examination (%s)"}
	WindowMeans    = evidence.Text{
		JA: "監査の対象となる期間全体（%s 以後 %s より前）について、本パックのチェックポイントまでに封印された証跡の収集状況を日別に示す。「収集済み（遅延）」は、その日から 45 日を超えて初めて収集が完了した日である。対象期間以外の月の証跡は本パックに含まれない。ロッカーに対する evidence status により再確認できる。",
		EN: "For the whole time of the examination, from %s up to, and not including, %s: what the evidence sealed up to this pack's checkpoint covers, by day. “Complete, late” is a day whose collection was first complete more than 45 days after it. Evidence of other months than the period is not in this pack; evidence status shows this again from the locker.",
	}
	ResultsByMonth      = evidence.Text{JA: "月別の結果", EN: "Results by month"}
	ResultsByMonthMeans = evidence.Text{
		JA: "各月の結果は、その月について作成されたパックの results.json に記載されたものであり、再実施していない。「—」は、その月のパックが存在しない、又はその統制が含まれていないことを示す。",
		EN: "The results of a month are those of results.json of the pack that was made for it; they were not repeated. “—”: there is no pack of the month, or it does not have the control.",
	}
	MonthPack = evidence.Text{JA: "各月のパックの manifest.json の SHA-256", EN: "SHA-256 of manifest.json of the months' packs"}
)

// KeyOf tells whose key a signer's is: the certificate's subject, or that no
// certificate names anybody.
func KeyOf(s reports.Signer) evidence.Text {
	if s.Name == "" || s.Name == s.Algorithm+" key" {
		return evidence.Text{JA: fmt.Sprintf(BareKey.JA, s.Algorithm), EN: fmt.Sprintf(BareKey.EN, s.Algorithm)}
	}
	return evidence.Text{JA: s.Name + "（" + s.Algorithm + "）", EN: s.Name + " (" + s.Algorithm + ")"}
}

// NameOf tells who signs and as what, as the organisation says; empty where it does not.
func NameOf(s reports.Signer) evidence.Text {
	switch {
	case s.Person == "":
		return evidence.Text{JA: s.Role, EN: s.Role}
	case s.Role == "":
		return evidence.Text{JA: s.Person, EN: s.Person}
	}
	return evidence.Text{JA: s.Person + "（" + s.Role + "）", EN: s.Person + " (" + s.Role + ")"}
}

// What is complete, and may not be so for good.
var (
	ButProvisional = evidence.Text{
		JA: "ただし、母集団の一部の網羅性は、%s 以後に再度収集するまで暫定である。",
		EN: "The completeness of a part of it is provisional until it is collected again after %s.",
	}
	ButNotRead = evidence.Text{
		JA: "網羅性は、収集の対象とした範囲についてのものである（収集していない範囲 %s 箇所）。",
		EN: "It is complete as to what was to be collected; %s parts of the sources were not read.",
	}
	ProvisionalControls = evidence.Text{
		JA: "網羅性が暫定の統制が %s 件ある（%s）。遅れて到着する記録が見込まれるためであり、%s 以後に再度収集してパックを作り直すまで、結果も暫定である。",
		EN: "Of %s controls the completeness, and so the result, is provisional, since late records may still arrive (%s): until the evidence is collected again after %s and the pack made anew.",
	}
)

// ResultMeans explains a result in a sentence.
func ResultMeans(r evidence.Result) evidence.Text {
	switch r {
	case evidence.Effective:
		return evidence.Text{JA: "母集団は網羅されており、全件を検証した結果、例外事項がなかった。", EN: "The population is complete, it was tested, and no item is an exception."}
	case evidence.ExceptionsNoted:
		return evidence.Text{JA: "母集団は網羅されており、1 件以上の例外事項があった。", EN: "The population is complete and at least one item is an exception."}
	case evidence.NoOccurrence:
		return evidence.Text{JA: "母集団は網羅されており、検証の対象となる事象がなかった。", EN: "The population is complete and nothing in it was to be tested."}
	case evidence.NotEvaluable:
		return evidence.Text{JA: "証跡が欠落し、不完全であり、読み取れない、若しくは期限未到来である、又は証跡から判定できない項目があるため、結論を得られない。", EN: "Evidence is missing, incomplete, unreadable or not yet due, or does not decide an item: no conclusion."}
	}
	return evidence.Text{JA: string(r), EN: string(r)}
}

// ClaimVerdict is the word for what a claim comes to.
func ClaimVerdict(v reports.ClaimVerdict) evidence.Text {
	switch v {
	case reports.ClaimMatch:
		return evidence.Text{JA: "一致", EN: "match"}
	case reports.ClaimListed:
		return evidence.Text{JA: "末尾まで読込済", EN: "read to end"}
	case reports.ClaimUnread:
		return evidence.Text{JA: "収集せず", EN: "not read"}
	}
	return evidence.Text{JA: "不一致", EN: "gap"}
}

// ClaimMark is the sign of what a claim comes to.
func ClaimMark(v reports.ClaimVerdict) string {
	switch v {
	case reports.ClaimMatch, reports.ClaimListed:
		return "○"
	case reports.ClaimUnread:
		return "－"
	}
	return "▲"
}
