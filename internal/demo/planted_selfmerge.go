package demo

import (
	"time"

	"github.com/evidencepack/evidence/internal/demo/github"
)

// emergency is a change of the night, merged by its author without an approval:
// an exception of CHG-01, whatever comes after.
func (h *hub) emergency(key, merged string, by *github.Account, title string) *change {
	c := h.propose(h.payments, key, merged, by, title, "docs/runbook.md")
	c.Labels = []string{"emergency"}
	return c.expect(unapproved("作成者が、承認を待たずに自らマージした。", "The author merged it without waiting for an approval.", "no_independent_approval")...)
}

// selfMergeStory is for CHG-02: what became of the night's changes. Three working
// days are allowed; Sports Day, 12 October, is none.
func (h *hub) selfMergeStory() {
	c := h.emergency("emergency approved", "2026-10-05 23:41:00", h.dev1, "障害対応: 再試行を止める")
	c.Review(h.dev2, inJapan("2026-10-07 10:02:00"), github.Approved, "事後確認しました。")
	c.expect(passes("CHG-02"))

	c = h.emergency("emergency explained", "2026-10-06 02:18:00", h.dev3, "障害対応: 接続数を戻す")
	c.Comment(h.sre1, inJapan("2026-10-06 09:40:00"), "障害報告 2026-041 のとおり確認した。")
	c.expect(passes("CHG-02"))

	// Friday night; the last second of the third working day, Thursday the 15th, is in time.
	c = h.emergency("emergency at the limit", "2026-10-09 22:10:00", h.dev1, "障害対応: 証明書を差し替える")
	c.Review(h.dev5, inJapan("2026-10-15 23:59:59"), github.Approved, "")
	c.expect(passes("CHG-02"))

	c = h.emergency("emergency late", "2026-10-09 22:35:00", h.dev1, "障害対応: 証明書の配布先を加える")
	c.Review(h.dev5, inJapan("2026-10-16 00:00:00"), github.Approved, "")
	c.expect(exception("CHG-02", "dev-01 の自己マージの事後承認が、期限(10月15日)の翌日に行われた。",
		"The self-merge by dev-01 was approved the day after it was due, 15 October.", "reviewed_late"))

	c = h.emergency("emergency forgotten", "2026-10-14 01:07:00", h.dev3, "障害対応: キューを空にする")
	c.expect(exception("CHG-02", "dev-03 の自己マージについて、期限までに事後の確認がない。", "Nobody reviewed the self-merge by dev-03 in time.", "not_reviewed"))

	c = h.emergency("emergency explained by its author", "2026-10-21 23:52:00", h.dev3, "障害対応: 遮断を解く")
	c.Comment(h.dev3, c.Merged.Add(8*time.Hour), "障害対応のため。")
	c.Comment(h.reviewBot, c.Merged.Add(9*time.Hour), "Coverage is unchanged.")
	c.expect(exception("CHG-02", "事後に記載したのは作成者本人と Bot のみであり、他の者の確認がない。",
		"Only its author and a bot wrote anything afterwards; nobody else reviewed it.", "not_reviewed"))
}
