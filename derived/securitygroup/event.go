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
	b := membersOf(gjson.ParseBytes(r.Body))
	name := b.text("eventName")
	if b.text("eventSource") != "ec2.amazonaws.com" || !slices.Contains(EventNames, name) {
		return nil, nil
	}
	if b.text("errorCode") != "" {
		return nil, nil
	}
	asked := b.get("requestParameters")
	req, resp := membersOf(asked), membersOf(b.get("responseElements"))
	if x := req.get(name + "Request"); x.IsObject() {
		req = membersOf(x)
	}
	if x := resp.get(name + "Response"); x.IsObject() {
		resp = membersOf(x)
	}
	if resp.text("_return", "return") == "false" || req.text("dryRun", "DryRun") == "true" {
		return nil, nil
	}
	bad := func(what string) (*call, error) {
		return nil, fmt.Errorf("%s %q: %s: %s is not understood", r.Kind, r.ID, name, what)
	}
	if !asked.IsObject() && name != "CreateDefaultVpc" {
		return bad("requestParameters")
	}
	c := &call{edit: &edit{}, record: r.ID, id: b.text("eventID"), time: r.Time, name: e.intern(name),
		place: place{e.intern(b.text("recipientAccountId")), e.intern(b.text("awsRegion"))}}
	if c.id == "" {
		c.id = r.ID
	}
	if c.id = strings.Clone(c.id); c.id == r.ID {
		c.id = c.record
	}
	u := membersOf(b.get("userIdentity"))
	if c.place.account == "" {
		c.place.account = e.intern(u.text("accountId"))
	}
	if c.place.account == "" || c.place.region == "" {
		return bad("account or region")
	}
	actor := Actor{Type: e.intern(u.text("type")), Arn: e.intern(u.text("arn")), PrincipalID: e.intern(u.text("principalId")),
		SessionIssuerArn: e.intern(u.get("sessionContext").Get("sessionIssuer.arn").String()), InvokedBy: e.intern(u.text("invokedBy"))}
	if _, session, ok := strings.Cut(actor.PrincipalID, ":"); ok {
		actor.SessionName = session
	}
	if c.actor = e.actors[actor]; c.actor == nil {
		c.actor = &actor
		e.actors[actor] = c.actor
	}
	c.address, c.agent = e.intern(b.text("sourceIPAddress")), e.intern(b.text("userAgent"))
	c.group = e.intern(req.text("groupId", "GroupId"))
	c.groupName = e.intern(req.text("groupName", "GroupName"))
	c.vpc = e.intern(req.text("vpcId", "VpcId"))
	egress := strings.HasSuffix(name, "Egress")
	ok := true

	switch {
	case name == "CreateSecurityGroup":
		if c.group = e.intern(resp.text("groupId", "GroupId")); c.group == "" {
			return bad("responseElements.groupId")
		}
	case name == "DeleteSecurityGroup":
		if c.group == "" {
			c.group = e.intern(resp.text("groupId", "GroupId"))
		}
	case name == "AssociateVpcCidrBlock":
		if !resp.get("ipv6CidrBlockAssociation", "Ipv6CidrBlockAssociation").IsObject() {
			return nil, nil
		}
		if c.vpc == "" {
			return bad("vpcId")
		}
	case strings.HasPrefix(name, "Create"):
		if c.vpc = e.intern(membersOf(resp.get("vpc", "Vpc")).text("vpcId", "VpcId")); c.vpc == "" {
			return bad("responseElements.vpc")
		}
	case name == "DeleteVpc":
		if c.vpc == "" {
			return bad("vpcId")
		}
	case strings.HasPrefix(name, "Authorize"):
		set := items(resp.get("securityGroupRuleSet", "SecurityGroupRuleSet"))
		for _, v := range set {
			x, good := e.ruleOf(v, egress)
			ok = ok && good
			c.add = append(c.add, x)
			if c.group == "" {
				c.group = e.intern(membersOf(v).text("groupId", "GroupId"))
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
		for _, v := range items(req.get("securityGroupRuleIds", "SecurityGroupRuleId", "SecurityGroupRuleIds")) {
			id := v.String()
			if v.IsObject() {
				id = membersOf(v).text("securityGroupRuleId", "SecurityGroupRuleId", "item")
			}
			ok = ok && id != ""
			c.removeIDs = append(c.removeIDs, strings.Clone(id))
		}
		// What the answer says was revoked is better than what was asked for.
		if set := items(resp.get("revokedSecurityGroupRuleSet", "RevokedSecurityGroupRuleSet")); len(set) > 0 {
			told := make([]rule, 0, len(set))
			for _, v := range set {
				if x, good := e.ruleOf(v, egress); good {
					told = append(told, x)
				}
				if c.group == "" {
					c.group = e.intern(membersOf(v).text("groupId", "GroupId"))
				}
			}
			if len(told) == len(set) {
				c.remove, c.removeIDs, ok = told, nil, true
			}
		}
		if unknown := items(resp.get("unknownIpPermissionSet", "UnknownIpPermissionSet")); len(unknown) > 0 {
			not, _ := e.permissions(members{{"ipPermissions", resp.get("unknownIpPermissionSet", "UnknownIpPermissionSet").Raw}}, egress)
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
		for _, v := range items(req.get("securityGroupRules", "SecurityGroupRules", "SecurityGroupRule")) {
			to := membersOf(v)
			id := to.text("securityGroupRuleId", "SecurityGroupRuleId")
			x, good := e.ruleOf(to.get("securityGroupRule", "SecurityGroupRule"), false)
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
		for _, v := range items(req.get("securityGroupRuleDescriptions", "SecurityGroupRuleDescriptions", "SecurityGroupRuleDescription")) {
			to := membersOf(v)
			id := to.text("securityGroupRuleId", "SecurityGroupRuleId")
			ok = ok && id != ""
			c.describeIDs = append(c.describeIDs, strings.Clone(id))
			c.descriptions = append(c.descriptions, e.intern(to.text("description", "Description")))
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
	b := membersOf(gjson.ParseBytes(r.Body))
	g := membersOf(b.get("SecurityGroup"))
	s := &shot{record: r.ID, kind: r.Kind, time: r.Time, place: place{e.intern(b.text("AccountId")), e.intern(b.text("Region"))},
		group: e.intern(g.text("GroupId")), name: e.intern(g.text("GroupName")), vpc: e.intern(g.text("VpcId")), of: int(b.get("GroupsInRegion").Int())}
	if s.group == "" || s.place.account == "" || s.place.region == "" {
		return nil, fmt.Errorf("%s %q: account, region or group is missing", r.Kind, r.ID)
	}
	rules := b.get("Rules")
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
