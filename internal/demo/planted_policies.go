package demo

import (
	"github.com/evidencepack/evidence/internal/demo/graph"
)

// policyStory is for ACC-07: what the audit log says of conditional access.
func (e *entra) policyStory() {
	at := inJapan
	planted := func(key string, c graph.Change, activity string) { e.mark(key, c.Audit(activity), c.At) }
	const add, update, remove = "Add conditional access policy", "Update conditional access policy", "Delete conditional access policy"
	emergency := []string{e.as("break-glass-01").ID, e.as("break-glass-02").ID}
	person, app := e.as("it-02"), e.baseline.Principal
	mfa, legacy, admins := e.policies[policyMFA], e.policies[policyLegacy], e.policies[policyAdmins]

	// For a visitor: off, and on again an hour later.
	planted("policy off for an hour", mfa.Update(person, at("2026-10-15 21:02:00"), graph.State("disabled")), update)
	planted("policy on again", mfa.Update(person, at("2026-10-15 22:01:00"), graph.State("enabled")), update)
	planted("exclusion added", mfa.Update(person, at("2026-10-21 18:20:00"), graph.Condition("users/excludeUsers", append(emergency[:2:2], e.as("keiri-03").ID))), update)
	planted("exclusion taken back", mfa.Update(person, at("2026-10-22 09:15:00"), graph.Condition("users/excludeUsers", emergency)), update)
	planted("policy deleted", e.policies[policyAbroad].Delete(person, at("2026-10-28 17:45:00")), remove)
	planted("only reporting", legacy.Update(person, at("2026-10-26 20:00:00"), graph.State("enabledForReportingButNotEnforced")), update)
	planted("enforced again", legacy.Update(person, at("2026-10-26 20:40:00"), graph.State("enabled")), update)
	planted("trusted network widened", e.office.Ranges(person, at("2026-10-24 10:20:00"), "203.0.113.0/24", "198.51.100.0/24"), "Update named location")
	planted("trusted network narrowed", e.office.Ranges(person, at("2026-10-24 11:05:00"), "203.0.113.0/24"), "Update named location")

	// In order: more is demanded, a policy that demanded nothing goes, a new one comes;
	// and the application that applies reviewed definitions.
	planted("one more control", admins.Update(person, at("2026-10-13 14:00:00"), graph.Controls("compliantDevice", "mfa"), operator("AND")), update)
	planted("retired policy deleted", e.policies[policyRetired].Delete(person, at("2026-10-13 14:10:00")), remove)
	risk := e.t.Policy("CA005: リスクの高いサインインに多要素認証を要求", at("2026-10-06 15:00:00"), "mfa").For(graph.Condition("users/excludeUsers", emergency)).
		For(graph.Condition("signInRiskLevels", []string{"high"}))
	planted("policy added", risk.Added(app), add)
	planted("weakened by the application", risk.Update(app, at("2026-10-20 15:00:00"), graph.Condition("applications/excludeApplications", []string{e.settlement.AppID})), update)
	planted("policy change of september", mfa.Update(person, at("2026-09-30 23:59:57"), graph.Condition("userRiskLevels", []string{})), update)
}

// operator joins the controls of a policy: all of them, or one.
func operator(o string) func(graph.Object) {
	return func(p graph.Object) { p["grantControls"].(graph.Object)["operator"] = o }
}
