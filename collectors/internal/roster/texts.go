package roster

import (
	"maps"

	"github.com/evidencepack/evidence"
)

// texts explains the codes that every source of people uses.
var texts = map[string]evidence.Text{
	"records_read":             {JA: "読み取った従業員", EN: "people read"},
	"records_kept":             {JA: "保存したレコード", EN: "records kept"},
	"people_with_leaving_date": {JA: "退職日又は退職の記載がある従業員", EN: "people with a leaving date, or said to have left"},
	"people_without_number":    {JA: "従業員番号のない従業員", EN: "people without an employee number"},
	"people_without_email":     {JA: "メールアドレスのない従業員", EN: "people without an e-mail address"},

	"roster_empty":       {JA: "名簿に一人も記載されていない", EN: "the roster lists nobody"},
	"number_used_twice":  {JA: "同一の従業員番号が複数の従業員に使われている（それぞれ別のレコードとして保存した）", EN: "one employee number for several people, each of whom is a record"},
	"left_before_joined": {JA: "退職日が入社日より前である", EN: "a leaving date before the joining date"},
	"left_without_date":  {JA: "退職とされているが退職日がない", EN: "said to have left, without a leaving date"},
	"email_unreadable":   {JA: "メールアドレスとして読み取れない値がある（原文は source に残る）", EN: "a value that is no e-mail address (source has it as it was)"},
}

// Texts are the shared texts with a driver's own.
func Texts(own map[string]evidence.Text) map[string]evidence.Text {
	all := maps.Clone(texts)
	maps.Copy(all, own)
	return all
}
