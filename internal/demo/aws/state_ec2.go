package aws

import (
	"encoding/xml"
	"net/http"
	"slices"
	"strconv"
)

// Collections of EC2, each of the type that is named.
const (
	SecurityGroups     = "ec2 security groups"      // SecurityGroup
	SecurityGroupRules = "ec2 security group rules" // SecurityGroupRule
	Reservations       = "ec2 reservations"         // XML: reservationId and instancesSet
	Volumes            = "ec2 volumes"              // XML
	Snapshots          = "ec2 snapshots"            // XML; those that the account owns
)

// Tag is a tag of an EC2 resource.
type Tag struct {
	Key   string `xml:"key"`
	Value string `xml:"value"`
}

// SecurityGroup is a group without its rules.
type SecurityGroup struct {
	OwnerID     string         `xml:"ownerId"`
	GroupID     string         `xml:"groupId"`
	Name        string         `xml:"groupName"`
	Description string         `xml:"groupDescription"`
	VpcID       string         `xml:"vpcId"`
	Ingress     []IPPermission `xml:"ipPermissions>item"`
	Egress      []IPPermission `xml:"ipPermissionsEgress>item"`
	Tags        []Tag          `xml:"tagSet>item"`
	ARN         string         `xml:"securityGroupArn,omitempty"`
}

// IPPermission is rules as DescribeSecurityGroups writes them; nil ports: all.
type IPPermission struct {
	Protocol string      `xml:"ipProtocol"`
	FromPort *int        `xml:"fromPort"`
	ToPort   *int        `xml:"toPort"`
	IPv4     []IPRange   `xml:"ipRanges>item"`
	IPv6     []IPv6Range `xml:"ipv6Ranges>item"`
}

// IPRange is a source of an IPPermission.
type IPRange struct {
	CIDR        string `xml:"cidrIp"`
	Description string `xml:"description,omitempty"`
}

// IPv6Range is a source of an IPPermission.
type IPv6Range struct {
	CIDR        string `xml:"cidrIpv6"`
	Description string `xml:"description,omitempty"`
}

// SecurityGroupRule is a rule with its ID.
type SecurityGroupRule struct {
	ID          string `xml:"securityGroupRuleId"`
	GroupID     string `xml:"groupId"`
	OwnerID     string `xml:"groupOwnerId"`
	Egress      bool   `xml:"isEgress"`
	Protocol    string `xml:"ipProtocol"`
	FromPort    int    `xml:"fromPort"` // -1: all
	ToPort      int    `xml:"toPort"`
	IPv4        string `xml:"cidrIpv4,omitempty"`
	IPv6        string `xml:"cidrIpv6,omitempty"`
	PrefixList  string `xml:"prefixListId,omitempty"`
	Description string `xml:"description,omitempty"`
	Tags        []Tag  `xml:"tagSet>item"`
}

const ec2Namespace = "http://ec2.amazonaws.com/doc/2016-11-15/"

func (s *Server) ec2(c *call) response {
	switch c.operation {
	case "DescribeRegions":
		return s.describeRegions(c)
	case "DescribeSecurityGroups":
		ids, given := filterValues(c.body, "group-id")
		owners, owned := filterValues(c.body, "owner-id")
		return ec2List(s, c, "securityGroupInfo", SecurityGroups, func(g SecurityGroup) bool {
			return accepts(ids, given, g.GroupID) && accepts(owners, owned, g.OwnerID)
		})
	case "DescribeSecurityGroupRules":
		ids, given := filterValues(c.body, "group-id")
		return ec2List(s, c, "securityGroupRuleSet", SecurityGroupRules, func(r SecurityGroupRule) bool { return accepts(ids, given, r.GroupID) })
	case "DescribeInstances":
		return ec2List(s, c, "reservationSet", Reservations, func(XML) bool { return true })
	case "DescribeVolumes":
		return ec2List(s, c, "volumeSet", Volumes, func(XML) bool { return true })
	case "DescribeSnapshots":
		own := slices.Contains(formValues(c.body, "Owner"), "self")
		return ec2List(s, c, "snapshotSet", Snapshots, func(XML) bool { return own })
	}
	return c.unknownOperation()
}

// ec2List answers with a page of a collection's things, in a set of the name.
func ec2List[T any](s *Server, c *call, set, collection string, keep func(T) bool) response {
	list := slices.DeleteFunc(listOf[T](s.opt.State, c.account, c.region, collection), func(v T) bool { return !keep(v) })
	size, _ := strconv.Atoi(formValue(c.body, "MaxResults"))
	page, next, bad := pageOf(s.opt.State, list, formValue(c.body, "NextToken"), size)
	if bad {
		return c.fail(http.StatusBadRequest, "InvalidNextToken", "The token is not valid")
	}
	return c.ec2Answer(ec2Set(set, page), next)
}

// ec2Items is <name><item>…</item></name>.
type ec2Items struct {
	XMLName xml.Name
	Items   []any `xml:"item"`
}

func ec2Set[T any](name string, list []T) ec2Items {
	set := ec2Items{XMLName: xml.Name{Local: name}}
	for _, v := range list {
		set.Items = append(set.Items, v)
	}
	return set
}

func (c *call) ec2Answer(set ec2Items, next string) response {
	return xmlResponse(http.StatusOK, struct {
		XMLName   xml.Name
		Namespace string `xml:"xmlns,attr"`
		RequestID string `xml:"requestId"`
		Set       ec2Items
		Next      string `xml:"nextToken,omitempty"`
	}{XMLName: xml.Name{Local: c.operation + "Response"}, Namespace: ec2Namespace, RequestID: c.id, Set: set, Next: next})
}

func (s *Server) describeRegions(c *call) response {
	type region struct {
		Name     string `xml:"regionName"`
		Endpoint string `xml:"regionEndpoint"`
		OptIn    string `xml:"optInStatus"`
	}
	var list []region
	for _, name := range s.opt.State.Regions {
		list = append(list, region{name, "ec2." + name + ".amazonaws.com", "opt-in-not-required"})
	}
	return c.ec2Answer(ec2Set("regionInfo", list), "")
}

func (c *call) ec2Error(status int, code, message string) response {
	type detail struct {
		Code    string `xml:"Code"`
		Message string `xml:"Message"`
	}
	return xmlResponse(status, struct {
		XMLName   xml.Name `xml:"Response"`
		Errors    []detail `xml:"Errors>Error"`
		RequestID string   `xml:"RequestID"`
	}{Errors: []detail{{code, message}}, RequestID: c.id})
}
