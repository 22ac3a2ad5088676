package awsstate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"
)

// moto starts moto_server, a simulation of AWS that others wrote, and returns its
// endpoint. The test that wants it is left out, and says so, where it is not installed.
func moto(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"moto_server", "aws"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("NOT TESTED against moto_server and the AWS CLI: %s is not installed (pip install 'moto[server]' awscli)", name)
		}
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	free.Close()
	_, port, _ := net.SplitHostPort(address)
	var said bytes.Buffer
	cmd := exec.Command("moto_server", "-H", "127.0.0.1", "-p", port)
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for range 600 {
		resp, err := http.Get("http://" + address + "/moto-api/")
		if err == nil {
			resp.Body.Close()
			return "http://" + address
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("moto_server does not answer: %s", said.String())
	return ""
}

// cli runs the AWS CLI and returns what it prints.
func cli(t *testing.T, endpoint string, args ...string) string {
	t.Helper()
	cmd := exec.Command("aws", append([]string{"--endpoint-url", endpoint, "--region", tokyo, "--output", "json"}, args...)...)
	cmd.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID=AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY="+secretKey, "AWS_PAGER=", "AWS_CONFIG_FILE=/dev/null")
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("aws %s: %v: %s", strings.Join(args, " "), err, said.String())
	}
	return string(out)
}

func sameText(a, b string) bool {
	at, aErr := time.Parse(time.RFC3339, a)
	bt, bErr := time.Parse(time.RFC3339, b)
	return a == b || aErr == nil && bErr == nil && at.Equal(bt)
}

// same compares JSON regardless of the order of members; times are compared as such,
// since the CLI prints them with as many digits as the server gave.
func same(t *testing.T, what, want, got string) {
	t.Helper()
	var w, g any
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatalf("%s: %v in %q", what, err, want)
	}
	if err := json.Unmarshal([]byte(got), &g); err != nil {
		t.Fatalf("%s: %v in %q", what, err, got)
	}
	if d := cmp.Diff(w, g, cmp.Comparer(sameText)); d != "" {
		t.Errorf("%s (-CLI +record):\n%s", what, d)
	}
}

// without is an object without some members.
func without(object string, members ...string) string {
	var m map[string]json.RawMessage
	if json.Unmarshal([]byte(object), &m) != nil {
		return object
	}
	for _, name := range members {
		delete(m, name)
	}
	b, err := json.Marshal(m)
	if err != nil {
		return object
	}
	return string(b)
}

