package entraidexport

import "github.com/evidencepack/evidence"

// texts explains every code of this driver's claims.
var texts = map[string]evidence.Text{
	// What is counted.
	"files": {JA: "エクスポートのファイル（前後の時間帯を含む）", EN: "files of the export, those of the hours around the window included"},

	// Counts.
	"files_read":             {JA: "末尾まで誤りなく読み取ったファイル", EN: "files read to their ends without fault"},
	"bytes_inflated":         {JA: "展開後のバイト数", EN: "bytes after decompression"},
	"records_read":           {JA: "ファイルに含まれていたレコード", EN: "records in the files"},
	"records_outside_window": {JA: "ファイルに含まれていたレコードのうち、発生日時が対象の時間帯にないもの（保存しない）", EN: "records in the files that happened outside the window, which are not kept"},
	"records_kept":           {JA: "保存したレコード", EN: "records kept"},
	"duplicates":             {JA: "重複のため保存しなかったレコード", EN: "records left out as duplicates"},
	"versions":               {JA: "同じ ID で、後から内容が変わったレコード", EN: "records under an identity that was there before with another content"},

	// Gaps: files and lines.
	"file_unreadable":   {JA: "ファイルを読み取れない", EN: "a file cannot be read"},
	"file_corrupt":      {JA: "ファイルの圧縮データが壊れている、又は途中で切れている", EN: "a file's compressed data is corrupt or cut short"},
	"file_too_large":    {JA: "ファイルの展開後の大きさが上限を超える", EN: "a file inflates to more than the limit"},
	"file_empty":        {JA: "ファイルが空である", EN: "a file is empty"},
	"unknown_key":       {JA: "命名規則に合わないファイルがログの保存場所にある", EN: "an object among the logs has a name of unknown form"},
	"object_changed":    {JA: "読み取り中にファイルが変更された", EN: "a file changed while it was being read"},
	"unknown_format":    {JA: "ファイルの形式が分からない（管理センターの表示言語を英語にして、又は JSON 形式で、ダウンロードし直すこと）", EN: "a file's format is not known (download it again, with the admin centre's language set to English, or as JSON)"},
	"unexpected_format": {JA: "設定（format）と異なる形式のレコードがある", EN: "a record has another format than settings (format) want"},
	"column_missing":    {JA: "CSV に必要な列がない（ファイル全体を読み取らない。管理センターの表示言語を英語にして、又は JSON 形式で、ダウンロードし直すこと）", EN: "a CSV lacks a column that is needed, and is not read at all (download it again, with the admin centre's language set to English, or as JSON)"},
	"value_unknown":     {JA: "CSV の列に、意味の分からない値がある", EN: "a column of a CSV has a value whose meaning is not known"},
	"line_invalid":      {JA: "ファイルの中に、JSON 又は CSV として読み取れない行がある", EN: "a file holds a line that is no JSON or CSV"},
	"line_cut_short":    {JA: "ファイルの末尾の行が途中で切れている", EN: "the last line of a file is cut short"},
	"record_invalid":    {JA: "ファイルの中に、Entra ID のログとして読み取れないレコードがある", EN: "a file holds a record that is none of Entra ID's logs"},
	"more_flaws":        {JA: "同じファイルに、読み取れない箇所がほかにもある", EN: "there is more in the same file that cannot be read"},

	// Gaps: what records are of.
	"tenant_undetermined": {JA: "どのテナントのものか分からないレコードがある（「tenantId=テナント ID」のフォルダーに置くこと）", EN: "records of a tenant that is not known (put the file into a folder tenantId=…)"},
	"tenant_unexpected":   {JA: "設定にもフォルダー名にもないテナントのレコードがある", EN: "records of a tenant that neither settings nor folders name"},
	"category_misplaced":  {JA: "別の種類のログのフォルダーに置かれたレコードがある", EN: "records lie in the folder of another log"},
	"written_far_apart":   {JA: "発生日時から離れた時刻に書き出されたレコードがあり、発生日の収集では読み取られない", EN: "records were written so long after they happened that the collection of their day does not meet them"},

	// Gaps: days. Some of them are notes where settings say so.
	"day_without_file":   {JA: "エクスポートに、この日のファイルが一つもない", EN: "the export has no file of this day"},
	"export_begins":      {JA: "この時刻より前のファイルがなく、エクスポートがそれまで有効であったことを確認できない", EN: "there is no file of an earlier hour, so that it is not shown that the export was on before"},
	"export_ends":        {JA: "この時刻より後のファイルがなく、エクスポートが継続していたことを確認できない", EN: "there is no file of a later hour, so that it is not shown that the export went on"},
	"window_not_covered": {JA: "ダウンロードしたログの日時が、この時間帯に及んでいない", EN: "the downloaded logs do not reach over this time"},
	"download_cut":       {JA: "ダウンロードの件数上限に達したファイルがあり、続きが失われている可能性がある", EN: "a downloaded file has as many rows as downloads are cut at, and may lack the rest"},
	"category_missing":   {JA: "設定（categories）に挙げた種類のログがエクスポートにない", EN: "a log that settings (categories) name is not in the export"},
	"nothing_exported":   {JA: "この種類のログがエクスポートにない", EN: "there is no such log in the export"},

	// Notes.
	"no_integrity_proof":    {JA: "エクスポートのファイルが改変・削除されていないことは証明されない", EN: "nothing proves that no file of the export was altered or deleted"},
	"changes_only":          {JA: "エクスポートには状態の変更のみが記録される。期間内に変更のなかったユーザーは含まれない", EN: "the export holds changes of state: users whose risk did not change in the period are not in it"},
	"hours_without_file":    {JA: "ファイルのない時間帯がある（記録すべき事象のない時間にはファイルが作成されない。エクスポートの継続は、前後の時間帯のファイルにより確認した）", EN: "hours without a file (none is written of an hour in which nothing happens; files before and after them show that the export was on)"},
	"category_not_exported": {JA: "エクスポートに含まれていない種類のログ（このレコードは収集されない）", EN: "a log that is not exported, of which there are no records"},
	"category_not_read":     {JA: "読み取らない種類のレコード", EN: "records of a category that is not read"},
	"container_not_read":    {JA: "読み取らない種類のログのフォルダー", EN: "a folder of a log that is not read"},
	"sign_in_type_unknown":  {JA: "CSV のファイル名からサインインの種類が分からない（種類は記録しない）", EN: "the name of a CSV does not say of which type its sign-ins are; records do not say it either"},
	"audit_csv":             {JA: "監査ログの CSV には ID がないため行の内容から付けた。対象は 3 件、変更された属性はそれぞれ 5 件までしか含まれない", EN: "the CSV of audit logs has no identities, which are made of the rows, and holds three targets with five modified properties each at most"},
}
