package graph

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Actor is who changes something: a *User, or a *ServicePrincipal for an
// application.
type Actor interface {
	// initiator is initiatedBy of a directory audit that a service logs.
	initiator(service string) Object
	// identity is the actor as an identity: id and displayName.
	identity() Object
}

// system is a part of Microsoft's that acts by itself.
type system struct{ name, id string }

var (
	msPIM    = system{"MS-PIM", identity("service principal", "MS-PIM")}
	azurePIM = system{"Azure AD PIM", ""}

	// Membership is what keeps the members of groups with a rule.
	Membership Actor = system{"Microsoft Approval Management", identity("service principal", "Microsoft Approval Management")}
	// Nobody is whose account is gone: the log has nothing left of it.
	Nobody Actor = nobody{}
)

func (s system) identity() Object { return Object{"id": s.id, "displayName": s.name} }

func (s system) initiator(string) Object {
	return Object{"user": nil, "app": Object{"appId": nil, "displayName": s.name, "servicePrincipalId": null(s.id), "servicePrincipalName": nil}}
}

type nobody struct{}

func (nobody) identity() Object        { return Object{"id": nil, "displayName": nil} }
func (nobody) initiator(string) Object { return Object{"user": nil, "app": nil} }

// Change is one action, for which Entra may log several audits that share their
// correlationId.
type Change struct {
	At          time.Time
	Correlation string
}

// change names an action after what it is done to. Its time gets a fraction of a
// second that depends on the name.
func (t *Tenant) change(at time.Time, of ...string) Change {
	t.unsettled()
	correlation := t.id(append([]string{"change", at.UTC().Format(time.RFC3339)}, of...)...)
	return Change{hundredths(at, correlation), correlation}
}

// Audit is the id of the audit of this action that has the activityDisplayName.
func (c Change) Audit(name string) string {
	sum := uuid.NewSHA1(uuid.MustParse(c.Correlation), []byte(name))
	const letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	cell := make([]byte, 5)
	for i := range cell {
		cell[i] = letters[int(sum[i])%len(letters)]
	}
	number := 100_000_000 + (int(sum[8])<<16 | int(sum[9])<<8 | int(sum[10]))
	return fmt.Sprintf("%s_%s_%s_%d", idPrefix[activityOf(name).service], c.Correlation, cell, number)
}

// audit is what is logged of an action.
type audit struct {
	activity string
	reason   string
	by       Actor
	targets  []Object
	details  []Object
}

// log makes the directoryAudit. Its time is still a time.Time: settling writes it.
func (c Change) log(a audit) Object {
	of := activityOf(a.activity)
	if a.details == nil && of.service == core {
		a.details = userAgent(a.by)
	}
	return Object{
		"id": c.Audit(a.activity), "category": of.category, "correlationId": c.Correlation, "result": "success", "resultReason": a.reason,
		"activityDisplayName": a.activity, "activityDateTime": c.At, "loggedByService": of.service, "operationType": of.operation,
		"initiatedBy": a.by.initiator(of.service), "targetResources": list(a.targets...), "additionalDetails": list(a.details...),
	}
}

// tell logs audits that no history makes.
func (t *Tenant) tell(audits ...Object) {
	t.unsettled()
	t.told = append(t.told, audits...)
}

// target is one of the targetResources.
func target(kind, id, name string, changed ...Object) Object {
	return Object{"id": id, "displayName": null(name), "type": kind, "userPrincipalName": nil, "groupType": nil, "modifiedProperties": list(changed...)}
}

// modified is a modified property; values are JSON in strings, nil is null.
func modified(name string, before, after any) Object {
	value := func(v any) any {
		if v == nil {
			return nil
		}
		return quoted(v)
	}
	return Object{"displayName": name, "oldValue": value(before), "newValue": value(after)}
}

// updated names the properties that were changed, as Core Directory adds it.
func updated(names ...string) Object {
	return modified("Included Updated Properties", nil, strings.Join(names, ", "))
}

func detail(key, value string) Object { return Object{"key": key, "value": value} }

// userAgent: people come by a browser.
func userAgent(by Actor) []Object {
	if _, ok := by.(*User); ok {
		return []Object{detail("User-Agent", agentEdge)}
	}
	return nil
}

const agentEdge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0"
