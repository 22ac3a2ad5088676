package graph

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// endpoint is a list, or a thing, that Graph gives: who may have it and what may be
// asked of it. All of it is what the API reference says of the endpoint.
type endpoint struct {
	path     string // {} stands for an id
	beta     bool   // beta alone has it
	resource string // its published type
	class    class
	roles    []string               // any of these permissions will do
	needs    func(*Tenant) *failure // licences
	denied   func([]string) *failure

	page    [2]int   // objects on a page: by default, at most
	options []string // query options beside $top and $skiptoken
	filters map[string]string
	orders  []string
	expands []string
	gives   []string // properties that are given without $select; nil: all

	list func(*ask) ([]Object, *failure)
	one  func(*ask) (Object, *failure)
}

// ask is a request, understood.
type ask struct {
	*query
	s       *Server
	r       *http.Request
	now     time.Time
	version string // v1.0, beta
	id      string // what stands for {}
	roles   []string
}

func (a *ask) may(roles ...string) bool {
	return slices.ContainsFunc(roles, func(r string) bool { return slices.Contains(a.roles, r) })
}

// What is said when a permission is missing differs from service to service.

func deniedDirectory([]string) *failure {
	return refuse(http.StatusForbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
}

func deniedReports(roles []string) *failure {
	return refuse(http.StatusForbidden, "Authentication_MSGraphPermissionMissing", "The principal does not have required Microsoft Graph permission(s): "+
		strings.Join(roles[:1], ",")+" to call this API. For more information about Microsoft Graph permissions, please visit https://learn.microsoft.com/graph/permissions-overview.")
}

func deniedPIM(roles []string) *failure {
	return refuse(http.StatusForbidden, "PermissionScopeNotGranted", "Authorization failed due to missing permission scope "+strings.Join(roles, ",")+".")
}

func deniedPolicy([]string) *failure {
	return refuse(http.StatusForbidden, "AccessDenied", "You cannot perform the requested operation, required scopes are missing in the token.")
}

func deniedProtection([]string) *failure {
	return refuse(http.StatusForbidden, "Forbidden", "You cannot perform the requested operation, required scopes are missing in the token.")
}

// And so does what is said when a licence is.

func needsP1(t *Tenant) *failure {
	if t.Plan < P1 {
		return refuse(http.StatusForbidden, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", "Neither tenant is B2C or tenant doesn't have premium license")
	}
	return nil
}

func needsPIM(t *Tenant) *failure {
	if t.Plan < P2 {
		return refuse(http.StatusBadRequest, "AadPremiumLicenseRequired", "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license.")
	}
	return nil
}

func needsProtection(least Plan) func(*Tenant) *failure {
	return func(t *Tenant) *failure {
		if t.Plan < least {
			return refuse(http.StatusForbidden, "Forbidden", "Your tenant is not licensed for this feature.")
		}
		return nil
	}
}

const (
	times = "eq ge gt le lt" // the reference has eq, ge and le; gt and lt are in use and understood
	same  = "eq ne in"
)

var (
	directoryRoles = []string{"Directory.Read.All", "Directory.ReadWrite.All"}
	usersRoles     = append([]string{"User.Read.All", "User.ReadWrite.All"}, directoryRoles...)
	groupsRoles    = append([]string{"GroupMember.Read.All", "Group.Read.All", "Group.ReadWrite.All"}, directoryRoles...)
	rolesRoles     = append([]string{"RoleManagement.Read.Directory", "RoleManagement.Read.All", "RoleManagement.ReadWrite.Directory"}, directoryRoles...)
	activeRoles    = []string{"RoleAssignmentSchedule.Read.Directory", "RoleManagement.Read.Directory", "RoleManagement.Read.All", "RoleAssignmentSchedule.ReadWrite.Directory", "RoleManagement.ReadWrite.Directory"}
	eligibleRoles  = []string{"RoleEligibilitySchedule.Read.Directory", "RoleManagement.Read.Directory", "RoleManagement.Read.All", "RoleEligibilitySchedule.ReadWrite.Directory", "RoleManagement.ReadWrite.Directory"}
	// Requests are listed to no application that may not make them.
	askActive    = []string{"RoleAssignmentSchedule.ReadWrite.Directory", "RoleManagement.ReadWrite.Directory"}
	askEligible  = []string{"RoleEligibilitySchedule.ReadWrite.Directory", "RoleManagement.ReadWrite.Directory"}
	reportsRoles = []string{"AuditLog.Read.All"}
	policyRoles  = []string{"Policy.Read.All", "Policy.Read.ConditionalAccess", "Policy.ReadWrite.ConditionalAccess"}
	appsRoles    = append([]string{"Application.Read.All", "Application.ReadWrite.All"}, directoryRoles...)
	searchRoles  = []string{"AuditLogsQuery.Read.All", "AuditLogsQuery-Exchange.Read.All", "AuditLogsQuery-SharePoint.Read.All", "AuditLogsQuery-OneDrive.Read.All", "AuditLogsQuery-Entra.Read.All"}
)

// directory are the options that the directory's lists have.
var directory = []string{"$filter", "$select", "$expand", "$orderby", "$count"}

// at gives a list of what the tenant has at a time.
func at(list func(*Tenant, time.Time) []Object) func(*ask) ([]Object, *failure) {
	return func(a *ask) ([]Object, *failure) { return list(a.s.opt.Tenant, a.now), nil }
}

// endpoints are all that there are.
func endpoints() []endpoint {
	var all []endpoint
	for _, part := range [][]endpoint{logEndpoints(), directoryEndpoints(), roleEndpoints(), policyEndpoints(), searchEndpoints()} {
		all = append(all, part...)
	}
	return all
}

func logEndpoints() []endpoint {
	return []endpoint{
		{
			path: "/auditLogs/signIns", resource: "SignIn", class: reports, roles: reportsRoles, needs: needsP1, denied: deniedReports, page: [2]int{1000, 1000},
			options: []string{"$filter", "$orderby", "$select"}, orders: []string{"createdDateTime"}, list: (*ask).signIns,
			filters: map[string]string{
				"id": "eq", "createdDateTime": times, "userId": "eq", "userPrincipalName": "eq startswith", "userDisplayName": "eq startswith", "appId": "eq", "appDisplayName": "eq startswith",
				"ipAddress": "eq startswith", "clientAppUsed": "eq", "conditionalAccessStatus": "eq", "correlationId": "eq", "status/errorCode": "eq", "isInteractive": "eq",
				"riskState": "eq", "riskLevelDuringSignIn": "eq", "riskLevelAggregated": "eq", "resourceId": "eq", "resourceDisplayName": "eq", "servicePrincipalId": "eq",
				"servicePrincipalName": "eq startswith", "authenticationRequirement": "eq startswith", "signInEventTypes": "any eq any ne",
			},
		},
		{
			path: "/auditLogs/directoryAudits", resource: "DirectoryAudit", class: reports, roles: reportsRoles, denied: deniedReports, page: [2]int{1000, 1000},
			options: []string{"$filter", "$orderby", "$select"}, orders: []string{"activityDateTime"},
			list: func(a *ask) ([]Object, *failure) { return logAt(a.s.opt.Tenant.audits, a.now, a.s.opt.Retention), nil },
			filters: map[string]string{
				"id": "eq", "activityDateTime": times, "activityDisplayName": "eq startswith", "category": "eq", "correlationId": "eq", "loggedByService": "eq", "result": "eq",
				"initiatedBy/user/id": "eq", "initiatedBy/user/displayName": "eq", "initiatedBy/user/userPrincipalName": "eq startswith", "initiatedBy/app/appId": "eq", "initiatedBy/app/displayName": "eq",
				"targetResources/id": "any eq", "targetResources/displayName": "any eq any startswith",
			},
		},
		{
			path: "/reports/authenticationMethods/userRegistrationDetails", resource: "UserRegistrationDetails", class: reports, roles: reportsRoles, needs: needsP1, denied: deniedReports,
			page: [2]int{1000, 1000}, options: []string{"$filter", "$orderby", "$select"}, orders: []string{"userDisplayName", "userPrincipalName"}, list: at((*Tenant).registrationsAt),
			filters: map[string]string{"isMfaRegistered": "eq", "isMfaCapable": "eq", "isAdmin": "eq", "userPrincipalName": "eq startswith", "userDisplayName": "eq startswith", "methodsRegistered": "any eq"},
		},
		{
			path: "/identityProtection/riskDetections", resource: "RiskDetection", class: identityProtection, roles: []string{"IdentityRiskEvent.Read.All", "IdentityRiskEvent.ReadWrite.All"},
			needs: needsProtection(P1), denied: deniedProtection, page: [2]int{20, 500}, options: []string{"$filter", "$select"},
			list:    at((*Tenant).risksAt),
			filters: map[string]string{"id": "eq", "detectedDateTime": times, "activityDateTime": times, "lastUpdatedDateTime": times, "riskState": "eq", "riskLevel": "eq", "riskEventType": "eq", "userId": "eq", "userPrincipalName": "eq"},
		},
		{
			path: "/identityProtection/riskyUsers", resource: "RiskyUser", class: identityProtection, roles: []string{"IdentityRiskyUser.Read.All", "IdentityRiskyUser.ReadWrite.All"},
			needs: needsProtection(P2), denied: deniedProtection, page: [2]int{20, 500}, options: []string{"$filter", "$select", "$orderby"}, orders: []string{"riskLastUpdatedDateTime"},
			list:    at((*Tenant).riskyUsersAt),
			filters: map[string]string{"id": "eq", "riskState": "eq", "riskLevel": "eq", "riskLastUpdatedDateTime": times, "userPrincipalName": "eq"},
		},
	}
}

func directoryEndpoints() []endpoint {
	users := map[string]string{
		"id": same, "accountEnabled": "eq", "userType": same, "userPrincipalName": "eq startswith in", "mail": "eq startswith in", "displayName": "eq startswith in", "employeeId": "eq startswith in",
		"department": "eq startswith in", "createdDateTime": times,
	}
	groups := map[string]string{"id": same, "displayName": "eq startswith in", "securityEnabled": "eq", "mailEnabled": "eq", "groupTypes": "any eq", "isAssignableToRole": "eq"}
	apps := map[string]string{"id": same, "appId": same, "displayName": "eq startswith in", "servicePrincipalType": "eq", "accountEnabled": "eq"}
	page := [2]int{100, 999}
	return []endpoint{
		{path: "/users", resource: "User", roles: usersRoles, denied: deniedDirectory, page: page, options: directory, filters: users, orders: []string{"displayName", "userPrincipalName", "createdDateTime"}, gives: userDefaults, list: (*ask).users},
		{path: "/users/{}", resource: "User", roles: usersRoles, denied: deniedDirectory, options: []string{"$select", "$expand"}, gives: userDefaults, one: (*ask).user},
		{
			path: "/directory/deletedItems/microsoft.graph.user", resource: "User", roles: usersRoles, denied: deniedDirectory, page: page, options: directory, filters: users,
			orders: []string{"displayName", "deletedDateTime"}, gives: append([]string{"deletedDateTime"}, userDefaults...),
			list: func(a *ask) ([]Object, *failure) { return a.s.opt.Tenant.usersAt(a.now, true), nil },
		},
		{path: "/groups", resource: "Group", roles: groupsRoles, denied: deniedDirectory, page: page, options: directory, filters: groups, orders: []string{"displayName"}, expands: []string{"members", "owners"}, list: at((*Tenant).groupsAt)},
		{path: "/groups/{}", resource: "Group", roles: groupsRoles, denied: deniedDirectory, options: []string{"$select", "$expand"}, expands: []string{"members", "owners"}, one: (*ask).group},
		{path: "/groups/{}/members", resource: "DirectoryObject", roles: groupsRoles, denied: deniedDirectory, page: page, options: []string{"$select", "$count"}, list: (*ask).members},
		{path: "/groups/{}/owners", resource: "DirectoryObject", roles: groupsRoles, denied: deniedDirectory, page: page, options: []string{"$select", "$count"}, list: (*ask).owners},
		{path: "/applications", resource: "Application", roles: appsRoles, denied: deniedDirectory, page: page, options: directory, filters: apps, orders: []string{"displayName"}, list: at((*Tenant).applicationsAt)},
		{path: "/servicePrincipals", resource: "ServicePrincipal", roles: appsRoles, denied: deniedDirectory, page: page, options: directory, filters: apps, orders: []string{"displayName"}, list: at((*Tenant).principalsAt)},
		{
			path: "/organization", resource: "Organization", roles: append([]string{"Organization.Read.All"}, directoryRoles...), denied: deniedDirectory, page: page,
			options: []string{"$select"}, list: at((*Tenant).organization),
		},
	}
}

func roleEndpoints() []endpoint {
	page := [2]int{100, 999}
	filters := map[string]string{
		"id": "eq ne", "principalId": "eq ne in", "roleDefinitionId": "eq ne in", "directoryScopeId": "eq ne", "status": "eq ne", "assignmentType": "eq ne", "memberType": "eq ne",
		"targetScheduleId": "eq ne", "action": "eq ne",
	}
	options := []string{"$filter", "$select", "$expand"}
	related := []string{"principal", "roleDefinition", "directoryScope", "appScope"}
	schedule := func(path, resource string, roles []string, list func(*ask) ([]Object, *failure), expands ...string) endpoint {
		return endpoint{
			path: "/roleManagement/directory/" + path, resource: resource, roles: roles, needs: needsPIM, denied: deniedPIM, page: page, options: options, filters: filters,
			expands: append(expands, related...), list: list,
		}
	}
	requests := func(eligibility bool) func(*ask) ([]Object, *failure) {
		return func(a *ask) ([]Object, *failure) { return a.s.opt.Tenant.requestsAt(a.now, eligibility), nil }
	}
	return []endpoint{
		{
			path: "/roleManagement/directory/roleAssignments", resource: "UnifiedRoleAssignment", roles: rolesRoles, denied: deniedDirectory, page: page, options: options,
			filters: map[string]string{"id": "eq", "principalId": "eq in", "roleDefinitionId": "eq in", "directoryScopeId": "eq"}, expands: related, list: (*ask).roleAssignments,
		},
		{
			path: "/roleManagement/directory/roleDefinitions", resource: "UnifiedRoleDefinition", roles: rolesRoles, denied: deniedDirectory, page: page, options: options,
			filters: map[string]string{"id": "eq", "displayName": "eq startswith", "isBuiltIn": "eq", "templateId": "eq"}, list: at((*Tenant).roleDefinitions),
		},
		schedule("roleAssignmentScheduleInstances", "UnifiedRoleAssignmentScheduleInstance", activeRoles, at((*Tenant).activeInstances), "activatedUsing"),
		schedule("roleEligibilityScheduleInstances", "UnifiedRoleEligibilityScheduleInstance", eligibleRoles, at((*Tenant).eligibleInstances)),
		schedule("roleAssignmentScheduleRequests", "UnifiedRoleAssignmentScheduleRequest", askActive, requests(false), "activatedUsing", "targetSchedule"),
		schedule("roleEligibilityScheduleRequests", "UnifiedRoleEligibilityScheduleRequest", askEligible, requests(true), "targetSchedule"),
		{
			path: "/roleManagement/directory/roleAssignmentApprovals/{}", beta: true, resource: "Approval", roles: activeRoles, needs: needsPIM, denied: deniedPIM, options: []string{"$select", "$expand"},
			expands: []string{"steps"}, one: (*ask).approval,
		},
	}
}

func policyEndpoints() []endpoint {
	page := [2]int{100, 999}
	filters := map[string]string{"id": "eq", "displayName": "eq", "state": "eq", "createdDateTime": times, "modifiedDateTime": times}
	options := []string{"$filter", "$select", "$orderby", "$count"}
	return []endpoint{
		{
			path: "/identity/conditionalAccess/policies", resource: "ConditionalAccessPolicy", class: identityProtection, roles: policyRoles, denied: deniedPolicy, page: page,
			options: options, filters: filters, orders: []string{"displayName", "createdDateTime"}, list: at((*Tenant).policiesAt),
		},
		{
			path: "/identity/conditionalAccess/namedLocations", resource: "NamedLocation", class: identityProtection, roles: policyRoles, denied: deniedPolicy, page: page,
			options: options, filters: filters, orders: []string{"displayName", "createdDateTime"}, list: at((*Tenant).locationsAt),
		},
	}
}

// find is the endpoint of a path, and what stands for its id.
func (s *Server) find(path, version string) (*endpoint, string) {
	for i := range s.endpoints {
		e := &s.endpoints[i]
		if id, ok := e.match(path); ok && (version == "beta" || !e.beta) {
			return e, id
		}
	}
	return nil, ""
}

func (e *endpoint) match(path string) (id string, ok bool) {
	want, got := strings.Split(e.path, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return "", false
	}
	for i := range want {
		switch {
		case want[i] == "{}":
			id = got[i]
		case !strings.EqualFold(want[i], got[i]):
			return "", false
		}
	}
	return id, true
}
