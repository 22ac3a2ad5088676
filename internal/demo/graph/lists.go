package graph

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/evidencepack/evidence/internal/demo/graph/published"
)

// logAt is what can be read of a log at a time: what has arrived and is still kept.
func logAt(l []logged, now time.Time, kept time.Duration) []Object {
	out := []Object{}
	for _, e := range l {
		if !e.seen.After(now) && (kept == 0 || now.Sub(e.at) <= kept) {
			out = append(out, e.body)
		}
	}
	return out
}

// signIns: v1.0 has the interactive sign-ins of users alone, and so has beta unless
// the filter asks for signInEventTypes. Applied policies need a permission of their
// own, and newer kinds of protocols a preference.
func (a *ask) signIns() ([]Object, *failure) {
	all := a.version == "beta" && a.asksFor("signInEventTypes")
	policies := a.may(append([]string{"Directory.Read.All"}, policyRoles...)...)
	newer := strings.Contains(a.r.Header.Get("Prefer"), "include-unknown-enum-members")
	var out []Object
	for _, o := range logAt(a.s.opt.Tenant.events, a.now, a.s.opt.Retention) {
		if !all && o.at("signInEventTypes").([]string)[0] != "interactiveUser" {
			continue
		}
		if a.filter != nil && !a.filter.holds(o) {
			continue
		}
		o = project(published.In(a.version), "SignIn", o).(Object)
		if !policies {
			delete(o, "appliedConditionalAccessPolicies")
		}
		if p, ok := o["authenticationProtocol"].(string); ok && !newer && !early[p] {
			o["authenticationProtocol"] = "unknownFutureValue"
		}
		out = append(out, o)
	}
	return out, nil
}

// early are the protocols that the enumeration began with.
var early = map[string]bool{"none": true, "oAuth2": true, "ropc": true, "wsFederation": true, "saml20": true, "deviceCode": true}

// project leaves of an object what a version of Graph knows of its type.
func project(v published.Version, of string, x any) any {
	switch x := x.(type) {
	case Object:
		if _, known := v.Types[of]; !known {
			return x
		}
		out := Object{}
		for name, value := range x {
			if strings.HasPrefix(name, "@") {
				out[name] = value
			} else if p, ok := v.Property(of, name); ok {
				out[name] = project(v, p.Type, value)
			}
		}
		return out
	case []Object:
		out := make([]Object, len(x))
		for i := range x {
			out[i] = project(v, of, x[i]).(Object)
		}
		return out
	}
	return x
}

// users: some properties need a permission of their own, and are refused with all
// the rest without it.
func (a *ask) users() ([]Object, *failure) {
	if f := a.restricted(); f != nil {
		return nil, f
	}
	return a.s.opt.Tenant.usersAt(a.now, false), nil
}

// restricted: when somebody signed in last is asked of the reports, with their
// permission and licence; when somebody leaves is between HR and the directory.
func (a *ask) restricted() *failure {
	if slices.Contains(a.selects, "signInActivity") {
		if !a.may(reportsRoles...) {
			return deniedReports(reportsRoles)
		}
		if f := needsP1(a.s.opt.Tenant); f != nil {
			return f
		}
	}
	if slices.Contains(a.selects, "employeeLeaveDateTime") && !a.may("User-LifeCycleInfo.Read.All", "User-LifeCycleInfo.ReadWrite.All") {
		return deniedDirectory(nil)
	}
	return nil
}

func (a *ask) user() (Object, *failure) {
	all, f := a.users()
	for _, o := range all {
		if o["id"] == a.id || strings.EqualFold(o["userPrincipalName"].(string), a.id) {
			return o, f
		}
	}
	if f == nil {
		f = noResource(a.id)
	}
	return nil, f
}

func (a *ask) group() (Object, *failure) {
	if g := a.s.opt.Tenant.group(a.id, a.now); g != nil {
		return g.at(a.now), nil
	}
	return nil, noResource(a.id)
}

func (a *ask) members() ([]Object, *failure) {
	return a.inGroup(func(g *Group) membership { return g.members })
}
func (a *ask) owners() ([]Object, *failure) {
	return a.inGroup(func(g *Group) membership { return g.owners })
}

func (a *ask) inGroup(of func(*Group) membership) ([]Object, *failure) {
	g := a.s.opt.Tenant.group(a.id, a.now)
	if g == nil {
		return nil, noResource(a.id)
	}
	list := objects(of(g).at(a.now), a.now)
	if a.version == "v1.0" { // its reference: service principals are not listed there
		list = slices.DeleteFunc(list, func(o Object) bool { return o["@odata.type"] == "#microsoft.graph.servicePrincipal" })
	}
	return a.visible(list), nil
}

// visible leaves of objects that the application may not read their kind and id alone.
func (a *ask) visible(list []Object) []Object {
	readers := map[string][]string{"#microsoft.graph.user": usersRoles, "#microsoft.graph.group": groupsRoles, "#microsoft.graph.servicePrincipal": appsRoles}
	for _, o := range list {
		kind := o["@odata.type"].(string)
		if !a.may(readers[kind]...) {
			for name := range o {
				if name != "id" && name != "@odata.type" {
					o[name] = nil
				}
			}
		}
	}
	return list
}

// roleAssignments: two relations cannot be expanded at once.
func (a *ask) roleAssignments() ([]Object, *failure) {
	if len(a.expands) > 1 {
		return nil, refuse(http.StatusBadRequest, "Request_BadRequest", "Only one property can be expanded in a single query.")
	}
	return a.s.opt.Tenant.roleAssignments(a.now), nil
}

func (a *ask) approval() (Object, *failure) {
	if !a.s.opt.Approvals {
		return nil, deniedPIM(activeRoles)
	}
	if o := a.s.opt.Tenant.approvalAt(a.id, a.now); o != nil {
		return o, nil
	}
	return nil, refuse(http.StatusNotFound, "RoleAssignmentApprovalNotFound", "The approval is not found.")
}

// expandMost is how many members or owners $expand gives of a group.
const expandMost = 20

// expand adds the relations that are asked for, and takes the others away.
func (a *ask) expand(e *endpoint, o Object) {
	for _, name := range e.expands {
		wanted := slices.Contains(a.expands, name)
		switch {
		case !wanted && name != "steps":
			delete(o, name)
		case wanted && (name == "members" || name == "owners"):
			g := a.s.opt.Tenant.group(o["id"].(string), a.now)
			of := g.members
			if name == "owners" {
				of = g.owners
			}
			list := a.visible(objects(of.at(a.now), a.now))
			o[name] = list[:min(expandMost, len(list))]
		}
	}
}
