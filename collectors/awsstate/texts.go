package awsstate

import "github.com/evidencepack/evidence"

// texts explains every code of this driver's claims.
var texts = map[string]evidence.Text{
	"lists_read": {JA: "末尾まで読み取った一覧", EN: "lists read to their ends"},

	"records_read":       {JA: "読み取ったレコード", EN: "records read"},
	"records_kept":       {JA: "保存したレコード", EN: "records kept"},
	"records_not_wanted": {JA: "読み取ったレコードのうちいずれの統制の検証にも用いないもの（保存しない）", EN: "records read that no control tests, which are not kept"},

	"not_readable":              {JA: "権限がないため、又は利用が有効化されていないため取得不可", EN: "not readable for want of a permission, or since it is not enabled"},
	"no_organization":           {JA: "アカウントが AWS Organizations の組織に属していないため取得不可", EN: "not readable, since the account belongs to no AWS organization"},
	"without_identity":          {JA: "識別子のない要素がある", EN: "an element without an identity"},
	"identity_center_not_found": {JA: "設定 regions のリージョンに IAM Identity Center が見つからないため取得不可（当該リージョンを regions に加えるか、利用していない場合は当該種別を except に記載する）", EN: "not readable, since IAM Identity Center is in none of the regions of the setting regions (add its region there or, where it is not used, name the kind in except)"},
	"more_findings":             {JA: "指摘の件数が多く、以降の記載を省略している", EN: "more findings than are listed"},

	"no_identity_center":      {JA: "組織で IAM Identity Center を利用していない", EN: "the organization does not use IAM Identity Center"},
	"config_not_on":           {JA: "AWS Config から構成履歴が得られなかった（構成項目の記録がない）", EN: "AWS Config gives no history here: it has no recorded items"},
	"config_history_not_kept": {JA: "AWS Config が検出したものの、構成履歴を保持していないリソースがある", EN: "a resource that AWS Config has discovered and keeps no history of"},

	"older_than_retained": {JA: "サービスの保持期間を過ぎており、完全には取得できない", EN: "older than the service keeps it; what there is of it is not complete"},
	"archived_not_kept":   {JA: "Security Hub はアーカイブ済みの検出結果を最終更新から30日で削除するため、それより前に更新されたものは含まれない場合がある", EN: "Security Hub deletes archived findings 30 days after their last update, so that earlier ones may be missing"},
	"not_enabled":         {JA: "当該アカウント及びリージョンではサービスが有効化されていない", EN: "the service is not enabled in the account and region"},

	evidence.NotActive:      {JA: "停止又は閉鎖中のアカウントであり、読み取っていない", EN: "an account that is suspended or closed, of which nothing was read"},
	"deleted_meanwhile":     {JA: "一覧の取得後に削除されたため、レコードがない", EN: "deleted after the list was read, so that there is no record of it"},
	"service_not_in_region": {JA: "当該リージョンではサービスが提供されていない", EN: "the region does not have the service"},
}
