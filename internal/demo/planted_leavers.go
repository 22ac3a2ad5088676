package demo

import (
	"time"

	"github.com/evidencepack/evidence/internal/demo/graph"
)

// leaverStory is for ACC-03: those who leave in October, and what becomes of their
// accounts. What HR says of them is in employees.
func (e *entra) leaverStory() {
	hr := e.provisioning.Principal
	leaves := func(key, number string, left string) { e.mark(key, personItem(number), inJapan(left+" 23:59:59")) }

	leaves("account stays enabled", "01063", "2026-10-09") // ops-03: nobody does anything
	leaves("disabled five days later", "01103", "2026-10-14")
	e.as("eigyo-03").Disable(e.as("it-02"), inJapan("2026-10-19 10:12:00"))
	leaves("disabled half an hour late", "01092", "2026-10-31")
	e.as("jinji-02").Disable(hr, inJapan("2026-11-02 00:30:00"))

	leaves("enabled again and used", "01052", "2026-10-20")
	e.as("bizops-02").Disable(hr, inJapan("2026-10-20 20:00:00"))
	e.as("bizops-02").Enable(e.as("it-02"), inJapan("2026-10-22 20:31:00"))
	e.t.SignIn("a leaver signs in", e.as("bizops-02"), graph.OfficeHome, inJapan("2026-10-22 21:02:14")).From(home, graph.Tokyo)
	e.as("bizops-02").Disable(e.as("it-02"), inJapan("2026-10-22 21:40:00"))

	// In order: on the last day, deleted instead of disabled, on the morning after the
	// month, used on the evening of the last day, without an account, and a leaver of
	// September.
	leaves("disabled on the last day", "01084", "2026-10-16")
	e.as("keiri-04").Disable(hr, inJapan("2026-10-16 19:00:00"))
	leaves("deleted on the last day", "01065", "2026-10-23")
	e.as("ops-05").Delete(hr, inJapan("2026-10-23 19:00:00"))
	leaves("leaves on the last day of the month", "01026", "2026-10-31")
	e.as("dev-06").Disable(hr, inJapan("2026-11-01 08:00:00"))
	leaves("without an account", "09101", "2026-10-15")
	e.as("eigyo-05").Disable(hr, inJapan("2026-10-01 09:00:00"))
	s := e.t.SignIn("evening of the last day", e.as("dev-06"), graph.Teams, inJapan("2026-10-31 21:10:00"))
	e.mark("evening of the last day", s.ID, s.At.Truncate(time.Second))
}
