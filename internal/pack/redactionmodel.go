package pack

import (
	"strings"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/redaction"
	"github.com/evidencepack/evidence/reports"
)

var levelNames = map[redaction.Level]evidence.Text{
	redaction.S: {JA: "S（個人を特定する情報：氏名、メールアドレス、アカウント名等）", EN: "S (it identifies a person: names, mail addresses, account names)"},
	redaction.A: {JA: "A（個人の行動の痕跡となる情報：IPアドレス、端末、位置等）", EN: "A (it is a trace of a person: IP addresses, devices, locations)"},
	redaction.B: {JA: "B（個人に付随する情報：従業員番号、所属、職名等）", EN: "B (it is of people who are named elsewhere: employee numbers, departments, job titles)"},
}

var asNames = map[redaction.As]evidence.Text{
	redaction.Mail:      {JA: "メールアドレスの@より前を仮名に置換（ドメインは残す）", EN: "the part of mail addresses before the @ by a pseudonym; the domain stays"},
	redaction.Pseudonym: {JA: "仮名に置換（種別が分かるアカウントは、個人 person、サービス service、ボット bot、緊急用 break-glass を仮名に示す）", EN: "by a pseudonym, which says what the account is of (person, service, bot, break-glass) where that is known"},
	redaction.Address:   {JA: "IPアドレスを仮のIPv6アドレスに置換", EN: "IP addresses by IPv6 addresses that stand for them"},
	redaction.Removed:   {JA: "削除", EN: "removed"},
	redaction.Kept:      {JA: "置換しない", EN: "kept as it is"},
}

// redactionModel is what reports say of an auditor's copy.
func (c *contents) redactionModel() *reports.Redaction {
	var levels []string
	for _, l := range c.redaction.Levels {
		levels = append(levels, c.in(levelNames[l]))
	}
	out := &reports.Redaction{Levels: strings.Join(levels, c.in(evidence.Text{JA: "、", EN: ", "})), Key: c.redaction.Key, Ask: c.in(evidence.Text{
		JA: "原本を必要とする記録については、記録の種類、項目ID、及び証跡ファイルにおける位置（封印された単位のSHA-256と行番号）を組織に示し、原本の提示を求める。原本が封印されたものであることは、本パックの包含証明により確かめられる。手順は VERIFY.md に記載している。",
		EN: "To see the original of a record, give the organisation its kind, its ID and its place in the evidence file (the SHA-256 of the sealed object, and the line). The inclusion proofs in this pack show that the original is the one that was sealed. VERIFY.md has the steps.",
	})}
	for _, r := range c.redaction.Rules {
		out.Rules = append(out.Rules, reports.RedactionRule{Kind: r.Kind, Field: r.Field, Level: string(r.Level), As: c.in(asNames[r.As]), Values: r.Values, Occurrences: r.Occurrences})
	}
	return out
}

// redactionLimits are what an auditor's copy does not prove, and what it does not hide.
var redactionLimits = []evidence.Text{
	{
		JA: "本パックは監査人用の写しであり、規則に従って個人情報を仮名等に置き換えている。各行が封印された記録を置き換えたものであることは、本パックのみでは確認できず、原本の提示を受けるか、組織においてロッカーと鍵を用いて検証すること（evidence verify --locker --redaction-key）により確認できる。置換の前後で全ての項目の判定と理由が一致することは、本パックの作成時に確認している。",
		EN: "This pack is an auditor's copy, in which rules replaced personal data by pseudonyms. That each line is made of the sealed record cannot be checked from this pack alone: it takes the original, or verification with the locker and the key at the organisation (evidence verify --locker --redaction-key). When the pack was made, the verdict and reasons of every item were the same on the originals.",
	},
	{
		JA: "置換は、規則が定める項目の値、及び同じ値が他の箇所に語として現れるものに及ぶ。規則の対象でない値（自由記述中の別名、システムが付した内部識別子等）及び対象としない区分の値（区分 B の従業員番号等）は残り得る。アカウントの表示名は、個人のものでないことが記録又はパラメーターから分かるとき（複合機等）は、項目としての値のみを置き換え、説明文中の語は置き換えない。個人のものであるとき又は不明のときは、一般の語と同じであっても、説明文中のその語を置き換える。パラメーターのパターンには、それに該当する値の仮名を、秘匿化により追加したものと示して併記している。また、封印された単位、収集記録及び応答のSHA-256は原本そのもののハッシュであるため、その他の値が全て分かる場合、残る値を推測できる者は、推測が正しいことを確かめ得る（例えば、収集記録に現れる収集者のアカウント名は、候補の一覧があれば特定され得る）。",
		EN: "Values in the fields of the rules are replaced, and the same values wherever they stand as words. Others may remain, such as nicknames in free text, identifiers that systems gave, and fields of levels that are not redacted (employee numbers are of level B). The name that an account is shown by is replaced in its fields alone where records or parameters say that the account is of no person (a printer), and in explanations too where it is a person's or nothing says whose, even if it is a common word. Beside patterns in parameters stand pseudonyms of what they match, marked as added by redaction. The SHA-256 of sealed objects, of their manifests and of answers are those of the originals: where all other values are known, whoever guesses the rest can confirm the guess (the account that collected, which manifests name, can be found out of a list of candidates).",
	},
}
