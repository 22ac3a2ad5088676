package aws

import (
	"encoding/json"
	"net/http"
	"slices"
)

// Organization is an organization with its tree.
type Organization struct {
	ID         string
	RootID     string
	Management string            // its management account; default: the server's account
	Delegated  []string          // accounts that may read it besides
	Units      map[string]string // a unit's ID to its parent's
	Accounts   []Member
	Policies   []Policy
	Attached   map[string][]string // a target's ID to those of its policies
}

// Member is an account of an organization.
type Member struct {
	ID, Name, Email, Parent string
	State                   string // default ACTIVE
}

// Policy is a service control policy.
type Policy struct {
	ID, Name, Content string
	AwsManaged        bool
}

func (s *Server) organization(c *call, o *Organization) response {
	owner := o.Management
	if owner == "" {
		owner = s.opt.Account
	}
	arn := "arn:aws:organizations::" + owner + ":"
	var in struct{ ChildID, TargetID, PolicyID, NextToken string }
	if err := json.Unmarshal(c.body, &in); err != nil {
		return c.fail(http.StatusBadRequest, "SerializationException", err.Error())
	}
	if c.operation != "DescribeOrganization" && c.account != owner && !slices.Contains(o.Delegated, c.account) {
		return c.fail(http.StatusBadRequest, "AccessDeniedException", "You don't have permissions to access this resource.")
	}
	switch c.operation {
	case "DescribeOrganization":
		return jsonResponse(http.StatusOK, map[string]any{"Organization": map[string]any{
			"Id": o.ID, "Arn": arn + "organization/" + o.ID, "FeatureSet": "ALL", "MasterAccountId": owner,
			"MasterAccountArn": arn + "account/" + o.ID + "/" + owner, "MasterAccountEmail": "aws@example.com", "AvailablePolicyTypes": []any{},
		}})
	case "ListRoots":
		return jsonResponse(http.StatusOK, map[string]any{"Roots": []any{map[string]any{
			"Id": o.RootID, "Arn": arn + "root/" + o.ID + "/" + o.RootID, "Name": "Root",
			"PolicyTypes": []any{map[string]string{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}},
		}}})
	case "ListAccounts":
		page, next, bad := pageOf(s.opt.State, o.Accounts, in.NextToken, 20)
		if bad {
			return c.fail(http.StatusBadRequest, "InvalidInputException", "You provided an invalid value for the token.")
		}
		list := []any{}
		for _, m := range page {
			state := m.State
			if state == "" {
				state = "ACTIVE"
			}
			list = append(list, map[string]any{
				"Id": m.ID, "Arn": arn + "account/" + o.ID + "/" + m.ID, "Name": m.Name, "Email": m.Email,
				"Status": state, "State": state, "JoinedMethod": "CREATED", "JoinedTimestamp": 1700000000.5,
			})
		}
		return paged(list, "Accounts", next)
	case "ListParents":
		parent, ok := o.Units[in.ChildID]
		if i := slices.IndexFunc(o.Accounts, func(m Member) bool { return m.ID == in.ChildID }); i >= 0 {
			parent, ok = o.Accounts[i].Parent, true
		}
		if !ok {
			return c.fail(http.StatusBadRequest, "ChildNotFoundException", "You specified a child that doesn't exist.")
		}
		kind := "ORGANIZATIONAL_UNIT"
		if parent == o.RootID {
			kind = "ROOT"
		}
		return jsonResponse(http.StatusOK, map[string]any{"Parents": []any{map[string]string{"Id": parent, "Type": kind}}})
	case "ListPoliciesForTarget":
		list := []any{}
		for _, p := range o.Policies {
			if slices.Contains(o.Attached[in.TargetID], p.ID) {
				list = append(list, p.summary(arn))
			}
		}
		page, next, bad := pageOf(s.opt.State, list, in.NextToken, 20)
		if bad {
			return c.fail(http.StatusBadRequest, "InvalidInputException", "You provided an invalid value for the token.")
		}
		return paged(page, "Policies", next)
	case "DescribePolicy":
		for _, p := range o.Policies {
			if p.ID == in.PolicyID {
				return jsonResponse(http.StatusOK, map[string]any{"Policy": map[string]any{"PolicySummary": p.summary(arn), "Content": p.Content}})
			}
		}
		return c.fail(http.StatusBadRequest, "PolicyNotFoundException", "We can't find a policy with the PolicyId that you specified.")
	}
	return c.unknownOperation()
}

func (p Policy) summary(arn string) map[string]any {
	return map[string]any{
		"Id": p.ID, "Arn": arn + "policy/" + p.ID, "Name": p.Name, "Type": "SERVICE_CONTROL_POLICY", "AwsManaged": p.AwsManaged,
	}
}

// paged is a page of a JSON service.
func paged(list []any, name, next string) response {
	out := map[string]any{name: list}
	if next != "" {
		out["NextToken"] = next
	}
	return jsonResponse(http.StatusOK, out)
}
