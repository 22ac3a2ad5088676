package aws

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// keyPrefix begins the access key of an assumed role; the role's account follows.
const keyPrefix = "ASIA"

// accountOf is whose an access key is: AssumeRole's keys name their account, all
// others are the owner's.
func accountOf(accessKey, owner string) string {
	if account, ok := strings.CutPrefix(accessKey, keyPrefix); ok && len(account) == 12 {
		return account
	}
	return owner
}

func formValue(body []byte, name string) string {
	v, err := url.ParseQuery(string(body))
	if err != nil {
		return ""
	}
	return v.Get(name)
}

func (s *Server) sts(c *call) response {
	switch c.operation {
	case "GetCallerIdentity":
		return c.callerIdentity(s.opt.Account)
	case "AssumeRole":
		return c.assumeRole(s.opt.Now())
	}
	return c.queryError(http.StatusBadRequest, "InvalidAction", "Could not find operation "+c.operation)
}

type callerIdentity struct {
	Arn     string `xml:"Arn"`
	UserID  string `xml:"UserId"`
	Account string `xml:"Account"`
}

type metadata struct {
	RequestID string `xml:"RequestId"`
}

const stsNamespace = "https://sts.amazonaws.com/doc/2011-06-15/"

func (c *call) callerIdentity(owner string) response {
	id := callerIdentity{
		Arn:     "arn:aws:sts::" + c.account + ":assumed-role/EvidenceReader/evidence",
		UserID:  "AROAEXAMPLEREADERROLE:evidence",
		Account: c.account,
	}
	if c.account == owner {
		id.Arn = "arn:aws:sts::" + c.account + ":assumed-role/AuditEvidence/collector"
	}
	return xmlResponse(http.StatusOK, struct {
		XMLName   xml.Name       `xml:"GetCallerIdentityResponse"`
		Namespace string         `xml:"xmlns,attr"`
		Result    callerIdentity `xml:"GetCallerIdentityResult"`
		Metadata  metadata       `xml:"ResponseMetadata"`
	}{Namespace: stsNamespace, Result: id, Metadata: metadata{c.id}})
}

type assumedRole struct {
	Credentials struct {
		AccessKeyID     string `xml:"AccessKeyId"`
		SecretAccessKey string `xml:"SecretAccessKey"`
		SessionToken    string `xml:"SessionToken"`
		Expiration      string `xml:"Expiration"`
	} `xml:"Credentials"`
	User struct {
		ID  string `xml:"AssumedRoleId"`
		Arn string `xml:"Arn"`
	} `xml:"AssumedRoleUser"`
}

// assumeRole gives credentials of the role's account to anybody who asks.
func (c *call) assumeRole(now time.Time) response {
	arn, session := formValue(c.body, "RoleArn"), formValue(c.body, "RoleSessionName")
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != 6 || len(parts[4]) != 12 || session == "" {
		return c.queryError(http.StatusBadRequest, "ValidationError", "RoleArn and RoleSessionName are needed")
	}
	var r assumedRole
	r.Credentials.AccessKeyID = keyPrefix + parts[4]
	r.Credentials.SecretAccessKey, r.Credentials.SessionToken = "simulated", "simulated"
	r.Credentials.Expiration = stamp(now.Add(time.Hour))
	r.User.ID = "AROAEXAMPLEASSUMED001:" + session
	r.User.Arn = "arn:aws:sts::" + parts[4] + ":assumed-role/" + strings.TrimPrefix(parts[5], "role/") + "/" + session
	return xmlResponse(http.StatusOK, struct {
		XMLName   xml.Name    `xml:"AssumeRoleResponse"`
		Namespace string      `xml:"xmlns,attr"`
		Result    assumedRole `xml:"AssumeRoleResult"`
		Metadata  metadata    `xml:"ResponseMetadata"`
	}{Namespace: stsNamespace, Result: r, Metadata: metadata{c.id}})
}

func (c *call) queryError(status int, code, message string) response {
	type detail struct {
		Type    string `xml:"Type"`
		Code    string `xml:"Code"`
		Message string `xml:"Message"`
	}
	return xmlResponse(status, struct {
		XMLName   xml.Name `xml:"ErrorResponse"`
		Namespace string   `xml:"xmlns,attr"`
		Error     detail   `xml:"Error"`
		RequestID string   `xml:"RequestId"`
	}{Namespace: stsNamespace, Error: detail{"Sender", code, message}, RequestID: c.id})
}
