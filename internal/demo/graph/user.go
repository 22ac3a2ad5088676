package graph

import (
	"strings"
	"time"
)

// User is an account. Its fields are as it was made; the story changes it with
// times.
type User struct {
	t   *Tenant
	key string
	*history

	ID      string
	UPN     string
	Name    string
	Address string // that it comes from

	registered []string
}

// User adds an account. The key, such as "sre-01", makes its name and addresses;
// fields replace those that it begins with.
func (t *Tenant) User(key string, created time.Time, fields Object) *User {
	u := &User{
		t: t, key: key, ID: t.id("user", key), UPN: key + "@" + t.Domain, Name: key, Address: office,
		registered: list("microsoftAuthenticatorPush", "softwareOneTimePasscode"),
	}
	body := Object{
		"id": u.ID, "displayName": key, "userPrincipalName": u.UPN, "mail": u.UPN, "mailNickname": key, "accountEnabled": true, "userType": "Member",
		"createdDateTime": stamp(created), "deletedDateTime": nil, "employeeId": nil, "employeeType": nil, "department": nil, "jobTitle": nil, "companyName": nil,
		"givenName": nil, "surname": nil, "mobilePhone": nil, "officeLocation": nil, "preferredLanguage": "ja-JP", "usageLocation": "JP", "creationType": nil,
		"externalUserState": nil, "externalUserStateChangeDateTime": nil, "onPremisesSyncEnabled": nil, "onPremisesLastSyncDateTime": nil,
		"lastPasswordChangeDateTime": stamp(created), "signInSessionsValidFromDateTime": stamp(created), "securityIdentifier": nil,
		"businessPhones": list[string](), "otherMails": list[string](), "proxyAddresses": list("SMTP:" + u.UPN), "imAddresses": list[string](),
	}
	u.history = t.begin(created, body.With(fields))
	if name, ok := fields["displayName"].(string); ok {
		u.Name = name
	}
	if upn, ok := fields["userPrincipalName"].(string); ok {
		u.UPN = upn
	}
	t.users = append(t.users, u)
	return u
}

// office is where the company's people are: an address of RFC 5737.
const office = "203.0.113.24"

func (u *User) principal() (id, name, kind string) { return u.ID, u.Name, "User" }

func (u *User) identity() Object { return Object{"id": u.ID, "displayName": u.Name} }

func (u *User) initiator(service string) Object {
	who := Object{"id": u.ID, "displayName": nil, "userPrincipalName": u.UPN, "ipAddress": u.Address, "userType": nil, "homeTenantId": nil, "homeTenantName": nil}
	if service == pim {
		who["displayName"], who["ipAddress"] = u.Name, nil
	}
	return Object{"user": who, "app": nil}
}

// target is the user as the target of an audit.
func (u *User) target(changed ...Object) Object {
	o := target("User", u.ID, "", changed...)
	o["userPrincipalName"] = u.UPN
	return o
}

// Added logs that the account was made. Accounts of long ago need no audit.
func (u *User) Added(by Actor) Change {
	c := u.t.change(u.born, "add user", u.ID)
	u.t.tell(c.log(audit{activity: "Add user", by: by, targets: []Object{u.target(
		modified("AccountEnabled", list[bool](), list(true)), modified("DisplayName", list[string](), list(u.Name)),
		modified("UserPrincipalName", list[string](), list(u.UPN)), modified("UserType", list[string](), list("Member")),
		updated("AccountEnabled", "DisplayName", "UserPrincipalName", "UserType"),
	)}}))
	return c
}

// Disable disables the account.
func (u *User) Disable(by Actor, at time.Time) Change {
	return u.enable(by, at, false, "Disable account")
}

// Enable enables it again.
func (u *User) Enable(by Actor, at time.Time) Change { return u.enable(by, at, true, "Enable account") }

