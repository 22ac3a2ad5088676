package entraidexport

import (
	"fmt"
	"testing"
	"time"
)

// downloads are files of the admin centre that reach over the period: interactive
// sign-ins as CSV, others and what is of risks as JSON, audits as CSV; something
// every hour.
func downloads(t testing.TB) export {
	t.Helper()
	var users, audits []cells
	var others, risks []string
	for at := period.Start.Add(-2 * time.Hour); at.Before(period.End.Add(2 * time.Hour)); at = at.Add(time.Hour) {
		when := at.UTC().Format(time.RFC3339)
		users = append(users, with(aSignIn, cells{"Date (UTC)": when, "Request ID": "i-" + when}))
		audits = append(audits, with(anAudit, cells{"Date (UTC)": when}))
		others = append(others, line("NonInteractiveUserSignInLogs", tenant, "n-"+when, at, ""))
	}
	for n, at := range []time.Time{period.Start.Add(-time.Minute), period.Start, period.End.Add(-time.Minute), period.End} {
		risks = append(risks, line("UserRiskEvents", tenant, fmt.Sprint("d-", n), at, `,"riskEventType":"generic"`), line("RiskyUsers", tenant, fmt.Sprint("u-", n), at, ""))
	}
	return export{
		"InteractiveSignIns_2026-10-04_2026-10-08.csv":     sheetText(userHeader, users...),
		"NonInteractiveSignIns_2026-10-04_2026-10-08.json": graphs(t, others...),
		"AuditLogs_2026-10-08.csv":                         sheetText(auditHeader, audits...),
		"risks.json":                                       graphs(t, risks...),
	}
}
