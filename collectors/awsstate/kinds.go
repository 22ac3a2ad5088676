package awsstate

import (
	"context"
	"slices"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
)

// place says where a kind is read.
type place int

const (
	regional     place = iota // in each region of each account
	global                    // once in each account
	organization              // once, in the account that the organization lives in
)

// kind is a record kind: what is known of it beforehand, and how it is read.
type kind struct {
	name    string
	title   evidence.Text
	form    evidence.Form
	where   place
	settles time.Duration
	sparse  bool // of a service that there are regions without
	needs   []need
	read    func(context.Context, *reader) error
}

// need is an IAM action, and what it is for where it is not for the list itself.
type need struct {
	action string
	note   evidence.Text
}

// table is every kind, in the order in which they are planned.
var table = []kind{
	apigatewayStage,
	cloudfrontDistribution,
	cloudtrailTrail,
	configItem,
	configRecorder,
	ec2Instance,
	ec2Snapshot,
	ec2Volume,
	elbv2LoadBalancer,
	guarddutyDetector,
	guarddutyFinding,
	iamAccount,
	iamCredentialReport,
	iamRole,
	iamUser,
	identitystoreUser,
	organizationsAccount,
	organizationsOrganization,
	securitygroupSnapshot,
	securityhubFinding,
	snsTopic,
	ssmInstanceInformation,
	ssoadminAssignment,
	wafv2WebACL,
}

// kindOf finds a kind in the table.
func kindOf(name string) (kind, bool) {
	at := slices.IndexFunc(table, func(k kind) bool { return k.name == name })
	if at < 0 {
		return kind{}, false
	}
	return table[at], true
}

// kinds lists what the driver yields.
func kinds() []collectors.Kind {
	var list []collectors.Kind
	for _, k := range table {
		list = append(list, collectors.Kind{
			Name: k.name, Title: k.title, Form: k.form, Settles: k.settles,
			Methods: []evidence.Method{evidence.PagesExhausted},
		})
	}
	return list
}
