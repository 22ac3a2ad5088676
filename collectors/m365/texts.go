package m365

import "github.com/evidencepack/evidence"

// texts explains every code of this driver's claims.
var texts = map[string]evidence.Text{
	"lists_read":   {JA: "末尾まで読み取った一覧", EN: "lists read to their ends"},
	"records_read": {JA: "読み取ったレコード", EN: "records read"},
	"records_kept": {JA: "保存したレコード", EN: "records kept"},

	"not_readable":            {JA: "権限がないため取得不可", EN: "not readable for want of a permission"},
	"older_than_retained":     {JA: "監査ログの保持期間を過ぎており取得できない", EN: "older than the audit log is kept"},
	"more_than_a_search":      {JA: "一回の検索の上限を超える件数があり、全件を取得できない", EN: "more records than one search gives"},
	"fewer_than_counted":      {JA: "Microsoft が数えた件数（概数）より、読み取った件数が少ない", EN: "fewer records were read than Microsoft counts, approximately"},
	"record_without_identity": {JA: "識別子又は日時のない監査レコードがある", EN: "an audit record without an identity or a time"},
	"some_services_only":      {JA: "設定（services）及び権限により、これらのサービスの監査レコードに限り取得した", EN: "by settings (services) and permissions, records of these services alone"},
}
