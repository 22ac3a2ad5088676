package aws

import (
	"encoding/base64"
	"encoding/xml"
	"net/http"
	"slices"
	"strings"
)

// IAMs is IAM's collection of IAM, of which an account has one (default: a root user
// with MFA and a password), and CredentialRows that of the rows of its credential
// report: values by column. The root user's need not be added.
const (
	IAMs           = "iam"
	CredentialRows = "iam credential report rows"
)

// IAM is what IAM keeps for a whole account.
type IAM struct {
	Summary        map[string]int
	PasswordPolicy string // the inside of its element; empty: the account has none
	Aliases        []string
	SAML           []IdentityProvider
	OpenID         []IdentityProvider
}

// IdentityProvider is a provider by its ARN and the inside of what its Get call gives.
type IdentityProvider struct{ ARN, More string }

// CredentialColumns are those of a credential report.
var CredentialColumns = []string{
	"user", "arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed", "password_next_rotation", "mfa_active",
	"access_key_1_active", "access_key_1_last_rotated", "access_key_1_last_used_date", "access_key_1_last_used_region", "access_key_1_last_used_service",
	"access_key_2_active", "access_key_2_last_rotated", "access_key_2_last_used_date", "access_key_2_last_used_region", "access_key_2_last_used_service",
	"cert_1_active", "cert_1_last_rotated", "cert_2_active", "cert_2_last_rotated", "additional_credentials_info",
}

const iamNamespace = "https://iam.amazonaws.com/doc/2010-05-08/"

func (s *Server) iam(c *call) response {
	if resp, ok := s.iamIdentities(c); ok {
		return resp
	}
	account := IAM{Summary: map[string]int{"AccountMFAEnabled": 1, "AccountPasswordPresent": 1, "AccountAccessKeysPresent": 0, "AccountSigningCertificatesPresent": 0}}
	if list := listOf[IAM](s.opt.State, c.account, "", IAMs); len(list) > 0 {
		account = list[0]
	}
	switch c.operation {
	case "GenerateCredentialReport":
		return c.queryAnswer(iamNamespace, struct {
			XMLName xml.Name
			State   string
		}{c.resultName(), "COMPLETE"})
	case "GetCredentialReport":
		return c.queryAnswer(iamNamespace, struct {
			XMLName                              xml.Name
			Content, ReportFormat, GeneratedTime string
		}{c.resultName(), base64.StdEncoding.EncodeToString([]byte(s.credentialReport(c.account))), "text/csv", s.opt.Now().UTC().Format("2006-01-02T15:04:05Z")})
	case "GetAccountSummary":
		return c.queryAnswer(iamNamespace, struct {
			XMLName xml.Name
			Entries []summaryEntry `xml:"SummaryMap>entry"`
		}{c.resultName(), summaryEntries(account.Summary)})
	case "GetAccountPasswordPolicy":
		if account.PasswordPolicy == "" {
			return c.fail(http.StatusNotFound, "NoSuchEntity", "The Password Policy with domain name "+c.account+" cannot be found.")
		}
		return c.queryAnswer(iamNamespace, struct {
			XMLName xml.Name
			Policy  XML `xml:"PasswordPolicy"`
		}{c.resultName(), XML{account.PasswordPolicy}})
	case "ListAccountAliases":
		page, next, bad := pageOf(s.opt.State, account.Aliases, formValue(c.body, "Marker"), 100)
		if bad {
			return c.fail(http.StatusBadRequest, "ValidationError", "Invalid Marker")
		}
		return c.queryAnswer(iamNamespace, struct {
			XMLName     xml.Name
			Aliases     []string `xml:"AccountAliases>member"`
			IsTruncated bool
			Marker      string `xml:",omitempty"`
		}{c.resultName(), page, next != "", next})
	case "ListSAMLProviders":
		return c.queryAnswer(iamNamespace, struct {
			XMLName xml.Name
			Members []providerMember `xml:"SAMLProviderList>member"`
		}{c.resultName(), providerMembers(account.SAML)})
	case "ListOpenIDConnectProviders":
		return c.queryAnswer(iamNamespace, struct {
			XMLName xml.Name
			Members []providerMember `xml:"OpenIDConnectProviderList>member"`
		}{c.resultName(), providerMembers(account.OpenID)})
	case "GetSAMLProvider":
		return c.identityProvider(account.SAML, formValue(c.body, "SAMLProviderArn"))
	case "GetOpenIDConnectProvider":
		return c.identityProvider(account.OpenID, formValue(c.body, "OpenIDConnectProviderArn"))
	}
	return c.unknownOperation()
}

// rootRow is the report's row of a root user with MFA and without keys.
func rootRow(account string) map[string]string {
	return map[string]string{
		"user": "<root_account>", "arn": "arn:aws:iam::" + account + ":root", "user_creation_time": "2023-11-14T22:13:20+00:00",
		"password_enabled": "true", "password_last_used": "no_information", "mfa_active": "true",
		"access_key_1_active": "false", "access_key_2_active": "false", "cert_1_active": "false", "cert_2_active": "false",
	}
}

// credentialReport is an account's report. What a row does not say is N/A.
func (s *Server) credentialReport(account string) string {
	rows := listOf[map[string]string](s.opt.State, account, "", CredentialRows)
	if root := rootRow(account); !slices.ContainsFunc(rows, func(r map[string]string) bool { return r["user"] == root["user"] }) {
		rows = slices.Insert(rows, 0, root)
	}
	lines := []string{strings.Join(CredentialColumns, ",")}
	for _, row := range rows {
		var values []string
		for _, column := range CredentialColumns {
			v, ok := row[column]
			if !ok {
				v = "N/A"
			}
			if strings.ContainsAny(v, ",\"\n") {
				v = `"` + strings.ReplaceAll(v, `"`, `""`) + `"`
			}
			values = append(values, v)
		}
		lines = append(lines, strings.Join(values, ","))
	}
	return strings.Join(lines, "\n")
}

type summaryEntry struct {
	Key   string `xml:"key"`
	Value int    `xml:"value"`
}

func summaryEntries(summary map[string]int) []summaryEntry {
	var list []summaryEntry
	for k, v := range summary {
		list = append(list, summaryEntry{k, v})
	}
	slices.SortFunc(list, func(a, b summaryEntry) int { return strings.Compare(a.Key, b.Key) })
	return list
}

type providerMember struct{ Arn string }

func providerMembers(list []IdentityProvider) []providerMember {
	var members []providerMember
	for _, p := range list {
		members = append(members, providerMember{p.ARN})
	}
	return members
}

func (c *call) identityProvider(list []IdentityProvider, arn string) response {
	at := slices.IndexFunc(list, func(p IdentityProvider) bool { return p.ARN == arn })
	if at < 0 {
		return c.fail(http.StatusNotFound, "NoSuchEntity", "Manifest not found for arn "+arn)
	}
	return c.queryAnswer(iamNamespace, struct {
		XMLName xml.Name
		Inner   string `xml:",innerxml"`
	}{c.resultName(), list[at].More})
}
