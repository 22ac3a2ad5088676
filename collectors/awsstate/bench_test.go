package awsstate

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/goccy/go-yaml"
	"golang.org/x/sync/errgroup"

	"github.com/evidencepack/evidence/collectors"
	aws "github.com/evidencepack/evidence/internal/demo/aws"
	"github.com/evidencepack/evidence/internal/heap"
	"github.com/evidencepack/evidence/internal/heap/heaptest"
)

// The organisation that the figures are about. Its regions are those that every account
// has unless it turned them off.
const (
	benchAccounts = 100
	benchGroups   = 50 // in each account and region
	benchRules    = 5  // of each group

	benchFar = 100 * time.Millisecond // how long the answers of its regions take
)

var benchRegions = []string{
	"ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1", "eu-central-1", "eu-north-1",
	"eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
}

func benchAccount(n int) string {
	if n == 0 {
		return management
	}
	return fmt.Sprintf("%012d", 200000000000+n)
}

// BenchmarkSnapshots reads the security groups of 100 accounts with 17 regions and 50
// groups in each, as many units at a time as a collection does: with the budgets of
// requests as they are set, and with none, so that what they cost shows. The floor is to
// ask the same of the SDK's own paginators, as many at a time, and to do nothing with the
// answers. The server lives in the same process.
func BenchmarkSnapshots(b *testing.B) {
	defer heap.Tune()() // as the command line tool does
	o := serveOrganisation(b)
	for b.Loop() {
		lap := heaptest.Laps(b)
		page(b, o.URL)
		floor := o.tally(b)
		lap("floor")
		o.collect(b, &budgets{})
		asked := o.tally(b)
		lap("collect")
		o.collect(b, &budgets{unlimited: true})
		o.tally(b)
		lap("no_budget")
		b.ReportMetric(float64(floor.requests), "floor_requests")
		b.ReportMetric(float64(asked.requests), "requests")
		b.ReportMetric(float64(asked.most), "at_once")
		b.ReportMetric(float64(asked.bytes)/1e6, "answers_MB")
	}
}

// organisation is a server that makes its security groups as it is asked for them, and
// counts.
type organisation struct {
	*httptest.Server
	requests, now, most, bytes atomic.Int64
}

// asked is what a server was asked: how often, how often at once, and what it answered.
type asked struct{ requests, most, bytes int64 }

// serveOrganisation serves an organisation: its groups are made here, all else is the
// simulation's.
func serveOrganisation(b *testing.B) *organisation {
	b.Helper()
	org := &aws.Organization{ID: "o-exampleorg1", RootID: "r-ab12"}
	for n := range benchAccounts {
		org.Accounts = append(org.Accounts, aws.Member{ID: benchAccount(n), Name: fmt.Sprintf("account-%d", n), Email: fmt.Sprintf("aws-%d@example.com", n), Parent: org.RootID})
	}
	simulated := serve(b, &aws.State{Regions: benchRegions, Organization: org}, groupsOfPlace).srv
	o := new(organisation)
	o.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.requests.Add(1)
		now := o.now.Add(1)
		defer o.now.Add(-1)
		for most := o.most.Load(); now > most && !o.most.CompareAndSwap(most, now); most = o.most.Load() {
		}
		simulated.ServeHTTP(counted{w, &o.bytes}, r)
	}))
	b.Cleanup(o.Close)
	return o
}

type counted struct {
	http.ResponseWriter
	bytes *atomic.Int64
}

func (c counted) Write(p []byte) (int, error) {
	c.bytes.Add(int64(len(p)))
	return c.ResponseWriter.Write(p)
}

// tally is what was asked since the last one.
func (o *organisation) tally(b *testing.B) asked {
	b.Helper()
	return asked{requests: o.requests.Swap(0), most: o.most.Swap(0), bytes: o.bytes.Swap(0)}
}

var signedFor = regexp.MustCompile(`Credential=(?:ASIA)?([^/]+)/\d+/([^/]+)/ec2/`)

