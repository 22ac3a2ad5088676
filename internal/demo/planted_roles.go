package demo

import (
	"time"

	"github.com/evidencepack/evidence/internal/demo/graph"
)

// roleStory is for ACC-05: roles that are activated, given, and held.
func (e *entra) roleStory() {
	asks := func(key string, a *graph.Activation, at string) *graph.Activation {
		e.mark(key, a.RequestID(), a.Requested())
		if !a.Requested().Truncate(time.Second).Equal(inJapan(at)) {
			panic("demo: an activation is marked with another time")
		}
		return a
	}
	activate := func(key, who, role, at string, hours int, why string) *graph.Activation {
		return asks(key, e.may(who, role).Activate(inJapan(at), time.Duration(hours)*time.Hour, why), at)
	}
	activate("no justification", "sre-02", "User Administrator", "2026-10-07 20:15:00", 2, "")
	activate("a justification that says nothing", "sre-03", "User Administrator", "2026-10-23 09:41:00", 2, "....")
	activate("a whole day", "it-01", "SharePoint Administrator", "2026-10-11 18:00:00", 24, "サイト移行 ITSM-4102")
	activate("nobody approved", "sec-01", "Global Administrator", "2026-10-16 23:05:00", 1, "緊急のポリシー変更")

	// In order: approved by somebody else, ended early, eight hours exactly; refused and
	// not yet approved ones give nobody anything.
	approver := e.may("sec-02", "Global Administrator")
	asks("approved by another", approver.Activate(inJapan("2026-10-14 10:00:00"), 2*time.Hour, "四半期の権限棚卸し ITSM-4110").Approved(e.as("sec-01"), inJapan("2026-10-14 10:12:00"), "確認した"), "2026-10-14 10:00:00")
	asks("approval refused", approver.Activate(inJapan("2026-10-15 21:00:00"), time.Hour, "確認").Denied(e.as("sec-01"), inJapan("2026-10-15 21:20:00"), "理由が不足している"), "2026-10-15 21:00:00")
	asks("approval awaited", approver.Activate(inJapan("2026-10-31 22:00:00"), time.Hour, "テナント設定の確認").Waiting(), "2026-10-31 22:00:00")
	activate("ended early", "sre-02", "Helpdesk Administrator", "2026-10-20 13:00:00", 8, "パスワード再設定 ITSM-4131").Deactivate(inJapan("2026-10-20 13:25:00"))
	activate("active while it is read", "sre-03", "Helpdesk Administrator", "2026-11-02 08:30:00", 8, "月初の棚卸し ITSM-4200")
	e.givenRoles()
}

// givenRoles are given by administrators.
func (e *entra) givenRoles() {
	held := e.t.AssignDirectly(nil, inJapan("2025-08-20 10:00:00"), e.as("it-02"), e.t.Role("Global Administrator"))
	e.mark("held for ever", "active:"+held.ID(), time.Time{})

	direct := e.t.AssignDirectly(e.as("it-02"), inJapan("2026-10-17 22:10:00"), e.as("contractor-03"), e.t.Role("User Administrator"))
	e.mark("given outside PIM", direct.Change().Audit("Add member to role"), direct.Change().At)
	direct.Remove(e.as("it-02"), inJapan("2026-10-17 22:52:00"))

	long := e.t.Assign(e.as("it-01"), inJapan("2026-10-26 09:00:00"), e.as("audit-02"), e.t.Role("Global Reader"), inJapan("2026-10-30 18:00:00"), "期中監査のための参照 ITSM-4150")
	e.mark("given for days", long.RequestID(), long.Requested())
	short := e.t.Assign(e.as("it-01"), inJapan("2026-10-19 09:00:00"), e.as("sec-02"), e.t.Role("Security Administrator"), inJapan("2026-10-19 15:00:00"), "訓練のため ITSM-4128")
	e.mark("given for hours", short.RequestID(), short.Requested())
	reader := e.t.Assign(e.as("it-01"), inJapan("2026-10-21 09:00:00"), e.as("audit-01"), e.t.Role("Directory Readers"), inJapan("2026-12-21 09:00:00"), "監査のための参照 ITSM-4140")
	e.mark("given a role that is not privileged", reader.RequestID(), reader.Requested())
	e.t.Eligible(e.as("it-01"), inJapan("2026-10-28 11:00:00"), e.as("dba-02"), e.t.Role("Helpdesk Administrator"), time.Time{}, "当番への追加 ITSM-4160")
}
