package words

import "github.com/evidencepack/evidence"

// The cover and the running lines of the document.
var (
	CheckpointIs   = evidence.Text{JA: "%s、サイズ %s、封印 %s", EN: "%s, size %s, sealed %s"}
	DemoWatermark  = evidence.Text{JA: "デモ DEMO", EN: "DEMO"}
	SignatureArea  = evidence.Text{JA: "署名欄（電子署名の可視表示）", EN: "Signatures (visible part of the electronic signatures)"}
	SignatureMeans = evidence.Text{
		JA: "作成者の署名は、封印済みの証跡から本書に記載のとおりパックを作成したことを示す。承認者の署名は、作成者の署名したパックをその内容のまま確認し、承認したことを示す。いずれも結果を変えるものではなく、監査人の意見でもない。",
		EN: "The preparer's signature says that the pack was made from the sealed evidence as described here; the approver's, that the pack was reviewed and approved as the preparer signed it. Neither changes a result, and neither is an auditor's opinion.",
	}
	NotSigned      = evidence.Text{JA: "未署名", EN: "Not signed"}
	SignedPreparer = evidence.Text{JA: "作成者", EN: "Prepared by"}
	SignedApprover = evidence.Text{JA: "承認者", EN: "Approved by"}
	SignedAt       = evidence.Text{JA: "電子署名：%s", EN: "Signed electronically on %s"}
	DemoKey        = evidence.Text{JA: "デモ用の鍵による署名であり、署名者を証明しない", EN: "By a demonstration key: it proves nothing about who signed"}
	PageOf         = evidence.Text{JA: "%d / %d ページ", EN: "page %d of %d"}
	Page           = evidence.Text{JA: "頁", EN: "Page"}
)

// The summary.
var (
	Conclusion          = evidence.Text{JA: "検証した統制は %s 件である。結果は、評価不能 %s 件、例外あり %s 件、有効 %s 件、該当事象なし %s 件であった。例外事項は合計 %s 件である。", EN: "%s controls were tested: %s not evaluable, %s with exceptions, %s effective, %s without occurrence. There are %s exceptions in all."}
	ResultN             = evidence.Text{JA: "%s %s 件", EN: "%s: %s"}
	NothingNotEvaluable = evidence.Text{JA: "評価できなかった統制はない。", EN: "Every control could be evaluated."}
	ItemsWithoutControl = evidence.Text{JA: "本パックに対応する統制がない項目（%s 件）：%s", EN: "Items without a control in this pack (%s): %s"}
	ExceptionsByControl = evidence.Text{JA: "統制別の例外事項", EN: "Exceptions by control"}
)

