package securitygroup

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/tidwall/gjson"
)

// EventNames are the calls that change security groups.
var EventNames = []string{
	"AssociateVpcCidrBlock", "AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress", "CreateDefaultVpc", "CreateSecurityGroup", "CreateVpc",
	"DeleteSecurityGroup", "DeleteVpc", "ModifySecurityGroupRules", "RevokeSecurityGroupEgress", "RevokeSecurityGroupIngress",
	"UpdateSecurityGroupRuleDescriptionsEgress", "UpdateSecurityGroupRuleDescriptionsIngress",
}

// Actor is who made a call.
type Actor struct {
	Type             string `json:"Type,omitempty"`
	Arn              string `json:"Arn,omitempty"`
	PrincipalID      string `json:"PrincipalId,omitempty"`
	SessionIssuerArn string `json:"SessionIssuerArn,omitempty"`
	SessionName      string `json:"SessionName,omitempty"`
	InvokedBy        string `json:"InvokedBy,omitempty"`
}

// call is a successful call that changes security groups.
type call struct {
	*edit            // nil once it is applied: a change keeps the call
	record, id, name string
	time             time.Time
	place            place
	actor            *Actor
	address, agent   string
}

// edit is what a call says to do.
type edit struct {
	group, groupName, vpc   string
	add, remove, describe   []rule
	removeIDs, describeIDs  []string // the rules by their ID; descriptions beside describeIDs
	descriptions, modifyIDs []string
	modify                  []rule          // beside modifyIDs
	placed                  map[string]bool // those of modifyIDs whose direction a snapshot told
}

type place struct{ account, region string }

// callOf reads a CloudTrail event. A nil call without an error changes nothing.
func (e *engine) callOf(r evidence.Record) (*call, error) {
	if !gjson.ValidBytes(r.Body) {
		return nil, fmt.Errorf("%s %q: not valid JSON", r.Kind, r.ID)
	}
	b := gjson.ParseBytes(r.Body)
	name := b.Get("eventName").String()
	if b.Get("eventSource").String() != "ec2.amazonaws.com" || !slices.Contains(EventNames, name) {
		return nil, nil
	}
	if c := b.Get("errorCode"); c.Exists() && c.Type != gjson.Null && c.String() != "" {
		return nil, nil
	}
	req, resp := b.Get("requestParameters"), b.Get("responseElements")
	if x := req.Get(name + "Request"); x.IsObject() {
		req = x
	}
	if x := resp.Get(name + "Response"); x.IsObject() {
		resp = x
	}
	if ret := member(resp, "_return", "return"); ret.Exists() && ret.String() == "false" {
		return nil, nil
	}
	if d := member(req, "dryRun", "DryRun"); d.String() == "true" {
		return nil, nil
	}
	bad := func(what string) (*call, error) {
		return nil, fmt.Errorf("%s %q: %s: %s is not understood", r.Kind, r.ID, name, what)
	}
	if !req.IsObject() && name != "CreateDefaultVpc" {
		return bad("requestParameters")
	}
	c := &call{edit: &edit{}, record: r.ID, id: b.Get("eventID").String(), time: r.Time, name: e.intern(name),
		place: place{e.intern(b.Get("recipientAccountId").String()), e.intern(b.Get("awsRegion").String())}}
	if c.id == "" {
		c.id = r.ID
	}
	if c.id = strings.Clone(c.id); c.id == r.ID {
		c.id = c.record
	}
	if c.place.account == "" {
		c.place.account = e.intern(b.Get("userIdentity.accountId").String())
	}
	if c.place.account == "" || c.place.region == "" {
		return bad("account or region")
	}
	u := b.Get("userIdentity")
	actor := Actor{Type: e.intern(u.Get("type").String()), Arn: e.intern(u.Get("arn").String()), PrincipalID: e.intern(u.Get("principalId").String()),
		SessionIssuerArn: e.intern(u.Get("sessionContext.sessionIssuer.arn").String()), InvokedBy: e.intern(u.Get("invokedBy").String())}
	if _, session, ok := strings.Cut(actor.PrincipalID, ":"); ok {
		actor.SessionName = session
	}
	if c.actor = e.actors[actor]; c.actor == nil {
		c.actor = &actor
		e.actors[actor] = c.actor
	}
	c.address, c.agent = e.intern(b.Get("sourceIPAddress").String()), e.intern(b.Get("userAgent").String())
	c.group = e.intern(member(req, "groupId", "GroupId").String())
	c.groupName = e.intern(member(req, "groupName", "GroupName").String())
	c.vpc = e.intern(member(req, "vpcId", "VpcId").String())
	egress := strings.HasSuffix(name, "Egress")
	ok := true

	switch {
	case name == "CreateSecurityGroup":
		if c.group = e.intern(member(resp, "groupId", "GroupId").String()); c.group == "" {
			return bad("responseElements.groupId")
		}
	case name == "DeleteSecurityGroup":
		if c.group == "" {
			c.group = e.intern(member(resp, "groupId", "GroupId").String())
		}
	case name == "AssociateVpcCidrBlock":
		if !member(resp, "ipv6CidrBlockAssociation", "Ipv6CidrBlockAssociation").IsObject() {
			return nil, nil
		}
		if c.vpc == "" {
			return bad("vpcId")
		}
	case strings.HasPrefix(name, "Create"):
		if c.vpc = e.intern(member(resp, "vpc.vpcId", "Vpc.VpcId").String()); c.vpc == "" {
			return bad("responseElements.vpc")
		}
	case name == "DeleteVpc":
		if c.vpc == "" {
			return bad("vpcId")
		}
	case strings.HasPrefix(name, "Authorize"):
		set := list(member(resp, "securityGroupRuleSet", "SecurityGroupRuleSet"))
		for _, v := range set {
			x, good := e.ruleOf(v, egress)
			ok = ok && good
			c.add = append(c.add, x)
			if c.group == "" {
				c.group = e.intern(member(v, "groupId", "GroupId").String())
			}
		}
		if len(set) == 0 || !ok {
			c.add, ok = e.permissions(req, egress)
		}
		if !ok || len(c.add) == 0 {
			return bad("the permissions")
		}
	case strings.HasPrefix(name, "Revoke"):
		c.remove, ok = e.permissions(req, egress)
		for _, v := range list(member(req, "securityGroupRuleIds", "SecurityGroupRuleId", "SecurityGroupRuleIds")) {
			id := v.String()
			if v.IsObject() {
				id = member(v, "securityGroupRuleId", "SecurityGroupRuleId", "item").String()
			}
			ok = ok && id != ""
			c.removeIDs = append(c.removeIDs, strings.Clone(id))
		}
		// What the answer says was revoked is better than what was asked for.
		if set := list(member(resp, "revokedSecurityGroupRuleSet", "RevokedSecurityGroupRuleSet")); len(set) > 0 {
			told := make([]rule, 0, len(set))
			for _, v := range set {
				if x, good := e.ruleOf(v, egress); good {
					told = append(told, x)
				}
				if c.group == "" {
					c.group = e.intern(member(v, "groupId", "GroupId").String())
				}
			}
			if len(told) == len(set) {
				c.remove, c.removeIDs, ok = told, nil, true
			}
		}
		if unknown := list(member(resp, "unknownIpPermissionSet", "UnknownIpPermissionSet")); len(unknown) > 0 {
			not, _ := e.permissions(gjson.Parse(`{"ipPermissions":`+member(resp, "unknownIpPermissionSet", "UnknownIpPermissionSet").Raw+`}`), egress)
			c.remove = slices.DeleteFunc(c.remove, func(x rule) bool {
				return slices.ContainsFunc(not, func(n rule) bool { return n.key == x.key })
			})
			if len(c.remove)+len(c.removeIDs) == 0 {
				return nil, nil
			}
		}
		if !ok || len(c.remove)+len(c.removeIDs) == 0 {
			return bad("the permissions")
		}
	case name == "ModifySecurityGroupRules":
		for _, v := range list(member(req, "securityGroupRules", "SecurityGroupRules", "SecurityGroupRule")) {
			id := member(v, "securityGroupRuleId", "SecurityGroupRuleId").String()
			x, good := e.ruleOf(member(v, "securityGroupRule", "SecurityGroupRule"), false)
			if !good || id == "" {
				return bad("the rules")
			}
			x.id = strings.Clone(id)
			c.modifyIDs, c.modify = append(c.modifyIDs, x.id), append(c.modify, x)
		}
		if len(c.modify) == 0 {
			return bad("the rules")
		}
	case strings.HasPrefix(name, "UpdateSecurityGroupRuleDescriptions"):
		c.describe, ok = e.permissions(req, egress)
		for _, v := range list(member(req, "securityGroupRuleDescriptions", "SecurityGroupRuleDescriptions", "SecurityGroupRuleDescription")) {
			id := member(v, "securityGroupRuleId", "SecurityGroupRuleId").String()
			ok = ok && id != ""
			c.describeIDs = append(c.describeIDs, strings.Clone(id))
			c.descriptions = append(c.descriptions, e.intern(member(v, "description", "Description").String()))
		}
		if !ok || len(c.describe)+len(c.describeIDs) == 0 {
			return bad("the descriptions")
		}
	}
	if c.group == "" && c.groupName == "" && !strings.Contains(name, "Vpc") {
		return bad("the group")
	}
	return c, nil
}

