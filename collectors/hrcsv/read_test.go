package hrcsv

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
)

// TestPeople holds what is recorded to the byte, in whatever way the file is
// written.
func TestPeople(t *testing.T) {
	want := []string{
		`{"employee_number":"10001","name":"SRE 01","emails":["sre-01@example.co.jp"],"department":"技術本部/開発部","employment_type":"正社員",` +
			`"joined_at":"2020-04-01T00:00:00+09:00","left_at":null,"moves":[],"status":"employed","roster":"employees","key":"employees/10001",` +
			`"source":{"社員番号":"10001","姓":"SRE","名":"01","メールアドレス":"SRE-01@Example.co.jp","部署":"技術本部/開発部","雇用形態":"正社員","入社年月日":"2020/04/01","退職年月日":"","在籍状況":"在職中"}}`,
		`{"employee_number":"10002","name":"経理 02","emails":["keiri-02@example.co.jp"],"department":"管理本部/経理部","employment_type":"正社員",` +
			`"joined_at":"2019-05-01T00:00:00+09:00","left_at":"2026-10-31T23:59:59+09:00","moves":[],"status":"retired","roster":"employees","key":"employees/10002",` +
			`"source":{"社員番号":"10002","姓":"経理","名":"02","メールアドレス":"keiri-02@example.co.jp","部署":"管理本部/経理部","雇用形態":"正社員","入社年月日":"令和元年5月1日","退職年月日":"2026/10/31","在籍状況":"退職済み"}}`,
		`{"employee_number":"10003","name":"髙﨑① 03","emails":["somu-03@example.co.jp"],"department":"管理本部/総務部","employment_type":"契約社員",` +
			`"joined_at":"2024-04-01T00:00:00+09:00","left_at":null,"moves":[],"status":"absent","roster":"employees","key":"employees/10003",` +
			`"source":{"社員番号":"10003","姓":"髙﨑①","名":"03","メールアドレス":"somu-03@example.co.jp","部署":"管理本部/総務部","雇用形態":"契約社員","入社年月日":"２０２４年４月１日","退職年月日":"","在籍状況":"休職中"}}`,
	}
	text := head + threeRows
	for name, content := range map[string]string{
		"UTF-8":               text,
		"UTF-8 with a mark":   "\ufeff" + text,
		"Shift_JIS":           string(shiftJISOf(t, text)),
		"Unix lines":          strings.ReplaceAll(text, "\r\n", "\n"),
		"tabs":                strings.ReplaceAll(text, ",", "\t"),
		"tabs in Shift_JIS":   string(shiftJISOf(t, strings.ReplaceAll(text, ",", "\t"))),
		"no line at the end":  strings.TrimSuffix(text, "\r\n"),
		"blank lines":         text + ",,,,,,,,,,\r\n\r\n　,,,,,,,,,,\r\n",
		"everything in quote": `"` + strings.ReplaceAll(strings.ReplaceAll(strings.TrimSuffix(text, "\r\n"), ",", `","`), "\r\n", "\"\r\n\"") + "\"\r\n",
	} {
		f := newFolder(t)
		b := f.roster(content, "roster: employees\n")
		var got, ids []string
		for _, r := range b.Records {
			got, ids = append(got, string(r.Body)), append(ids, r.ID)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
		at := "@2026-11-05T00:00:00Z"
		if diff := cmp.Diff([]string{"employees/10001" + at, "employees/10002" + at, "employees/10003" + at}, ids); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
		if c := b.Claims[0]; !c.Satisfied() || count(c, "rows_read") != 3 || count(c, "people_with_leaving_date") != 1 {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

// TestRowsThatCannotBeRead are gaps that name the line and say why, without a
// word of what stands there.
func TestRowsThatCannotBeRead(t *testing.T) {
	for _, tt := range []struct {
		name string
		row  string
		want string
	}{
		{"no number", line("", "秘書-09", "hisho-09@example.co.jp", "2020/04/01", "", ""), "employee number is missing"},
		{"a blank number", line("　 ", "秘書-09", "hisho-09@example.co.jp", "2020/04/01", "", ""), "employee number is missing"},
		{"a joining date that is none", line("10009", "秘書-09", "hisho-09@example.co.jp", "2020/02/30", "", ""), "joined_at: not a date"},
		{"a leaving date that is none", line("10009", "秘書-09", "hisho-09@example.co.jp", "2020/04/01", "未定-09", ""), "left_at: not a date"},
		{"too few fields", "10009,秘書-09,01\r\n", "3 fields, and the header has 11"},
		{"too many fields", strings.TrimSuffix(line("10009", "秘書-09", "a", "2020/04/01", "", ""), "\r\n") + ",x\r\n", "12 fields, and the header has 11"},
		{"a quote", line("10009", `秘書"-09`, "hisho-09@example.co.jp", "2020/04/01", "", ""), "quotes that do not pair"},
		{"bytes that are no UTF-8", line("10009", "秘書-09\xff", "hisho-09@example.co.jp", "2020/04/01", "", ""), "bytes that are not in the encoding utf-8"},
	} {
		f := newFolder(t)
		b := f.roster(head+sreRow+tt.row+keiriRow, "")
		c := b.Claims[0]
		if len(b.Records) != 2 || c.Satisfied() || len(c.Gaps) != 1 {
			t.Errorf("%s: %d records, %+v", tt.name, len(b.Records), c)
			continue
		}
		if g := c.Gaps[0]; g.Code != "row_unreadable" || g.Object != "roster.csv line 3" || !strings.Contains(g.Detail, tt.want) {
			t.Errorf("%s: %+v, want %q", tt.name, g, tt.want)
		}
		text, err := json.Marshal(b)
		for _, word := range []string{"秘書", "hisho", "10009", "未定", "2020/02/30"} {
			if err != nil || strings.Contains(string(text), word) {
				t.Errorf("%s: %q of the row is in what was collected, %v", tt.name, word, err)
			}
		}
	}
}

func TestBytesThatAreNotShiftJIS(t *testing.T) {
	f := newFolder(t)
	content := shiftJISOf(t, head+sreRow+keiriRow+somuRow)
	// The second byte of a character is taken out of the third line.
	at := strings.Index(string(content), string(shiftJISOf(t, "経理,02")))
	broken := append([]byte{}, content[:at]...)
	broken = append(broken, 0x81)
	broken = append(broken, content[at+4:]...)
	f.put("roster.csv", broken, today.Add(-time.Hour))
	b := f.read("file: roster.csv\n")
	c := b.Claims[0]
	if len(b.Records) != 2 || len(c.Gaps) != 1 || c.Gaps[0].Object != "roster.csv line 3" || !strings.Contains(c.Gaps[0].Detail, "shift_jis") {
		t.Errorf("%d records, %+v", len(b.Records), c)
	}
}

// TestAQuoteThatDoesNotEnd swallows what follows, and says so.
func TestAQuoteThatDoesNotEnd(t *testing.T) {
	f := newFolder(t)
	b := f.roster(head+sreRow+`10002,"経理`+"\r\n"+somuRow, "")
	if c := b.Claims[0]; len(b.Records) != 1 || c.Satisfied() || c.Gaps[0].Object != "roster.csv line 3" {
		t.Errorf("%d records, %+v", len(b.Records), c)
	}
}

// TestQuotedCells may hold the delimiter and ends of lines; what follows is still
// named by its line.
func TestQuotedCells(t *testing.T) {
	f := newFolder(t)
	b := f.roster(head+"10001,\"SRE,\r\n二\",01,a@example.co.jp,開発部,正社員,2020/04/01,,,x,y\r\n,broken\r\n", "")
	if got := gjson.GetBytes(b.Records[0].Body, "source.姓").Str; got != "SRE,\n二" {
		t.Errorf("a cell is %q", got)
	}
	if g := b.Claims[0].Gaps; len(g) != 1 || g[0].Object != "roster.csv line 4" {
		t.Errorf("%+v", g)
	}
}

func TestManyUnreadableRows(t *testing.T) {
	f := newFolder(t)
	b := f.roster(head+sreRow+strings.Repeat("x\r\n", 500), "")
	c := b.Claims[0]
	if len(c.Gaps) != 101 || !strings.Contains(c.Gaps[100].Detail, "500 in all") || count(c, "rows_read") != 501 {
		t.Errorf("%d gaps, the last %+v", len(c.Gaps), c.Gaps[len(c.Gaps)-1])
	}
}

// TestOneNumberTwice: rows that say the same are one person; others are two
// people of one number, whom everybody can see.
func TestOneNumberTwice(t *testing.T) {
	other := strings.Replace(sreRow, "SRE-01@Example", "sre-91@example", 1)
	for _, tt := range []struct {
		name     string
		rows     string
		settings string
		keys     []string
		repeated int64
		notes    []string
	}{
		{"the same row", sreRow + keiriRow + sreRow, "", []string{"10001", "10002"}, 1, []string{}},
		{"the same but for its widths", sreRow + strings.Replace(sreRow, "10001", "１０００１ ", 1), "", []string{"10001"}, 1, []string{}},
		{"the same in all that is recorded", sreRow + strings.Replace(sreRow, unrecorded[0], "1990/01/01", 1), "", []string{"10001"}, 1, []string{}},
		{"another address", sreRow + keiriRow + other, "", []string{"10001", "10002", "10001#2"}, 0, []string{"number_used_twice"}},
		{"three times", sreRow + other + strings.Replace(other, "正社員", "顧問", 1), "", []string{"10001", "10001#2", "10001#3"}, 0, []string{"number_used_twice"}},
		{"zeros that a spreadsheet took", strings.Replace(sreRow, "10001", "010001", 1) + other, "employee_number_width: 6\n", []string{"010001", "010001#2"}, 0, []string{"number_used_twice"}},
		{"a number like a key", sreRow + other + strings.Replace(sreRow, "10001", "10001#2", 1), "", []string{"10001", "10001#2#", "10001#2"}, 0, []string{"number_used_twice"}},
	} {
		f := newFolder(t)
		b := f.roster(head+tt.rows, "roster: r\n"+tt.settings)
		var keys []string
		ids := map[string]bool{}
		for _, r := range b.Records {
			keys = append(keys, strings.TrimPrefix(gjson.GetBytes(r.Body, "key").Str, "r/"))
			ids[r.ID] = true
		}
		c := b.Claims[0]
		if diff := cmp.Diff(tt.keys, keys); diff != "" || len(ids) != len(tt.keys) {
			t.Errorf("%s: %v\n%s", tt.name, ids, diff)
		}
		if diff := cmp.Diff(append([]string{"no_proof_of_completeness"}, tt.notes...), sorted(codes(c.Notes))); diff != "" || !c.Satisfied() || count(c, "rows_repeated") != tt.repeated {
			t.Errorf("%s: %+v\n%s", tt.name, c, diff)
		}
	}
}

// sorted puts the note that every unproven roster has first.
func sorted(list []string) []string {
	out := []string{}
	for _, c := range list {
		if c == "no_proof_of_completeness" {
			out = append([]string{c}, out...)
		} else {
			out = append(out, c)
		}
	}
	return out
}

func TestMoves(t *testing.T) {
	const head = "社員番号,氏名,異動日,異動後部署,入社年月日,退職年月日\n"
	settings := "moves: {at: 異動日, department: 異動後部署}\nroster: r\n"
	at := func(s, department string) string {
		return `{"at":"` + s + `T00:00:00+09:00","department":"` + department + `"}`
	}
	for _, tt := range []struct {
		name        string
		rows        string
		settings    string
		departments []string
		moves       []string
	}{
		{"nobody moved", "1,a,,,2020/04/01,\n", "", []string{""}, []string{"[]"}},
		{"once", "1,a,2026/10/01,開発部,2020/04/01,\n", "", []string{""}, []string{"[" + at("2026-10-01", "開発部") + "]"}},
		{"in any order", "1,a,2026/10/01,開発部,2020/04/01,\n2,b,,,2020/04/01,\n1,a,2024/04/01,経理部,2020/04/01,\n", "", []string{"", ""},
			[]string{"[" + at("2024-04-01", "経理部") + "," + at("2026-10-01", "開発部") + "]", "[]"}},
		{"the same twice", "1,a,2026/10/01,開発部,2020/04/01,\n1,a,2026/10/01,開発部,2020/04/01,\n", "", []string{""}, []string{"[" + at("2026-10-01", "開発部") + "]"}},
		{"the department is the last one moved to", "1,a,2026/10/01,開発部,2020/04/01,\n1,a,2024/04/01,経理部,2020/04/01,\n", "columns: {department: 異動後部署}\n", []string{"開発部"},
			[]string{"[" + at("2024-04-01", "経理部") + "," + at("2026-10-01", "開発部") + "]"}},
		{"not yet moved", "1,a,2026/12/01,開発部,2020/04/01,\n1,a,2024/04/01,経理部,2020/04/01,\n", "columns: {department: 異動後部署}\n", []string{"経理部"},
			[]string{"[" + at("2024-04-01", "経理部") + "," + at("2026-12-01", "開発部") + "]"}},
		{"a department without a move", "1,a,,経理部,2020/04/01,\n1,a,2026/10/01,開発部,2020/04/01,\n", "columns: {department: 異動後部署}\n", []string{"開発部"},
			[]string{"[" + at("2026-10-01", "開発部") + "]"}},
		{"a move to nowhere", "1,a,2026/10/01,,2020/04/01,\n", "", []string{""}, []string{`[{"at":"2026-10-01T00:00:00+09:00","department":null}]`}},
		{"two people", "1,a,2026/10/01,開発部,2020/04/01,\n1,b,2024/04/01,経理部,2020/04/01,\n", "", []string{"", ""},
			[]string{"[" + at("2026-10-01", "開発部") + "]", "[" + at("2024-04-01", "経理部") + "]"}},
	} {
		f := newFolder(t)
		b := f.roster(head+tt.rows, settings+tt.settings)
		var departments, moves []string
		for _, r := range b.Records {
			departments, moves = append(departments, gjson.GetBytes(r.Body, "department").Str), append(moves, gjson.GetBytes(r.Body, "moves").Raw)
		}
		if diff := cmp.Diff(tt.moves, moves) + cmp.Diff(tt.departments, departments); diff != "" || !b.Claims[0].Satisfied() {
			t.Errorf("%s: %v\n%s", tt.name, b.Claims[0].Gaps, diff)
		}
	}
	for row, want := range map[string]string{
		"1,a,いつか,開発部,2020/04/01,\n": "moves: not a date",
		"1,a,,開発部,2020/04/01,\n":    "a department without the day",
	} {
		f := newFolder(t)
		c := f.roster(head+row, settings).Claims[0]
		if len(c.Gaps) == 0 || !strings.Contains(c.Gaps[0].Detail, want) {
			t.Errorf("%q: %+v, want %q", row, c.Gaps, want)
		}
	}
}

func TestColumns(t *testing.T) {
	for _, tt := range []struct {
		name     string
		content  string
		settings string
		want     string // JSON of some fields of the first person
	}{
		{"other names", "No.,氏名,会社メール,予備,所属,区分,入社,退社\n7,総務-01,A@example.co.jp,b@example.co.jp;c@example.co.jp,総務部,正社員,2020/04/01,\n",
			"columns: {employee_number: No., name: 氏名, emails: [会社メール, 予備], department: 所属, employment_type: 区分, joined_at: 入社, left_at: 退社}\n",
			`["7","総務-01",["a@example.co.jp","b@example.co.jp","c@example.co.jp"],"総務部","正社員",null]`},
		{"several for one", "社員番号,姓,名,本部,部,入社年月日,退職年月日\n7,総務,01,管理本部,総務部,2020/04/01,\n",
			"columns: {department: [本部, 部]}\n", `["7","総務 01",[],"管理本部/総務部",null,null]`},
		{"full-width headers", "社員番号,姓,名,部署１,入社年月日,退職年月日\n7,総務,,総務部,2020/04/01,\n", "", `["7","総務",[],"総務部",null,null]`},
		{"SmartHR's name of the department", "社員番号,姓,名,部署1 部署,部署2 部署,入社年月日,退職年月日\n7,総務,01,総務部,経理部,2020/04/01,\n", "", `["7","総務 01",[],"総務部",null,null]`},
		{"one name column", "社員番号,氏名,入社年月日,退職年月日\n7,総務　01,2020/04/01,\n", "", `["7","総務　01",[],null,null,null]`},
		{"what the roster does not have", "社員番号,氏名,入社年月日\n7,総務-01,2020/04/01\n", "columns: {left_at: none, emails: none}\n", `["7","総務-01",[],null,null,null]`},
	} {
		f := newFolder(t)
		b := f.roster(tt.content, tt.settings)
		var got []json.RawMessage
		for _, v := range gjson.GetManyBytes(b.Records[0].Body, "employee_number", "name", "emails", "department", "employment_type", "left_at") {
			got = append(got, json.RawMessage(v.Raw))
		}
		text, err := json.Marshal(got)
		if err != nil || string(text) != tt.want {
			t.Errorf("%s: %s, %v; want %s", tt.name, text, err, tt.want)
		}
		if !b.Claims[0].Satisfied() {
			t.Errorf("%s: %+v", tt.name, b.Claims[0].Gaps)
		}
	}
}

func TestWhatARosterDoesNotTell(t *testing.T) {
	f := newFolder(t)
	c := f.roster("社員番号,氏名,入社年月日\n7,総務-01,2020/04/01\n", "columns: {left_at: none}\n").Claims[0]
	var absent []string
	for _, n := range c.Notes {
		absent = append(absent, n.Code+" "+n.Object)
	}
	want := []string{"no_proof_of_completeness roster.csv", "column_absent emails", "column_absent department", "column_absent employment_type", "no_leaving_dates left_at", "column_absent status"}
	if diff := cmp.Diff(want, absent); diff != "" {
		t.Error(diff)
	}
}

func TestKeptColumns(t *testing.T) {
	f := newFolder(t)
	content := strings.ReplaceAll(head, "部署,", "部署,役職,") + "10001,SRE,01,a@example.co.jp,開発部,\"部長 \",正社員,2020/04/01,,在職中,1985/02/03,架空市\r\n"
	b := f.roster(content, "keep: 役職\n")
	if got := gjson.GetBytes(b.Records[0].Body, "source.役職").Str; got != "部長 " {
		t.Errorf("kept %q", got)
	}
	if got := gjson.GetBytes(b.Records[0].Body, "source.生年月日"); got.Exists() {
		t.Errorf("kept %s", got)
	}
}

// TestRostersThatAreRefused: an error names columns of the settings and the file,
// and nothing that stands in it: without a header, that is somebody.
func TestRostersThatAreRefused(t *testing.T) {
	for _, tt := range []struct {
		name, content, settings, want string
	}{
		{"no header", sreRow + keiriRow, "", "line 1, its header of 11 columns: there is no column 社員番号 for employee_number"},
		{"no leaving date", "社員番号,氏名,入社年月日\n7,総務-01,2020/04/01\n", "", "or say that the roster has none (left_at: none)"},
		{"a column that is not there", head + sreRow, "columns: {emails: 会社メール}\n", "columns: emails: there is no column 会社メール"},
		{"a column twice", "社員番号,氏名,氏名,入社年月日,退職年月日\n7,a,b,,\n", "", "there are 2 columns 氏名"},
		{"a kept column that is not there", head + sreRow, "keep: [役職]\n", "keep: there is no column 役職"},
		{"a transfer's column that is not there", head + sreRow, "moves: {at: 異動日, department: 異動後部署}\n", "moves: there is no column 異動日"},
		{"nothing but blank lines", "\r\n\r\n", "", "no header"},
		{"UTF-16", "\xff\xfe1\x000\x00", "", "UTF-16"},
		{"a spreadsheet", "PK\x03\x04\x00\x00", "", "no text"},
		{"neither", "\xff\xff,\xfe\n", "", "not clear"},
		{"Shift_JIS that begins with the mark of UTF-8", "\ufeff" + head, "encoding: shift_jis\n", "the mark of UTF-8"},
		{"a header that is not in the encoding", string(shiftJISOf(t, head)) + sreRow, "encoding: utf-8\n", "its header: bytes that are not in the encoding"},
	} {
		f := newFolder(t)
		f.put("roster.csv", []byte(tt.content), today)
		_, b, err := f.collect("file: roster.csv\n" + tt.settings)
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "roster.csv") {
			t.Errorf("%s: %d records, %v; want %q", tt.name, len(b.Records), err, tt.want)
			continue
		}
		for _, word := range append([]string{"SRE", "10001", "総務-01"}, unrecorded...) {
			if strings.Contains(err.Error(), word) {
				t.Errorf("%s: %q is in %v", tt.name, word, err)
			}
		}
	}
}

func TestARosterWithoutPeopleProvesNothing(t *testing.T) {
	f := newFolder(t)
	c := f.roster(head, "").Claims[0]
	if diff := cmp.Diff([]string{"roster_empty"}, codes(c.Gaps)); diff != "" || c.Satisfied() {
		t.Errorf("%+v", c)
	}
}

func TestWhatIsOddInARow(t *testing.T) {
	for _, tt := range []struct {
		name        string
		row         string
		gaps, notes []string
	}{
		{"nothing", line("1", "a", "a@example.co.jp", "2020/04/01", "", "在職中"), []string{}, []string{}},
		{"no address", line("1", "a", "なし", "2020/04/01", "", "在職中"), []string{}, []string{"email_unreadable"}},
		{"a status of the roster's own", line("1", "a", "a@example.co.jp", "2020/04/01", "", "出向"), []string{}, []string{"status_unknown"}},
		{"left, nobody knows when", line("1", "a", "a@example.co.jp", "2020/04/01", "", "退職済み"), []string{"left_without_date"}, []string{}},
		{"left before joining", line("1", "a", "a@example.co.jp", "2020/04/01", "2020/03/31", "退職"), []string{}, []string{"left_before_joined"}},
		{"never leaves", line("1", "a", "a@example.co.jp", "2020/04/01", "9999/12/31", "在籍"), []string{}, []string{}},
	} {
		f := newFolder(t)
		c := f.roster(head+tt.row, "rows: 1\n").Claims[0]
		if diff := cmp.Diff([2][]string{tt.gaps, tt.notes}, [2][]string{codes(c.Gaps), codes(c.Notes)}); diff != "" {
			t.Errorf("%s:\n%s", tt.name, diff)
		}
	}
}

func TestHowCompleteARosterIs(t *testing.T) {
	text := head + threeRows
	f := newFolder(t)
	f.put("roster.csv", []byte(text), today)
	file, err := f.source("file: roster.csv").load("roster.csv")
	if err != nil {
		t.Fatal(err)
	}
	sum, wrong := file.sha256, strings.Repeat("0", 64)
	put := func(name, content string) { f.put(name, []byte(content), today) }
	put("roster.csv.sha256", sum+"  roster.csv\n")
	put("upper.sha256", strings.ToUpper(sum)+" *other/roster.csv\r\n")
	put("tagged.sha256", "SHA256 (x.csv) = "+wrong+"\nSHA256 (roster.csv) = "+sum+"\n")
	put("bare.sha256", "\ufeff"+sum)
	put("of-another.sha256", sum+"  another.csv\n")
	put("wrong.sha256", wrong+"  roster.csv\n")
	put("roster.csv.rows", "3\n")
	put("more.rows", "1,003\n")
	put("no.rows", "three\n")
	for _, tt := range []struct {
		settings        string
		method          evidence.Method
		expected, found int64
		gaps            []string
		proof           string
	}{
		{"", evidence.PagesExhausted, 1, 1, []string{}, ""},
		{"rows: 3", evidence.SourceCount, 3, 3, []string{}, ""},
		{"rows: 4", evidence.SourceCount, 4, 3, []string{"rows_differ"}, ""},
		{"rows: 2", evidence.SourceCount, 2, 3, []string{"rows_differ"}, ""},
		{"rows_file: .rows", evidence.SourceCount, 3, 3, []string{}, ""},
		{"rows_file: more.rows", evidence.SourceCount, 1003, 3, []string{"rows_differ"}, ""},
		{"rows_file: no.rows", evidence.PagesExhausted, 1, 0, []string{"row_count_missing"}, ""},
		{"rows_file: missing.rows", evidence.PagesExhausted, 1, 0, []string{"row_count_missing"}, ""},
		{"checksum: .sha256", evidence.FileChecksum, 1, 1, []string{}, "file roster.csv.sha256"},
		{"checksum: upper.sha256", evidence.FileChecksum, 1, 1, []string{}, "file upper.sha256"},
		{"checksum: tagged.sha256", evidence.FileChecksum, 1, 1, []string{}, "file tagged.sha256"},
		{"checksum: bare.sha256", evidence.FileChecksum, 1, 1, []string{}, "file bare.sha256"},
		{"checksum: wrong.sha256", evidence.FileChecksum, 1, 0, []string{"checksum_mismatch"}, "file wrong.sha256"},
		{"checksum: of-another.sha256", evidence.FileChecksum, 1, 0, []string{"checksum_missing"}, "file of-another.sha256"},
		{"checksum: missing.sha256", evidence.FileChecksum, 1, 0, []string{"checksum_missing"}, ""},
		{"checksum: .sha256\nrows: 4", evidence.FileChecksum, 1, 0, []string{"rows_differ"}, "file roster.csv.sha256"},
	} {
		b := f.read("file: roster.csv\n" + tt.settings)
		c := b.Claims[0]
		if c.Method != tt.method || c.Expected != tt.expected || c.Found != tt.found || b.Origins[0].Proof != tt.proof || c.Satisfied() != (len(tt.gaps) == 0) {
			t.Errorf("%q: %s %d of %d, proof %q", tt.settings, c.Method, c.Found, c.Expected, b.Origins[0].Proof)
		}
		if diff := cmp.Diff(tt.gaps, codes(c.Gaps)); diff != "" || len(b.Records) != 3 {
			t.Errorf("%q: %d records\n%s", tt.settings, len(b.Records), diff)
		}
	}
}

// TestRepeatedRowsCountAsRows: a number of rows is what the file has.
func TestRepeatedRowsCountAsRows(t *testing.T) {
	f := newFolder(t)
	b := f.roster(head+sreRow+sreRow+keiriRow+",,,,,,,,,,\r\n", "rows: 3\n")
	if c := b.Claims[0]; !c.Satisfied() || len(b.Records) != 2 || count(c, "rows_blank") != 1 {
		t.Errorf("%d records, %+v", len(b.Records), c)
	}
}

func TestAge(t *testing.T) {
	start, end := october.Start.UTC(), october.End.UTC()
	for _, tt := range []struct {
		written     time.Time
		settings    string
		gaps, notes []string
		from        time.Time // of the time that it tells nothing of
	}{
		{end, "", []string{}, []string{}, time.Time{}},
		{end.Add(time.Hour), "", []string{}, []string{}, time.Time{}},
		{end.Add(-time.Second), "", []string{}, []string{"roster_before_end"}, end.Add(-time.Second)},
		{end.AddDate(0, 0, -20), "", []string{}, []string{"roster_before_end"}, end.AddDate(0, 0, -20)},
		{end.AddDate(0, 0, -35), "", []string{}, []string{"roster_before_end"}, start},
		{end.AddDate(0, 0, -35).Add(-time.Second), "", []string{"roster_too_old"}, []string{}, start},
		{end.AddDate(0, 0, -20), "max_age: 10d\n", []string{"roster_too_old"}, []string{}, end.AddDate(0, 0, -20)},
		{end.Add(-time.Second), "max_age: 0d\n", []string{"roster_too_old"}, []string{}, end.Add(-time.Second)},
		{end.AddDate(0, 0, -20), "max_age: 480h\n", []string{}, []string{"roster_before_end"}, end.AddDate(0, 0, -20)},
	} {
		f := newFolder(t)
		f.put("roster.csv", []byte(head+threeRows), tt.written)
		c := f.read("file: roster.csv\nrows: 3\n" + tt.settings).Claims[0]
		if diff := cmp.Diff([2][]string{tt.gaps, tt.notes}, [2][]string{codes(c.Gaps), codes(c.Notes)}); diff != "" {
			t.Errorf("written %s, %q:\n%s", tt.written, tt.settings, diff)
			continue
		}
		for _, x := range append(c.Gaps, c.Notes...) {
			if !x.Window.Start.Equal(tt.from) || !x.Window.End.Equal(end) {
				t.Errorf("written %s, %q: it tells nothing of %s", tt.written, tt.settings, x.Window)
			}
		}
	}
}

func TestOrigin(t *testing.T) {
	f := newFolder(t)
	f.put("hr/roster.csv", []byte(head+threeRows), today.Add(-time.Hour))
	b := f.read("file: hr/roster.csv")
	o := b.Origins[0]
	if o.Request != "file hr/roster.csv" || !o.Date.Equal(today.Add(-time.Hour)) || o.Size != int64(len(head+threeRows)) {
		t.Errorf("%+v", o)
	}
	if text, err := json.Marshal(b); err != nil || strings.Contains(string(text), f.dir) {
		t.Errorf("the machine's own path is in %s, %v", text, err)
	}
	if got, want := f.source("file: hr/*.csv").Location(), "file://"+f.dir+"/hr/*.csv"; got != want {
		t.Errorf("it is at %s, want %s", got, want)
	}
}

// TestManyPeopleOfOneNumber are read in a time that does not grow with their square.
func TestManyPeopleOfOneNumber(t *testing.T) {
	var rows strings.Builder
	rows.WriteString(head)
	for i := range 20000 {
		rows.WriteString(line("1", fmt.Sprintf("n-%d", i), "", "", "", ""))
	}
	f := newFolder(t)
	begun := time.Now()
	b := f.roster(rows.String(), "")
	if d := time.Since(begun); len(b.Records) != 20000 || d > 20*time.Second {
		t.Errorf("%d records in %s", len(b.Records), d)
	}
	if n := b.Claims[0].Notes; len(n) != 2 || len(n[1].Detail) > 2000 {
		t.Errorf("%d notes", len(n))
	}
}