// Scope and method.
var (
	ScopeAndMethod  = evidence.Text{JA: "範囲と方法", EN: "Scope and method"}
	ScopeHeading    = evidence.Text{JA: "範囲", EN: "Scope"}
	ScopePeriod     = evidence.Text{JA: "対象期間は %s 以後 %s より前である。証跡は %s 時点までに収集したものである。対象とした証跡元システム、及びその範囲は次のとおりである（証跡元に指定した抽出条件は、証跡元ごとの IPE の節に示す）。", EN: "The audit period runs from %s up to, and not including, %s. The evidence was collected as of %s. These are the source systems and the parts of them that were read; the selections that were pushed down to them are in the IPE section of each."}
	PushedDown      = evidence.Text{JA: "証跡元への指定又はツールの適用による抽出条件", EN: "Selections, by the source or by the tool"}
	ScopesNotRead   = evidence.Text{JA: "この統制の判定に用いた証跡には、次の %s 箇所の証跡は含まれない。", EN: "The evidence of this control holds nothing of these %s parts of the sources, which were not read:"}
	DimensionValues = evidence.Text{JA: "%s（%s）：%s", EN: "%s (%s): %s"}
	MethodHeading   = evidence.Text{JA: "方法", EN: "Method"}
	MethodObtain    = evidence.Text{JA: "母集団の入手：各統制が定める抽出条件に該当するレコードを、証跡元システムから全件取得し、全件を判定した。レコードは、証跡元が返した内容のまま加工せずロッカーに保存している（監査人用の写しでは、本パックに収める写しの一部の値を「秘匿化の規則」により置き換えている）。", EN: "Obtaining populations: all records that meet a control's selection were taken from the source system, and all of them were judged. The locker keeps records as the source gave them, unaltered (an auditor's copy carries copies of them, in which the rules of redaction replaced values)."}
	MethodComplete  = evidence.Text{JA: "網羅性の検証：証跡元又はそのダイジェスト等からあるべき数が得られるものは、確認した数と突合した。得られないものは、証跡元が末尾と示すところまで読み取ったことを確かめた。満たされない部分に依拠する統制は評価不能とし、有効とはしない。結果は各統制の節と IPE の節に示す。", EN: "Testing completeness: where a source, or its digests or history, tells how many there should be, what was found was matched with it; where none does, lists were read to what the source says is their end. A control that rests on a part for which that does not hold is not evaluable, never effective. The sections of the controls and of the sources show it."}
	MethodSeal      = evidence.Text{JA: "封印：収集した証跡を追記専用のログに記録し、そのルートハッシュ（チェックポイント）に署名した。以後の変更・削除・追加は検知できる。", EN: "Sealing: what was collected was written to an append-only log whose root hash, the checkpoint, was signed. Any later change, removal or addition shows."}
	MethodTest      = evidence.Text{JA: "検証：封印された証跡のみを用い、母集団の全項目を統制ごとの判定規則（policy.rego と、それが参照する共用の規則）で判定した。判定規則は時刻・ネットワークに依存せず、同じ証跡からは常に同じ結果となる。", EN: "Testing: every item of a population was judged by the control's rules (policy.rego and the shared ones it refers to), from sealed evidence alone. Rules depend on no clock and no network: the same evidence always gives the same result."}
	ResultsHeading  = evidence.Text{JA: "結果の区分", EN: "The four results"}
	Meaning         = evidence.Text{JA: "意味", EN: "Meaning"}

	ReperformHeading    = evidence.Text{JA: "再実施", EN: "Re-performance"}
	ReperformTool       = evidence.Text{JA: "evidence verify にパックのファイル名を渡すと、ハッシュ値、署名及びチェックポイントを検証し、全統制の検証を再実施する。ネットワーク接続は要しない。", EN: "evidence verify, given the pack's file, verifies hashes, signatures and the checkpoint, and repeats the test of every control. It needs no network."}
	ReperformPlain      = evidence.Text{JA: "本ツールを用いない場合は、パック内の VERIFY.md に示す手順により、openssl、sha256sum、opa など一般に入手できるツールで、署名、ハッシュ値及び各統制の判定を検証できる。", EN: "Without this tool, the steps of VERIFY.md in the pack check the signature, the hashes and the verdicts of the controls with tools that anybody can get: openssl, sha256sum, opa."}
	LimitsHeading       = evidence.Text{JA: "限界", EN: "Limits"}
	LimitPeriodHalfOpen = evidence.Text{JA: "時刻は証跡元システムの時計による。対象期間の始点ちょうどの事象は含み、終点ちょうどの事象は含まない。", EN: "Times are those of the source systems' clocks. What happened exactly at the period's start belongs to it; what happened exactly at its end does not."}
)