// enable: Core Directory logs two audits of it.
func (u *User) enable(by Actor, at time.Time, enabled bool, activity string) Change {
	c := u.t.change(at, activity, u.ID)
	u.change(c.At, func(o Object) { o["accountEnabled"] = enabled }, func(before, _ Object) []Object {
		changed := u.target(modified("AccountEnabled", list(before["accountEnabled"]), list(enabled)), updated("AccountEnabled"), modified("TargetId.UserType", nil, "Member"))
		return []Object{
			c.log(audit{activity: "Update user", by: by, targets: []Object{changed}}),
			c.log(audit{activity: activity, by: by, targets: []Object{changed}}),
		}
	})
	return c
}

// Set changes a property.
func (u *User) Set(by Actor, at time.Time, property string, value any) Change {
	c := u.t.change(at, "update user", u.ID, property)
	name := auditName(property)
	u.change(c.At, func(o Object) { o[property] = value }, func(before, _ Object) []Object {
		return []Object{c.log(audit{activity: "Update user", by: by, targets: []Object{u.target(modified(name, values(before[property]), values(value)), updated(name))}})}
	})
	return c
}

// auditName is a property as Core Directory calls it.
func auditName(property string) string { return strings.ToUpper(property[:1]) + property[1:] }

// values are what Core Directory writes of a property: a list, empty for none.
func values(v any) []any {
	if v == nil {
		return list[any]()
	}
	return list(v)
}

// Delete moves the account to the deleted ones, where it stays for 30 days, enabled
// if it was.
func (u *User) Delete(by Actor, at time.Time) Change {
	c := u.t.change(at, "delete user", u.ID)
	u.change(c.At, func(o Object) { o["deletedDateTime"] = stamp(c.At.Truncate(time.Second)) }, func(Object, Object) []Object {
		return []Object{c.log(audit{activity: "Delete user", by: by, targets: []Object{u.target(modified("Is Hard Deleted", nil, "False"))}})}
	})
	u.end(c.At.AddDate(0, 0, 30), nil)
	return c
}

// usersAt are the accounts that there are, or the deleted ones.
func (t *Tenant) usersAt(now time.Time, deleted bool) []Object {
	out := []Object{}
	for _, u := range t.users {
		if o := u.at(now); o != nil && (o["deletedDateTime"] != nil) == deleted {
			o["signInActivity"] = t.lastSignIn(u, now)
			out = append(out, o)
		}
	}
	return out
}

// lastSignIn is the user's signInActivity.
func (t *Tenant) lastSignIn(u *User, now time.Time) any {
	activity := Object{}
	for _, e := range t.events { // newest first
		if e.body["userId"] != u.ID || e.seen.After(now) {
			continue
		}
		kind := "lastSignIn"
		if e.body["isInteractive"] != true {
			kind = "lastNonInteractiveSignIn"
		}
		names := []string{kind}
		if e.body.at("status/errorCode") == 0 {
			names = append(names, "lastSuccessfulSignIn")
		}
		for _, name := range names {
			if activity[name+"DateTime"] == nil {
				activity[name+"DateTime"], activity[name+"RequestId"] = stamp(e.at.Truncate(time.Second)), e.body["id"]
			}
		}
	}
	if len(activity) == 0 {
		return nil
	}
	for _, name := range []string{"lastSignIn", "lastNonInteractiveSignIn", "lastSuccessfulSignIn"} {
		if activity[name+"DateTime"] == nil {
			activity[name+"DateTime"], activity[name+"RequestId"] = nil, nil
		}
	}
	return activity
}

// asMember is the user as a member or principal shows it.
func (u *User) asMember(now time.Time) Object {
	o := u.at(now)
	if o == nil || o["deletedDateTime"] != nil {
		return nil
	}
	m := Object{"@odata.type": "#microsoft.graph.user"}
	for _, name := range userDefaults {
		m[name] = o[name]
	}
	return m
}

// userDefaults are what Graph gives of a user that is not asked for more.
var userDefaults = []string{"id", "businessPhones", "displayName", "givenName", "jobTitle", "mail", "mobilePhone", "officeLocation", "preferredLanguage", "surname", "userPrincipalName"}
