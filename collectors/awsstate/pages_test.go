package awsstate

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// sameAnswer answers every request with the same body.
type sameAnswer string

func (a sameAnswer) Do(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"text/xml"}}, Body: io.NopCloser(strings.NewReader(string(a)))}, nil
}

// TestPagesThatDoNotEnd: a list whose next page is always the same is an error, also where
// the SDK's paginators are followed without more ado.
func TestPagesThatDoNotEnd(t *testing.T) {
	config := func(body string) aws.Config {
		cfg := aws.Config{Region: tokyo, HTTPClient: sameAnswer(body), Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")}
		cfg.APIOptions = append(cfg.APIOptions, pageable)
		return cfg
	}
	const rules = `<DescribeSecurityGroupRulesResponse><securityGroupRuleSet/><nextToken>%s</nextToken></DescribeSecurityGroupRulesResponse>`
	const users = `<ListUsersResponse><ListUsersResult><Users/><IsTruncated>true</IsTruncated><Marker>again</Marker></ListUsersResult></ListUsersResponse>`
	for name, asked := range map[string]func() (int, error){
		"NextToken": func() (n int, err error) {
			const cut = `<ListUsersResponse><ListUsersResult><Users/><IsTruncated>true</IsTruncated></ListUsersResult></ListUsersResponse>`
			if _, err := iam.NewFromConfig(config(cut)).ListUsers(t.Context(), &iam.ListUsersInput{}); !errors.Is(err, errCut) {
				t.Errorf("more users and no marker: %v", err)
			}
			const cutItems = `<DistributionList><Quantity>0</Quantity><IsTruncated>true</IsTruncated></DistributionList>`
			if _, err := cloudfront.NewFromConfig(config(cutItems)).ListDistributions(t.Context(), &cloudfront.ListDistributionsInput{}); !errors.Is(err, errCut) {
				t.Errorf("more distributions and no marker: %v", err)
			}
			pages := ec2.NewDescribeSecurityGroupRulesPaginator(ec2.NewFromConfig(config(strings.Replace(rules, "%s", "again", 1))), &ec2.DescribeSecurityGroupRulesInput{})
			for ; pages.HasMorePages() && err == nil && n < 10; n++ {
				_, err = pages.NextPage(t.Context())
			}
			return n, err
		},
		"Marker": func() (n int, err error) {
			pages := iam.NewListUsersPaginator(iam.NewFromConfig(config(users)), &iam.ListUsersInput{})
			for ; pages.HasMorePages() && err == nil && n < 10; n++ {
				_, err = pages.NextPage(t.Context())
			}
			return n, err
		},
	} {
		if n, err := asked(); n != 2 || !errors.Is(err, errCircle) {
			t.Errorf("%s: after %d pages %v", name, n, err)
		}
	}
	pages := ec2.NewDescribeSecurityGroupRulesPaginator(ec2.NewFromConfig(config(strings.Replace(rules, "%s", "", 1))), &ec2.DescribeSecurityGroupRulesInput{})
	if _, err := pages.NextPage(t.Context()); err != nil || pages.HasMorePages() {
		t.Errorf("a list of one page: %v", err)
	}
}

// TestAccountsAreHeld: requests of an account keep to its budgets, and its lists to their pages.
func TestAccountsAreHeld(t *testing.T) {
	s := serve(t, company(), nil).organization(t)
	read(t, s, "ec2.volume")
	if s.budgets.of[production+" "+tokyo+" EC2 DescribeVolumes"] == nil {
		t.Error("volumes were read without a budget")
	}
	cfg, err := s.config(t.Context(), production)
	if err != nil {
		t.Fatal(err)
	}
	cfg.HTTPClient = sameAnswer(`<ListUsersResponse><ListUsersResult><Users/><IsTruncated>true</IsTruncated></ListUsersResult></ListUsersResponse>`)
	cfg.Credentials = credentials.NewStaticCredentialsProvider("a", "b", "")
	if _, err := iam.NewFromConfig(cfg).ListUsers(t.Context(), &iam.ListUsersInput{}); !errors.Is(err, errCut) {
		t.Errorf("a list that cannot be followed: %v", err)
	}
}
