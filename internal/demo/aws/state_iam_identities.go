package aws

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// IAM's collections of IAMRole and of IAMUser. They have no region.
const (
	IAMRoles = "iam roles"
	IAMUsers = "iam users"
)

// IAMRole is a role with what GetAccountAuthorizationDetails gives of it.
type IAMRole struct {
	ARN, Name, ID, Path string
	Created             string // RFC 3339
	Trust               string // its trust policy; IAM writes it as in a URL
	LastUsed            string // RFC 3339; empty: not within the time that IAM remembers
	Boundary            string // ARN of the policy
	Tags                map[string]string
	Policies            []string          // names of managed policies of AWS
	Inline              map[string]string // documents by name
	Profiles            []string          // instance profiles
}

// IAMUser is a user with everything that hangs on it.
type IAMUser struct {
	ARN, Name, ID, Path string
	Created             string // RFC 3339
	Password            string // when it was made, RFC 3339; empty: there is none
	PasswordUsed        string // RFC 3339; empty: never
	Keys                []IAMKey
	MFA                 []string // serial numbers of devices
	Groups              []string
	Policies            []string // names of managed policies of AWS
	Inline              []string // names
	Gone                bool     // listed, but deleted before anything else is asked
}

// IAMKey is an access key.
type IAMKey struct {
	ID, Created string
	Inactive    bool
	Used        string // RFC 3339; empty: never
}

// iamPage ends a listing of IAM.
type iamPage struct {
	Truncated bool   `xml:"IsTruncated"`
	Marker    string `xml:",omitempty"`
}

type iamTag struct{ Key, Value string }

type iamAttached struct{ PolicyName, PolicyArn string }

func attachedOf(names []string) []iamAttached {
	var list []iamAttached
	for _, n := range names {
		list = append(list, iamAttached{n, "arn:aws:iam::aws:policy/" + n})
	}
	return list
}

// iamIdentities answers the calls that read roles and users; ok is false for others.
func (s *Server) iamIdentities(c *call) (resp response, ok bool) {
	switch c.operation {
	case "GetAccountAuthorizationDetails":
		return s.iamRoles(c), true
	case "ListUsers":
		return s.iamUsers(c), true
	case "GetAccessKeyLastUsed":
		return s.iamKeyUsed(c), true
	case "GetLoginProfile", "ListAccessKeys", "ListMFADevices", "ListGroupsForUser", "ListAttachedUserPolicies", "ListUserPolicies":
		return s.iamUserPart(c), true
	}
	return response{}, false
}

func (c *call) badMarker() response {
	return c.fail(http.StatusBadRequest, "InvalidMarker", "Invalid Marker.")
}

func (s *Server) iamRoles(c *call) response {
	if filter := formValues(c.body, "Filter.member"); !slices.Equal(filter, []string{"Role"}) {
		return c.fail(http.StatusBadRequest, "ValidationError", "the simulation has details of roles alone")
	}
	page, next, bad := pageOf(s.opt.State, listOf[IAMRole](s.opt.State, c.account, "", IAMRoles), formValue(c.body, "Marker"), 100)
	if bad {
		return c.badMarker()
	}
	type document struct{ PolicyName, PolicyDocument string }
	type used struct {
		Date   string `xml:"LastUsedDate,omitempty"`
		Region string `xml:",omitempty"`
	}
	type boundary struct{ PermissionsBoundaryType, PermissionsBoundaryArn string }
	type profile struct {
		Path, InstanceProfileName, InstanceProfileId, Arn, CreateDate string //nolint:revive,staticcheck // names of the wire
	}
	type member struct {
		Path, RoleName, RoleId, Arn, CreateDate, AssumeRolePolicyDocument string //nolint:revive,staticcheck // names of the wire
		RoleLastUsed                                                      used
		PermissionsBoundary                                               *boundary
		Tags                                                              []iamTag      `xml:"Tags>member"`
		Attached                                                          []iamAttached `xml:"AttachedManagedPolicies>member"`
		Inline                                                            []document    `xml:"RolePolicyList>member"`
		Profiles                                                          []profile     `xml:"InstanceProfileList>member"`
	}
	var members []member
	for _, r := range page {
		m := member{
			Path: r.Path, RoleName: r.Name, RoleId: r.ID, Arn: r.ARN, CreateDate: r.Created,
			AssumeRolePolicyDocument: inURL(r.Trust), Attached: attachedOf(r.Policies),
		}
		if r.LastUsed != "" {
			m.RoleLastUsed = used{r.LastUsed, "us-east-1"}
		}
		if r.Boundary != "" {
			m.PermissionsBoundary = &boundary{"Policy", r.Boundary}
		}
		for _, k := range sortedNames(r.Tags) {
			m.Tags = append(m.Tags, iamTag{k, r.Tags[k]})
		}
		for _, n := range sortedNames(r.Inline) {
			m.Inline = append(m.Inline, document{n, inURL(r.Inline[n])})
		}
		for _, n := range r.Profiles {
			m.Profiles = append(m.Profiles, profile{"/", n, "AIPA" + n, "arn:aws:iam::" + c.account + ":instance-profile/" + n, r.Created})
		}
		members = append(members, m)
	}
	return c.queryAnswer(iamNamespace, struct {
		XMLName xml.Name
		iamPage
		Members []member `xml:"RoleDetailList>member"`
	}{c.resultName(), iamPage{next != "", next}, members})
}

