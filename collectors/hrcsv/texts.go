package hrcsv

import (
	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/internal/roster"
)

// texts explains every code of this driver's claims.
var texts = roster.Texts(map[string]evidence.Text{
	"rows_of_the_roster": {JA: "名簿の行", EN: "rows of the roster"},
	"files_checked":      {JA: "チェックサムを照合した名簿ファイル", EN: "roster files held against their checksum"},
	"lists_read":         {JA: "末尾まで読み取った名簿", EN: "rosters read to their end"},
	"rows_read":          {JA: "読み取った行（見出し及び空行を除く）", EN: "rows read, the header and blank ones apart"},
	"rows_repeated":      {JA: "他の行と同一の行", EN: "rows that say again what another says"},
	"rows_blank":         {JA: "空行", EN: "blank rows"},

	"row_unreadable":           {JA: "読み取れない行がある", EN: "a row that cannot be read"},
	"rows_differ":              {JA: "行数が所定の行数と一致しない", EN: "another number of rows than there should be"},
	"row_count_missing":        {JA: "所定の行数を確認できない", EN: "how many rows there should be is not known"},
	"checksum_missing":         {JA: "名簿ファイルのチェックサムを確認できない", EN: "no checksum of the roster to hold it against"},
	"checksum_mismatch":        {JA: "名簿ファイルがチェックサムと一致しない", EN: "the roster is not the file that its checksum is of"},
	"roster_too_old":           {JA: "名簿が古く、対象期間末までの入退社を示さない", EN: "the roster is too old to tell who joined and left until the end"},
	"roster_before_end":        {JA: "名簿は対象期間末より前に出力されたものであり、その後に登録された入退社を含まない", EN: "the roster was written before the end, and has nothing of what was entered since"},
	"no_proof_of_completeness": {JA: "名簿の行数及びチェックサムが示されておらず、ファイルの末尾まで読み取ったことのみを確認した", EN: "neither a checksum nor a number of rows was given: nothing but the file itself says that it is whole"},
	"no_leaving_dates":         {JA: "名簿に退職日がない。退職者はこの名簿からは分からない", EN: "the roster has no leaving dates: who left cannot be told by it"},
	"column_absent":            {JA: "名簿にない項目", EN: "something that the roster does not tell of"},
	"status_unknown":           {JA: "在籍状況として読み取れない値がある（原文は source に残る）", EN: "a status of which the meaning is not known (source has it as it was)"},
})
