package graph

import (
	"fmt"
	"time"
)

// Privileged Identity Management: who may activate which role, and who did.

// Eligibility is that somebody may activate a role.
type Eligibility struct {
	*assignment
	request *scheduleRequest
}

// Activation is the use of an eligibility for some hours.
type Activation struct {
	of            *Eligibility
	at            time.Time
	duration      time.Duration
	justification string
	ticket        Object

	needsApproval bool
	reviewer      *User
	reviewed      time.Time
	denied        bool
	reviewSaid    string
	deactivated   time.Time
}

// Assigned is a role that somebody has without activating it.
type Assigned struct {
	*assignment
	request *scheduleRequest // nil where PIM was not asked
}

// scheduleRequest is a request to PIM: an assignment, an eligibility, an activation.
type scheduleRequest struct {
	id          string
	eligibility bool
	action      string
	of          *assignment
	by          Actor
	created     time.Time
	states      []stateAt // in the order of time
	approval    *Activation
	said        string // justification
	starts      time.Time
	expiration  Object
	lasts       time.Duration // of an activation
	ticket      Object
	using       *Eligibility
}

type stateAt struct {
	at     time.Time
	status string
}

var noTicket = Object{"ticketNumber": nil, "ticketSystem": nil}

// until is the expiration of a schedule.
func until(till time.Time) Object {
	if till.IsZero() {
		return Object{"type": "noExpiration", "endDateTime": nil, "duration": nil}
	}
	return Object{"type": "afterDateTime", "endDateTime": stamp(till), "duration": nil}
}

// lasting is how PIM and audits call an assignment with or without an end.
func lasting(till time.Time) string {
	if till.IsZero() {
		return "(permanent)"
	}
	return "(timebound)"
}

// Eligible lets somebody activate a role, until a time or (zero) for ever. Without
// an actor it is from before anything was logged.
func (t *Tenant) Eligible(by Actor, at time.Time, who Principal, role *Role, till time.Time, justification string) *Eligibility {
	t.unsettled()
	id, _, _ := who.principal()
	e := &Eligibility{assignment: &assignment{t: t, id: t.id("eligible", id, role.ID, stampText(at)), who: who, role: role, from: at, till: till}}
	e.schedule = t.id("eligibility schedule", e.id)
	t.eligible = append(t.eligible, e.assignment)
	if by != nil {
		e.request = t.ask(e.assignment, true, "adminAssign", by, at, justification, until(till))
		t.tellPIM(by, at, e.assignment, e.request, justification,
			"Add eligible member to role in PIM requested "+lasting(till), "Add eligible member to role in PIM completed "+lasting(till))
	}
	return e
}

// Assign gives somebody a role through PIM, active at once.
func (t *Tenant) Assign(by Actor, at time.Time, who Principal, role *Role, till time.Time, justification string) *Assigned {
	a := t.assigned(at, who, role, till)
	a.request = t.ask(a.assignment, false, "adminAssign", by, at, justification, until(till))
	t.tellPIM(by, at, a.assignment, a.request, justification, "Add member to role in PIM requested "+lasting(till), "Add member to role in PIM completed "+lasting(till))
	t.tellCore(msPIM, at, a.assignment, true)
	return a
}

// AssignDirectly gives somebody a role around PIM. Without an actor it is from before
// anything was logged.
func (t *Tenant) AssignDirectly(by Actor, at time.Time, who Principal, role *Role) *Assigned {
	a := t.assigned(at, who, role, time.Time{})
	if by != nil {
		t.tellCore(by, at, a.assignment, true)
		t.tellPIM(by, at, a.assignment, nil, "", "Add member to role outside of PIM (permanent)")
	}
	return a
}

