package cloudtraillookup

import "github.com/evidencepack/evidence"

// texts explains every code of this driver's claims.
var texts = map[string]evidence.Text{
	"lookup_walks": {JA: "イベント履歴の検索（末尾まで読み取ったもの）", EN: "searches of the event history, read to their ends"},
	"lookup_pages": {JA: "読み取ったページ", EN: "pages read"},
	"events_read":  {JA: "読み取ったイベント", EN: "events read"},
	"events_kept":  {JA: "保存したイベント", EN: "events kept"},

	"older_than_90_days": {JA: "イベント履歴の保持期間（90 日）を過ぎており取得できない", EN: "older than the 90 days that the event history keeps"},
	"record_invalid":     {JA: "イベントとして読み取れないレコードがある", EN: "a record that is no event"},

	"no_integrity_proof":     {JA: "イベント履歴が改変・削除されていないことを示す証拠は提供されない", EN: "nothing proves that no event was altered or left out"},
	"management_events_only": {JA: "管理イベントのみを含む（データイベントは含まない）", EN: "management events only; data events are not in the event history"},
}
