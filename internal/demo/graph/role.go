package graph

import (
	"slices"
	"time"
)

// Role is a directory role. It is there from the tenant's beginning.
type Role struct {
	t    *Tenant
	ID   string // of the role's template, which is that of its definition too
	Name string
}

// builtIn are roles that Microsoft defines, with their well-known ids.
var builtIn = map[string]string{
	"Global Administrator":             "62e90394-69f5-4237-9190-012177145e10",
	"Privileged Role Administrator":    "e8611ab8-c189-46e8-94e1-60213ab1f814",
	"Security Administrator":           "194ae4cb-b126-40b2-bd5b-6091b380977d",
	"Conditional Access Administrator": "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9",
	"User Administrator":               "fe930be7-5e62-47db-91af-98c3a49a38b1",
	"Exchange Administrator":           "29232cdf-9323-42fd-ade2-1d097af3e4de",
	"SharePoint Administrator":         "f28a1f50-f6e7-4571-818b-6a12f2af6b6c",
	"Application Administrator":        "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
	"Helpdesk Administrator":           "729827e3-9c14-49f7-bb1b-9608f156bbb8",
	"Global Reader":                    "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
	"Directory Readers":                "88d8e3e3-8f55-4a1e-953a-9b9898b8876b",
}

// Role is a built-in role by its name.
func (t *Tenant) Role(name string) *Role {
	if i := slices.IndexFunc(t.roles, func(r *Role) bool { return r.Name == name }); i >= 0 {
		return t.roles[i]
	}
	id, ok := builtIn[name]
	if !ok {
		panic("graph: no built-in role is called " + name)
	}
	r := &Role{t: t, ID: id, Name: name}
	t.roles = append(t.roles, r)
	return r
}

// object is the role's unifiedRoleDefinition.
func (r *Role) object() Object {
	return Object{
		"id": r.ID, "description": "Built-in role: " + r.Name + ".", "displayName": r.Name, "isBuiltIn": true, "isEnabled": true, "templateId": r.ID, "version": "1",
		"resourceScopes":  list("/"),
		"rolePermissions": list(Object{"allowedResourceActions": list("microsoft.directory/" + r.ID[:8] + "/allProperties/allTasks"), "condition": nil}),
	}
}

func (t *Tenant) roleDefinitions(time.Time) []Object {
	out := []Object{}
	for _, r := range t.roles {
		out = append(out, r.object())
	}
	return out
}

// assignment is that somebody has a role, or may activate it, for some time.
type assignment struct {
	t          *Tenant
	id         string
	who        Principal
	role       *Role
	kind       string // Assigned, Activated; of an eligible one empty
	from, till time.Time
	schedule   string // id of its schedule, which is that of the request
	using      *assignment
}

func (a *assignment) at(now time.Time) bool {
	return !now.Before(a.from) && (a.till.IsZero() || now.Before(a.till)) && a.who.asMember(now) != nil
}

// common are the fields that all resources of assignments have.
func (a *assignment) common() Object {
	id, _, _ := a.who.principal()
	return Object{"principalId": id, "roleDefinitionId": a.role.ID, "directoryScopeId": "/", "appScopeId": nil}
}

// related are what $expand may ask of it.
func (a *assignment) related(now time.Time) Object {
	return Object{"principal": a.who.asMember(now), "roleDefinition": a.role.object(), "directoryScope": Object{"@odata.type": "#microsoft.graph.directoryObject", "id": "/"}, "appScope": nil}
}

// roleAssignments are the assignments without PIM's schedules.
func (t *Tenant) roleAssignments(now time.Time) []Object {
	out := []Object{}
	for _, a := range t.active {
		if a.at(now) {
			o := a.common().With(a.related(now))
			o["id"] = a.id
			delete(o, "appScopeId")
			out = append(out, o)
		}
	}
	return out
}

// activeInstances are roleAssignmentScheduleInstances.
func (t *Tenant) activeInstances(now time.Time) []Object {
	out := []Object{}
	for _, a := range t.active {
		if !a.at(now) {
			continue
		}
		o := a.common().With(a.related(now)).With(Object{
			"id": a.instance(), "startDateTime": stamp(a.from), "endDateTime": stamp(a.till), "assignmentType": a.kind, "memberType": "Direct",
			"roleAssignmentOriginId": a.id, "roleAssignmentScheduleId": a.schedule, "activatedUsing": nil,
		})
		if a.using != nil {
			o["activatedUsing"] = a.using.eligibleInstance()
		}
		out = append(out, o)
	}
	return out
}

// instance is the id of an active assignment's schedule instance.
func (a *assignment) instance() string { return a.id + "-" + a.schedule[:8] }

// eligibleInstance is the roleEligibilityScheduleInstance.
func (a *assignment) eligibleInstance() Object {
	return a.common().With(Object{
		"id": a.id, "startDateTime": stamp(a.from), "endDateTime": stamp(a.till), "memberType": "Direct", "roleEligibilityScheduleId": a.schedule,
	})
}

// eligibleInstances are roleEligibilityScheduleInstances.
func (t *Tenant) eligibleInstances(now time.Time) []Object {
	out := []Object{}
	for _, a := range t.eligible {
		if a.at(now) {
			out = append(out, a.eligibleInstance().With(a.related(now)))
		}
	}
	return out
}

// eligibleSchedule is the roleEligibilitySchedule.
func (a *assignment) eligibleSchedule() Object {
	return a.common().With(Object{
		"id": a.schedule, "createdUsing": a.schedule, "createdDateTime": stamp(a.from), "modifiedDateTime": nil, "status": "Provisioned", "memberType": "Direct",
		"scheduleInfo": Object{"startDateTime": stamp(a.from), "recurrence": nil, "expiration": until(a.till)},
	})
}

// properties are the role on the target of the audit of an assignment.
func (r *Role) properties(came bool) []Object {
	property := func(name string, v any) Object {
		if came {
			return modified(name, nil, v)
		}
		return modified(name, v, nil)
	}
	return []Object{
		property("Role.ObjectID", r.t.id("role", r.ID)), property("Role.DisplayName", r.Name), property("Role.TemplateId", r.ID),
		property("Role.WellKnownObjectName", wellKnown[r.Name]),
	}
}

// wellKnown are names that the directory itself has for roles.
var wellKnown = map[string]any{"Global Administrator": "TenantAdmins", "Exchange Administrator": "ExchangeServiceAdmins", "User Administrator": "UserAccountAdmins", "Helpdesk Administrator": "HelpdeskAdmins"}
