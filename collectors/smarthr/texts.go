package smarthr

import (
	"strings"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/collectors/internal/roster"
)

// needed is what an access token must be allowed, in the words of SmartHR's own
// page (共通設定 > 外部システム連携 > アクセストークン).
var needed = "従業員情報(/crews) 参照, and of 従業員項目 参照: " + strings.Join(asked, ", ")

// permissions are the least that the kind needs.
var permissions = map[string][]collectors.Permission{
	roster.Kind: {{
		System: collectors.SmartHR, Name: "従業員情報(/crews): 参照",
		Note: evidence.Text{
			JA: "[従業員項目のアクセス許可] は次の項目の [参照] のみでよい: " + strings.Join(asked, "、") + "。[アクセス制限ルール] で対象の従業員を絞り込まないこと",
			EN: "of the employee items, read access to these alone: " + strings.Join(asked, ", ") + "; no access rule that narrows down the employees",
		},
	}},
}

// texts explains every code of this driver's claims.
var texts = roster.Texts(map[string]evidence.Text{
	"people_in_smarthr": {JA: "SmartHR 上の従業員（退職者を含む）", EN: "employees in SmartHR, those who left among them"},

	"not_readable":            {JA: "権限がないため取得不可", EN: "not readable for want of a permission"},
	"roster_changed":          {JA: "読取り中に従業員リストが変化し、全件を読み取ったことを確認できない", EN: "the list changed while it was read, or is not what SmartHR counts: that everybody was read is not shown"},
	"person_without_identity": {JA: "識別子のない従業員がある", EN: "an employee without an identity"},
	"status_unknown":          {JA: "在籍状況を読み取れない従業員がある", EN: "an employee whose status is not known"},
	"date_unreadable":         {JA: "入社年月日又は退職年月日を読み取れない従業員がある", EN: "an employee with a joining or leaving date that cannot be read"},
	"nothing_to_join_by":      {JA: "従業員番号もメールアドレスも取得できず、アカウントと照合することができない", EN: "neither employee numbers nor addresses are to be had, and nobody can be matched with an account"},
	"custom_email_empty":      {JA: "設定（custom_emails）で指定したカスタム項目に、メールアドレスが 1 件もない", EN: "a custom field that the settings (custom_emails) name holds no address of anybody"},
	"people_by_token":         {JA: "件数は、使用したアクセストークンに対して SmartHR が返すものである。トークンの「アクセス制限ルール」で除外された従業員は件数にも含まれず、本ツールからは検知できない", EN: "the count is what SmartHR gives this access token: employees whom an access rule of the token leaves out are not in it either, and cannot be told of from here"},
	"item_empty":              {JA: "全従業員について値のない項目がある", EN: "an item that nobody has a value of"},
})