// A control's section.
var (
	ItemsByDay        = evidence.Text{JA: "日別の件数", EN: "Items by day"}
	OffDays           = evidence.Text{JA: "対象期間外の日時の項目（取得時点の状態等）%s 件（うち例外 %s 件）は、この図に含まれない。", EN: "%s items with times outside the period, such as states as of their reading (%s of them exceptions), are not in this chart."}
	OtherItems        = evidence.Text{JA: "例外以外", EN: "others"}
	ServesItems       = evidence.Text{JA: "対応する項目", EN: "Serves"}
	Parameters        = evidence.Text{JA: "パラメーター", EN: "Parameters"}
	Definition        = evidence.Text{JA: "母集団の定義", EN: "Definition"}
	ItemsN            = evidence.Text{JA: "%s 件", EN: "%s items"}
	Completeness      = evidence.Text{JA: "母集団及び判定に用いた記録の網羅性", EN: "Completeness of the population and of what it is judged by"}
	NoClaims          = evidence.Text{JA: "網羅性を確認した記録がない。", EN: "Nothing on record measured completeness."}
	ScopesWithGaps    = evidence.Text{JA: "一致しない範囲", EN: "Parts that do not match"}
	GapsN             = evidence.Text{JA: "欠落 %s 件", EN: "Gaps: %s"}
	NotSettledYet     = evidence.Text{JA: "%s：対象期間の一部を、遅れて到着する記録がなお見込まれる時点で取得した。%s 以後に再度収集するまで、その部分の網羅性は暫定である。", EN: "%s: a part of the period was read while late records may still arrive. Until it is collected again after %s, the completeness of that part is provisional."}
	SeeIPE            = evidence.Text{JA: "範囲ごとの内訳は、証跡元ごとの IPE の節に示す。", EN: "The IPE sheet of each source has the figures of every part."}
	Method            = evidence.Text{JA: "確認の方法", EN: "Measured by"}
	EachCount         = evidence.Text{JA: "各 %s", EN: "%s each"}
	OfThese           = evidence.Text{JA: "うち統制別", EN: "Of these for controls"}
	ScopesCount       = evidence.Text{JA: "範囲の数", EN: "Parts"}
	Window            = evidence.Text{JA: "期間", EN: "Time"}
	Object            = evidence.Text{JA: "対象", EN: "Object"}
	ExceptionsHeading = evidence.Text{JA: "例外事項", EN: "Exceptions"}
	ItemAndTime       = evidence.Text{JA: "発生日時又は取得日時・項目", EN: "Time (event or reading), item"}
	OpenInSource      = evidence.Text{JA: "証跡元で開く", EN: "open in the source system"}
	ChangesHeading    = evidence.Text{JA: "日別・対象別の変更内容", EN: "Changes by day and object"}
	ChangesMean       = evidence.Text{JA: "＋は追加、－は削除されたもの、？は記録から内容を特定できないルール又はグループを示す。例外事項以外を含む、母集団の全ての変更である。", EN: "+ is what was added, - what was taken away, ? a rule or group whose content the records do not tell. These are all changes of the population, exceptions or not."}
	ChangedThing      = evidence.Text{JA: "対象", EN: "Object"}
	DayAndObject      = evidence.Text{JA: "日・対象", EN: "Day, object"}
	ChangedLines      = evidence.Text{JA: "変更内容", EN: "Change"}
	VerdictAndReasons = evidence.Text{JA: "判定・理由", EN: "Verdict, why"}
	ChangesSheet      = evidence.Text{JA: " 変更", EN: " changes"}
	FirstChanges      = evidence.Text{JA: "発生日順に %s 件を示す（全 %s 件）。全件は Excel のシート「%s」にある。", EN: "The first %s of %s, by day. The workbook's sheet %q has them all."}
	Labelled          = evidence.Text{JA: "%s：%s", EN: "%s: %s"}
	FieldSeparator    = evidence.Text{JA: "　", EN: "; "}
	FirstOf           = evidence.Text{JA: "発生順に %s 件を示す（全 %s 件）。全件は Excel のシート「%s」にある。", EN: "The first %s of %s, in order of time. The workbook's sheet %q has them all."}
	FirstOfRegister   = evidence.Text{JA: "発生順に %s 件を示す（全 %s 件）。全件は Excel のシート「%s」又はその明細にある。", EN: "The first %s of %s, in order of time. The workbook's sheet %q, or that of its items, has all."}
	MoreInSheets      = evidence.Text{JA: "ほか %s 件は Excel のシート「%s」又はその明細に記載している。", EN: "%s more are in the workbook's sheet %q, or that of its items."}
	MoreInSheet       = evidence.Text{JA: "ほか %s 件は Excel のシート「%s」に記載している。", EN: "%s more are in the workbook's sheet %q."}
	MoreRowsInSheet   = evidence.Text{JA: "ほか %s 行は Excel のシート「%s」に記載している。", EN: "%s more rows are in the workbook's sheet %q."}
	EntriesHeading    = evidence.Text{JA: "該当する項目", EN: "Items"}
	CountsByMonth     = evidence.Text{JA: "%s・月別の件数", EN: "Counts by month (%s)"}
	MoreInIPESheet    = evidence.Text{JA: "ほか %s 件は Excel のシート「IPE」に記載している。", EN: "%s more are in the workbook's sheet IPE."}
	CutSeeExcel       = evidence.Text{JA: "…（以下省略。全文は Excel に記載）", EN: "… (cut; the workbook has all of it)"}
)