func (t *Tenant) assigned(at time.Time, who Principal, role *Role, till time.Time) *Assigned {
	t.unsettled()
	id, _, _ := who.principal()
	a := &Assigned{assignment: &assignment{t: t, id: t.id("assigned", id, role.ID, stampText(at)), who: who, role: role, kind: "Assigned", from: at, till: till}}
	a.schedule = t.id("assignment schedule", a.id)
	t.active = append(t.active, a.assignment)
	return a
}

// Remove takes the role away.
func (a *Assigned) Remove(by Actor, at time.Time) {
	a.till = at
	a.t.tellCore(by, at, a.assignment, false)
	a.t.tellPIM(by, at, a.assignment, nil, "", "Remove member from role in PIM completed (permanent)")
}

// ID is the id of the assignment's instance.
func (a *Assigned) ID() string { return a.instance() }

// RequestID is the id of the request that made the assignment.
func (a *Assigned) RequestID() string { return a.request.id }

// Requested is when it was asked for, as Graph tells it.
func (a *Assigned) Requested() time.Time { return hundredths(a.request.created, a.request.id) }

// Change is the action as the directory logs it ("Add member to role").
func (a *Assigned) Change() Change { return a.t.change(a.from, "Add member to role", a.id) }

// ID is the id of the eligibility's instance.
func (e *Eligibility) ID() string { return e.id }

// RequestID is the id of the request that made the eligibility.
func (e *Eligibility) RequestID() string { return e.request.id }

// ask makes the request for an assignment that is granted at once.
func (t *Tenant) ask(a *assignment, eligibility bool, action string, by Actor, at time.Time, said string, expiration Object) *scheduleRequest {
	r := &scheduleRequest{
		id: a.schedule, eligibility: eligibility, action: action, of: a, by: by, created: at, said: said, starts: at, expiration: expiration, ticket: noTicket,
		states: []stateAt{{at, "Provisioned"}},
	}
	t.requests = append(t.requests, r)
	return r
}

// Activate asks for the role for some time. It is granted at once, unless an approval
// is needed.
func (e *Eligibility) Activate(at time.Time, duration time.Duration, justification string) *Activation {
	e.t.unsettled()
	a := &Activation{of: e, at: at, duration: duration, justification: justification, ticket: noTicket}
	e.t.activations = append(e.t.activations, a)
	return a
}

// Ticket is the change that the activation is for.
func (a *Activation) Ticket(system, number string) *Activation {
	a.ticket = Object{"ticketNumber": number, "ticketSystem": system}
	return a
}

// Approved makes the activation one that needed an approval and got it.
func (a *Activation) Approved(by *User, at time.Time, why string) *Activation {
	a.needsApproval, a.reviewer, a.reviewed, a.reviewSaid = true, by, at, why
	return a
}

// Denied makes it one that needed an approval and was refused.
func (a *Activation) Denied(by *User, at time.Time, why string) *Activation {
	a.denied = true
	return a.Approved(by, at, why)
}

// Waiting makes it one that needs an approval that nobody has given.
func (a *Activation) Waiting() *Activation {
	a.needsApproval = true
	return a
}

// Deactivate ends it before its time.
func (a *Activation) Deactivate(at time.Time) *Activation {
	a.deactivated = at
	return a
}

// Requested is when it was asked for, as Graph tells it.
func (a *Activation) Requested() time.Time { return hundredths(a.at, a.RequestID()) }

// RequestID is the id of the request.
func (a *Activation) RequestID() string {
	return a.of.t.id("activation", a.of.id, stampText(a.at))
}

