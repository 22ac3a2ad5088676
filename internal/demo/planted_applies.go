package demo

import (
	"fmt"
	"time"
)

// vanished is what became of a rule without a call that anybody logged.
var vanished = effect{group: resourceID("sg", "ledger"), removes: []rule{{protocol: "udp", from: 123, to: 123, v4: "10.0.0.0/16"}}}

// applyStory is for NET-01: the changes of security groups in the infrastructure
// repository, and the runs that apply them. One was merged without an approval.
func (h *hub) applyStory() {
	apply := func(c *change, at time.Time) {
		h.infrastructure.RunMerged("terraform-apply", c.Pull, c.MergedBy, at, "success")
	}
	for day := range 31 {
		at := inJapan(firstRoutineChange).AddDate(0, 0, day)
		if !workingDay(at) {
			continue
		}
		by, approver := h.sre1, h.sre2
		if day%2 == 0 {
			by, approver = h.sre3, h.sre1
		}
		c := h.change(h.infrastructure, fmt.Sprintf("groups, day %d", day+1), at.Add(-20*time.Minute).Format(time.DateTime), by, approver,
			"セキュリティグループのルールを見直す", "network/groups.tf")
		apply(c, at.Add(-5*time.Minute))
	}
	c := h.change(h.infrastructure, "groups, public API", "2026-10-05 11:02:00", h.sre2, h.sre3, "Open the public API", "network/groups.tf")
	apply(c, inJapan("2026-10-05 11:16:00"))
	apply(h.named("queued unapproved"), inJapan("2026-10-19 22:52:00"))
}

// groupChange is a change of a security group in the month.
type groupChange struct {
	item    string // what NET-01 knows it by
	at      time.Time
	expects expectation
}

// groupChanges are the changes that the story's calls make in the month, and the one
// that nobody was seen making.
func groupChanges() []groupChange {
	var all []groupChange
	for _, p := range story() {
		if p.effect == nil || !Period().Contains(p.event.EventTime) {
			continue
		}
		e := passes("NET-01")
		if role := p.event.UserIdentity.SessionContext.SessionIssuer.UserName; role != "terraform-apply" {
			e = exception("NET-01", "パイプラインによらず、手作業で変更された。", "It was changed by hand, and not by the pipeline.", "not_by_pipeline")
		}
		for _, own := range p.expects {
			if own.control == "NET-01" {
				e = own
			}
		}
		all = append(all, groupChange{p.event.EventID + ":" + p.effect.group, p.event.EventTime, e})
	}
	return append(all, groupChange{"unobserved:" + vanished.group, time.Time{}, exception("NET-01",
		"パイプラインが追加したルールがなくなっており、削除した呼出しは記録されていない。",
		"A rule that the pipeline had added is gone, and no call that removed it is on record.", "unobserved")})
}