// IPE sheets, the coverage calendar and the appendix.
var (
	IPESheet            = evidence.Text{JA: "IPE（企業が作成した情報）：%s", EN: "IPE (information produced by the entity): %s"}
	EverythingAsked     = evidence.Text{JA: "抽出条件を指定せず、全件を取得した。", EN: "There was no selection: everything was read."}
	ByScope             = evidence.Text{JA: "範囲ごとの内訳", EN: "By part of the source"}
	FailuresN           = evidence.Text{JA: "取得不可 %s 件", EN: "Not readable: %s"}
	CoverageCalendar    = evidence.Text{JA: "カバレッジカレンダー", EN: "Coverage calendar"}
	BadDays             = evidence.Text{JA: "欠落又は未収集の日", EN: "Days with gaps or without evidence"}
	NoBadDays           = evidence.Text{JA: "欠落又は未収集の日はない。", EN: "There are none."}
	StateOf             = evidence.Text{JA: "状態", EN: "State"}
	UnitsOf             = evidence.Text{JA: "収集単位数", EN: "Units"}
	BadUnitsOf          = evidence.Text{JA: "うち不備", EN: "Of these bad"}
	MoreInCoverageSheet = evidence.Text{JA: "ほか %s 日は Excel のシート「カバレッジ」に記載している。", EN: "%s more are in the workbook's sheet Coverage."}
	Appendix            = evidence.Text{JA: "付録", EN: "Appendix"}
	VerifyHeading       = evidence.Text{JA: "検証の方法", EN: "How to verify"}
	VerifyIntro         = evidence.Text{JA: "次の手順により、本パックが作成後に変更されていないこと、及び同じ結果が得られることを、ネットワークなしで確かめることができる。", EN: "These steps show, without a network, that the pack has not been altered since it was made and that its tests give the same results."}
	AttachedFiles       = evidence.Text{JA: "添付ファイル", EN: "Attached files"}
	AttachedMean        = evidence.Text{JA: "次のファイルは、機械可読の形で本書に添付している（PDF/A-3 の関連ファイル）。PDF 閲覧ソフトの添付ファイルの一覧から取り出すことができる。", EN: "This document carries the following files for machines to read (associated files of PDF/A-3). A PDF reader saves them from its list of attachments."}
	NotAttached         = evidence.Text{JA: "サイズが大きいため添付していない。パックに収録している。", EN: "Not attached because of its size; the pack has it."}
	ControlSources      = evidence.Text{JA: "統制ソースのハッシュ値", EN: "Hashes of the control sources"}
	OwnSources          = evidence.Text{
		JA: "複数の統制が共用するファイルを示す。統制に固有のファイルのハッシュ値は、各統制の節に記載している。",
		EN: "These are the files that controls share. The hashes of a control's own files stand in its section.",
	}
	FileHashes        = evidence.Text{JA: "パックのファイルのハッシュ値", EN: "Hashes of the pack's files"}
	MoreInHashesSheet = evidence.Text{JA: "ほか %s 件は Excel のシート「ハッシュ」に記載している。", EN: "%s more are in the workbook's sheet Hashes."}
	Glossary          = evidence.Text{JA: "用語", EN: "Glossary"}
)

// VerifySteps are how a pack is verified, from the shortest to the plainest way.
var VerifySteps = []evidence.Text{
	{JA: "本ツールによる場合：evidence verify パック名.zip を実行する。確認した内容が一行ずつ表示され、変更・欠落・追加があれば終了コード 12 で終わる。", EN: "With this tool: run evidence verify on the pack's zip file. It says line by line what it checked, and exits with code 12 when a byte was altered, removed or added."},
	{JA: "ファイルのハッシュ値：sha256sum の結果を、下表及び manifest.json と照合する。", EN: "Hashes of files: compare the output of sha256sum with the table below and with manifest.json."},
	{JA: "署名：manifest.sig.json の署名を、別の経路で入手した公開鍵又は証明書により openssl で検証する。公開鍵の指紋を表紙のものと照合する。", EN: "Signature: verify manifest.sig.json by openssl with the public key or certificate, obtained another way; compare its fingerprint with the cover's."},
	{JA: "判定の再実施：evidence/ のレコードと controls/ の policy.rego（共用の規則があるときは controls/lib/ も）を opa に与え、results.json と照合する。", EN: "Re-performing tests: give the records in evidence/ and the policy.rego in controls/ (and controls/lib/, where there are shared rules) to opa, and compare with results.json."},
	{JA: "コマンドの全文は、パック内の VERIFY.md に示す。", EN: "VERIFY.md in the pack has the commands in full."},
}

