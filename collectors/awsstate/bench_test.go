package awsstate

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
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
	"golang.org/x/time/rate"

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

	benchFar = 100 * time.Millisecond // how long the answers of its regions take, where they are far
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
// groups in each, as many units at a time as a collection does. Its peer is the SDK's own
// paginators, as many at a time, with nothing done with the answers. Both read first
// from regions that are far, with the collector's budgets of requests as they are set, and
// then from near ones and without budgets, so that what they do themselves shows. The
// floor is to send the collector's own requests again by net/http, and to go through the
// answers with encoding/xml. budget_s is what the budgets alone would take. The server
// lives in the same process, and every step's memory has the requests (sent_MB).
func BenchmarkSnapshots(b *testing.B) {
	defer heap.Tune()() // as the command line tool does
	o := serveOrganisation(b)
	for b.Loop() {
		o.keep = true
		o.collect(b, &budgets{unlimited: true})
		o.keep = false
		o.tally()
		lap := heaptest.Laps(b)

		o.far = benchFar
		page(b, o.URL)
		lap("far_paginators")
		o.tally()
		o.collect(b, &budgets{})
		lap("far_collect")
		asked := o.tally()

		o.far = 0
		o.sendAgain(b)
		lap("near_floor")
		page(b, o.URL)
		lap("near_paginators")
		o.collect(b, &budgets{unlimited: true})
		lap("near_collect")
		o.tally()

		b.ReportMetric(float64(asked.requests), "requests")
		b.ReportMetric(float64(asked.most), "at_once")
		b.ReportMetric(float64(asked.bytes)/1e6, "answers_MB")
		b.ReportMetric(float64(o.sentBytes())/1e6, "sent_MB")
		b.ReportMetric(o.budget(b).Seconds(), "budget_s")
		o.sent = nil
	}
}

// organisation is a server that makes its security groups as it is asked for them, and
// counts.
type organisation struct {
	*httptest.Server
	requests, now, most, bytes atomic.Int64

	far time.Duration // how long answers for groups take

	keep bool // the requests
	mu   sync.Mutex
	sent []sent
}

// sent is a request that a server was sent.
type sent struct {
	path   string
	header http.Header
	body   []byte
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
	o := new(organisation)
	simulated := serve(b, &aws.State{Regions: benchRegions, Organization: org}, o.groups).srv
	o.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.requests.Add(1)
		now := o.now.Add(1)
		defer o.now.Add(-1)
		for most := o.most.Load(); now > most && !o.most.CompareAndSwap(most, now); most = o.most.Load() {
		}
		if o.keep {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return // the client has gone, and says so
			}
			o.mu.Lock()
			o.sent = append(o.sent, sent{r.URL.RequestURI(), r.Header.Clone(), body})
			o.mu.Unlock()
			r.Body = io.NopCloser(bytes.NewReader(body))
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
func (o *organisation) tally() asked {
	return asked{requests: o.requests.Swap(0), most: o.most.Swap(0), bytes: o.bytes.Swap(0)}
}

var signedFor = regexp.MustCompile(`Credential=(?:ASIA)?([^/]+)/\d+/([^/]+)/([^/]+)/`)

// signedPlace is whose and where a request is for, by its signature, and of which service.
func signedPlace(h http.Header) (account, region, service string) {
	at := signedFor.FindStringSubmatch(h.Get("Authorization"))
	if at == nil {
		return "", "", ""
	}
	if account = at[1]; len(account) != 12 {
		account = management
	}
	return account, at[2], at[3]
}

// groups answers for the groups and rules of an account and region with the page that was
// asked for.
func (o *organisation) groups(r *http.Request) *aws.Fault {
	account, in, service := signedPlace(r.Header)
	if service != "ec2" || r.ParseForm() != nil {
		return nil
	}
	region := slices.Index(benchRegions, in)
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
	return &aws.Fault{Delay: o.far, Body: []byte(strings.NewReplacer("{account}", account, "{place}", fmt.Sprintf("%s%02d", account, region)).Replace(answer))}
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

// sendAgain sends what was kept once more, as many requests at a time as a collection,
// and goes through the answers.
func (o *organisation) sendAgain(b *testing.B) {
	b.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: atOnce}}
	defer client.CloseIdleConnections()
	var groups atomic.Int64
	g, ctx := errgroup.WithContext(b.Context())
	g.SetLimit(atOnce)
	for _, s := range o.sent {
		g.Go(func() error {
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, o.URL+s.path, bytes.NewReader(s.body))
			if err != nil {
				return err
			}
			req.Header = s.header.Clone()
			resp, err := client.Do(req)
			if err != nil {
				return err
			}
			defer resp.Body.Close()
			n, err := groupsIn(resp)
			groups.Add(n)
			return err
		})
	}
	if err := g.Wait(); err != nil || groups.Load() != benchAccounts*int64(len(benchRegions))*benchGroups {
		b.Fatalf("%d groups, %v", groups.Load(), err)
	}
}

// groupsIn counts the security groups of an answer.
func groupsIn(resp *http.Response) (groups int64, err error) {
	if resp.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("%s", resp.Status)
	}
	if strings.Contains(resp.Header.Get("Content-Type"), "json") {
		var answer any
		return 0, json.NewDecoder(resp.Body).Decode(&answer)
	}
	for answer := xml.NewDecoder(resp.Body); ; {
		token, err := answer.Token()
		switch start, ok := token.(xml.StartElement); {
		case errors.Is(err, io.EOF):
			return groups, nil
		case err != nil:
			return 0, err
		case ok && start.Name.Local == "groupDescription":
			groups++
		}
	}
}

// sentBytes is how much the kept requests are.
func (o *organisation) sentBytes() (n int) {
	for _, s := range o.sent {
		n += len(s.path) + len(s.body)
		for name, values := range s.header {
			n += len(name) + len(strings.Join(values, ""))
		}
	}
	return n
}

// budget is the least time that what was kept takes under the collector's budgets: that
// of the bucket which has the longest.
func (o *organisation) budget(b *testing.B) (longest time.Duration) {
	b.Helper()
	var held budgets
	asked := map[*rate.Limiter]int{}
	for _, s := range o.sent {
		account, region, service := signedPlace(s.header)
		form, err := url.ParseQuery(string(s.body))
		if err != nil {
			b.Fatal(err)
		}
		switch service {
		case "ec2":
			asked[held.limiter(account, region, "EC2", form.Get("Action"))]++
		case "organizations":
			_, operation, _ := strings.Cut(s.header.Get("X-Amz-Target"), ".")
			asked[held.limiter(account, region, "Organizations", operation)]++
		case "sts": // is asked by the session, without a budget
		default:
			b.Fatalf("no budget for %q", service)
		}
	}
	for bucket, n := range asked {
		over := float64(max(n-bucket.Burst(), 0))
		longest = max(longest, time.Duration(over/float64(bucket.Limit())*float64(time.Second)))
	}
	return longest
}

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
