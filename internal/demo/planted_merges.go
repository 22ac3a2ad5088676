package demo

import (
	"time"

	"github.com/evidencepack/evidence/internal/demo/github"
)

// mergeStory is about ways of merging: a queue, rebase, a branch on the way, and
// commits that came after the approval (CHG-09).
func (h *hub) mergeStory() {
	h.queueStory()
	h.featureStory()
	h.coverStory()

	c := h.change(h.infrastructure, "rebased", "2026-10-16 10:40:00", h.sre1, h.sre2, "Split the network module", "modules/network/main.tf")
	second := c.Commit(h.sre1, c.Opened.Add(time.Hour), "Name the subnets by their zone", "modules/network/subnets.tf")
	c.Reviews[0].Of = second
	c.How = github.Rebase

	c = h.change(h.mobile, "merge commit", "2026-10-16 11:05:00", h.mob2, h.mob3, "Keep the draft of a payment", "app/pay/draft.swift")
	c.How = github.MergeCommit
}

// queueStory: a queue merges as a bot; who put it there counts.
func (h *hub) queueStory() {
	c := h.change(h.infrastructure, "queued", "2026-10-19 10:12:00", h.sre2, h.sre3, "Raise the limit of the gateway", "services/gateway.tf")
	c.How, c.MergedBy = github.Queue, h.queue
	c.Event("AddedToMergeQueueEvent", h.sre2, c.Merged.Add(-9*time.Minute))

	c = h.propose(h.infrastructure, "queued unapproved", "2026-10-19 22:50:00", h.sre2, "夜間の通知先を切り替える", "docs/oncall.md")
	c.How, c.MergedBy = github.Queue, h.queue
	c.Event("AddedToMergeQueueEvent", h.sre2, c.Merged.Add(-9*time.Minute))
	c.expect(unapproved("作成者 sre-02 が承認なしにマージキューへ追加し、マージさせた。", "sre-02, the author, put it into the merge queue without an approval.", "no_independent_approval")...)
	c.expect(exception("CHG-02", "承認なしの自己マージ（マージキュー）について、期限までに事後の確認がない。",
		"The self-merge by way of the merge queue was not reviewed in time.", "not_reviewed"))

	c = h.change(h.mobile, "merged by itself", "2026-10-19 15:26:00", h.mob1, h.mob2, "Round the corners of the card", "app/card/shape.swift")
	c.MergedBy = h.mob1
	c.Event("AutoMergeEnabledEvent", h.mob1, c.Opened.Add(time.Minute))
}

// featureStory: what goes into a feature branch is tested where it comes out.
func (h *hub) featureStory() {
	feature := h.payments.Branch("feature/refund-v2")
	into := func(key, merged, title string) *change {
		c := h.propose(h.payments, key, merged, h.dev3, title, "docs/refund.md")
		c.Base, c.MergedBy = feature, h.dev6
		return c.expect(unapproved("機能ブランチへ承認なしにマージされた変更が、そのまま既定ブランチの履歴に現れた。",
			"The change was merged into a feature branch without an approval, and came onto the default branch as it was.", "no_independent_approval")...).
			expect(notApplicable("CHG-03"), notApplicable("CHG-07"))
	}
	into("into a feature branch, first", "2026-10-06 14:00:00", "返金の画面設計を加える")
	into("into a feature branch, second", "2026-10-08 17:30:00", "返金の取消しを加える")
	c := h.propose(h.payments, "feature branch", "2026-10-20 13:15:00", h.dev3, "返金 v2 の設計を取り込む")
	c.Head, c.HeadBranch, c.Commits, c.How, c.MergedBy = feature.Name, feature, nil, github.MergeCommit, h.dev2
	c.Paths = []string{"docs/refund.md"}
	c.approve(h.dev2, reviewBefore)

	sandbox := h.payments.Fork("sandbox/load-test", inJapan("2026-10-05 10:05:00"))
	c = h.propose(h.payments, "into a sandbox", "2026-10-21 18:05:00", h.dev6, "負荷試験の設定を試す", "docs/load.md")
	c.Base = sandbox
	for _, control := range []string{"CHG-01", "CHG-02", "CHG-03", "CHG-04", "CHG-07", "CHG-09"} {
		c.expect(notApplicable(control))
	}

	// A release branch is protected: what goes into it is tested like the default branch.
	c = h.change(h.payments, "into a release", "2026-10-22 11:30:00", h.dev1, h.dev2, "2.4.1 に修正を取り込む", "src/api/retry.go")
	c.Base = h.payments.Branch("release/2.4")
	c = h.propose(h.payments, "into a release, unapproved", "2026-10-22 19:48:00", h.dev5, "2.4.2 の注意事項を加える", "docs/release.md")
	c.Base, c.MergedBy = h.payments.Branch("release/2.4"), h.dev1
	c.expect(unapproved("リリースブランチへの変更が承認なしにマージされた。", "A change of a release branch was merged without an approval.", "no_independent_approval")...)
}

// coverStory is for CHG-09.
func (h *hub) coverStory() {
	c := h.change(h.payments, "commit after approval", "2026-10-20 16:44:00", h.dev1, h.dev2, "与信枠の丸めを直す", "src/api/limit.go")
	c.Commit(h.dev1, c.Merged.Add(-12*time.Minute), "丸めの桁を変える", "src/api/limit.go")
	c.expect(exception("CHG-09", "dev-02 の承認の後にコミットが1件追加され、改めての承認なしにマージされた。",
		"A commit was added after the approval by dev-02 and merged without another approval.", "commits_after_approval"))

	c = h.change(h.payments, "base merged after approval", "2026-10-20 17:20:00", h.dev1, h.dev2, "与信枠の試験を加える", "src/api/limit_test.go")
	c.UpdateBranch(h.dev1, c.Merged.Add(-12*time.Minute))

	c = h.change(h.payments, "approved again", "2026-10-21 10:50:00", h.dev1, h.dev2, "与信枠の記録を加える", "src/api/limit_log.go")
	c.Commit(h.dev1, c.Merged.Add(-12*time.Minute), "記録に店舗番号を加える", "src/api/limit_log.go")
	c.approve(h.dev3, 3*time.Minute)

	c = h.change(h.payments, "approved commit gone", "2026-10-21 15:33:00", h.dev5, h.dev2, "加盟店の照会を早くする", "src/api/merchant.go")
	c.ForcePush(h.dev5, c.Merged.Add(-15*time.Minute), "加盟店の照会を早くする(再作成)", "src/api/merchant.go", "src/api/cache.go")
	c.expect(exception("CHG-09", "承認されたコミットが強制プッシュにより差し替えられ、マージされた内容は承認されていない。",
		"A forced push replaced the commit that was approved; what was merged was not.", "approved_commit_gone"))
}
