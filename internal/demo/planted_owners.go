package demo

import "github.com/evidencepack/evidence/internal/demo/github"

// ownerStory is for CHG-03: everything here was approved, not always by an owner.
func (h *hub) ownerStory() {
	missing := func(ja, en string) expectation { return exception("CHG-03", ja, en, "owner_not_approved") }

	h.change(h.payments, "ledger without its owners", "2026-10-08 16:33:00", h.dev2, h.dev3, "台帳の丸めを直す", "src/ledger/round.go").expect(
		missing("台帳（src/ledger/）の変更が、所有者でない dev-03 の承認のみでマージされた。",
			"A change to the ledger (src/ledger/) was approved by dev-03 alone, who does not own it."))

	h.change(h.payments, "ledger by its owner", "2026-10-08 17:05:00", h.dev1, h.dev2, "台帳の桁を広げる", "src/ledger/width.go", "src/api/width.go").expect(
		missing("所有者 dev-01 は作成者本人であり、台帳の他の所有者の承認がない。",
			"The owner dev-01 is its author, and no other owner of the ledger approved it."))

	c := h.change(h.payments, "two owners", "2026-10-09 11:11:00", h.dev2, h.dev3, "台帳に索引を加える", "src/ledger/index.go", "db/migrations/ledger.sql")
	c.approve(h.sre1, 2*reviewBefore)
	c.expect(missing("台帳の所有者は承認したが、db/ の所有者の承認がない。", "An owner of the ledger approved it, and none of db/."))

	c = h.change(h.payments, "two owners, both", "2026-10-09 13:25:00", h.dev2, h.dba1, "台帳の索引を改める", "src/ledger/index.go", "db/migrations/ledger2.sql")
	c.approve(h.sre1, 2*reviewBefore)

	// dba-02 owns db/ by e-mail address alone.
	h.change(h.payments, "owner by e-mail", "2026-10-09 14:50:00", h.dev2, h.dba2, "取引の列を加える", "db/migrations/column.sql")

	// Written @Mob-01 in CODEOWNERS.
	h.change(h.mobile, "owner in capitals", "2026-10-12 10:20:00", h.mob2, h.mob1, "Allow payments in the background", "ios/App.entitlements")
	h.change(h.mobile, "entitlements without their owner", "2026-10-13 10:20:00", h.mob2, h.mob3, "Allow contactless payments", "ios/App.entitlements").expect(
		missing("権限設定（*.entitlements）の変更に、所有者 mob-01 の承認がない。", "A change to the entitlements was not approved by their owner, mob-01."))

	h.ownersChange()
}

// ownersChange: CODEOWNERS as it was on the base counts, not what came later.
func (h *hub) ownersChange() {
	c := h.change(h.infrastructure, "iam before", "2026-10-22 10:30:00", h.sre1, h.sec1, "Add a role for the batch", "modules/iam/batch.tf")
	c.MergedBy = h.sre1
	c = h.change(h.infrastructure, "owners", "2026-10-22 14:00:00", h.sec1, h.sre2, "IAM は基盤チームが所有する")
	c.Commits[0].Writing(".github/CODEOWNERS", "*  @sample-payments/sre\n/docs/\n")
	h.change(h.infrastructure, "iam after", "2026-10-23 10:30:00", h.sre1, h.sre2, "Add a role for the report", "modules/iam/report.tf")
	late := h.change(h.infrastructure, "iam after, by the former owner", "2026-10-23 13:10:00", h.sre1, h.sec1, "Add a role for the import", "modules/iam/import.tf")
	late.How = github.MergeCommit
	late.expect(exception("CHG-03", "所有者の変更後、IAM の変更を旧所有者 sec-01 のみが承認した。",
		"After the owners changed, only sec-01, a former owner, approved a change to IAM.", "owner_not_approved"))
}
