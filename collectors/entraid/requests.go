package entraid

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	abstractions "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoftgraph/msgraph-sdk-go/applications"
	"github.com/microsoftgraph/msgraph-sdk-go/auditlogs"
	"github.com/microsoftgraph/msgraph-sdk-go/directory"
	"github.com/microsoftgraph/msgraph-sdk-go/groups"
	"github.com/microsoftgraph/msgraph-sdk-go/identity"
	"github.com/microsoftgraph/msgraph-sdk-go/identityprotection"
	"github.com/microsoftgraph/msgraph-sdk-go/organization"
	"github.com/microsoftgraph/msgraph-sdk-go/reports"
	"github.com/microsoftgraph/msgraph-sdk-go/rolemanagement"
	"github.com/microsoftgraph/msgraph-sdk-go/serviceprincipals"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"github.com/evidencepack/evidence/collectors/internal/graph"
)

// Page sizes: the largest that Graph's reference allows. Where it documents no
// $top, none is sent.
const (
	logPage    = 999
	riskPage   = 500
	objectPage = 999
	userPage   = 500 // with signInActivity; more is cut to it
	groupPage  = 100 // the IDs of a page are in the cursor
	memberPage = 999
)

// What is selected of objects. Whatever is not here does not enter a record.
var (
	userFields = []string{
		"id", "userPrincipalName", "displayName", "mail", "otherMails", "proxyAddresses", "employeeId", "employeeType", "employeeHireDate",
		"department", "jobTitle", "companyName", "userType", "accountEnabled", "creationType", "externalUserState", "createdDateTime", "deletedDateTime",
		"lastPasswordChangeDateTime", "signInSessionsValidFromDateTime", "onPremisesSyncEnabled", "assignedLicenses",
	}
	// optionalUserFields are refused with all the rest to those who may not read them.
	optionalUserFields = []string{"signInActivity", "employeeLeaveDateTime"}

	groupFields = []string{
		"id", "displayName", "description", "mail", "mailNickname", "mailEnabled", "securityEnabled", "groupTypes", "membershipRule",
		"membershipRuleProcessingState", "visibility", "isAssignableToRole", "onPremisesSyncEnabled", "createdDateTime", "renewedDateTime",
		"expirationDateTime",
	}
	memberFields = []string{"id", "displayName", "userPrincipalName", "mail", "userType", "accountEnabled", "appId", "servicePrincipalType"}

	applicationFields = []string{
		"id", "appId", "displayName", "description", "notes", "createdDateTime", "signInAudience", "publisherDomain", "verifiedPublisher",
		"identifierUris", "web", "spa", "publicClient", "isFallbackPublicClient", "requiredResourceAccess", "keyCredentials", "passwordCredentials",
		"servicePrincipalLockConfiguration", "serviceManagementReference", "disabledByMicrosoftStatus", "tags",
	}
	servicePrincipalFields = []string{
		"id", "appId", "displayName", "description", "notes", "servicePrincipalType", "accountEnabled", "appOwnerOrganizationId",
		"appRoleAssignmentRequired", "alternativeNames", "servicePrincipalNames", "homepage", "loginUrl", "replyUrls", "signInAudience",
		"preferredSingleSignOnMode", "keyCredentials", "passwordCredentials", "verifiedPublisher", "disabledByMicrosoftStatus", "tags",
	}
	roleFields = []string{"id", "displayName", "description", "isBuiltIn", "isEnabled", "templateId"}
)

// eventTypes are the sign-ins that beta gives, each as it must be asked for.
var eventTypes = []string{"interactiveUser", "nonInteractiveUser", "servicePrincipal", "managedIdentity"}

// query is a request of a list with what the client needs to know of it.
func query(class graph.Class, beta bool, r graph.Request) graph.Query {
	return graph.Query{Label: label(beta, r), Beta: beta, Class: class, List: true, Request: r}
}

// label writes a request as a reader may repeat it: "GET /v1.0/users?$top=500".
func label(beta bool, r graph.Request) string {
	const host = "https://graph.invalid"
	version := "/v1.0"
	if beta {
		version = "/beta"
	}
	// Nothing is sent: the builders want an adapter and do not use it.
	info, err := r(context.Background(), host+version, struct{ abstractions.RequestAdapter }{})
	if err != nil {
		return "GET " + version
	}
	u, err := info.GetUri()
	if err != nil {
		return "GET " + version
	}
	text, err := url.QueryUnescape(strings.TrimPrefix(u.String(), host))
	if err != nil {
		text = strings.TrimPrefix(u.String(), host)
	}
	return "GET " + text
}

func at(base string) map[string]string { return map[string]string{"baseurl": base} }