// settle makes the request, the assignment and the audits of an activation.
func (a *Activation) settle() {
	t, e := a.of.t, a.of
	who := e.who.(*User)
	r := &scheduleRequest{
		id: a.RequestID(), action: "selfActivate", of: e.assignment, by: who, created: a.at, said: a.justification, starts: a.at, ticket: a.ticket, using: e, lasts: a.duration,
		expiration: Object{"type": "afterDuration", "endDateTime": nil, "duration": iso8601(a.duration)},
	}
	t.requests = append(t.requests, r)
	t.tellPIM(who, a.at, e.assignment, r, a.justification, "Add member to role requested (PIM activation)")
	begins := a.at
	if a.needsApproval {
		r.approval = a
		r.states = append(r.states, stateAt{a.at, "PendingApproval"})
		t.tellPIM(who, a.at, e.assignment, r, a.justification, "Add member to role approval requested (PIM activation)")
		begins = a.reviewed
	}
	switch {
	case a.needsApproval && a.reviewer == nil:
		return
	case a.denied:
		r.states = append(r.states, stateAt{a.reviewed, "Denied"})
		t.tellPIM(a.reviewer, a.reviewed, e.assignment, r, a.reviewSaid, "Add member to role request denied (PIM activation)")
		return
	case a.needsApproval:
		t.tellPIM(a.reviewer, a.reviewed, e.assignment, r, a.reviewSaid, "Add member to role request approved (PIM activation)")
	}
	a.activate(r, who, begins)
}

func (a *Activation) activate(r *scheduleRequest, who *User, begins time.Time) {
	t, e := a.of.t, a.of
	r.states = append(r.states, stateAt{begins, "Provisioned"})
	active := &assignment{t: t, id: t.id("activated", r.id), who: who, role: e.role, kind: "Activated", from: begins, till: begins.Add(a.duration), schedule: r.id, using: e.assignment}
	t.tellPIM(who, begins, e.assignment, r, a.justification, "Add member to role completed (PIM activation)")
	t.tellCore(msPIM, begins, active, true)
	if !a.deactivated.IsZero() {
		active.till = a.deactivated
		t.requests = append(t.requests, &scheduleRequest{
			id: t.id("deactivation", r.id), action: "selfDeactivate", of: e.assignment, by: who, created: a.deactivated, starts: a.deactivated, expiration: until(time.Time{}), ticket: noTicket,
			states: []stateAt{{a.deactivated, "Revoked"}},
		})
		t.tellPIM(who, active.till, e.assignment, r, "Deactivation request", "Remove member from role completed (PIM deactivate)")
	} else {
		t.tellPIM(azurePIM, active.till, e.assignment, r, "Expired", "Remove member from role (PIM activation expired)")
	}
	t.tellCore(msPIM, active.till, active, false)
	t.active = append(t.active, active)
}

// iso8601 is a duration as PIM writes it.
func iso8601(d time.Duration) string {
	if d%time.Hour == 0 {
		return fmt.Sprintf("PT%dH", d/time.Hour)
	}
	return fmt.Sprintf("PT%dH%dM", d/time.Hour, d%time.Hour/time.Minute)
}

func stampText(at time.Time) string { return at.UTC().Format(time.RFC3339) }

// object is the request as it was at a time.
func (r *scheduleRequest) object(now time.Time) Object {
	o := r.of.common().With(r.of.related(now)).With(Object{
		"id": r.id, "status": r.states[0].status, "createdDateTime": stamp(hundredths(r.created, r.id)), "completedDateTime": nil, "approvalId": nil, "customData": nil,
		"action": r.action, "isValidationOnly": false, "targetScheduleId": null(r.of.schedule), "justification": null(r.said),
		"createdBy":    Object{"application": nil, "device": nil, "user": Object{"displayName": nil, "id": r.by.identity()["id"]}},
		"scheduleInfo": Object{"startDateTime": stamp(hundredths(r.starts, r.id)), "recurrence": nil, "expiration": r.expiration},
		"ticketInfo":   r.ticket, "targetSchedule": nil,
	})
	if !r.eligibility {
		o["activatedUsing"] = nil
	}
	if app, ok := r.by.(*ServicePrincipal); ok {
		o["createdBy"] = Object{"application": Object{"displayName": nil, "id": app.ID}, "device": nil, "user": nil}
	}
	for _, s := range r.states {
		if !s.at.After(now) {
			o["status"] = s.status
			if s.status != "PendingApproval" && o["completedDateTime"] == nil {
				o["completedDateTime"] = stamp(s.at.Truncate(time.Second))
			}
		}
	}
	if r.using != nil {
		o["targetScheduleId"] = r.id
		o["activatedUsing"] = r.using.eligibleSchedule()
	}
	if r.approval != nil {
		o["approvalId"] = r.id
	}
	return o
}

