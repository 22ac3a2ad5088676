package demo

import (
	"github.com/evidencepack/evidence/internal/demo/graph"
)

// groupStory is for ACC-06: groups that grant access are changed by access-sync alone.
func (e *entra) groupStory() {
	at := inJapan
	planted := func(key string, c graph.Change, activity string) { e.mark(key, c.Audit(activity), c.At) }
	const add, remove = "Add member to group", "Remove member from group"
	admins, ledger, tech := e.groups["aws-production-admins"], e.groups["app-ledger-approvers"], e.groups["all-tech"]
	person := e.as("sre-01")

	planted("added by hand", admins.Add(person, at("2026-10-08 16:40:10"), e.as("dev-03")), add)
	planted("removed by hand", admins.Remove(person, at("2026-10-08 17:12:30"), e.as("dev-03")), remove)
	planted("owner added by hand", ledger.AddOwner(e.as("it-02"), at("2026-10-22 19:58:00"), e.as("it-02")), "Add owner to group")
	planted("added by another application", ledger.Add(e.report.Principal, at("2026-10-26 13:30:00"), e.as("keiri-03")), add)
	planted("added by nobody known", e.groups["github-payments"].Add(graph.Nobody, at("2026-10-25 04:12:00"), e.as("contractor-03")), add)
	planted("joined by request", ledger.Add(graph.Membership, at("2026-10-27 10:05:00"), e.as("eigyo-04")), add)
	planted("rule changed by hand", tech.Set(e.as("it-02"), at("2026-10-29 15:00:00"), "membershipRule", `(user.department -ne "")`), "Update group")

	// In order: by the application, by the rule of a group, refused; and a group that
	// grants no access.
	planted("added by the application", admins.Add(e.accessSync.Principal, at("2026-10-05 09:30:00"), e.as("sre-03")), add)
	planted("removed by the application", e.groups["github-payments"].Remove(e.accessSync.Principal, at("2026-10-19 09:30:00"), e.as("dev-04")), remove)
	planted("member by the rule", tech.Add(graph.Membership, at("2026-10-01 09:20:00"), e.as("dev-08")), add)
	planted("refused", admins.AddRefused(e.as("dev-07"), at("2026-10-16 19:49:00"), e.as("dev-07")), add)
	planted("of no access", e.groups["忘年会実行委員"].Add(e.as("eigyo-01"), at("2026-10-13 12:30:00"), e.as("keiri-01")), add)
	planted("of september", admins.Add(person, at("2026-09-30 23:59:58"), e.as("dba-02")), add)
	planted("of november", admins.Remove(person, at("2026-11-01 00:00:00"), e.as("dba-02")), remove)
}