func (s *Server) iamUsers(c *call) response {
	page, next, bad := pageOf(s.opt.State, listOf[IAMUser](s.opt.State, c.account, "", IAMUsers), formValue(c.body, "Marker"), 100)
	if bad {
		return c.badMarker()
	}
	type member struct {
		Path, UserName, UserId, Arn, CreateDate string //nolint:revive,staticcheck // names of the wire
		PasswordLastUsed                        string `xml:",omitempty"`
	}
	var members []member
	for _, u := range page {
		members = append(members, member{u.Path, u.Name, u.ID, u.ARN, u.Created, u.PasswordUsed})
	}
	return c.queryAnswer(iamNamespace, struct {
		XMLName xml.Name
		iamPage
		Members []member `xml:"Users>member"`
	}{c.resultName(), iamPage{next != "", next}, members})
}

func (s *Server) iamKeyUsed(c *call) response {
	id := formValue(c.body, "AccessKeyId")
	for _, u := range listOf[IAMUser](s.opt.State, c.account, "", IAMUsers) {
		for _, k := range u.Keys {
			if k.ID != id {
				continue
			}
			type used struct {
				Date                string `xml:"LastUsedDate,omitempty"`
				ServiceName, Region string
			}
			how := used{"", "N/A", "N/A"}
			if k.Used != "" {
				how = used{k.Used, "s3", "ap-northeast-1"}
			}
			return c.queryAnswer(iamNamespace, struct {
				XMLName           xml.Name
				UserName          string
				AccessKeyLastUsed used
			}{c.resultName(), u.Name, how})
		}
	}
	return c.fail(http.StatusNotFound, "NoSuchEntity", "The Access Key with id "+id+" cannot be found")
}

// iamUserPart answers the calls about one user.
func (s *Server) iamUserPart(c *call) response {
	name := formValue(c.body, "UserName")
	list := listOf[IAMUser](s.opt.State, c.account, "", IAMUsers)
	at := slices.IndexFunc(list, func(u IAMUser) bool { return u.Name == name && !u.Gone })
	if at < 0 {
		return c.fail(http.StatusNotFound, "NoSuchEntity", "The user with name "+name+" cannot be found.")
	}
	u := list[at]
	switch c.operation {
	case "GetLoginProfile":
		if u.Password == "" {
			return c.fail(http.StatusNotFound, "NoSuchEntity", "Login Profile for User "+name+" cannot be found.")
		}
		type profile struct {
			UserName, CreateDate  string
			PasswordResetRequired bool
		}
		return c.queryAnswer(iamNamespace, struct {
			XMLName      xml.Name
			LoginProfile profile
		}{c.resultName(), profile{u.Name, u.Password, false}})
	case "ListAccessKeys":
		type member struct{ UserName, AccessKeyId, Status, CreateDate string } //nolint:revive,staticcheck // names of the wire
		var members []member
		for _, k := range u.Keys {
			members = append(members, member{u.Name, k.ID, map[bool]string{false: "Active", true: "Inactive"}[k.Inactive], k.Created})
		}
		return iamList(s, c, "AccessKeyMetadata", members)
	case "ListMFADevices":
		type member struct{ UserName, SerialNumber, EnableDate string }
		var members []member
		for _, d := range u.MFA {
			members = append(members, member{u.Name, d, u.Created})
		}
		return iamList(s, c, "MFADevices", members)
	case "ListGroupsForUser":
		type member struct{ Path, GroupName, GroupId, Arn, CreateDate string } //nolint:revive,staticcheck // names of the wire
		var members []member
		for _, g := range u.Groups {
			members = append(members, member{"/", g, "AGPA" + g, "arn:aws:iam::" + c.account + ":group/" + g, "2024-04-01T00:00:00Z"})
		}
		return iamList(s, c, "Groups", members)
	case "ListAttachedUserPolicies":
		return iamList(s, c, "AttachedPolicies", attachedOf(u.Policies))
	}
	return iamList(s, c, "PolicyNames", u.Inline)
}

// iamList is a page of a list that IAM calls by a name.
func iamList[T any](s *Server, c *call, name string, list []T) response {
	page, next, bad := pageOf(s.opt.State, list, formValue(c.body, "Marker"), 100)
	if bad {
		return c.badMarker()
	}
	type members struct {
		XMLName xml.Name
		Members []T `xml:"member"`
	}
	return c.queryAnswer(iamNamespace, struct {
		XMLName xml.Name
		iamPage
		List members
	}{c.resultName(), iamPage{next != "", next}, members{xml.Name{Local: name}, page}})
}

// inURL writes a document as IAM does, by RFC 3986.
func inURL(document string) string {
	return strings.ReplaceAll(url.QueryEscape(document), "+", "%20")
}

func sortedNames(of map[string]string) []string {
	var names []string
	for n := range of {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}
