package demo

import (
	"time"

	"github.com/evidencepack/evidence/internal/demo/graph"
)

// accountStory is for ACC-04: accounts that belong to nobody, to two, or to somebody
// who is not there. Accounts are snapshots, which have no time of their own.
func (e *entra) accountStory() {
	account := func(key, name string) { e.mark(key, e.as(name).ID, time.Time{}) }
	test := e.t.User("test-01", inJapan("2026-10-14 16:20:00"), graph.Object{"displayName": "テスト用"})
	test.Added(e.as("it-02"))
	e.accounts["test-01"] = test
	account("account of nobody", "test-01")
	account("account of two", "shisha")
	account("account of a leaver", "ops-03")
	account("account of somebody who comes later", "dev-09")
	account("account with another number", "eigyo-02")

	account("account of tomorrow's joiner", "mob-04")
	account("account of today's joiner", "keiri-05")
	account("number without its zero", "dba-01")
	account("by the address alone", "audit-01")
	account("second account", "adm-sre-01")
	account("scanner's account", "svc-scan")
	account("emergency account", "break-glass-01")
	account("second emergency account", "break-glass-02")
	account("guest", "partner-01")
	e.as("dba-01").Set(e.as("it-01"), inJapan("2026-10-07 11:00:00"), "employeeId", "1014")
}
