package graph

import (
	"slices"
	"time"
)

// Risk is what Identity Protection noticed, and what became of it.
type Risk struct {
	t   *Tenant
	key string

	ID          string
	Type, Level string
	Detected    time.Time

	user   *User
	at     time.Time
	signIn *SignIn
	turns  []turn
	clears []turn // of the user's risk, where the detection stays as it is
}

// turn is a change of a risk's state.
type turn struct {
	at            time.Time
	state, detail string
}

// Risk adds a detection, of a type such as "unfamiliarFeatures" and a level ("low",
// "medium", "high"), for a sign-in; without one it is of the user alone.
func (t *Tenant) Risk(key string, who *User, kind, level string, detected time.Time, s *SignIn) *Risk {
	t.unsettled()
	r := &Risk{t: t, key: key, ID: t.id("risk", key), Type: kind, Level: level, Detected: hundredths(detected, key), user: who, at: detected, signIn: s}
	if s != nil {
		r.at, s.risk = s.At, r
	}
	t.risks = append(t.risks, r)
	return r
}

// Remediated: the user did what a policy asks for: "userPerformedSecuredPasswordChange",
// "userPassedMFADrivenByRiskBasedPolicy". Nobody else did anything.
func (r *Risk) Remediated(at time.Time, detail string) *Risk { return r.turn(at, "remediated", detail) }

// Dismissed: somebody dismissed all risk of the user.
func (r *Risk) Dismissed(by *User, at time.Time) Change {
	return r.decided(by, at, "dismissed", "adminDismissedAllRiskForUser", "DismissUser")
}

// ConfirmedSafe: somebody looked at the sign-in and found it safe.
func (r *Risk) ConfirmedSafe(by *User, at time.Time) Change {
	return r.decided(by, at, "confirmedSafe", "adminConfirmedSigninSafe", "ConfirmSafe")
}

// ConfirmedCompromised: somebody found that it was an attack.
func (r *Risk) ConfirmedCompromised(by *User, at time.Time) Change {
	return r.decided(by, at, "confirmedCompromised", "adminConfirmedSigninCompromised", "ConfirmCompromised")
}

// Cleared: after a confirmed compromise the user is at risk no longer, and the
// detection stays confirmed.
func (r *Risk) Cleared(at time.Time, state, detail string) *Risk {
	r.clears = append(r.clears, turn{at, state, detail})
	return r
}

// Closed: the risk is in a state of which the log tells no more, "none" for one.
func (r *Risk) Closed(at time.Time, state, detail string) *Risk { return r.turn(at, state, detail) }

func (r *Risk) turn(at time.Time, state, detail string) *Risk {
	r.turns = append(r.turns, turn{at, state, detail})
	return r
}

func (r *Risk) decided(by *User, at time.Time, state, detail, activity string) Change {
	c := r.t.change(at, activity, r.ID)
	r.turn(c.At, state, detail)
	r.t.tell(c.log(audit{activity: activity, by: by, targets: []Object{r.user.target()}}))
	return c
}

// last is the state of the detection at a time.
func (r *Risk) last(now time.Time) turn { return r.latest(now, r.turns) }

// ofUser is the state of the user's risk.
func (r *Risk) ofUser(now time.Time) turn {
	return r.latest(now, slices.Concat(r.turns, r.clears))
}

func (r *Risk) latest(now time.Time, turns []turn) turn {
	state := turn{r.Detected, "atRisk", "none"}
	for _, x := range turns {
		if !x.at.After(now) && !x.at.Before(state.at) {
			state = x
		}
	}
	return state
}

func (r *Risk) object(now time.Time) Object {
	state := r.last(now)
	o := Object{
		"id": r.ID, "requestId": nil, "correlationId": nil, "riskEventType": r.Type, "riskState": state.state, "riskLevel": r.Level, "riskDetail": state.detail,
		"source": "IdentityProtection", "detectionTimingType": "offline", "activity": "user", "tokenIssuerType": "AzureAD", "ipAddress": nil, "location": nil,
		"activityDateTime": stamp(r.at), "detectedDateTime": stamp(r.Detected), "lastUpdatedDateTime": stamp(state.at),
		"userId": r.user.ID, "userDisplayName": r.user.Name, "userPrincipalName": r.user.UPN, "additionalInfo": "[]",
	}
	if s := r.signIn; s != nil {
		o["requestId"], o["correlationId"], o["activity"], o["detectionTimingType"] = s.ID, s.t.id("sign-in correlation", s.key), "signin", "realtime"
		o["ipAddress"], o["additionalInfo"] = s.address, quoted(list(Object{"Key": "userAgent", "Value": s.agent}))
		o["location"] = s.body()["location"]
	}
	if r.t.Plan < P2 {
		o["riskLevel"], o["riskDetail"] = "hidden", "hidden"
	}
	return o
}

