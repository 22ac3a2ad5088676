package awsstate

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/evidencepack/evidence"
)

var iamAccount = kind{
	name: "iam.account", form: evidence.Snapshot, where: global,
	title: evidence.Text{JA: "IAM のアカウント全体の設定（概要、パスワードポリシー、ID プロバイダー）", EN: "IAM of an account: its summary, password policy and identity providers"},
	needs: []need{
		{action: "iam:GetAccountSummary"}, {action: "iam:GetAccountPasswordPolicy"}, {action: "iam:ListAccountAliases"},
		{action: "iam:ListSAMLProviders"}, {action: "iam:GetSAMLProvider"}, {action: "iam:ListOpenIDConnectProviders"}, {action: "iam:GetOpenIDConnectProvider"},
	},
	read: readIAMAccount,
}

// noSuchEntity: IAM has no such thing, or has it no more.
const noSuchEntity = "NoSuchEntity"

// readIAMAccount emits one record. What may not be read beside the summary is left out
// of it, and is a gap.
func readIAMAccount(ctx context.Context, r *reader) error {
	client := iam.NewFromConfig(r.config)
	summary, err := client.GetAccountSummary(ctx, &iam.GetAccountSummaryInput{})
	if err != nil {
		return err
	}
	r.page(summary.ResultMetadata)
	nouns := []noun{{"Summary", summary.SummaryMap}}
	if summary.SummaryMap == nil {
		nouns = []noun{{"Summary", json.RawMessage("{}")}}
	}
	for _, part := range []struct {
		name string
		read func(context.Context, *iam.Client) (any, error)
	}{
		{"PasswordPolicy", passwordPolicy}, {"AccountAliases", accountAliases},
		{"SAMLProviders", samlProviders}, {"OpenIDConnectProviders", openIDProviders},
	} {
		value, err := part.read(ctx, client)
		if err != nil {
			if err := r.partly(part.name, err); err != nil {
				return err
			}
			continue
		}
		nouns = append(nouns, noun{part.name, value})
	}
	return r.snapshot("", nouns...)
}

// passwordPolicy is nil where the account has none, and IAM's default holds.
func passwordPolicy(ctx context.Context, client *iam.Client) (any, error) {
	out, err := client.GetAccountPasswordPolicy(ctx, &iam.GetAccountPasswordPolicyInput{})
	if coded(err, noSuchEntity) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return out.PasswordPolicy, nil
}

func accountAliases(ctx context.Context, client *iam.Client) (any, error) {
	var list []string
	pages := iam.NewListAccountAliasesPaginator(client, &iam.ListAccountAliasesInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		list = append(list, page.AccountAliases...)
	}
	return list, nil
}

func samlProviders(ctx context.Context, client *iam.Client) (any, error) {
	out, err := client.ListSAMLProviders(ctx, &iam.ListSAMLProvidersInput{})
	if err != nil {
		return nil, err
	}
	var arns []string
	for _, p := range out.SAMLProviderList {
		arns = append(arns, aws.ToString(p.Arn))
	}
	return described(arns, func(arn string) (any, error) {
		return client.GetSAMLProvider(ctx, &iam.GetSAMLProviderInput{SAMLProviderArn: &arn})
	})
}

func openIDProviders(ctx context.Context, client *iam.Client) (any, error) {
	out, err := client.ListOpenIDConnectProviders(ctx, &iam.ListOpenIDConnectProvidersInput{})
	if err != nil {
		return nil, err
	}
	var arns []string
	for _, p := range out.OpenIDConnectProviderList {
		arns = append(arns, aws.ToString(p.Arn))
	}
	return described(arns, func(arn string) (any, error) {
		return client.GetOpenIDConnectProvider(ctx, &iam.GetOpenIDConnectProviderInput{OpenIDConnectProviderArn: &arn})
	})
}

// described are the details of providers with their ARNs, which those lack, in the
// order of these. One that was deleted meanwhile is none.
func described(arns []string, details func(string) (any, error)) ([]json.RawMessage, error) {
	slices.Sort(arns)
	var list []json.RawMessage
	for _, arn := range arns {
		out, err := details(arn)
		if coded(err, noSuchEntity) {
			continue
		}
		if err != nil {
			return nil, err
		}
		text, err := shape(out, noun{"Arn", arn})
		if err != nil {
			return nil, err
		}
		list = append(list, text)
	}
	return list, nil
}