// shot is a security group as a snapshot gives it.
type shot struct {
	record           string
	time             time.Time
	place            place
	group, name, vpc string
	rules            []rule
	of               int    // the groups of its reading; 0 if it does not say
	kind             string // of the record
	gone             bool   // it tells that there is no such group any more
}

// mayLack says whether the snapshot may have been made before what was done at a time,
// or show the group as it was before.
func (s *shot) mayLack(at time.Time) bool {
	before := skew
	if s.kind == "config.item" {
		before = lag
	}
	return !at.IsZero() && !at.Before(s.time.Add(-before)) && !at.After(s.time.Add(skew))
}

func (e *engine) shotOf(r evidence.Record) (*shot, error) {
	if !gjson.ValidBytes(r.Body) {
		return nil, fmt.Errorf("%s %q: not valid JSON", r.Kind, r.ID)
	}
	b := gjson.ParseBytes(r.Body)
	s := &shot{record: r.ID, kind: r.Kind, time: r.Time, place: place{e.intern(b.Get("AccountId").String()), e.intern(b.Get("Region").String())},
		group: e.intern(b.Get("SecurityGroup.GroupId").String()), name: e.intern(b.Get("SecurityGroup.GroupName").String()), vpc: e.intern(b.Get("SecurityGroup.VpcId").String()),
		of: int(b.Get("GroupsInRegion").Int())}
	if s.group == "" || s.place.account == "" || s.place.region == "" {
		return nil, fmt.Errorf("%s %q: account, region or group is missing", r.Kind, r.ID)
	}
	rules := b.Get("Rules")
	if !rules.IsArray() {
		return nil, fmt.Errorf("%s %q: Rules is not a list", r.Kind, r.ID)
	}
	all := rules.Array()
	s.rules = make([]rule, 0, len(all))
	for _, v := range all {
		x, ok := e.ruleOf(v, false)
		if !ok {
			return nil, fmt.Errorf("%s %q: a rule is not understood", r.Kind, r.ID)
		}
		s.rules = append(s.rules, x)
	}
	return s, nil
}
