package demo

import (
	"strings"

	"github.com/evidencepack/evidence/internal/demo/graph"
	"github.com/evidencepack/evidence/internal/demo/smarthr"
)

// employee is somebody on the roster. People are posts: the same ones as in AWS and
// on GitHub.
type employee struct {
	number     string
	post       string // as HR and colleagues call them: 経理-02
	account    string // the name before the @; empty: no account of their own
	department string
	employment string
	entered    string
	resigned   string // the last day
}

const (
	platform   = "技術本部/基盤部"
	payment    = "技術本部/決済開発部"
	mobileDept = "技術本部/モバイル部"
	security   = "セキュリティ部"
	operations = "オペレーション部"
	sales      = "事業本部/営業部"
	bizops     = "事業本部/BizOps部"
	accounting = "コーポレート本部/経理部"
	hrDept     = "コーポレート本部/人事部"
	itDept     = "コーポレート本部/情報システム部"
	auditDept  = "内部監査室"
	board      = "役員"

	permanent = "正社員"
)

// employees are everybody on the roster. October's leavers and joiners are told apart
// in leaverStory and accountStory.
var employees = []employee{
	{"01001", "役員-01", "yakuin-01", board, "役員", "2012-04-01", ""},
	{"01002", "役員-02", "yakuin-02", board, "役員", "2016-04-01", ""},
	{"01011", "sre-01", "sre-01", platform, permanent, "2017-04-01", ""},
	{"01012", "sre-02", "sre-02", platform, permanent, "2018-04-01", ""},
	{"01013", "sre-03", "sre-03", platform, permanent, "2021-07-01", ""},
	{"01014", "dba-01", "dba-01", platform, permanent, "2016-10-01", ""},
	{"01015", "dba-02", "dba-02", platform, permanent, "2022-04-01", ""},
	{"01021", "dev-01", "dev-01", payment, permanent, "2018-04-01", ""},
	{"01022", "dev-02", "dev-02", payment, permanent, "2019-04-01", ""},
	{"01023", "dev-03", "dev-03", payment, permanent, "2020-04-01", ""},
	{"01024", "dev-04", "dev-04", payment, permanent, "2026-07-01", ""}, // contractor-04 before
	{"01025", "dev-05", "dev-05", payment, permanent, "2024-04-01", ""},
	{"01026", "dev-06", "dev-06", payment, permanent, "2021-04-01", "2026-10-31"},
	{"01027", "dev-07", "dev-07", payment, permanent, "2023-04-01", ""},
	{"01028", "dev-08", "dev-08", payment, permanent, "2026-10-01", ""},
	{"01029", "dev-09", "dev-09", payment, permanent, "2026-11-16", ""},
	{"01031", "mob-01", "mob-01", mobileDept, permanent, "2019-04-01", ""},
	{"01032", "mob-02", "mob-02", mobileDept, permanent, "2021-04-01", ""},
	{"01033", "mob-03", "mob-03", mobileDept, permanent, "2022-10-01", ""},
	{"01034", "mob-04", "mob-04", mobileDept, permanent, "2026-11-03", ""},
	{"01041", "sec-01", "sec-01", security, permanent, "2018-04-01", ""},
	{"01042", "sec-02", "sec-02", security, permanent, "2020-10-01", ""},
	{"01051", "bizops-01", "bizops-01", bizops, permanent, "2019-10-01", ""},
	{"01052", "bizops-02", "bizops-02", bizops, permanent, "2022-04-01", "2026-10-20"},
	{"01053", "bizops-03", "bizops-03", bizops, permanent, "2023-04-01", "2026-11-06"},
	{"01061", "ops-01", "ops-01", operations, permanent, "2018-04-01", ""},
	{"01062", "ops-02", "ops-02", operations, permanent, "2019-04-01", ""},
	{"01063", "ops-03", "ops-03", operations, permanent, "2021-04-01", "2026-10-09"},
	{"01064", "ops-04", "ops-04", operations, permanent, "2022-04-01", ""},
	{"01065", "ops-05", "ops-05", operations, permanent, "2023-10-01", "2026-10-23"},
	{"01071", "audit-01", "audit-01", auditDept, permanent, "2017-04-01", ""},
	{"01072", "audit-02", "audit-02", auditDept, permanent, "2021-04-01", ""},
	{"01081", "経理-01", "keiri-01", accounting, permanent, "2015-04-01", ""},
	{"01082", "経理-02", "keiri-02", accounting, permanent, "2018-04-01", ""},
	{"01083", "経理-03", "keiri-03", accounting, permanent, "2020-04-01", ""},
	{"01084", "経理-04", "keiri-04", accounting, permanent, "2022-04-01", "2026-10-16"},
	{"01085", "経理-05", "keiri-05", accounting, permanent, "2026-11-02", ""},
	{"01091", "人事-01", "jinji-01", hrDept, permanent, "2016-04-01", ""},
	{"01092", "人事-02", "jinji-02", hrDept, permanent, "2021-04-01", "2026-10-31"},
	{"01101", "営業-01", "eigyo-01", sales, permanent, "2016-04-01", ""},
	{"01102", "営業-02", "eigyo-02", sales, permanent, "2019-04-01", ""},
	{"01103", "営業-03", "eigyo-03", sales, permanent, "2020-04-01", "2026-10-14"},
	{"01104", "営業-04", "eigyo-04", sales, permanent, "2022-04-01", ""},
	{"01105", "営業-05", "eigyo-05", sales, permanent, "2021-10-01", "2026-09-30"},
	{"01106", "営業-06", "eigyo-06", sales, permanent, "2026-10-15", ""},
	{"01111", "it-01", "it-01", itDept, permanent, "2016-04-01", ""},
	{"01112", "it-02", "it-02", itDept, permanent, "2020-04-01", ""},
	{"01121", "支社-01", "", sales, permanent, "2017-04-01", ""},
	{"01122", "支社-02", "", sales, permanent, "2020-04-01", ""},
	{"09003", "contractor-03", "contractor-03", payment, "業務委託", "2026-04-01", ""},
	{"09101", "パート-02", "", operations, "アルバイト・パート", "2025-06-01", "2026-10-15"},
}

