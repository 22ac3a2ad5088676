package entraid

import "github.com/evidencepack/evidence"

// texts explains every code of this driver's claims.
var texts = map[string]evidence.Text{
	"lists_read": {JA: "末尾まで読み取った一覧", EN: "lists read to their ends"},

	"records_read":           {JA: "読み取ったレコード", EN: "records read"},
	"records_kept":           {JA: "保存したレコード", EN: "records kept"},
	"records_outside_window": {JA: "読み取ったレコードのうち発生時刻が対象期間外のもの（保存しない）", EN: "records read that happened outside the window, which are not kept"},
	"records_not_wanted":     {JA: "読み取ったレコードのうちいずれの統制の検証にも用いないもの（保存しない）", EN: "records read that no control tests, which are not kept"},
	"approvals_not_found":    {JA: "Microsoft Graph に残っていない承認", EN: "approvals that Microsoft Graph no longer has"},

	"group_too_large":     {JA: "グループの構成員又は所有者が多く、一つのレコードに保存できないため取得していない", EN: "a group has more members or owners than a record can hold, and they are not recorded"},
	"not_readable":        {JA: "権限又はライセンスがないため取得不可", EN: "not readable for want of a permission or a licence"},
	"older_than_retained": {JA: "テナントの保持期間を過ぎており、完全には取得できない", EN: "older than the tenant keeps it; what there is of it is not complete"},
	"without_identity":    {JA: "識別子又は日時のない要素がある", EN: "an element without an identity or a time"},
	"more_findings":       {JA: "指摘の件数が多く、以降の記載を省略している", EN: "more findings than are listed"},

	"interactive_only":       {JA: "対話型のサインインに限り取得した（設定 beta が true でない）。非対話型のもの並びにサービスプリンシパル及びマネージド ID によるものは含まれない", EN: "interactive sign-ins alone were read (the setting beta is not true); non-interactive ones, and those of service principals and managed identities, are not among them"},
	"beta_endpoint":          {JA: "Microsoft Graph の beta により取得した。beta は提供者が予告なく変更することがある", EN: "read from Microsoft Graph's beta, which its provider may change without notice"},
	"property_not_readable":  {JA: "権限又はライセンスがないため、一部の属性を除いて取得した", EN: "read without a property, for want of a permission or a licence"},
	"identity_may_write":     {JA: "Microsoft Graph のリファレンスでは申請の一覧の読取りに変更も可能な権限を要するとされているため、読み取ったアプリケーションは申請を作成し得る権限を持つ。このアプリケーションによる操作の有無はディレクトリの監査ログで確認できる", EN: "Microsoft Graph's reference asks for a permission that may write, too, to read the list of requests, so that the application which read it may also make requests; what it did is in the directory's audit log"},
	"no_pim_licence":         {JA: "Privileged Identity Management のライセンスがないため、常時有効なロールの割当てのみを取得した", EN: "without a licence for Privileged Identity Management; plain role assignments were read, which are always active"},
	"approvals_not_readable": {JA: "申請の承認を読み取れない。承認はディレクトリの監査ログから判定する", EN: "approvals of requests cannot be read; directory audits tell of them"},
	"limited_by_settings":    {JA: "設定（groups）に挙げたグループに限り取得した", EN: "only the groups that settings name (groups) were read"},
	"no_such_group":          {JA: "設定（groups）に挙げた ID のグループが存在しない", EN: "a group that settings name by its ID (groups) does not exist"},
	"gone_meanwhile":         {JA: "読取りの間に削除されたグループ", EN: "a group that was deleted while it was read"},
	"hidden_membership":      {JA: "構成員が非表示のグループであり、構成員が返されなかった", EN: "a group with hidden membership, of which no members were given"},
}
