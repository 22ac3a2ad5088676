package demo

import (
	"fmt"
	"time"

	"github.com/evidencepack/evidence/internal/demo/graph"
)

const (
	home   = "198.51.100.23" // somebody's
	afar   = "192.0.2.66"    // nobody's
	imap   = ""
	mailer = "Mail/3826 CFNetwork/1568 Darwin/24.0"
)

// signInStory is for ACC-01 and ACC-02: passwords alone, old protocols, and much that
// looks like it.
func (e *entra) signInStory() {
	plant := func(key, who string, to graph.App, at string) *graph.SignIn {
		s := e.t.SignIn("planted: "+key, e.as(who), to, inJapan(at))
		e.mark(key, s.ID, s.At.Truncate(time.Second))
		return s
	}
	plant("password from home", "keiri-02", graph.OfficeHome, "2026-10-05 22:41:17").SingleFactor().From(home, graph.Tokyo)
	plant("password to the portal", "it-02", graph.Portal, "2026-10-17 22:04:33").SingleFactor()
	plant("factor left out", "eigyo-01", graph.OfficeHome, "2026-10-20 07:55:02").Skipped("IP address").NotApplied(e.policies[policyMFA])
	plant("device remembered, policy content", "eigyo-02", graph.OfficeHome, "2026-10-13 08:40:00").Skipped("remembered device")
	plant("outcome not told", "eigyo-04", graph.Teams, "2026-10-22 19:12:48").Untold().From(home, graph.Tokyo)
	plant("excluded from the policy", "keiri-03", graph.OfficeHome, "2026-10-21 18:30:09").SingleFactor().NotApplied(e.policies[policyMFA]).From(home, graph.Tokyo)

	plant("mail by IMAP", "ops-02", graph.ExchangeOnline, "2026-10-13 06:20:44").Legacy("IMAP4", imap).From(home, graph.Tokyo)
	plant("mail on a telephone", "mob-02", graph.ExchangeOnline, "2026-10-24 09:03:31").Legacy("Exchange ActiveSync", "Apple-iPhone14C2/2209.5").From(home, graph.Tokyo)
	plant("a client with no name", "dev-07", graph.ExchangeOnline, "2026-10-08 13:27:52").Legacy("Other clients", "BAV2ROPC").From(home, graph.Tokyo)

	e.edgesOfSignIns(plant)
	e.harmlessSignIns(plant)
}

// edgesOfSignIns are about the edges of the month in Japan, and about a sign-in that
// could be read only two days after it happened.
func (e *entra) edgesOfSignIns(plant func(key, who string, to graph.App, at string) *graph.SignIn) {
	plant("second before the month, password", "sre-02", graph.Portal, "2026-09-30 23:59:59").SingleFactor()
	plant("first second of the month, password", "sre-02", graph.Portal, "2026-10-01 00:00:00").SingleFactor()
	plant("last second of the month, password", "sre-02", graph.Portal, "2026-10-31 23:59:59").SingleFactor()
	plant("second after the month, password", "sre-02", graph.Portal, "2026-11-01 00:00:00").SingleFactor()
	plant("late to be read, password", "bizops-01", graph.OfficeHome, "2026-10-30 23:10:05").SingleFactor().From(home, graph.Osaka).Late(48 * time.Hour)
}

// harmlessSignIns look like exceptions and are none.
func (e *entra) harmlessSignIns(plant func(key, who string, to graph.App, at string) *graph.SignIn) {
	plant("emergency account with its key", "break-glass-01", graph.Portal, "2026-10-10 03:12:20").Key()
	plant("second factor refused", "keiri-01", graph.OfficeHome, "2026-10-09 02:31:08").Fails(500121).From(afar, graph.Frankfurt)
	plant("asked for a second factor", "eigyo-02", graph.OfficeHome, "2026-10-12 21:15:41").Fails(50074).From(home, graph.Tokyo)
	plant("then with it", "eigyo-02", graph.OfficeHome, "2026-10-12 21:16:02").From(home, graph.Tokyo)
	for i := range 24 { // somebody tries passwords by old protocols
		client := []string{"Other clients", "IMAP4", "Authenticated SMTP", "Exchange ActiveSync"}[i%4]
		s := e.t.SignIn(fmt.Sprintf("spray %d", i), e.as([]string{"info", "eigyo-01", "keiri-01", "yakuin-01"}[i/4%4]), graph.ExchangeOnline, inJapan("2026-10-18 04:00:00").Add(time.Duration(i*97)*time.Second))
		s.Legacy(client, "").From(afar, graph.Frankfurt)
		if i%8 == 5 {
			s.Blocked(e.policies[policyLegacy])
		} else {
			s.Fails(50126)
		}
	}
	for i := range 8 { // the scanner sends what it scanned; the organisation knows
		at := inJapan("2026-10-02 15:00:00").AddDate(0, 0, i*3)
		s := e.t.SignIn(fmt.Sprintf("scanner %d", i), e.as("svc-scan"), graph.ExchangeOnline, at)
		s.Legacy("Authenticated SMTP", "").NotApplied(e.policies[policyLegacy]).NotApplied(e.policies[policyMFA])
	}
}
