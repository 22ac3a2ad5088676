package demo

import (
	"time"

	"github.com/evidencepack/evidence/internal/demo/graph"
)

// riskStory is for ACC-12: what Identity Protection noticed, and whether somebody
// looked into it in time.
func (e *entra) riskStory() {
	risk := func(key, who, kind, level, at string, signIn bool) *graph.Risk {
		var s *graph.SignIn
		detected := inJapan(at)
		if signIn {
			s = e.t.SignIn("risky: "+key, e.as(who), graph.OfficeHome, detected.Add(-4*time.Minute)).From(afar, graph.Frankfurt).Elsewhere("Linux", "Firefox 140.0")
		}
		r := e.t.Risk(key, e.as(who), kind, level, detected, s)
		e.mark(key, r.ID, r.Detected)
		return r
	}
	analyst := e.as("sec-01")
	hours := func(at string, n int) time.Time { return inJapan(at).Add(time.Duration(n) * time.Hour) }

	risk("nobody looked", "yakuin-01", "unfamiliarFeatures", "high", "2026-10-06 03:20:00", true)
	risk("looked into too late", "eigyo-02", "anonymizedIPAddress", "medium", "2026-10-19 22:10:00", true).ConfirmedSafe(analyst, hours("2026-10-19 22:10:00", 98))
	risk("closed without a reason", "mob-01", "unlikelyTravel", "medium", "2026-10-12 13:05:00", true).Closed(hours("2026-10-12 13:05:00", 6), "dismissed", "none")
	risk("compromise not cleared", "ops-01", "leakedCredentials", "high", "2026-10-08 08:00:00", false).ConfirmedCompromised(analyst, hours("2026-10-08 08:00:00", 5))

	// In order: handled in time by an analyst, by the user, cleared after a compromise;
	// and below what must be handled.
	risk("confirmed safe in time", "dba-02", "unfamiliarFeatures", "high", "2026-10-14 06:31:00", true).ConfirmedSafe(analyst, hours("2026-10-14 06:31:00", 20))
	risk("dismissed in time", "dev-05", "unlikelyTravel", "medium", "2026-10-23 11:00:00", true).Dismissed(e.as("sec-02"), hours("2026-10-23 11:00:00", 71))
	risk("password changed", "keiri-01", "leakedCredentials", "high", "2026-10-21 02:00:00", false).Remediated(hours("2026-10-21 02:00:00", 7), "userPerformedSecuredPasswordChange")
	cleared := risk("compromise cleared", "bizops-01", "leakedCredentials", "high", "2026-10-16 09:00:00", false)
	cleared.ConfirmedCompromised(analyst, hours("2026-10-16 09:00:00", 2))
	cleared.Cleared(hours("2026-10-16 09:00:00", 4), "remediated", "adminGeneratedTemporaryPassword")
	risk("of low level", "dev-02", "unfamiliarFeatures", "low", "2026-10-27 20:00:00", true)
	risk("risk of november", "eigyo-01", "unlikelyTravel", "high", "2026-11-01 00:00:00", true)
}