// Term is an entry of the glossary.
type Term struct{ Name, Meaning evidence.Text }

// Terms are the words that a pack uses in its own sense.
var Terms = []Term{
	{evidence.Text{JA: "対象期間", EN: "audit period"}, evidence.Text{JA: "検証の対象とする期間。始点を含み、終点を含まない。", EN: "The time that is looked at: its start belongs to it, its end does not."}},
	{evidence.Text{JA: "統制目標", EN: "control objective"}, evidence.Text{JA: "統制によって達成しようとする目的。SOC 1 では組織が定める。", EN: "What controls are to achieve. In SOC 1 the organisation sets its own."}},
	{evidence.Text{JA: "統制（統制活動）", EN: "control (activity)"}, evidence.Text{JA: "統制目標を達成するために組織が行う活動。", EN: "What the organisation does to reach an objective."}},
	{evidence.Text{JA: "検証手続", EN: "test procedure"}, evidence.Text{JA: "統制が運用されていたかを確かめる手続。", EN: "How it is tested whether a control operated."}},
	{evidence.Text{JA: "運用状況の有効性", EN: "operating effectiveness"}, evidence.Text{JA: "対象期間を通じて統制が運用されていたこと。", EN: "That a control operated throughout the period."}},
	{evidence.Text{JA: "母集団", EN: "population"}, evidence.Text{JA: "対象期間において統制の対象となるすべての項目。", EN: "Every item of the period that a control applies to."}},
	{evidence.Text{JA: "サンプル", EN: "sample"}, evidence.Text{JA: "監査人の手続のために母集団から抽出した項目。", EN: "Items drawn from a population for the auditor's procedures."}},
	{evidence.Text{JA: "ナンス", EN: "nonce"}, evidence.Text{JA: "サンプルの抽出のために、監査人が封印の後に自ら定める文字列。", EN: "A text that the auditor chooses after the sealing, for samples to be drawn with."}},
	{evidence.Text{JA: "網羅性", EN: "completeness"}, evidence.Text{JA: "母集団に漏れがないこと。", EN: "That nothing is missing from the population."}},
	{evidence.Text{JA: "企業が作成した情報（IPE）", EN: "information produced by the entity (IPE)"}, evidence.Text{JA: "監査に用いるために企業が作成した情報。証跡元、抽出条件、照合、欠落の四点を検証する。", EN: "What the entity made for the audit's use. Its source, parameters, match with the source and gaps are tested."}},
	{evidence.Text{JA: "例外事項", EN: "exception"}, evidence.Text{JA: "統制が運用されていなかった項目。", EN: "An item for which the control did not operate."}},
	{evidence.Text{JA: "参考情報", EN: "observation"}, evidence.Text{JA: "項目に関する事実のうち、判定には影響しないが読み手が知るべきもの。", EN: "A fact about an item that changes no verdict, and that a reader should know."}},
	{evidence.Text{JA: "期限未到来", EN: "pending"}, evidence.Text{JA: "収集時点で対応の期限が到来しておらず、判定できない項目。", EN: "An item whose deadline had not passed when the evidence was collected."}},
	{evidence.Text{JA: "判定不能", EN: "undetermined"}, evidence.Text{JA: "証跡はあるが、その内容から例外の有無を判定できない項目。", EN: "An item whose evidence is there, but does not decide whether it is an exception."}},
	{evidence.Text{JA: "取得不可", EN: "not readable"}, evidence.Text{JA: "証跡元から読み取ることができなかったもの。", EN: "What could not be read from the source."}},
	{evidence.Text{JA: "再実施", EN: "re-performance"}, evidence.Text{JA: "監査人が同じ検証を自ら行い、結果を確かめること。", EN: "The auditor repeats a test and compares the results."}},
	{evidence.Text{JA: "証跡元システム", EN: "source system"}, evidence.Text{JA: "証跡が生成・保管されているシステム。", EN: "The system in which the evidence lives."}},
	{evidence.Text{JA: "封印、チェックポイント", EN: "sealed, checkpoint"}, evidence.Text{JA: "収集した証跡の全体を一つのハッシュ値で固定し、署名したもの。", EN: "All that was collected, fixed by one hash that is signed."}},
}
