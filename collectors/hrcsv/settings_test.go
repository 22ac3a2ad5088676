package hrcsv

import (
	"strings"
	"testing"
	"time"
)

func TestSettings(t *testing.T) {
	f := newFolder(t)
	for _, tt := range []struct{ yaml, want string }{ // want: the roster's name, or a part of the error
		{"file: roster.csv", "= roster.csv"},
		{"file: hr/roster.csv", "= roster.csv"},
		{"file: hr/*.csv", "= hr/*.csv"},
		{"file: hr/*.csv\nroster: employees", "= employees"},
		{"{}", "file is needed"},
		{"file: \"[\"", "file: pattern"},
		{"file: a.csv\nencoding: utf-16", "encoding: \"utf-16\""},
		{"file: a.csv\ndelimiter: \";\"", "delimiter: \";\""},
		{"file: a.csv\ntimezone: JST-9", "no name of the IANA time zone database"},
		{"file: a.csv\nemployee_number_width: 30", "employee_number_width: 30"},
		{"file: a.csv\nrows: -1", "rows: -1"},
		{"file: a.csv\nrows: 1\nrows_file: .rows", "alternatives"},
		{"file: a.csv\nmoves: {at: 異動日}", "moves: at and department are needed"},
		{"file: a.csv\nmax_age: soon", "max_age: \"soon\""},
		{"file: a.csv\nmax_age: -1d", "max_age: \"-1d\""},
		{"file: a.csv\nmax_age: -1h", "max_age: \"-1h\""},
		{"file: a.csv\ncolumns: {employee_number: none}", "a roster without numbers"},
		{"file: a.csv\ncolumns: {joined_at: [年, 月]}", "columns: joined_at: want one column"},
		{"file: a.csv\ncolumns: {name: [姓, \"\"]}", "columns: name: want the header"},
		{"file: a.csv\ncolumns: {birthday: 生年月日}", "birthday"},
		{"file: a.csv\nkeep: 生年月日", "keep: 生年月日: what is private"},
		{"file: a.csv\nkeep: [役職, 現住所]", "keep: 現住所: what is private"},
		{"file: a.csv\ncolumns: {department: 銀行口座}", "columns: department: 銀行口座: what is private"},
		{"file: a.csv\nmoves: {at: 生年月日, department: 部署}", "moves: 生年月日: what is private"},
		{"file: a.csv\nkeep: {a: b}", "keep"},
	} {
		s, err := open(f.env(), strict(tt.yaml))
		name, ok := strings.CutPrefix(tt.want, "= ")
		switch {
		case ok && err != nil:
			t.Errorf("%q: %v", tt.yaml, err)
		case ok && s.settings.Roster != name:
			t.Errorf("%q is called %q", tt.yaml, s.settings.Roster)
		case !ok && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%q: %v, want %q", tt.yaml, err, tt.want)
		}
	}
}

func TestPrivateHeaders(t *testing.T) {
	for _, h := range []string{
		"マイナンバー", "個人番号", "生年月日", "生年月日（西暦）", "現住所", "住民票住所", "郵便番号", "電話番号", "携帯電話番号", "口座番号", "銀行コード",
		"扶養家族", "配偶者の有無", "基礎年金番号", "Date of Birth", "ＢＩＲＴＨＤＡＹ", "My Number", "Home Address", "Address1", "Phone", "Bank Account", "Gender", "性別",
	} {
		if !private(h) {
			t.Errorf("%s may be recorded", h)
		}
	}
	for _, h := range []string{"社員番号", "メールアドレス", "会社メールアドレス", "E-mail Address", "Mail address", "部署", "支店", "役職", "等級", "退職事由", "入社年月日", "事業所", "職種"} {
		if private(h) {
			t.Errorf("%s is taken for private", h)
		}
	}
}

func TestAges(t *testing.T) {
	for s, want := range map[string]time.Duration{"0d": 0, "35d": 35 * 24 * time.Hour, "12h": 12 * time.Hour, "90m": 90 * time.Minute} {
		if got, err := age(s); err != nil || got != want {
			t.Errorf("%s is %s, %v", s, got, err)
		}
	}
}
