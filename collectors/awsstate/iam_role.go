package awsstate

import (
	"bytes"
	"context"
	"encoding/json"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/evidencepack/evidence"
)

var iamRole = kind{
	name: "iam.role", form: evidence.Snapshot, where: global,
	title: evidence.Text{JA: "IAM ロールと信頼ポリシー", EN: "IAM role, with its trust policy"},
	needs: []need{{action: "iam:GetAccountAuthorizationDetails"}},
	read:  readRoles,
}

// readRoles asks for the account's authorization details, which tell of a role when it
// was last used and what is attached to it: ListRoles would take four calls for each.
func readRoles(ctx context.Context, r *reader) error {
	client := iam.NewFromConfig(r.config)
	for {
		out, err := client.GetAccountAuthorizationDetails(ctx, &iam.GetAccountAuthorizationDetailsInput{
			Filter: []types.EntityType{types.EntityTypeRole}, MaxItems: aws.Int32(100), Marker: r.token(),
		})
		if err != nil {
			return err
		}
		r.page(out.ResultMetadata)
		for _, role := range out.RoleDetailList {
			if aws.ToString(role.Arn) == "" {
				r.unnamed("a role")
				continue
			}
			if err := r.role(role); err != nil {
				return err
			}
		}
		if more, err := r.next(out.Marker); !more || err != nil {
			return err
		}
	}
}

// role emits a role. What its inline policies say is left out, but not that it has
// them: their names are kept.
func (r *reader) role(role types.RoleDetail) error {
	attached := role.AttachedManagedPolicies
	inline, profiles := []string{}, []string{}
	for _, p := range role.RolePolicyList {
		inline = append(inline, aws.ToString(p.PolicyName))
	}
	for _, p := range role.InstanceProfileList {
		profiles = append(profiles, aws.ToString(p.InstanceProfileName))
	}
	arn, trust := *role.Arn, role.AssumeRolePolicyDocument
	role.AttachedManagedPolicies, role.RolePolicyList, role.InstanceProfileList, role.AssumeRolePolicyDocument = nil, nil, nil, nil
	var before []noun
	if trust != nil {
		document, err := policyDocument(*trust)
		if err != nil {
			return err
		}
		before = append(before, noun{"AssumeRolePolicyDocument", document})
	}
	described, err := shape(role, before...)
	if err != nil {
		return err
	}
	return r.snapshot(arn, noun{"Role", described}, noun{"AttachedPolicies", attached}, noun{"InlinePolicyNames", inline}, noun{"InstanceProfiles", profiles})
}

// policyDocument is a policy as the CLI prints it: IAM writes it as in a URL (RFC 3986,
// where a plus is a plus). What is no JSON stays the text that came.
func policyDocument(encoded string) (json.RawMessage, error) {
	if text, err := url.PathUnescape(encoded); err == nil {
		var b bytes.Buffer
		if json.Compact(&b, []byte(text)) == nil {
			return b.Bytes(), nil
		}
	}
	var b bytes.Buffer
	err := encode(&b, encoded)
	return b.Bytes(), err
}
