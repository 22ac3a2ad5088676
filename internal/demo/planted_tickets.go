package demo

import "time"

// ticketStory is for CHG-04: which ticket a change names, and whether it was there.
func (h *hub) ticketStory() {
	noTicket := func(c *change) *change {
		c.Body, c.Named = "", nil
		return c
	}
	c := h.change(h.payments, "no ticket", "2026-10-26 10:14:00", h.dev2, h.dev3, "ログの語句を整える", "src/api/log.go")
	noTicket(c).expect(exception("CHG-04", "チケットの記載も紐付けもない。", "It names no ticket and is linked to none.", "no_ticket_named"))

	c = h.change(h.payments, "no such ticket", "2026-10-26 11:30:00", h.dev2, h.dev3, "ログの水準を下げる (#90210)", "src/api/log.go")
	noTicket(c).expect(exception("CHG-04", "記載されたチケット #90210 は存在しない。", "The ticket that it names, #90210, does not exist.", "ticket_not_found"))

	c = h.change(h.payments, "ticket after merge", "2026-10-26 13:44:00", h.dev5, h.dev2, "加盟店番号の検査を直す", "src/api/check.go")
	c.Named[0].Created = c.Merged.Add(90 * time.Minute)
	c.expect(exception("CHG-04", "チケットはマージの1時間30分後に起票された。", "The ticket was created an hour and a half after the merge.", "ticket_created_after_merge"))

	c = h.change(h.payments, "ticket in the second of the merge", "2026-10-26 15:10:00", h.dev5, h.dev2, "加盟店番号の桁を検査する", "src/api/check.go")
	c.Named[0].Created = c.Merged
	c.expect(exception("CHG-04", "チケットはマージと同一の秒に起票された。", "The ticket was created in the second of the merge.", "ticket_created_after_merge"))

	c = h.change(h.payments, "ticket closed before", "2026-10-27 10:50:00", h.dev1, h.dev2, "旧APIの応答を外す", "src/api/old.go")
	c.Named[0].Created = inJapan("2026-08-03 10:00:00")
	c.Named[0].Close(inJapan("2026-09-11 18:00:00"))
	c.expect(exception("CHG-04", "チケットは前月に完了済みであり、この変更の理由ではない。", "The ticket had been closed a month before.", "ticket_closed_before"))

	h.ticketsThatCount()
}

// ticketsThatCount: every way of naming a ticket in time.
func (h *hub) ticketsThatCount() {
	c := h.change(h.payments, "ticket on the way", "2026-10-27 13:05:00", h.dev1, h.dev2, "旧APIの試験を外す", "src/api/old_test.go")
	c.Named[0].Created = c.Merged.Add(-time.Hour)
	c.Named[0].Close(c.Merged.Add(time.Second))

	c = h.change(h.payments, "ticket linked alone", "2026-10-27 14:30:00", h.dev3, h.dev4, "手数料表を読み直す", "src/api/fee.go")
	c.Body, c.Closes, c.Named = "手数料の改定に合わせる。", c.Named, nil

	c = h.change(h.infrastructure, "ticket of another repository", "2026-10-27 16:00:00", h.sre1, h.sre2, "Open the port of the new gateway", "services/port.tf")
	c.Named[0] = h.payments.Issue("gateway port", h.dev1, inJapan("2026-10-20 10:00:00"), "新ゲートウェイの接続先")

	c = h.change(h.mobile, "ticket in the title", "2026-10-28 10:40:00", h.mob3, h.mob2, "{0} Show the limit of a card", "app/card/limit.swift")
	c.Body = ""

	c = h.change(h.access, "ticket from before", "2026-10-28 11:20:00", h.sec2, h.sec1, "退職者を外す", "teams/payments.yaml")
	c.Named[0].Created = inJapan("2026-07-01 09:00:00")
}