// groupsOfPlace answers for the groups and rules of an account and region with the page
// that was asked for.
func groupsOfPlace(r *http.Request) *aws.Fault {
	at := signedFor.FindStringSubmatch(r.Header.Get("Authorization"))
	if at == nil || r.ParseForm() != nil {
		return nil
	}
	account := at[1]
	if len(account) != 12 {
		account = management
	}
	region := slices.Index(benchRegions, at[2])
	from, _ := strconv.Atoi(r.Form.Get("NextToken"))
	most, err := strconv.Atoi(r.Form.Get("MaxResults"))
	if err != nil {
		return nil
	}
	var answer string
	var all, to int
	switch r.Form.Get("Action") {
	case "DescribeSecurityGroups":
		all = benchGroups
		to = min(from+most, all)
		answer = `<DescribeSecurityGroupsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>groups</requestId><securityGroupInfo>` +
			strings.Join(groupTexts[from:to], "") + `</securityGroupInfo>`
	case "DescribeSecurityGroupRules":
		var rules []string
		for n := 1; r.Form.Has("Filter.1.Value." + strconv.Itoa(n)); n++ {
			id := r.Form.Get("Filter.1.Value." + strconv.Itoa(n))
			group, err := strconv.Atoi(id[len(id)-3:])
			if err != nil || group >= benchGroups {
				return &aws.Fault{Status: http.StatusBadRequest, Code: "InvalidGroup.NotFound"}
			}
			rules = append(rules, ruleTexts[group*benchRules:(group+1)*benchRules]...)
		}
		all = len(rules)
		to = min(from+most, all)
		answer = `<DescribeSecurityGroupRulesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>rules</requestId><securityGroupRuleSet>` +
			strings.Join(rules[from:to], "") + `</securityGroupRuleSet>`
	default:
		return nil
	}
	if to < all {
		answer += "<nextToken>" + strconv.Itoa(to) + "</nextToken>"
	}
	answer += "</" + answer[1:strings.IndexByte(answer, ' ')] + ">"
	return &aws.Fault{Delay: benchFar, Body: []byte(strings.NewReplacer("{account}", account, "{place}", fmt.Sprintf("%s%02d", account, region)).Replace(answer))}
}

// groupTexts and ruleTexts are groups and their rules as EC2 writes them, but for whose
// they are.
var groupTexts, ruleTexts = func() (groups, rules []string) {
	for g := range benchGroups {
		var ranges strings.Builder
		for r := range benchRules - 1 {
			fmt.Fprintf(&ranges, `<item><ipProtocol>tcp</ipProtocol><fromPort>%d</fromPort><toPort>%[1]d</toPort><groups/><ipRanges><item><cidrIp>10.%d.0.0/16</cidrIp><description>office %[2]d</description></item></ipRanges><ipv6Ranges/><prefixListIds/></item>`, 8000+r, g)
			rules = append(rules, fmt.Sprintf(`<item><securityGroupRuleId>sgr-{place}%03d%d</securityGroupRuleId><groupId>sg-{place}%03[1]d</groupId><groupOwnerId>{account}</groupOwnerId><isEgress>false</isEgress><ipProtocol>tcp</ipProtocol><fromPort>%[3]d</fromPort><toPort>%[3]d</toPort><cidrIpv4>10.%[1]d.0.0/16</cidrIpv4><description>office %[1]d</description><tagSet/><securityGroupRuleArn>arn:aws:ec2:ap-northeast-1:{account}:security-group-rule/sgr-{place}%03[1]d%[2]d</securityGroupRuleArn></item>`, g, r, 8000+r))
		}
		rules = append(rules, fmt.Sprintf(`<item><securityGroupRuleId>sgr-{place}%03d%d</securityGroupRuleId><groupId>sg-{place}%03[1]d</groupId><groupOwnerId>{account}</groupOwnerId><isEgress>true</isEgress><ipProtocol>-1</ipProtocol><fromPort>-1</fromPort><toPort>-1</toPort><cidrIpv4>0.0.0.0/0</cidrIpv4><tagSet/></item>`, g, benchRules-1))
		groups = append(groups, fmt.Sprintf(`<item><ownerId>{account}</ownerId><groupId>sg-{place}%03d</groupId><groupName>service-%[1]d</groupName><groupDescription>made by Terraform</groupDescription><vpcId>vpc-{place}</vpcId><ipPermissions>%s</ipPermissions><ipPermissionsEgress><item><ipProtocol>-1</ipProtocol><groups/><ipRanges><item><cidrIp>0.0.0.0/0</cidrIp></item></ipRanges><ipv6Ranges/><prefixListIds/></item></ipPermissionsEgress><tagSet><item><key>Name</key><value>service-%[1]d</value></item><item><key>Owner</key><value>platform</value></item></tagSet><securityGroupArn>arn:aws:ec2:ap-northeast-1:{account}:security-group/sg-{place}%03[1]d</securityGroupArn></item>`, g, ranges.String()))
	}
	return groups, rules
}()

