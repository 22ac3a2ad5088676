package demo

import (
	"github.com/evidencepack/evidence/internal/demo/graph"
)

// sharingStory is for OPS-10 and OPS-11: files that are shared outside, and mail that is
// forwarded there.
func (e *entra) sharingStory() {
	at := inJapan
	planted := func(key string, r *graph.Record) { e.mark(key, r.ID, r.At) }
	share := func(key, operation, who, when, file, with, kind string) {
		planted(key, e.t.Shared("planted: "+key, operation, e.as(who), at(when), file, with, kind))
	}
	link := func(key, operation, who, when, file string) {
		planted(key, e.t.Link("planted: "+key, operation, e.as(who), at(when), file))
	}
	link("link for anybody", "AnonymousLinkCreated", "eigyo-01", "2026-10-07 18:22:00", "見積一覧_2026上期.xlsx")
	share("shared with a private address", "AddedToSecureLink", "keiri-02", "2026-10-06 23:02:00", "支払予定.xlsx", "keiri.02.private@example.com", "Guest")
	share("shared with a guest of nowhere", "SharingSet", "dev-07", "2026-10-16 20:01:00", "設計メモ.docx", "guest-user", "Guest")

	share("shared with an approved party", "SharingInvitationCreated", "eigyo-02", "2026-10-09 11:40:00", "提案書.pptx", "partner-01@partner.example", "Guest")
	link("link for the company", "CompanyLinkCreated", "jinji-01", "2026-10-13 10:00:00", "年末調整の案内.pdf")
	share("shared with a colleague", "SharingSet", "sre-01", "2026-10-14 15:30:00", "障害報告.docx", "sre-02@"+tenantDomain, "Member")

	e.forwardingStory(planted)
}

func (e *entra) forwardingStory(planted func(key string, r *graph.Record)) {
	rule := func(key, operation, who, when string, parameters ...[2]string) {
		planted(key, e.t.InboxRule("planted: "+key, operation, e.as(who), inJapan(when), parameters...))
	}
	rule("rule forwards outside", "New-InboxRule", "keiri-02", "2026-10-06 23:10:00", [2]string{"Name", "."}, [2]string{"SubjectContainsWords", "請求;振込"}, [2]string{"ForwardTo", "keiri.02.private@example.com"}, [2]string{"DeleteMessage", "True"})
	rule("mailbox forwards outside", "Set-Mailbox", "it-02", "2026-10-19 19:44:00", [2]string{"Identity", "eigyo-03"}, [2]string{"ForwardingSmtpAddress", "smtp:eigyo03@example.net"}, [2]string{"DeliverToMailboxAndForward", "True"})
	rule("rule forwards to a name", "Set-InboxRule", "ops-04", "2026-10-28 12:15:00", [2]string{"Name", "当番"}, [2]string{"ForwardTo", "当番用"})

	rule("rule forwards to a colleague", "New-InboxRule", "eigyo-04", "2026-10-08 09:30:00", [2]string{"Name", "代理"}, [2]string{"ForwardTo", "eigyo-02@" + tenantDomain})
	rule("rule forwards to an approved party", "New-InboxRule", "keiri-01", "2026-10-15 14:00:00", [2]string{"Name", "会計事務所"}, [2]string{"RedirectTo", "intake@accounting.example"})
	rule("forwarding ended", "Set-Mailbox", "it-01", "2026-10-20 09:05:00", [2]string{"Identity", "eigyo-03"}, [2]string{"ForwardingSmtpAddress", ""})
	failed := e.t.InboxRule("planted: rule refused", "New-InboxRule", e.as("dev-07"), inJapan("2026-10-16 20:05:00"), [2]string{"Name", "x"}, [2]string{"ForwardTo", "dev07@example.net"})
	failed.Refused()
	planted("rule refused", failed)
}
