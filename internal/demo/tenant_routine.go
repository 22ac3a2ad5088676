package demo

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"time"

	"github.com/evidencepack/evidence/internal/demo/graph"
)

// stream is a source of chance for one person or thing: whatever happens to others
// leaves it alone.
func stream(of string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(of)) // it never fails
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

// working are the days on which somebody comes to work, from the end of September
// into November.
func (p employee) working() []time.Time {
	var out []time.Time
	for day := inJapan("2026-09-29 00:00:00"); day.Before(presentDay); day = day.AddDate(0, 0, 1) {
		on := day.Format(time.DateOnly)
		if workingDay(day) && on >= p.entered && (p.resigned == "" || on <= p.resigned) {
			out = append(out, day)
		}
	}
	return out
}

// everydaySignIns are those of ordinary days: people with two factors or with what
// they showed before, clients that refresh their tokens, applications at night.
func (e *entra) everydaySignIns() {
	for _, p := range employees {
		if p.account == "" {
			continue
		}
		r := stream("sign-ins of " + p.post)
		for _, day := range p.working() {
			e.everydayOf(p, r, day)
		}
	}
	r := stream("sign-ins of applications")
	for _, a := range []*graph.Application{e.accessSync, e.provisioning, e.baseline, e.payroll} {
		for at := inJapan("2026-09-29 00:00:00"); at.Before(presentDay); at = at.Add(12 * time.Hour) {
			when := at.Add(time.Duration(r.IntN(3600)) * time.Second)
			if when.Before(presentDay) {
				e.t.PrincipalSignIn(a.Name+" "+when.Format(time.RFC3339), a.Principal, graph.GraphItself, when)
			}
		}
	}
}

// everydayOf is one person's day.
func (e *entra) everydayOf(p employee, r *rand.Rand, day time.Time) {
	u := e.as(p.account)
	at := func(hour, within int) time.Time {
		return day.Add(time.Duration(hour)*time.Hour + time.Duration(r.IntN(within*3600))*time.Second)
	}
	key := func(what string) string { return p.post + " " + what + day.Format(" 2006-01-02") }
	morning, chance := at(8, 2), r.IntN(100)
	if !morning.Before(presentDay) {
		return
	}
	s := e.t.SignIn(key("morning"), u, graph.OfficeHome, morning)
	switch {
	case chance < 15:
		s.Claims()
	case chance < 22:
		s.Fails(50126)
		e.t.SignIn(key("morning again"), u, graph.OfficeHome, morning.Add(40*time.Second))
	case chance < 27:
		s.Fails(50140)
		e.t.SignIn(key("morning, staying"), u, graph.OfficeHome, morning.Add(5*time.Second))
	}
	afternoon := at(13, 5)
	if !afternoon.Before(presentDay) {
		return
	}
	switch r.IntN(6) {
	case 0, 1:
		e.t.SignIn(key("refresh"), u, graph.Teams, afternoon).NonInteractive()
	case 2:
		e.t.SignIn(key("mail"), u, graph.Outlook, afternoon).Client("Mobile Apps and Desktop clients", "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0)").Claims()
	case 3:
		e.t.SignIn(key("files"), u, graph.SharePoint, afternoon).Claims()
	}
}

// everydayChanges are the ordinary work of administrators and of the applications
// that change the directory for them.
func (e *entra) everydayChanges() {
	lead, deputy := e.may("sre-01", "Security Administrator"), e.may("it-01", "Exchange Administrator")
	n := 0
	for day := inJapan("2026-10-01 00:00:00"); day.Before(presentDay); day = day.AddDate(0, 0, 1) {
		if !workingDay(day) {
			continue
		}
		n++
		ticket := fmt.Sprintf("ITSM-%d", 4000+n)
		if n%2 == 0 {
			lead.Activate(day.Add(10*time.Hour+time.Duration(n)*time.Minute), 4*time.Hour, "アラートの調査 "+ticket).Ticket("ITSM", ticket)
		} else {
			deputy.Activate(day.Add(11*time.Hour+time.Duration(n)*time.Minute), 2*time.Hour, "共有メールボックスの設定 "+ticket).Ticket("ITSM", ticket)
		}
		if n%5 == 0 {
			e.groups["aws-production-readonly"].Add(e.accessSync.Principal, day.Add(14*time.Hour), e.as("dev-02"))
			e.groups["aws-production-readonly"].Remove(e.accessSync.Principal, day.Add(18*time.Hour), e.as("dev-02"))
		}
		e.everydayFiles(day, n)
	}
}

// everydayFiles are what Microsoft 365 records of ordinary work.
func (e *entra) everydayFiles(day time.Time, n int) {
	who := []string{"eigyo-01", "eigyo-02", "eigyo-04", "keiri-01", "keiri-02", "jinji-01", "bizops-01", "sre-02", "dev-01", "audit-01"}
	for i, name := range who {
		at := day.Add(10*time.Hour + time.Duration(i*31+n)*time.Minute)
		file := fmt.Sprintf("週次報告-%02d-%d.xlsx", n, i)
		e.t.Record(name+file, "SharePointFileOperation", "OneDrive", "FileModified", e.as(name), at, file, graph.Object{"SourceFileName": file, "EventSource": "SharePoint", "ItemType": "File"})
		if i%5 == n%5 {
			e.t.Link(name+" company link "+file, "CompanyLinkCreated", e.as(name), at.Add(2*time.Minute), file)
		}
		if i%5 == (n+2)%5 {
			e.t.Shared(name+" shares "+file, "SharingSet", e.as(name), at.Add(3*time.Minute), file, "audit-02@"+tenantDomain, "Member")
		}
	}
	if n%4 == 0 {
		e.t.InboxRule(fmt.Sprintf("ordinary rule %d", n), "New-InboxRule", e.as(who[n%len(who)]), day.Add(16*time.Hour), [2]string{"Name", "社内報"}, [2]string{"From", "news@" + tenantDomain}, [2]string{"MoveToFolder", "社内報"})
	}
}