// risksAt are the detections, newest first.
func (t *Tenant) risksAt(now time.Time) []Object {
	known := slices.DeleteFunc(slices.Clone(t.risks), func(r *Risk) bool { return r.Detected.After(now) })
	slices.SortStableFunc(known, func(x, y *Risk) int { return y.Detected.Compare(x.Detected) })
	out := []Object{}
	for _, r := range known {
		out = append(out, r.object(now))
	}
	return out
}

// riskyUsersAt are the users that are, or were, at risk.
func (t *Tenant) riskyUsersAt(now time.Time) []Object {
	out := []Object{}
	for _, u := range t.users {
		worst, latest := "none", turn{}
		for _, r := range t.risks {
			if r.user != u || r.Detected.After(now) {
				continue
			}
			state := r.ofUser(now)
			open := state.state == "atRisk" || state.state == "confirmedCompromised"
			if open && slices.Index(levels, r.Level) > slices.Index(levels, worst) {
				worst = r.Level
			}
			if latest.at.IsZero() || open && latest.state != "atRisk" || state.at.After(latest.at) && open == (latest.state == "atRisk") {
				latest = state
			}
		}
		if latest.at.IsZero() {
			continue
		}
		out = append(out, Object{
			"id": u.ID, "isDeleted": u.asMember(now) == nil, "isProcessing": false, "riskLastUpdatedDateTime": stamp(latest.at), "riskLevel": worst, "riskState": latest.state,
			"riskDetail": latest.detail, "userDisplayName": u.Name, "userPrincipalName": u.UPN,
		})
	}
	return out
}

var levels = []string{"none", "low", "medium", "high"}

// Registers are the methods that the user has registered: "microsoftAuthenticatorPush",
// "softwareOneTimePasscode", "fido2SecurityKey", "mobilePhone". None: a password alone.
func (u *User) Registers(methods ...string) *User {
	u.registered = list(methods...)
	return u
}

// registrationsAt are userRegistrationDetails; Graph has none of disabled users.
func (t *Tenant) registrationsAt(now time.Time) []Object {
	out := []Object{}
	for _, u := range t.users {
		o := u.at(now)
		if o == nil || o["deletedDateTime"] != nil || o["accountEnabled"] != true {
			continue
		}
		strong := len(u.registered) > 0
		out = append(out, Object{
			"id": u.ID, "userPrincipalName": u.UPN, "userDisplayName": u.Name, "userType": "member", "isAdmin": t.isAdmin(u, now), "isSsprRegistered": strong, "isSsprEnabled": true, "isSsprCapable": strong,
			"isMfaRegistered": strong, "isMfaCapable": strong, "isPasswordlessCapable": slices.Contains(u.registered, "fido2SecurityKey"),
			"methodsRegistered": list(u.registered...), "isSystemPreferredAuthenticationMethodEnabled": true, "systemPreferredAuthenticationMethods": preferred(u.registered),
			"userPreferredMethodForSecondaryAuthentication": preferred(u.registered)[0], "lastUpdatedDateTime": stamp(now.UTC().Truncate(24 * time.Hour)),
		})
	}
	return out
}

func preferred(methods []string) []string {
	switch {
	case slices.Contains(methods, "microsoftAuthenticatorPush"):
		return []string{"push"}
	case slices.Contains(methods, "mobilePhone"):
		return []string{"sms"}
	}
	return []string{"none"}
}

func (t *Tenant) isAdmin(u *User, now time.Time) bool {
	has := func(a *assignment) bool { return a.who == Principal(u) && a.at(now) }
	return slices.ContainsFunc(t.active, has) || slices.ContainsFunc(t.eligible, has)
}
