package demo

import (
	"maps"

	"github.com/evidencepack/evidence/internal/demo/github"
)

// memberStory is for CHG-10: access-definitions says who is in which team, and an
// App applies it. Some changed it by hand.
func (h *hub) memberStory() {
	event := func(key, action string, by *github.Account, at string, fields map[string]any, e ...expectation) {
		id := h.org.Audit("members: "+key, action, by, inJapan(at), fields)
		h.expects[id] = append(h.expects[id], e...)
	}
	by := func(t *github.Team, who *github.Account) map[string]any { return t.About(who) }

	event("joins", "team.add_member", h.accessSync, "2026-10-01 09:30:00", by(h.paymentTeam, h.dev5))
	event("joins sre", "team.add_member", h.accessSync, "2026-10-05 09:30:00", by(h.sreTeam, h.sre3))
	event("leaves", "team.remove_member", h.accessSync, "2026-10-19 09:30:00", by(h.ledgerTeam, h.dev4))
	event("repository", "team.update_repository_permission", h.accessSync, "2026-10-20 09:30:00", h.payments.About("payments-api", map[string]any{"team": "sample-payments/sre", "permission": "push"}))
	// The App was called team-sync until the middle of the month; its number stays.
	earlier := by(h.paymentTeam, h.dev6)
	maps.Copy(earlier, map[string]any{"actor": "team-sync[bot]"})
	event("under its former name", "team.add_member", h.accessSync, "2026-10-02 09:30:00", earlier)

	event("by hand", "team.add_member", h.sre1, "2026-10-08 16:48:20", by(h.ledgerTeam, h.dev3),
		exception("CHG-10", "sre-01 が dev-03 を台帳の所有者のチームへ手作業で加えた。", "sre-01 added dev-03 to the owners of the ledger by hand.", "changed_by_hand"))
	event("by hand, removed", "team.remove_member", h.sre1, "2026-10-08 17:10:05", by(h.ledgerTeam, h.dev3),
		exception("CHG-10", "sre-01 が dev-03 を台帳の所有者のチームから手作業で外した。", "sre-01 removed dev-03 from the owners of the ledger by hand.", "changed_by_hand"))
	event("administrator", "org.update_member", h.sec1, "2026-10-22 20:02:00",
		map[string]any{"user": h.sre2.Login, "user_id": h.sre2.Number(), "permission": "admin", "old_permission": "read"},
		exception("CHG-10", "sec-01 が sre-02 を組織の管理者とした。", "sec-01 made sre-02 an owner of the organisation.", "changed_by_hand"))
	event("nobody", "repo.add_member", nil, "2026-10-25 04:12:00", h.payments.About("payments-api", map[string]any{"user": "contractor-09", "permission": "write"}),
		exception("CHG-10", "payments-api に contractor-09 が加えられたが、実施者の記録がない。", "contractor-09 was added to payments-api; who did it is not on record.", "actor_unknown"))
	event("imitated", "team.add_member", github.Person("access-sync"), "2026-10-26 13:30:00", by(h.sreTeam, h.dev6),
		exception("CHG-10", "Bot に似た名称の利用者 access-sync が dev-06 を基盤チームへ加えた。", "A user named like the App, access-sync, added dev-06 to the team sre.", "changed_by_hand"))

	// An invitation makes nobody a member; the days around the month are not in it.
	event("invited", "org.invite_member", h.sec1, "2026-10-27 10:00:00", map[string]any{"user": "dev-07"})
	event("of september", "team.add_member", h.sre1, "2026-09-30 23:59:59", by(h.paymentTeam, h.dev4))
	event("of november", "team.add_member", h.sre1, "2026-11-01 00:00:00", by(h.paymentTeam, h.dev4))
}