// whole asks for the members of enumerations too that came after the first ones:
// without this header Graph writes unknownFutureValue in their place.
func whole(info *abstractions.RequestInformation, err error) (*abstractions.RequestInformation, error) {
	if err == nil {
		info.Headers.Add("Prefer", "include-unknown-enum-members")
	}
	return info, err
}

func top(n int32) *int32 { return &n }

// between filters by time. Both ends belong to it: the reference promises ge and
// le of these properties, not lt. Who asks leaves out what is not of the window.
func between(field string, from, to time.Time) string {
	return fmt.Sprintf("%s ge %s and %s le %s", field, stamp(from), field, stamp(to))
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

func signIns(beta bool) func(from, to time.Time) graph.Query {
	return func(from, to time.Time) graph.Query {
		filter := between("createdDateTime", from, to)
		if beta {
			filter += " and (signInEventTypes/any(t: t eq '" + strings.Join(eventTypes, "' or t eq '") + "'))"
		}
		return query(graph.AuditLogs, beta, func(ctx context.Context, base string, a abstractions.RequestAdapter) (*abstractions.RequestInformation, error) {
			return whole(auditlogs.NewSignInsRequestBuilderInternal(at(base), a).ToGetRequestInformation(ctx, &auditlogs.SignInsRequestBuilderGetRequestConfiguration{
				QueryParameters: &auditlogs.SignInsRequestBuilderGetQueryParameters{Filter: &filter, Orderby: []string{"createdDateTime"}, Top: top(logPage)},
			}))
		})
	}
}

func directoryAudits(from, to time.Time) graph.Query {
	filter := between("activityDateTime", from, to)
	return query(graph.AuditLogs, false, func(ctx context.Context, base string, a abstractions.RequestAdapter) (*abstractions.RequestInformation, error) {
		return whole(auditlogs.NewDirectoryAuditsRequestBuilderInternal(at(base), a).ToGetRequestInformation(ctx, &auditlogs.DirectoryAuditsRequestBuilderGetRequestConfiguration{
			QueryParameters: &auditlogs.DirectoryAuditsRequestBuilderGetQueryParameters{Filter: &filter, Orderby: []string{"activityDateTime"}, Top: top(logPage)},
		}))
	})
}

// riskDetections come in no promised order: the reference knows $filter and $select
// alone, beside the page size.
func riskDetections(from, to time.Time) graph.Query {
	filter := between("detectedDateTime", from, to)
	return query(graph.IdentityProtection, false, func(ctx context.Context, base string, a abstractions.RequestAdapter) (*abstractions.RequestInformation, error) {
		return whole(identityprotection.NewRiskDetectionsRequestBuilderInternal(at(base), a).ToGetRequestInformation(ctx, &identityprotection.RiskDetectionsRequestBuilderGetRequestConfiguration{
			QueryParameters: &identityprotection.RiskDetectionsRequestBuilderGetQueryParameters{Filter: &filter, Top: top(riskPage)},
		}))
	})
}

func riskyUsers() graph.Query {
	return query(graph.IdentityProtection, false, func(ctx context.Context, base string, a abstractions.RequestAdapter) (*abstractions.RequestInformation, error) {
		return whole(identityprotection.NewRiskyUsersRequestBuilderInternal(at(base), a).ToGetRequestInformation(ctx, &identityprotection.RiskyUsersRequestBuilderGetRequestConfiguration{
			QueryParameters: &identityprotection.RiskyUsersRequestBuilderGetQueryParameters{Top: top(riskPage)},
		}))
	})
}

func allUsers(fields []string) graph.Query { return someUsers(fields, userPage) }

// oneUser asks whether properties may be read.
func oneUser(fields []string) graph.Query { return someUsers(fields, 1) }

func someUsers(fields []string, page int32) graph.Query {
	return query(graph.Ordinary, false, func(ctx context.Context, base string, a abstractions.RequestAdapter) (*abstractions.RequestInformation, error) {
		return users.NewUsersRequestBuilderInternal(at(base), a).ToGetRequestInformation(ctx, &users.UsersRequestBuilderGetRequestConfiguration{
			QueryParameters: &users.UsersRequestBuilderGetQueryParameters{Select: fields, Top: top(page)},
		})
	})
}

func deletedUsers() graph.Query {
	return query(graph.Ordinary, false, func(ctx context.Context, base string, a abstractions.RequestAdapter) (*abstractions.RequestInformation, error) {
		info, err := directory.NewDeletedItemsGraphUserRequestBuilderInternal(at(base), a).ToGetRequestInformation(ctx, &directory.DeletedItemsGraphUserRequestBuilderGetRequestConfiguration{
			QueryParameters: &directory.DeletedItemsGraphUserRequestBuilderGetQueryParameters{Select: userFields, Top: top(objectPage)},
		})
		if err == nil { // the SDK's short name of the type, as the reference writes it
			info.UrlTemplate = strings.Replace(info.UrlTemplate, "/graph.user", "/microsoft.graph.user", 1)
		}
		return info, err
	})
}

func allGroups() graph.Query {
	return query(graph.Ordinary, false, func(ctx context.Context, base string, a abstractions.RequestAdapter) (*abstractions.RequestInformation, error) {
		return groups.NewGroupsRequestBuilderInternal(at(base), a).ToGetRequestInformation(ctx, &groups.GroupsRequestBuilderGetRequestConfiguration{
			QueryParameters: &groups.GroupsRequestBuilderGetQueryParameters{Select: groupFields, Top: top(groupPage)},
		})
	})
}

// groupMembers and groupOwners are asked of beta: v1.0 leaves service principals out
// of both, as its reference says, and gives no sign of it.
func groupMembers(id string) graph.Query {
	return query(graph.Ordinary, true, func(ctx context.Context, base string, a abstractions.RequestAdapter) (*abstractions.RequestInformation, error) {
		return groups.NewGroupsRequestBuilderInternal(at(base), a).ByGroupId(id).Members().ToGetRequestInformation(ctx, &groups.ItemMembersRequestBuilderGetRequestConfiguration{
			QueryParameters: &groups.ItemMembersRequestBuilderGetQueryParameters{Select: memberFields, Top: top(memberPage)},
		})
	})
}

func groupOwners(id string) graph.Query {
	return query(graph.Ordinary, true, func(ctx context.Context, base string, a abstractions.RequestAdapter) (*abstractions.RequestInformation, error) {
		return groups.NewGroupsRequestBuilderInternal(at(base), a).ByGroupId(id).Owners().ToGetRequestInformation(ctx, &groups.ItemOwnersRequestBuilderGetRequestConfiguration{
			QueryParameters: &groups.ItemOwnersRequestBuilderGetQueryParameters{Select: memberFields, Top: top(memberPage)},
		})
	})
}

var expanded = []string{"principal", "roleDefinition"}

func activeRoles() graph.Query {
	return query(graph.Ordinary, false, func(ctx context.Context, base string, a abstractions.RequestAdapter) (*abstractions.RequestInformation, error) {
		return rolemanagement.NewDirectoryRoleAssignmentScheduleInstancesRequestBuilderInternal(at(base), a).ToGetRequestInformation(ctx, &rolemanagement.DirectoryRoleAssignmentScheduleInstancesRequestBuilderGetRequestConfiguration{
			QueryParameters: &rolemanagement.DirectoryRoleAssignmentScheduleInstancesRequestBuilderGetQueryParameters{Expand: expanded},
		})
	})
}

func eligibleRoles() graph.Query {
	return query(graph.Ordinary, false, func(ctx context.Context, base string, a abstractions.RequestAdapter) (*abstractions.RequestInformation, error) {
		return rolemanagement.NewDirectoryRoleEligibilityScheduleInstancesRequestBuilderInternal(at(base), a).ToGetRequestInformation(ctx, &rolemanagement.DirectoryRoleEligibilityScheduleInstancesRequestBuilderGetRequestConfiguration{
			QueryParameters: &rolemanagement.DirectoryRoleEligibilityScheduleInstancesRequestBuilderGetQueryParameters{Expand: expanded},
		})
	})
}

// plainRoles are the assignments of a tenant without PIM. Of these only one
// relationship can be expanded in a request: names of roles are read apart.
func plainRoles() graph.Query {
	return query(graph.Ordinary, false, func(ctx context.Context, base string, a abstractions.RequestAdapter) (*abstractions.RequestInformation, error) {
		return rolemanagement.NewDirectoryRoleAssignmentsRequestBuilderInternal(at(base), a).ToGetRequestInformation(ctx, &rolemanagement.DirectoryRoleAssignmentsRequestBuilderGetRequestConfiguration{
			QueryParameters: &rolemanagement.DirectoryRoleAssignmentsRequestBuilderGetQueryParameters{Expand: []string{"principal"}},
		})
	})
}

func roleDefinitions() graph.Query {
	return query(graph.Ordinary, false, func(ctx context.Context, base string, a abstractions.RequestAdapter) (*abstractions.RequestInformation, error) {
		return rolemanagement.NewDirectoryRoleDefinitionsRequestBuilderInternal(at(base), a).ToGetRequestInformation(ctx, &rolemanagement.DirectoryRoleDefinitionsRequestBuilderGetRequestConfiguration{
			QueryParameters: &rolemanagement.DirectoryRoleDefinitionsRequestBuilderGetQueryParameters{Select: roleFields},
		})
	})
}

// assignmentRequests and eligibilityRequests cannot be filtered by time: the
// reference does not list createdDateTime among what $filter takes.
func assignmentRequests() graph.Query {
	return query(graph.Ordinary, false, func(ctx context.Context, base string, a abstractions.RequestAdapter) (*abstractions.RequestInformation, error) {
		return rolemanagement.NewDirectoryRoleAssignmentScheduleRequestsRequestBuilderInternal(at(base), a).ToGetRequestInformation(ctx, &rolemanagement.DirectoryRoleAssignmentScheduleRequestsRequestBuilderGetRequestConfiguration{
			QueryParameters: &rolemanagement.DirectoryRoleAssignmentScheduleRequestsRequestBuilderGetQueryParameters{Expand: expanded},
		})
	})
}

func eligibilityRequests() graph.Query {
	return query(graph.Ordinary, false, func(ctx context.Context, base string, a abstractions.RequestAdapter) (*abstractions.RequestInformation, error) {
		return rolemanagement.NewDirectoryRoleEligibilityScheduleRequestsRequestBuilderInternal(at(base), a).ToGetRequestInformation(ctx, &rolemanagement.DirectoryRoleEligibilityScheduleRequestsRequestBuilderGetRequestConfiguration{
			QueryParameters: &rolemanagement.DirectoryRoleEligibilityScheduleRequestsRequestBuilderGetQueryParameters{Expand: expanded},
		})
	})
}

// roleApproval is in beta alone, and in no request builder of the SDK for v1.0.
func roleApproval(id string) graph.Query {
	q := query(graph.Ordinary, true, func(_ context.Context, base string, _ abstractions.RequestAdapter) (*abstractions.RequestInformation, error) {
		info := abstractions.NewRequestInformationWithMethodAndUrlTemplateAndPathParameters(abstractions.GET,
			"{+baseurl}/roleManagement/directory/roleAssignmentApprovals/{approval%2Did}?%24expand=steps",
			map[string]string{"baseurl": base, "approval%2Did": id})
		info.Headers.TryAdd("Accept", "application/json")
		return info, nil
	})
	q.List = false
	return q
}

func conditionalAccessPolicies() graph.Query {
	return query(graph.IdentityProtection, false, func(ctx context.Context, base string, a abstractions.RequestAdapter) (*abstractions.RequestInformation, error) {
		return whole(identity.NewConditionalAccessPoliciesRequestBuilderInternal(at(base), a).ToGetRequestInformation(ctx, nil))
	})
}

func namedLocations() graph.Query {
	return query(graph.IdentityProtection, false, func(ctx context.Context, base string, a abstractions.RequestAdapter) (*abstractions.RequestInformation, error) {
		return whole(identity.NewConditionalAccessNamedLocationsRequestBuilderInternal(at(base), a).ToGetRequestInformation(ctx, nil))
	})
}

func registrations() graph.Query {
	return query(graph.AuditLogs, false, func(ctx context.Context, base string, a abstractions.RequestAdapter) (*abstractions.RequestInformation, error) {
		return whole(reports.NewAuthenticationMethodsUserRegistrationDetailsRequestBuilderInternal(at(base), a).ToGetRequestInformation(ctx, nil))
	})
}

func allApplications() graph.Query {
	return query(graph.Ordinary, false, func(ctx context.Context, base string, a abstractions.RequestAdapter) (*abstractions.RequestInformation, error) {
		return applications.NewApplicationsRequestBuilderInternal(at(base), a).ToGetRequestInformation(ctx, &applications.ApplicationsRequestBuilderGetRequestConfiguration{
			QueryParameters: &applications.ApplicationsRequestBuilderGetQueryParameters{Select: applicationFields, Top: top(objectPage)},
		})
	})
}

func allServicePrincipals() graph.Query {
	return query(graph.Ordinary, false, func(ctx context.Context, base string, a abstractions.RequestAdapter) (*abstractions.RequestInformation, error) {
		return serviceprincipals.NewServicePrincipalsRequestBuilderInternal(at(base), a).ToGetRequestInformation(ctx, &serviceprincipals.ServicePrincipalsRequestBuilderGetRequestConfiguration{
			QueryParameters: &serviceprincipals.ServicePrincipalsRequestBuilderGetQueryParameters{Select: servicePrincipalFields, Top: top(objectPage)},
		})
	})
}

func organizations() graph.Query {
	return query(graph.Ordinary, false, func(ctx context.Context, base string, a abstractions.RequestAdapter) (*abstractions.RequestInformation, error) {
		return organization.NewOrganizationRequestBuilderInternal(at(base), a).ToGetRequestInformation(ctx, nil)
	})
}