// collect plans and collects everything that is wanted, and fails unless every group came
// with its rules, and every claim is complete.
func (o *organisation) collect(b *testing.B, held *budgets) {
	b.Helper()
	env := collectors.Env{Log: slog.New(slog.DiscardHandler), Workers: 2 * runtime.GOMAXPROCS(0), Now: environment().Now}
	settings := "accounts: organization\naccount_role: reader\nregion: " + tokyo + "\nendpoint: " + o.URL
	s, err := open(env, func(into any) error { return yaml.Unmarshal([]byte(settings), into) }, held, nil)
	if err != nil {
		b.Fatal(err)
	}
	units, errs := planOf(s, securitygroupSnapshot.name)
	if len(errs) > 0 || len(units) != benchAccounts*len(benchRegions) {
		b.Fatalf("%d units, %v", len(units), errs)
	}
	var records, rules, claims atomic.Int64
	g, ctx := errgroup.WithContext(b.Context())
	g.SetLimit(s.AtOnce())
	for _, u := range units {
		g.Go(func() error {
			for batch, err := range s.Collect(ctx, u, nil) {
				if err != nil {
					return err
				}
				records.Add(int64(len(batch.Records)))
				for _, r := range batch.Records {
					rules.Add(int64(bytes.Count(r.Body, []byte(`"SecurityGroupRuleId":`))))
				}
				for _, c := range batch.Claims {
					claims.Add(1)
					if !c.Satisfied() {
						return fmt.Errorf("%s: gaps %v", u, c.Gaps)
					}
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		b.Fatal(err)
	}
	if want := int64(len(units) * benchGroups); records.Load() != want || rules.Load() != want*benchRules || claims.Load() != int64(len(units)) {
		b.Fatalf("%d groups with %d rules and %d claims, want %d, %d and %d", records.Load(), rules.Load(), claims.Load(), want, want*benchRules, len(units))
	}
}

// page asks what the collector asks by the SDK's paginators.
func page(b *testing.B, endpoint string) {
	b.Helper()
	cfg, err := config.LoadDefaultConfig(b.Context(), config.WithRegion(tokyo), config.WithBaseEndpoint(endpoint))
	if err != nil {
		b.Fatal(err)
	}
	var accounts []awssdk.Config
	list := organizations.NewListAccountsPaginator(organizations.NewFromConfig(cfg), &organizations.ListAccountsInput{})
	for list.HasMorePages() {
		out, err := list.NextPage(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		for _, a := range out.Accounts {
			as := cfg.Copy()
			if *a.Id != management {
				as.Credentials = awssdk.NewCredentialsCache(stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), "arn:aws:iam::"+*a.Id+":role/reader"))
			}
			accounts = append(accounts, as)
		}
	}
	var groups atomic.Int64
	g, ctx := errgroup.WithContext(b.Context())
	g.SetLimit(atOnce)
	for _, as := range accounts {
		out, err := ec2.NewFromConfig(as).DescribeRegions(ctx, &ec2.DescribeRegionsInput{})
		if err != nil {
			b.Fatal(err)
		}
		for _, region := range out.Regions {
			g.Go(func() error {
				n, err := pageGroups(ctx, ec2.NewFromConfig(as, func(o *ec2.Options) { o.Region = *region.RegionName }))
				groups.Add(int64(n))
				return err
			})
		}
	}
	if err := g.Wait(); err != nil || groups.Load() != benchAccounts*int64(len(benchRegions))*benchGroups {
		b.Fatalf("%d groups, %v", groups.Load(), err)
	}
}

func pageGroups(ctx context.Context, client *ec2.Client) (groups int, err error) {
	pages := ec2.NewDescribeSecurityGroupsPaginator(client, &ec2.DescribeSecurityGroupsInput{MaxResults: awssdk.Int32(groupPage)})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return 0, err
		}
		groups += len(out.SecurityGroups)
		in := &ec2.DescribeSecurityGroupRulesInput{MaxResults: awssdk.Int32(1000), Filters: []types.Filter{{Name: awssdk.String("group-id")}}}
		for _, g := range out.SecurityGroups {
			in.Filters[0].Values = append(in.Filters[0].Values, *g.GroupId)
		}
		for rules := ec2.NewDescribeSecurityGroupRulesPaginator(client, in); rules.HasMorePages(); {
			if _, err := rules.NextPage(ctx); err != nil {
				return 0, err
			}
		}
	}
	return groups, nil
}
