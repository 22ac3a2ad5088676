package words

import "github.com/evidencepack/evidence"

// ColumnNote is what a column of the workbook says to those who ask of its heading.
type ColumnNote struct{ Heading, Text evidence.Text }

// ColumnNotes are on the columns that every reader meets. Each is shown in both languages, for a
// workbook goes from hand to hand.
var ColumnNotes = []ColumnNote{
	{Verdict, evidence.Text{
		JA: "項目ごとの判定。適合（例外事項なし）、例外事項、対象外、期限未到来、判定不能のいずれか。",
		EN: "The item's verdict: pass, exception, not applicable, pending or undetermined."}},
	{Reasons, evidence.Text{
		JA: "例外事項、判定不能、期限未到来又は対象外とした理由。判定規則（policy.rego）による。",
		EN: "Why it is an exception, undetermined, pending or not applicable, by the control's rules (policy.rego)."}},
	{Observations, evidence.Text{
		JA: "項目に関する事実であり、判定には影響しない。",
		EN: "Facts about the item. They change no verdict."}},
	{When, evidence.Text{
		JA: "証跡元の記録による発生日時。状態（設定等）の項目では、取得した日時。",
		EN: "When it happened, by the source's record; of a state, such as settings, when it was read."}},
	{ItemLabel, evidence.Text{
		JA: "項目の呼び名。複数の項目で同じことがある。特定には項目IDを用いる。",
		EN: "What people call the item. Several may be called the same: the item ID tells them apart."}},
	{ItemID, evidence.Text{
		JA: "証跡元による識別子。results.json 及びパックの証跡（evidence/）と対応する。",
		EN: "The source's identity of the item, as in results.json and in the pack's evidence (evidence/)."}},
	{SourceLink, evidence.Text{
		JA: "証跡元の画面で項目を表示する。閲覧には証跡元の権限を要する。",
		EN: "Shows the item in the source system, to those who may see it there."}},
	{RecordHash, evidence.Text{
		JA: "記録（証跡元が返した内容）の SHA-256。パックの証跡又はロッカーの記録と照合できる。",
		EN: "SHA-256 of the record as the source gave it: compare it with the pack's evidence or the locker."}},
	{ResponseKind, evidence.Text{
		JA: "経営者の回答の区分。回答は判定及び例外件数に影響しない。",
		EN: "The kind of management's response. Responses change no verdict and no count."}},
	{LastDay, evidence.Text{
		JA: "回答が有効な最後の日。空欄は期限がないことを示す。",
		EN: "The last day on which the response holds; empty: it does not lapse."}},
	{Expected, evidence.Text{
		JA: "存在するはずの数。根拠は IPE の「あるべき数の根拠」による。証跡元が件数を示さない一覧では、レコードの件数ではなく、読み取ることとした対象の数である。",
		EN: "How many there should be. IPE says what that rests on. Of lists for which the source gives no number it is not the number of records, but of what was to be read."}},
	{Found, evidence.Text{
		JA: "収集して確認した数。左の数と一致しない範囲に依拠する統制は評価不能となる。",
		EN: "How many were collected. Controls that rest on what does not match are not evaluable."}},
}
