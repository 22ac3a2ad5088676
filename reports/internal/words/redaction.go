package words

import (
	"fmt"
	"strings"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
)

// Of an auditor's copy, in which personal data are replaced.
var (
	Redaction       = evidence.Text{JA: "秘匿化", EN: "Redaction"}
	RedactionBanner = evidence.Text{
		JA: "監査人用の写し：個人情報を秘匿化している（仮名への置換又は削除）。対象のデータ区分：%s。",
		EN: "Auditor's copy: personal data are pseudonymised or removed. Data levels: %s.",
	}
	RedactionIs = evidence.Text{
		JA: "%s 件の規則により置換又は削除（「秘匿化の規則」に一覧）。同じ値は、全ての証跡、シート及び期間を通じて同じ仮名となる。仮名の鍵は組織が保管し、本パックには含まれない（鍵の識別子 %s）。",
		EN: "Replaced or removed by %s rules, listed under \"Rules of redaction\". Equal values have equal pseudonyms in all evidence, sheets and periods. The organisation keeps the key of the pseudonyms; it is not in this pack (key identifier %s).",
	}
	RedactionInIPE = evidence.Text{
		JA: "本パックの記録は収集した記録の写しであり、規則により個人情報を置き換えている（件数及び順序は封印された記録と同じ）。応答のSHA-256及び封印された単位のSHA-256は、原本のものである。",
		EN: "The records in this pack are copies of those collected, in which rules replaced personal data: as many, in the same order. The SHA-256 of answers and of sealed objects are those of the originals.",
	}
	RedactionHeading = evidence.Text{JA: "秘匿化の規則", EN: "Rules of redaction"}
	RedactionSheetIs = evidence.Text{JA: "個人情報を置き換えた項目と規則、原本の提示の求め方", EN: "Which fields were replaced by which rules, and how to ask for an original"}
	OriginalHeading  = evidence.Text{JA: "原本の確認", EN: "Seeing an original"}
	RedactedValues   = evidence.Text{JA: "値の数", EN: "Values"}
	RedactedPlaces   = evidence.Text{JA: "箇所の数", EN: "Occurrences"}
	RedactionCounts  = evidence.Text{
		JA: "「値の数」は、証跡ファイルの記録において規則が置換又は削除した値の種類の数（英字の大小及び空白の違いは区別しない）、「箇所の数」はその箇所の数である。規則の項目以外の箇所に現れる同じ値は、その値が最初に現れた項目の規則に数える。経営者の回答は記録ではなく、その規則（evidence.response）の数には含めない。",
		EN: "“Values” are the distinct values, without regard to case and white space, that a rule replaced or removed in the records of the evidence files, and “Occurrences” the places where it did. Where a value stands elsewhere than in a rule's field, it counts under the rule of the field that it was first found in. Management's responses are no records: what their rules (evidence.response) replaced is not counted.",
	}
	PseudonymsAre = evidence.Text{
		JA: "アカウントの仮名は「anon-」で始まり、記録又はパラメーターから種別が分かるものは、続けてその種別を示す：person（個人）、service（サービス用）、bot（ボット）、break-glass（緊急用）。末尾の16文字は、同じ値について常に同じである。",
		EN: "The pseudonym of an account begins with “anon-” and, where records or parameters tell what the account is of, says so next: person, service, bot or break-glass. Its last 16 letters and digits are always the same for the same value.",
	}
	ZonesHeading = evidence.Text{JA: "仮名のIPアドレスが示す場所", EN: "Where pseudonymous addresses lie"}
	ZonesAre     = evidence.Text{
		JA: "仮名のIPアドレスの先頭（48ビット）は、元のアドレスがいずれの名前付きの場所（Entra ID）又はパラメーターのネットワークに含まれるかを示す。名前付きの場所は、取得した状態（スナップショット）の範囲による。取得と取得の間に一時的に変更された範囲は反映しない。元のアドレスは示さない。",
		EN: "The first 48 bits of a pseudonymous address tell which named locations of Entra ID, or networks of parameters, the original lies in. A named location counts with all ranges that it had at any time in the evidence. The original address is not told.",
	}
	ZonePrefix    = evidence.Text{JA: "仮名の範囲", EN: "Range of the pseudonyms"}
	ZoneNames     = evidence.Text{JA: "名前付きの場所・ネットワーク", EN: "Named locations and networks"}
	ZoneNone      = evidence.Text{JA: "いずれにも含まれない", EN: "in none"}
	ZoneAddresses = evidence.Text{JA: "アドレスの数", EN: "Addresses"}
	FieldPath     = evidence.Text{JA: "データ項目", EN: "Field"}
	DataLevel     = evidence.Text{JA: "データレベル", EN: "Data level"}
	RedactedAs    = evidence.Text{JA: "置換の方法", EN: "Replaced"}
)

// Of parameters, in an auditor's copy.
var (
	Added   = evidence.Text{JA: "秘匿化により追加した値", EN: "Added by redaction"}
	addedIs = evidence.Text{
		JA: "%s：%s　秘匿化により追加（パターン「%s」に該当する値の仮名）",
		EN: "%s: %s, added by redaction for the pattern %s",
	}
)

// AddedLines says of each value that redaction put into a control's parameters where it stands
// and why it is there, a line each; empty without any.
func AddedLines(c *reports.Control, l evidence.Lang) string {
	var lines []string
	for _, a := range c.Added {
		lines = append(lines, fmt.Sprintf(addedIs.In(l), a.Parameter, a.Value, a.Pattern))
	}
	return strings.Join(lines, "\n")
}

// InZone names the networks of a zone.
func InZone(z reports.RedactionZone, l evidence.Lang) string {
	if z.Names == "" {
		return ZoneNone.In(l)
	}
	return z.Names
}
