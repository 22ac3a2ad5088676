package demo

import (
	"time"

	"github.com/evidencepack/evidence/internal/demo/github"
)

// unapproved is what the controls make of a change in force by nobody else's
// approval: CHG-09 has nothing to compare.
func unapproved(ja, en, code string) []expectation {
	return []expectation{exception("CHG-01", ja, en, code), notApplicable("CHG-09")}
}

// approvalStory is for CHG-01: who approved, and whether that was in force. What
// is changed has no owner, so that CHG-03 has nothing to say.
func (h *hub) approvalStory() {
	const guide = "docs/guide.md"
	c := h.change(h.payments, "co-author", "2026-10-02 16:12:40", h.dev1, h.dev2, "返金手順書を改める", guide)
	c.Commits[0].With(h.dev2)
	c.expect(unapproved("変更の共同作成者である dev-02 のみが承認し、マージした。", "Only dev-02, a co-author of the change, approved it, and merged it.", "no_independent_approval")...)

	c = h.change(h.payments, "co-author and another", "2026-10-02 17:40:00", h.dev1, h.dev2, "返金手順書に例を加える", guide)
	c.Commits[0].With(h.dev2)
	c.approve(h.dev3, 10*time.Minute)

	c = h.change(h.payments, "dismissed before", "2026-10-05 15:31:00", h.dev1, h.dev2, "障害時の連絡先を改める", guide)
	c.Reviews[0].Dismiss(h.dev1, c.Merged.Add(-10*time.Minute))
	c.MergedBy = h.sre1
	c.expect(unapproved("dev-02 の承認はマージの10分前に却下されており、有効な承認がないままマージされた。",
		"The approval by dev-02 was dismissed ten minutes before the merge; none was in force.", "no_independent_approval")...)

	c = h.change(h.payments, "dismissed after", "2026-10-06 10:05:00", h.dev1, h.dev2, "用語集を改める", guide)
	c.Reviews[0].Dismiss(h.sre1, c.Merged.Add(26*time.Hour))

	c = h.change(h.payments, "changes requested after", "2026-10-06 18:22:00", h.dev3, h.dev4, "手数料の説明を改める", guide)
	c.Review(h.dev4, c.Merged.Add(-5*time.Minute), github.ChangesRequested, "端数の扱いが誤っています。")
	c.MergedBy = h.sre2
	c.expect(unapproved("dev-04 は承認の後に変更を要求しており、その承認は有効でなかった。", "dev-04 requested changes after approving; that approval was no longer in force.", "no_independent_approval")...)

	c = h.propose(h.payments, "changes requested before", "2026-10-07 11:02:00", h.dev3, "手数料の例を改める", guide)
	c.Review(h.dev4, c.Merged.Add(-2*time.Hour), github.ChangesRequested, "例が古いです。")
	c.approve(h.dev4, reviewBefore)
	c.MergedBy = h.dev4

	h.approvalsByNobody()
	h.approvalsInTime()
	h.authorsKnown()
}

// approvalsByNobody: approvals that are no person's.
func (h *hub) approvalsByNobody() {
	const guide = "docs/guide.md"
	nobody := []struct {
		key, merged string
		by          *github.Account
		ja, en      string
	}{
		{"approved by a bot", "2026-10-07 15:44:00", h.reviewBot, "承認は Bot（review-helper）によるもののみであった。", "The only approval is a bot's, review-helper."},
		{"approved by a machine", "2026-10-08 10:30:00", h.runner, "承認は機械が使用するアカウント ci-runner によるもののみであった。", "The only approval is by ci-runner, an account that a machine uses."},
		{"approved by a ghost", "2026-10-08 14:55:00", nil, "承認者のアカウントは削除されており、誰の承認か確認できない。", "The approver's account was deleted; nobody can tell whose approval it was."},
	}
	for _, n := range nobody {
		c := h.change(h.payments, n.key, n.merged, h.dev5, n.by, "運用手順の誤字を直す", guide)
		c.MergedBy = h.sre1
		c.expect(unapproved(n.ja, n.en, "no_independent_approval")...)
	}
	c := h.change(h.payments, "only a comment", "2026-10-09 16:10:00", h.dev2, h.dev3, "運用手順の章を分ける", guide)
	c.Reviews[0].State, c.Reviews[0].Body = github.Commented, "LGTM"
	c.expect(unapproved("dev-03 はコメントのみを残し、承認していない。", "dev-03 left a comment and no approval.", "no_independent_approval")...)
}

// approvalsInTime: an approval in the second of the merge, or after it, is none.
func (h *hub) approvalsInTime() {
	const guide = "docs/guide.md"
	c := h.propose(h.payments, "approved in the same second", "2026-10-13 11:48:09", h.dev2, "監視の手順を改める", guide)
	c.approve(h.dev3, 0)
	c.MergedBy = h.dev3
	c.expect(unapproved("承認はマージと同一の秒に行われ、マージより前とは認められない。", "The approval came in the second of the merge, not before it.", "no_independent_approval")...)
	c = h.propose(h.payments, "approved a second before", "2026-10-13 13:20:31", h.dev2, "監視の閾値を改める", guide)
	c.approve(h.dev3, time.Second)
	c.MergedBy = h.dev3
}

// authorsKnown: an approver is independent only of authors who are known.
func (h *hub) authorsKnown() {
	const guide = "docs/guide.md"
	c := h.change(h.payments, "unknown e-mail", "2026-10-14 10:25:00", h.dev4, h.dev2, "構築手順を改める", guide)
	c.Commits[0].By(github.Signature{Name: "root", Email: "root@build-07.localdomain"})
	c.expect(unapproved("コミットの作成者（root@build-07.localdomain）が特定できず、承認者の独立性を確認できない。",
		"The commit's author (root@build-07.localdomain) is not known, so that the approver's independence cannot be shown.", "author_unidentified")...)

	c = h.change(h.payments, "known e-mail", "2026-10-14 11:40:00", h.dev5, h.dev2, "構築手順に図を加える", guide)
	c.Commits[0].By(github.Signature{Name: "dev05", Email: "dev-05@laptop.example"})

	c = h.change(h.payments, "own second address", "2026-10-14 15:15:00", h.dev1, h.dev5, "構築手順の図を差し替える", guide)
	c.Commits[0].By(github.Signature{Name: "dev05", Email: "dev-05@laptop.example"})
	c.expect(unapproved("dev-05 は自らが別のメールアドレスで作成したコミットを承認した。", "dev-05 approved a commit made by dev-05 under another address.", "no_independent_approval")...)

	c = h.change(h.payments, "ghost author", "2026-10-15 10:31:00", nil, h.dev2, "旧APIの説明を外す", guide)
	c.expect(unapproved("作成者のアカウントは削除されており、承認者の独立性を確認できない。", "The author's account was deleted, so that the approver's independence cannot be shown.", "author_unidentified")...)

	// dev-04 was called contractor-04 when the commit was made.
	c = h.change(h.payments, "renamed login", "2026-10-15 14:02:00", h.dev3, h.dev4, "改名後の連絡先を改める", guide)
	c.Commits[0].By(h.dev4.Signature())
	c.expect(unapproved("承認者 dev-04 は、旧ログイン名 contractor-04 で変更を作成していた。", "dev-04, who approved it, had made the change under the former login contractor-04.", "no_independent_approval")...)

	c = h.change(h.payments, "dependency update", "2026-10-15 16:20:00", h.renovate, h.dev1, "Update module golang.org/x/net to v0.46.0", "docs/licenses.md")
	c.Body, c.Named = "This PR contains the following updates.", nil
	c.expect(notApplicable("CHG-04"))
}
