package demo

import (
	"github.com/evidencepack/evidence/internal/demo/graph"
)

// secretsManaged is the activity as Entra writes it, with the space at its end.
const secretsManaged = "Update application – Certificates and secrets management "

// applicationStory is for ACC-13: credentials of applications, and what they may do.
func (e *entra) applicationStory() {
	at := inJapan
	planted := func(key string, c graph.Change, activity string) { e.mark(key, c.Audit(activity), c.At) }
	years := func(from string) (till string) { return "2028" + from[4:] }
	secret := func(key string, by graph.Actor, a *graph.Application, when, name string) {
		planted(key, a.AddSecret(by, at(when), name, at(years(when))), secretsManaged)
	}
	secret("secret without a change", e.as("it-02"), e.payroll, "2026-10-09 21:33:00", "temporary")
	planted("credential of the service principal", e.report.Principal.AddCredential(e.as("it-02"), at("2026-10-27 23:47:00"), "sync", at("2027-10-27 23:47:00")), "Add service principal credentials")

	helper := e.t.External("Calendar Helper", at("2026-10-20 11:05:00"))
	consent := helper.Consent(e.as("it-02"), at("2026-10-20 11:06:00"), true, "Calendars.ReadWrite", "Mail.Read", "offline_access")
	planted("consent for everybody", consent, "Consent to application")
	planted("its permissions", consent, "Add delegated permission grant")
	planted("permission without a change", e.report.Principal.Grant(e.as("it-02"), at("2026-10-27 23:50:00"), "Mail.Read"), "Add app role assignment to service principal")

	// In order: after an approved change that names the application, by the application
	// that applies reviewed definitions; a removal, and a user's own consent.
	planted("certificate after a change", e.settlement.AddCertificate(e.as("sec-02"), at(certificateAdded), "2026-10", at("2027-10-15 10:30:00")), secretsManaged)
	secret("secret by the application", e.baseline.Principal, e.accessSync, "2026-10-21 03:00:00", "2026-10")
	planted("secret removed", e.payroll.RemoveSecret(e.as("it-01"), at("2026-10-12 10:00:00"), "temporary"), secretsManaged)
	own := helper.Consent(e.as("eigyo-04"), at("2026-10-23 15:20:00"), false, "Calendars.Read")
	planted("consent for oneself", own, "Consent to application")
	planted("permissions for oneself", own, "Add delegated permission grant")
	planted("application registered", e.t.Application("wiki-search", at("2026-10-08 10:00:00")).Added(e.as("it-01")), "Add application")
}

const certificateAdded = "2026-10-15 10:30:00"

// credentialChange is the pull request behind the certificate of settlement-notify: it
// names the application by its id, and was approved and merged the day before.
func (h *hub) credentialChange(appID string) *change {
	c := h.change(h.access, "certificate of settlement-notify", "2026-10-14 17:20:00", h.sec2, h.sec1, "settlement-notify の証明書を更新する", "apps/settlement-notify.yaml")
	c.Body = "アプリケーション " + appID + " に証明書を追加する。\n\nRefs {0}"
	return c
}
