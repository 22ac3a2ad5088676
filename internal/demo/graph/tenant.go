package graph

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// Plan is what the tenant has licences of.
type Plan int

// Licences of Microsoft Entra ID.
const (
	Free Plan = iota
	P1        // sign-ins, conditional access, reports of authentication methods
	P2        // Privileged Identity Management, Identity Protection
)

// Tenant is an organisation's Microsoft Entra tenant and its Microsoft 365: first
// the story is told, then it is served. Nothing may be told after the first look.
type Tenant struct {
	ID      string
	Name    string
	Domain  string // the verified domain of its users' names
	Plan    Plan
	Created time.Time

	users       []*User
	groups      []*Group
	roles       []*Role
	policies    []*Policy
	locations   []*Location
	apps        []*Application
	principals  []*ServicePrincipal
	eligible    []*assignment
	active      []*assignment
	activations []*Activation
	requests    []*scheduleRequest
	signIns     []*SignIn
	risks       []*Risk
	records     []*Record

	histories []*history
	told      []Object // directory audits that no history makes

	once    sync.Once
	settled bool
	audits  []logged
	events  []logged // sign-ins
}

// logged is an entry of a log: when it happened, and when it can be read.
type logged struct {
	at, seen time.Time
	body     Object // as beta has it
}

// NewTenant is a tenant in which nothing has happened yet.
func NewTenant(id, name, domain string, plan Plan, created time.Time) *Tenant {
	return &Tenant{ID: id, Name: name, Domain: domain, Plan: plan, Created: created}
}

func (t *Tenant) unsettled() {
	if t.settled {
		panic("graph: the tenant is being served: nothing more can be told of it")
	}
}

// settle brings the story into the order of time, and makes the audits of what changed.
func (t *Tenant) settle() {
	t.once.Do(func() {
		for _, a := range t.activations {
			a.settle()
		}
		audits := t.told
		for _, h := range t.histories {
			audits = append(audits, h.settle()...)
		}
		for _, a := range audits {
			at := a["activityDateTime"].(time.Time)
			a["activityDateTime"] = stamp(at)
			t.audits = append(t.audits, logged{at, at, a})
		}
		for _, s := range t.signIns {
			body := s.body()
			t.events = append(t.events, logged{s.At, s.At.Add(s.late), body})
		}
		newestFirst(t.audits)
		newestFirst(t.events)
		slices.SortStableFunc(t.requests, func(x, y *scheduleRequest) int { return x.created.Compare(y.created) })
		slices.SortStableFunc(t.records, func(x, y *Record) int { return y.At.Compare(x.At) })
		t.settled = true
	})
}

// newestFirst is the order in which Graph gives its logs.
func newestFirst(l []logged) {
	slices.SortStableFunc(l, func(x, y logged) int {
		return cmp.Or(y.at.Compare(x.at), cmp.Compare(x.body["id"].(string), y.body["id"].(string)))
	})
}

// organization is the resource of that name, of which a tenant has one.
func (t *Tenant) organization(time.Time) []Object {
	plans := list[Object]()
	for plan, service := range map[Plan][2]string{P1: {"41781fb2-bc02-4b7c-bd55-b576c07bb09d", "AADPremiumService"}, P2: {"eec0eb4f-6444-4f95-aba0-50c24d67f998", "AADPremiumService"}} {
		if t.Plan >= plan {
			plans = append(plans, Object{"assignedDateTime": stamp(t.Created), "capabilityStatus": "Enabled", "service": service[1], "servicePlanId": service[0]})
		}
	}
	slices.SortFunc(plans, func(x, y Object) int { return cmp.Compare(x["servicePlanId"].(string), y["servicePlanId"].(string)) })
	return []Object{{
		"id": t.ID, "deletedDateTime": nil, "displayName": t.Name, "createdDateTime": stamp(t.Created), "countryLetterCode": "JP", "country": nil, "preferredLanguage": "ja",
		"tenantType": "AAD", "businessPhones": list[string](), "technicalNotificationMails": list("it-admin@" + t.Domain), "securityComplianceNotificationMails": list[string](),
		"assignedPlans": plans, "onPremisesSyncEnabled": nil,
		"verifiedDomains": list(
			Object{"capabilities": "Email, OfficeCommunicationsOnline", "isDefault": true, "isInitial": false, "name": t.Domain, "type": "Managed"},
			Object{"capabilities": "Email, OfficeCommunicationsOnline", "isDefault": false, "isInitial": true, "name": t.initial(), "type": "Managed"},
		),
	}}
}

// initial is the domain that Microsoft gave the tenant.
func (t *Tenant) initial() string {
	name := []rune{}
	for _, r := range t.Domain {
		if r == '.' {
			break
		}
		name = append(name, r)
	}
	return string(name) + ".onmicrosoft.example"
}