// requestsAt are the schedule requests that had been made.
func (t *Tenant) requestsAt(now time.Time, eligibility bool) []Object {
	out := []Object{}
	for _, r := range t.requests {
		if r.eligibility == eligibility && !r.created.After(now) {
			out = append(out, r.object(now))
		}
	}
	return out
}

// approvalAt is the approval of a request; nil when there is none.
func (t *Tenant) approvalAt(id string, now time.Time) Object {
	for _, r := range t.requests {
		if r.id == id && r.approval != nil && !r.created.After(now) {
			return r.approval.object(now)
		}
	}
	return nil
}

func (a *Activation) object(now time.Time) Object {
	step := Object{
		"id": a.of.t.id("approval step", a.RequestID()), "displayName": nil, "assignedToMe": false, "justification": "", "reviewResult": "NotReviewed", "reviewedDateTime": nil,
		"reviewedBy": nil, "status": "InProgress",
	}
	if a.reviewer != nil && !a.reviewed.After(now) {
		step["justification"], step["reviewedDateTime"], step["reviewedBy"], step["status"] = a.reviewSaid, stamp(hundredths(a.reviewed, a.RequestID())), a.reviewer.identity(), "Completed"
		step["reviewResult"] = "Approve"
		if a.denied {
			step["reviewResult"] = "Deny"
		}
	}
	return Object{"id": a.RequestID(), "steps": list(step)}
}

// tellCore logs what the directory itself sees of a role that comes or goes.
func (t *Tenant) tellCore(by Actor, at time.Time, a *assignment, came bool) {
	activity := "Add member to role"
	if !came {
		activity = "Remove member from role"
	}
	c := t.change(at, activity, a.id)
	t.tell(c.log(audit{activity: activity, by: by, targets: []Object{
		a.who.target(a.role.properties(came)...), target("Role", t.id("role", a.role.ID), a.role.Name),
	}}))
}

// tellPIM logs what PIM does. Role, request, principal, tenant and one more are its
// targets, in this order.
func (t *Tenant) tellPIM(by Actor, at time.Time, a *assignment, r *scheduleRequest, said string, of ...string) {
	for _, name := range of {
		request := ""
		if r != nil {
			request = r.id
		}
		c := t.change(at, name, a.id, request)
		id, display, kind := a.who.principal()
		principal := target(kind, id, display)
		if u, ok := a.who.(*User); ok {
			principal["userPrincipalName"] = u.UPN
		}
		role := target("Role", a.role.ID, a.role.Name,
			modified("RoleDefinitionOriginId", "", a.role.ID), modified("RoleDefinitionOriginType", "", "BuiltInRole"), modified("TemplateId", "", a.role.ID))
		details := []Object{detail("RoleDefinitionOriginId", a.role.ID), detail("RoleDefinitionOriginType", "BuiltInRole"), detail("TemplateId", a.role.ID), detail("StartTime", fmt.Sprint(stamp(at)))}
		if r != nil && r.lasts > 0 {
			details = append(details, detail("ExpirationTime", fmt.Sprint(stamp(at.Add(r.lasts)))))
		}
		details = append(details, detail("Justification", said), detail("tid", t.ID), detail("ipaddr", office), detail("RequestId", request))
		t.tell(c.log(audit{activity: name, reason: said, by: by, details: details, targets: []Object{
			role, target("Request", request, ""), principal, target("Directory", t.ID, t.Name), target("Other", "", ""),
		}}))
	}
}