// names cut a post into the two names that HR systems want.
func (p employee) names() (last, first string) {
	last, first, _ = strings.Cut(p.post, "-")
	return last, first
}

// mail is the address that HR has of somebody.
func (p employee) mail() string {
	switch {
	case strings.HasPrefix(p.post, "支社-"):
		return "shisha@" + tenantDomain // the branch's own, which both use
	case p.post == "audit-01":
		return "Audit-01@Example.co.jp"
	case p.account == "":
		return ""
	}
	return p.account + "@" + tenantDomain
}

// roster is the company's roster as SmartHR has it.
func roster() []smarthr.Crew {
	var out []smarthr.Crew
	for _, p := range employees {
		last, first := p.names()
		out = append(out, smarthr.Crew{
			Number: p.number, LastName: last, FirstName: first, Email: p.mail(), Department: p.department, Employment: p.employment,
			Entered: p.entered, Resigned: p.resigned, Updated: inJapan("2026-09-01 10:00:00"),
		})
	}
	return out
}

// personItem is how a record of HR names somebody: by the roster and the number.
func personItem(number string) string { return rosterTenant + "/" + number }

// hire gives everybody an account, a day before they come.
func (e *entra) hire() {
	for _, p := range employees {
		if p.account == "" {
			continue
		}
		at := inJapan(p.entered+" 09:00:00").AddDate(0, 0, -1)
		if at.Before(e.t.Created) {
			at = e.t.Created.AddDate(0, 0, 10)
		}
		if p.entered > "2026-10-15" { // those of November have theirs already
			at = inJapan("2026-10-26 10:00:00")
		}
		u := e.t.User(p.account, at, graph.Object{
			"displayName": p.post, "employeeId": p.employeeID(), "department": p.department[strings.LastIndex(p.department, "/")+1:], "employeeType": p.employment,
			"jobTitle": nil, "companyName": tenantName,
		})
		if at.After(inJapan("2026-09-25 00:00:00")) {
			u.Added(e.provisioning.Principal)
		}
		e.accounts[p.account] = u
	}
}

// employeeID is the number that the account carries, which is the person's own with
// the exceptions of the story.
func (p employee) employeeID() any {
	switch p.post {
	case "dba-01":
		return strings.TrimLeft(p.number, "0") // a spreadsheet took the zero away
	case "audit-01":
		return nil
	case "営業-02":
		return "91102"
	}
	return p.number
}
