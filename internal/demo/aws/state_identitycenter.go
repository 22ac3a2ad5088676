package aws

import (
	"encoding/json"
	"net/http"
	"slices"
)

// IdentityCenters is the collection of IdentityCenter: of an account, in the region
// that it lives in.
const IdentityCenters = "identity centers"

// IdentityCenter is an instance of IAM Identity Center with its identity store.
type IdentityCenter struct {
	ARN, Store     string
	Owner          string           // default: the account that has it
	Users          []map[string]any // as ListUsers gives them
	Groups         []IdentityGroup
	PermissionSets []PermissionSet
	Assignments    []Assignment
}

// IdentityGroup is a group with the IDs of its users.
type IdentityGroup struct {
	ID, Name string
	Users    []string
}

// PermissionSet is a permission set with the names of the AWS policies in it.
type PermissionSet struct {
	ARN, Name, SessionDuration string
	Policies                   []string
}

// Assignment gives a user or group a permission set in an account.
type Assignment struct {
	Account, PermissionSet string
	Principal              string
	Group                  bool
}

func (s *Server) identityCenter(c *call) response {
	var in struct{ InstanceArn, PermissionSetArn, AccountID, NextToken string }
	if err := json.Unmarshal(c.body, &in); err != nil {
		return c.fail(http.StatusBadRequest, "SerializationException", err.Error())
	}
	centers := listOf[IdentityCenter](s.opt.State, c.account, c.region, IdentityCenters)
	if c.operation == "ListInstances" {
		list := []any{}
		for _, ic := range centers {
			owner := ic.Owner
			if owner == "" {
				owner = c.account
			}
			list = append(list, map[string]any{
				"InstanceArn": ic.ARN, "IdentityStoreId": ic.Store, "OwnerAccountId": owner, "Status": "ACTIVE", "CreatedDate": 1700000000.5,
			})
		}
		return s.pagedOf(c, list, "Instances", in.NextToken)
	}
	at := slices.IndexFunc(centers, func(ic IdentityCenter) bool { return ic.ARN == in.InstanceArn })
	if at < 0 {
		return c.fail(http.StatusBadRequest, "ResourceNotFoundException", "InstanceArn was not found.")
	}
	ic := centers[at]
	list := []any{}
	if c.operation == "ListPermissionSets" {
		for _, p := range ic.PermissionSets {
			list = append(list, p.ARN)
		}
		return s.pagedOf(c, list, "PermissionSets", in.NextToken)
	}
	at = slices.IndexFunc(ic.PermissionSets, func(p PermissionSet) bool { return p.ARN == in.PermissionSetArn })
	if at < 0 {
		return c.fail(http.StatusBadRequest, "ResourceNotFoundException", "Could not find PermissionSet with id "+in.PermissionSetArn)
	}
	set := ic.PermissionSets[at]
	switch c.operation {
	case "DescribePermissionSet":
		return jsonResponse(http.StatusOK, map[string]any{"PermissionSet": map[string]any{
			"PermissionSetArn": set.ARN, "Name": set.Name, "SessionDuration": set.SessionDuration, "CreatedDate": 1700000000.5,
		}})
	case "ListManagedPoliciesInPermissionSet":
		for _, name := range set.Policies {
			list = append(list, map[string]any{"Name": name, "Arn": "arn:aws:iam::aws:policy/" + name})
		}
		return s.pagedOf(c, list, "AttachedManagedPolicies", in.NextToken)
	case "ListAccountsForProvisionedPermissionSet":
		for _, a := range ic.Assignments {
			if a.PermissionSet == set.ARN && !slices.Contains(list, any(a.Account)) {
				list = append(list, a.Account)
			}
		}
		return s.pagedOf(c, list, "AccountIds", in.NextToken)
	case "ListAccountAssignments":
		for _, a := range ic.Assignments {
			if a.PermissionSet == set.ARN && a.Account == in.AccountID {
				kind := map[bool]string{true: "GROUP", false: "USER"}[a.Group]
				list = append(list, map[string]any{"AccountId": a.Account, "PermissionSetArn": set.ARN, "PrincipalId": a.Principal, "PrincipalType": kind})
			}
		}
		return s.pagedOf(c, list, "AccountAssignments", in.NextToken)
	}
	return c.unknownOperation()
}

func (s *Server) identityStore(c *call) response {
	var in struct{ IdentityStoreID, GroupID, NextToken string }
	if err := json.Unmarshal(c.body, &in); err != nil {
		return c.fail(http.StatusBadRequest, "SerializationException", err.Error())
	}
	centers := listOf[IdentityCenter](s.opt.State, c.account, c.region, IdentityCenters)
	at := slices.IndexFunc(centers, func(ic IdentityCenter) bool { return ic.Store == in.IdentityStoreID })
	if at < 0 {
		return c.fail(http.StatusBadRequest, "ResourceNotFoundException", "IDENTITY_STORE not found.")
	}
	ic := centers[at]
	list := []any{}
	switch c.operation {
	case "ListUsers":
		for _, u := range ic.Users {
			list = append(list, u)
		}
		return s.pagedOf(c, list, "Users", in.NextToken)
	case "ListGroups":
		for _, g := range ic.Groups {
			list = append(list, map[string]any{"GroupId": g.ID, "DisplayName": g.Name, "IdentityStoreId": ic.Store})
		}
		return s.pagedOf(c, list, "Groups", in.NextToken)
	case "ListGroupMemberships":
		for _, g := range ic.Groups {
			if g.ID == in.GroupID {
				for _, u := range g.Users {
					list = append(list, map[string]any{"MembershipId": g.ID + "-" + u, "GroupId": g.ID, "IdentityStoreId": ic.Store, "MemberId": map[string]any{"UserId": u}})
				}
			}
		}
		return s.pagedOf(c, list, "GroupMemberships", in.NextToken)
	}
	return c.unknownOperation()
}

// pagedOf is the page of a list that a token asks for.
func (s *Server) pagedOf(c *call, list []any, name, token string) response {
	page, next, bad := pageOf(s.opt.State, list, token, 100)
	if bad {
		return c.fail(http.StatusBadRequest, "ValidationException", "The token is not valid")
	}
	return paged(page, name, next)
}
