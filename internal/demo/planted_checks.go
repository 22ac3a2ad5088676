package demo

import (
	"time"

	"github.com/evidencepack/evidence/internal/demo/github"
)

// checkStory is for CHG-07, in mobile-app, whose protection lets administrators
// merge what has not passed.
func (h *hub) checkStory() {
	at := func(key, merged, title string) *change {
		return h.change(h.mobile, key, merged, h.mob2, h.mob3, title, "app/pay/flow.swift")
	}
	fails := func(c *change, code, ja, en string) { c.expect(exception("CHG-07", ja, en, code)) }

	c := at("check failed", "2026-10-13 15:05:00", "Shorten the payment flow")
	c.Checks[1].Conclusion = "FAILURE"
	fails(c, "check_failed", "必須のチェック test が不合格のままマージされた。", "It was merged though the required check test had failed.")

	c = at("check missing", "2026-10-14 15:05:00", "Remove the second confirmation")
	c.Checks = c.Checks[:1]
	fails(c, "check_missing", "必須のチェック test が実行されていない。", "The required check test was not run.")

	c = at("check after the merge", "2026-10-15 15:05:00", "Show the remaining limit first")
	c.Checks[1].Completed = c.Merged.Add(6 * time.Minute)
	fails(c, "check_after_merge", "必須のチェック test の合格は、マージの6分後であった。", "The required check test passed six minutes after the merge.")

	c = at("check under way", "2026-10-16 15:05:00", "Keep the amount on return")
	c.Checks[1].Conclusion, c.Checks[1].Completed = "", time.Time{}
	fails(c, "check_failed", "必須のチェック test の完了を待たずにマージされた。", "It was merged before the required check test had completed.")

	c = at("check of an older commit", "2026-10-20 15:05:00", "Move the fee below the amount")
	c.Checks = nil
	c.expect(exception("CHG-07", "マージされたコミットには、必須のチェックが一つも実行されていない。",
		"None of the required checks was run for the commit that was merged.", "check_missing", "check_missing"))

	c = at("check skipped", "2026-10-21 15:05:00", "Fix the indentation")
	c.Checks[0].Conclusion, c.Checks[1].Conclusion = "SKIPPED", "NEUTRAL"

	c = at("another check failed", "2026-10-22 15:05:00", "Count the taps")
	c.Check("coverage", "FAILURE", c.Merged.Add(-checksBefore))

	c = at("check as a status", "2026-10-23 15:05:00", "Count the returns")
	c.Checks[0] = github.Check{Name: "build", Conclusion: "SUCCESS", Completed: c.Merged.Add(-checksBefore), Status: h.deployer}
}
