package demo

import (
	"crypto/sha256"
	"math/big"
	"strings"
	"time"
)

// Where the company's activity is recorded.
const (
	productionAccount = "111122223333"
	auditAccount      = "444455556666" // owns the trail and its bucket
	organization      = "o-sampleorg01"
	tokyo             = "ap-northeast-1"
	osaka             = "ap-northeast-3" // backups
	virginia          = "us-east-1"      // where AWS records its global services
)

// actor is somebody or something that calls AWS.
type actor struct {
	kind    string // userIdentity.type
	role    string // of an assumed role
	session string // role session name
	user    string // of an IAM user
	service string // of an AWS service
	from    string // source address
	agent   string // user agent
	console bool   // signed in to the console: a session with MFA
}

const (
	browser   = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
	terraform = "APN/1.0 HashiCorp/1.0 Terraform/1.13.3 (+https://www.terraform.io) terraform-provider-aws/6.14.1 aws-sdk-go-v2/1.39.2 os/linux lang/go#1.24.7"
	cli       = "aws-cli/2.31.4 md/awscrt#0.27.6 ua/2.1 os/linux#6.8 md/arch#x86_64 lang/python#3.13.7 md/prompt#off"
	botocore  = "Boto3/1.40.45 md/Botocore#1.40.45 ua/2.1 os/linux#6.1 md/arch#aarch64 lang/python#3.12.11 Botocore/1.40.45"

	office = "203.0.113.24" // addresses of RFC 5737
	ci     = "198.51.100.77"
	nat    = "198.51.100.10"
)

// person is someone who came through the identity provider. Session names are
// posts, not people.
func person(post, role string) actor {
	return actor{kind: "AssumedRole", role: "AWSReservedSSO_" + role + "_8f3c1e9a7b2d4c60", session: post + "@example.co.jp",
		from: office, agent: browser, console: true}
}

func ciRole(name, session string) actor {
	return actor{kind: "AssumedRole", role: name, session: session, from: ci, agent: terraform}
}

func workload(role, session string) actor {
	return actor{kind: "AssumedRole", role: role, session: session, from: nat, agent: botocore}
}

func awsService(name string) actor {
	return actor{kind: "AWSService", service: name + ".amazonaws.com", from: name + ".amazonaws.com", agent: name + ".amazonaws.com"}
}

func iamUser(name string) actor {
	return actor{kind: "IAMUser", user: name, from: office, agent: cli}
}

func root() actor {
	return actor{kind: "Root", from: office, agent: browser}
}

// with returns the actor with another user agent.
func (a actor) with(agent string) actor {
	a.agent = agent
	return a
}

// identity is the actor's userIdentity in an account.
func (a actor) identity(account string, at time.Time) identity {
	switch a.kind {
	case "AWSService":
		return identity{Type: a.kind, InvokedBy: a.service}
	case "Root":
		return identity{Type: a.kind, PrincipalID: account, ARN: "arn:aws:iam::" + account + ":root", AccountID: account}
	case "IAMUser":
		return identity{
			Type: a.kind, PrincipalID: awsID("AIDA", account, a.user), ARN: "arn:aws:iam::" + account + ":user/" + a.user,
			AccountID: account, AccessKeyID: awsID("AKIA", account, a.user), UserName: a.user,
		}
	}
	return a.assumedRole(account, at)
}

func (a actor) assumedRole(account string, at time.Time) identity {
	path := ""
	if strings.HasPrefix(a.role, "AWSReservedSSO_") {
		path = "aws-reserved/sso.amazonaws.com/ap-northeast-1/"
	}
	began := at.UTC().Truncate(time.Hour)
	id := awsID("AROA", account, a.role)
	mfa := "false"
	if a.console {
		mfa = "true"
	}
	return identity{
		Type: a.kind, PrincipalID: id + ":" + a.session,
		ARN:       "arn:aws:sts::" + account + ":assumed-role/" + a.role + "/" + a.session,
		AccountID: account, AccessKeyID: awsID("ASIA", account, a.role, a.session, began.String()),
		SessionContext: &sessionContext{
			SessionIssuer: &sessionIssuer{
				Type: "Role", PrincipalID: id, ARN: "arn:aws:iam::" + account + ":role/" + path + a.role,
				AccountID: account, UserName: a.role,
			},
			WebIDFederationData: &fields{},
			Attributes:          sessionAttributes{CreationDate: began, MFAAuthenticated: mfa},
		},
	}
}

// tls is there for calls that came over the network, not for AWS's own.
func (a actor) tls(service, region string) *tlsDetails {
	if a.kind == "AWSService" {
		return nil
	}
	return &tlsDetails{TLSVersion: "TLSv1.3", CipherSuite: "TLS_AES_128_GCM_SHA256", Host: service + "." + region + ".amazonaws.com"}
}

// awsID makes an identifier such as AROA… of 20 characters of what it is for.
func awsID(prefix string, of ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(of, "\x00")))
	return prefix + strings.ToUpper(new(big.Int).SetBytes(sum[:]).Text(32))[:16]
}

// resourceID makes an identifier such as sg-0123456789abcdef0.
func resourceID(prefix string, of ...string) string {
	sum := sha256.Sum256([]byte(prefix + strings.Join(of, "\x00")))
	return prefix + "-0" + new(big.Int).SetBytes(sum[1:]).Text(16)[:16]
}
