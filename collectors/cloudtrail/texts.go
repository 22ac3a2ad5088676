package cloudtrail

import "github.com/evidencepack/evidence"

// texts explains every code of this driver's claims.
var texts = map[string]evidence.Text{
	// What is counted.
	"hourly_digests": {JA: "1 時間ごとのダイジェストファイル（期間終了後 1 時間分を含む）", EN: "hourly digest files, to one hour past the period"},
	"log_files":      {JA: "ログファイル", EN: "log files"},

	// Counts.
	"digests":               {JA: "読み取ったダイジェストファイル（前後の時間帯を含む）", EN: "digest files read, those just before and after included"},
	"log_files_listed":      {JA: "ダイジェストに記載されたログファイル", EN: "log files listed by digests"},
	"log_files_read":        {JA: "最後まで読み取ったログファイル", EN: "log files read to the end"},
	"bytes_inflated":        {JA: "展開後のバイト数", EN: "bytes after decompression"},
	"events_read":           {JA: "読み取ったイベント", EN: "events read"},
	"events_kept":           {JA: "保存したイベント", EN: "events kept"},
	"events_outside_period": {JA: "保存したイベントのうち発生時刻が対象期間外のもの", EN: "events kept that happened outside the period"},
	"duplicates":            {JA: "重複のため保存しなかったイベント", EN: "events left out as exact duplicates"},

	// Gaps: digests.
	"digest_missing":               {JA: "あるべきダイジェストファイルがない", EN: "a digest file that should exist is missing"},
	"digest_unreadable":            {JA: "ダイジェストファイルを読み取れない", EN: "a digest file cannot be read"},
	"digest_invalid":               {JA: "ダイジェストファイルの内容が正しくない", EN: "a digest file's content is not valid"},
	"digest_moved":                 {JA: "ダイジェストファイルが本来の保存場所と異なる場所にある", EN: "a digest file is not where CloudTrail put it"},
	"digest_account_mismatch":      {JA: "ダイジェストファイルが別のアカウントのものである", EN: "a digest file belongs to another account"},
	"digest_signature_invalid":     {JA: "ダイジェストファイルの署名を検証できない", EN: "a digest file's signature is not valid"},
	"digest_signature_unavailable": {JA: "ダイジェストファイルの署名が手元にない（後続 1 時間分のダイジェストを追加でコピーするか、「.signature」ファイルを置くこと）", EN: "a digest file's signature is not at hand (copy one more hour of digests, or put a .signature file beside it)"},
	"public_key_unavailable":       {JA: "ダイジェストの署名を検証する公開鍵を入手できない", EN: "the public key for a digest file's signature cannot be had"},
	"chain_broken":                 {JA: "ダイジェストファイルが直前のダイジェストとつながらない", EN: "a digest file does not continue the one before it"},

	// Gaps: log files and events.
	"log_missing":       {JA: "ダイジェストに記載されたログファイルがない", EN: "a log file that a digest lists is missing"},
	"log_not_listed":    {JA: "どのダイジェストにも記載されていないログファイルがある", EN: "a log file is listed by no digest"},
	"log_hash_mismatch": {JA: "ログファイルのハッシュ値がダイジェストの記載と一致しない", EN: "a log file's hash is not the one that its digest lists"},
	"log_unreadable":    {JA: "ログファイルを読み取れない", EN: "a log file cannot be read"},
	"log_corrupt":       {JA: "ログファイルの圧縮データが壊れている、又は途中で切れている", EN: "a log file's compressed data is corrupt or cut short"},
	"log_too_large":     {JA: "ログファイルの展開後の大きさが上限を超える", EN: "a log file inflates to more than the limit"},
	"log_malformed":     {JA: "ログファイルが CloudTrail の JSON として正しくない、又は途中で切れている", EN: "a log file is not CloudTrail's JSON, or is cut short"},
	"object_changed":    {JA: "読み取り中にログファイルが変更された", EN: "a log file changed while it was being read"},
	"record_invalid":    {JA: "ログファイルの中に、イベントとして読み取れないレコードがある", EN: "a log file holds a record that is no event"},
	"conflicting_event": {JA: "同じイベント ID で内容の異なるイベントがある", EN: "two events have the same ID and different contents"},
	"unknown_key":       {JA: "命名規則に合わないファイルがログの保存場所にある", EN: "an object among the logs has a name of unknown form"},

	// Notes.
	"no_integrity_proof": {JA: "ダイジェストによる検証を行っていないため、ログが改変・削除されていないことは証明されない", EN: "no digests were checked: nothing proves that no log was altered or deleted"},
	"clock_skew":         {JA: "収集に使った端末とアーカイブの時計がずれている", EN: "the clocks of this machine and of the archive differ"},
	"late_delivery":      {JA: "発生から遅れて配信されたイベントがある", EN: "events were delivered late"},
	"chain_begins":       {JA: "証跡のダイジェストがこの時点から始まる（それ以前は別の証跡が記録している）", EN: "a trail's digests begin here; another trail covers the time before"},
	"backfill_digest":    {JA: "後から補完されたダイジェストファイルがある", EN: "there are backfill digest files"},
}
