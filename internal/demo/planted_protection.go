package demo

import (
	"github.com/evidencepack/evidence/internal/demo/github"
)

// protectionStory is for CHG-06: what the audit log says of protection. Settings
// are as they were again when they are read, but for mobile-app.
func (h *hub) protectionStory() {
	event := func(key, action string, by *github.Account, at string, r *github.Repository, name string, more map[string]any) {
		h.org.Audit("protection: "+key, action, by, inJapan(at), r.About(name, more))
	}
	main := func(field string, value any) map[string]any { return map[string]any{"name": "main", field: value} }

	// For the direct push of the night: off, pushed, on again nine minutes later.
	event("admins off", "protected_branch.update_admin_enforced", h.sre2, "2026-10-14 02:31:40", h.payments, "payments-api", main("admin_enforced", false))
	event("overridden", "protected_branch.policy_override", h.sre2, "2026-10-14 02:35:12", h.payments, "payments-api",
		map[string]any{"branch": "refs/heads/main", "overridden_codes": []string{"review_policy_not_satisfied"}})
	event("admins on", "protected_branch.update_admin_enforced", h.sre2, "2026-10-14 02:40:21", h.payments, "payments-api", main("admin_enforced", true))
	h.expectBranch(h.payments.Default(), exception("CHG-06",
		"sre-02 が payments-api の既定ブランチの保護を管理者に適用しない設定とし、直接プッシュした。9分後に元へ戻された。",
		"sre-02 exempted administrators from what protects the default branch of payments-api, and pushed directly. It was set back nine minutes later.",
		"weakened_by_event", "overridden"))

	event("release off", "protected_branch.destroy", h.sre1, "2026-10-23 20:05:30", h.payments, "payments-api", map[string]any{"name": "release/*"})
	event("release on", "protected_branch.create", h.sre1, "2026-10-23 20:19:02", h.payments, "payments-api", map[string]any{"name": "release/*"})
	h.expectBranch(h.payments.Branch("release/2.4"), exception("CHG-06",
		"sre-01 がリリースブランチの保護を解除し、14分後に元へ戻した。", "sre-01 turned off the protection of the release branches, and on again fourteen minutes later.", "turned_off_by_event"))

	ruleset := func(before, now string) map[string]any {
		return map[string]any{"ruleset_name": "main is reviewed", "ruleset_old_enforcement": before, "ruleset_enforcement": now}
	}
	event("ruleset off", "repository_ruleset.update", h.sec2, "2026-10-29 17:58:00", h.access, "access-definitions", ruleset("enabled", "disabled"))
	event("ruleset on", "repository_ruleset.update", h.sec2, "2026-10-29 18:12:00", h.access, "access-definitions", ruleset("disabled", "enabled"))
	h.expectBranch(h.access.Default(), exception("CHG-06",
		"sec-02 が access-definitions のルールセットを無効にし、既定ブランチへ強制プッシュした。14分後に有効に戻された。",
		"sec-02 turned off the ruleset of access-definitions and pushed to its default branch by force. It was on again fourteen minutes later.",
		"force_pushed", "weakened_by_event"))

	// The repository was still called wallet-app.
	event("owners off", "protected_branch.update_require_code_owner_review", h.mob1, "2026-10-08 19:20:00", h.mobile, "wallet-app", main("require_code_owner_review", false))
	event("owners on", "protected_branch.update_require_code_owner_review", h.mob1, "2026-10-08 19:31:00", h.mobile, "wallet-app", main("require_code_owner_review", true))
	event("renamed", "repo.rename", h.sre1, "2026-10-15 09:00:00", h.mobile, "mobile-app", map[string]any{"old_name": "wallet-app", "operation_type": "modify"})
	h.expectBranch(h.mobile.Default(), exception("CHG-06",
		"mobile-app の既定ブランチの保護は管理者に適用されていない。改名前(wallet-app)には、所有者の承認を必須としない設定とされた時間がある。",
		"What protects the default branch of mobile-app does not hold for administrators. Before it was renamed (from wallet-app), approvals by owners were not required for some minutes.",
		"admins_not_enforced", "weakened_by_event"))

	h.protectionKept(event)
}

func (h *hub) expectBranch(b *github.Branch, e expectation) {
	h.expects[b.ID()] = append(h.expects[b.ID()], e)
}

// protectionKept: events that weaken nothing. The branch of infrastructure passes.
func (h *hub) protectionKept(event func(key, action string, by *github.Account, at string, r *github.Repository, name string, more map[string]any)) {
	event("rule added", "repository_ruleset.update", h.sre1, "2026-10-06 11:00:00", h.infrastructure, "infrastructure", map[string]any{
		"ruleset_name": "main is reviewed", "ruleset_old_enforcement": "enabled", "ruleset_enforcement": "enabled",
		"ruleset_rules_added": []any{map[string]any{"type": "required_status_checks"}},
	})
	event("rejected", "protected_branch.rejected_ref_update", h.dev6, "2026-10-07 12:41:00", h.infrastructure, "infrastructure",
		map[string]any{"branch": "refs/heads/main", "operation_type": "modify"})
	event("one more approval", "protected_branch.update_required_approving_review_count", h.sre1, "2026-10-20 10:00:00", h.payments, "payments-api",
		map[string]any{"name": "release/*", "required_approving_review_count": 1})
	event("of another branch", "protected_branch.destroy", h.sre1, "2026-10-21 10:00:00", h.payments, "payments-api", map[string]any{"name": "experiment"})
	// The month before, and after it.
	event("september", "protected_branch.destroy", h.sre1, "2026-09-30 23:59:59", h.infrastructure, "infrastructure", map[string]any{"name": "main"})
	event("november", "protected_branch.destroy", h.sre1, "2026-11-01 00:00:00", h.infrastructure, "infrastructure", map[string]any{"name": "main"})
}