// TestMoto holds the records against what the AWS CLI prints of the same resources.
// Web ACLs are not among them: moto_server fails on ListResourcesForWebACL for what is
// no load balancer. Nor are AWS Config and findings of GuardDuty: it does not know
// DescribeDeliveryChannelStatus and GetFindings.
func TestMoto(t *testing.T) {
	endpoint := moto(t)
	w := serve(t, company(), nil) // its environment
	cli(t, endpoint, "organizations", "create-organization", "--feature-set", "ALL")
	group := gjson.Get(cli(t, endpoint, "ec2", "create-security-group", "--group-name", "web", "--description", "web <&> 公開"), "GroupId").Str
	cli(t, endpoint, "ec2", "authorize-security-group-ingress", "--group-id", group, "--ip-permissions",
		`[{"IpProtocol":"tcp","FromPort":443,"ToPort":443,"IpRanges":[{"CidrIp":"0.0.0.0/0","Description":"public"}],"Ipv6Ranges":[{"CidrIpv6":"::/0"}]},`+
			`{"IpProtocol":"-1","UserIdGroupPairs":[{"GroupId":"`+group+`"}]},{"IpProtocol":"udp","FromPort":1000,"ToPort":2000,"PrefixListIds":[{"PrefixListId":"pl-12345678"}]}]`)
	detector := gjson.Get(cli(t, endpoint, "guardduty", "create-detector", "--enable"), "DetectorId").Str

	cli(t, endpoint, "ec2", "run-instances", "--image-id", "ami-12c6146b", "--count", "1", "--instance-type", "t3.micro")
	volume := gjson.Get(cli(t, endpoint, "ec2", "create-volume", "--availability-zone", tokyo+"a", "--size", "8", "--encrypted"), "VolumeId").Str
	cli(t, endpoint, "ec2", "create-snapshot", "--volume-id", volume)
	subnets := gjson.Get(cli(t, endpoint, "ec2", "describe-subnets"), "Subnets.#.SubnetId").Array()
	cli(t, endpoint, "elbv2", "create-load-balancer", "--name", "web", "--subnets", subnets[0].Str, subnets[1].Str)

	account := gjson.Get(cli(t, endpoint, "sts", "get-caller-identity"), "Account").Str
	cli(t, endpoint, "securityhub", "enable-security-hub")
	cli(t, endpoint, "securityhub", "batch-import-findings", "--findings", `[{"SchemaVersion":"2018-10-08","Id":"f-1","ProductArn":"arn:aws:securityhub:`+tokyo+`:`+account+`:product/`+account+`/default",`+
		`"GeneratorId":"g","AwsAccountId":"`+account+`","Types":["Effects/Data Exposure"],"CreatedAt":"2026-10-10T00:00:00.000Z","UpdatedAt":"2026-10-11T00:00:00Z","Severity":{"Label":"HIGH"},`+
		`"Title":"<&> 公開","Description":"d","Resources":[{"Type":"AwsS3Bucket","Id":"arn:aws:s3:::b","Partition":"aws","Region":"`+tokyo+`"}],"Workflow":{"Status":"NEW"},"RecordState":"ACTIVE"}]`)

	s := w.open(t, "region: "+tokyo+"\nregions: ["+tokyo+"]\nendpoint: "+endpoint+"\n")
	records, claims := read(t, s, "securitygroup.snapshot", "guardduty.detector", "organizations.organization", "organizations.account", "securityhub.finding",
		"ec2.instance", "ec2.volume", "ec2.snapshot", "elbv2.load_balancer")
	for _, c := range claims {
		if !c.Satisfied() {
			t.Errorf("%s: %+v", c.Kind, c.Gaps)
		}
	}
	var groups struct{ SecurityGroups []json.RawMessage }
	if err := json.Unmarshal([]byte(cli(t, endpoint, "ec2", "describe-security-groups")), &groups); err != nil {
		t.Fatal(err)
	}
	if len(groups.SecurityGroups) < 2 {
		t.Fatalf("%d groups, want the default one and another", len(groups.SecurityGroups))
	}
	for _, g := range groups.SecurityGroups {
		id := gjson.GetBytes(g, "GroupId").Str
		body := bodyOf(t, records, account+"/"+tokyo+"/"+id+"@")
		same(t, "group "+id, string(g), gjson.Get(body, "SecurityGroup").Raw)
		rules := cli(t, endpoint, "ec2", "describe-security-group-rules", "--filters", "Name=group-id,Values="+id, "--query", "sort_by(SecurityGroupRules, &SecurityGroupRuleId)")
		same(t, "rules of "+id, rules, gjson.Get(body, "Rules").Raw)
	}
	same(t, "detector", cli(t, endpoint, "guardduty", "get-detector", "--detector-id", detector),
		fmt.Sprintf(`{%s`, strings.TrimPrefix(gjson.Get(bodyOf(t, records, account+"/"+tokyo+"@"), "Detectors.0").Raw, `{"DetectorId":"`+detector+`",`)))
	same(t, "finding", gjson.Get(cli(t, endpoint, "securityhub", "get-findings"), "Findings.0").Raw, gjson.Get(bodyOf(t, records, "arn:aws:securityhub:"+tokyo+":"+account+":product/"+account+"/default f-1"), "Finding").Raw)
	for _, list := range []struct{ kind, noun, id, elements string }{
		{"ec2.instance", "Instance", "InstanceId", gjson.Get(cli(t, endpoint, "ec2", "describe-instances"), "Reservations.#.Instances|@flatten").Raw},
		{"ec2.volume", "Volume", "VolumeId", gjson.Get(cli(t, endpoint, "ec2", "describe-volumes"), "Volumes").Raw},
		{"ec2.snapshot", "Snapshot", "SnapshotId", gjson.Get(cli(t, endpoint, "ec2", "describe-snapshots", "--owner-ids", "self"), "Snapshots").Raw},
		{"elbv2.load_balancer", "LoadBalancer", "LoadBalancerArn", gjson.Get(cli(t, endpoint, "elbv2", "describe-load-balancers"), "LoadBalancers").Raw},
	} {
		elements := gjson.Parse(list.elements).Array()
		if len(elements) == 0 {
			t.Errorf("%s: the CLI lists none", list.kind)
		}
		for _, e := range elements {
			same(t, list.kind, e.Raw, without(gjson.Get(bodyOf(t, records, account+"/"+tokyo+"/"+e.Get(list.id).Str+"@"), list.noun).Raw, "ReservationId"))
		}
	}
	for _, r := range records {
		switch r.Kind {
		case "organizations.organization":
			same(t, "organization", gjson.Get(cli(t, endpoint, "organizations", "describe-organization"), "Organization").Raw, gjson.GetBytes(r.Body, "Organization").Raw)
			same(t, "roots", gjson.Get(cli(t, endpoint, "organizations", "list-roots"), "Roots").Raw, gjson.GetBytes(r.Body, "Roots").Raw)
		case "organizations.account":
			got, list := gjson.GetBytes(r.Body, "Account"), gjson.Get(cli(t, endpoint, "organizations", "list-accounts"), "Accounts").Array()
			if len(list) != 1 || got.Get("Id").Str != list[0].Get("Id").Str || gjson.GetBytes(r.Body, "Policies.0.Policies.0.Content").Str == "" {
				t.Errorf("account %s, the CLI gives %v", r.Body, list)
			}
		}
	}
}
