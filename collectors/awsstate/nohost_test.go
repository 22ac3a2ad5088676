package awsstate

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/evidencepack/evidence"
	demo "github.com/evidencepack/evidence/internal/demo/aws"
)

// unresolved is a client for which some hosts have no address.
type unresolved func(r *http.Request, body string) bool

func (u unresolved) Do(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	if u(r, string(body)) {
		return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "example", IsNotFound: true}}
	}
	return http.DefaultClient.Do(r)
}

// altered is a client that answers by itself what was asked; nothing: as the server does.
type altered func(r *http.Request, answer []byte) (status int, body []byte)

func (a altered) Do(r *http.Request) (*http.Response, error) {
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if err := resp.Body.Close(); err != nil {
		return nil, err
	}
	status, body := a(r, body)
	resp.StatusCode, resp.Body, resp.ContentLength = status, io.NopCloser(bytes.NewReader(body)), int64(len(body))
	resp.Header.Del("Content-Length")
	return resp, nil
}

// collected is what a unit of production gives where some hosts have no address.
func collected(t *testing.T, kind string, u unresolved) (records []evidence.Record, claims []evidence.Claim, err error) {
	t.Helper()
	s := serve(t, company(), nil).organization(t)
	unit := unitOf(t, s, kind)
	if _, err := s.config(t.Context(), production); err != nil {
		t.Fatal(err)
	}
	s.of(production).config.HTTPClient = u
	for b, e := range s.Collect(t.Context(), unit, nil) {
		records, claims = append(records, b.Records...), append(claims, b.Claims...)
		if e != nil {
			err = e
		}
	}
	return records, claims, err
}

// TestHostNotFoundIsNoEmptyRegion: that a name is not found ends a list whose service has
// answered, or is everywhere, with an error: nothing is taken to be absent.
func TestHostNotFoundIsNoEmptyRegion(t *testing.T) {
	for name, c := range map[string]struct {
		kind string
		bad  unresolved
	}{
		"second page of volumes":   {"ec2.volume", func(_ *http.Request, body string) bool { return strings.Contains(body, "NextToken") }},
		"first page of volumes":    {"ec2.volume", func(_ *http.Request, body string) bool { return strings.Contains(body, "DescribeVolumes") }},
		"rules of security groups": {"securitygroup.snapshot", func(_ *http.Request, body string) bool { return strings.Contains(body, "DescribeSecurityGroupRules") }},
		"after detectors were told": {"guardduty.detector", func(r *http.Request, _ string) bool {
			return strings.HasPrefix(r.URL.Path, "/detector/") && r.URL.Path != "/detector"
		}},
	} {
		records, claims, err := collected(t, c.kind, c.bad)
		if err == nil {
			t.Errorf("%s: %d records and no error; claims %+v", name, len(records), claims)
		}
	}
	// A service that there are regions without, and that never answered, is not in this one.
	records, claims, err := collected(t, "guardduty.detector", func(r *http.Request, _ string) bool { return strings.HasPrefix(r.URL.Path, "/detector") })
	if err != nil || len(records) != 0 || len(claims) != 1 || len(claims[0].Notes) != 1 || claims[0].Notes[0].Code != "service_not_in_region" {
		t.Errorf("no GuardDuty: %d records, %+v, %v", len(records), claims, err)
	}
	// Load balancers are there without AWS WAF; what is on them is a gap.
	records, claims, err = collected(t, "elbv2.load_balancer", func(r *http.Request, _ string) bool { return strings.Contains(r.Header.Get("X-Amz-Target"), "WAF") })
	if err != nil || len(records) == 0 || claims[0].Satisfied() {
		t.Errorf("no AWS WAF: %d records, %+v, %v", len(records), claims, err)
	}
}

// TestResumedListIsNoAbsentService: of a list that has given a page, what says on the next that
// the service is not there, or not on, is a gap or an error: the rest of the list is not known.
func TestResumedListIsNoAbsentService(t *testing.T) {
	gone := func(*http.Request, string) bool { return true }
	code := func(code, message string) altered {
		return func(r *http.Request, _ []byte) (int, []byte) {
			return http.StatusBadRequest, []byte(`{"__type":"` + code + `","message":"` + message + `"}`)
		}
	}
	for _, c := range []struct {
		kind string
		then any
		gap  string // empty: an error
	}{
		{"guardduty.finding", unresolved(gone), ""},
		{"securityhub.finding", unresolved(gone), ""},
		{"wafv2.web_acl", unresolved(gone), ""},
		{"securityhub.finding", code("InvalidAccessException", "Account 444455556666 is not subscribed to AWS Security Hub"), "not_readable"},
		{"config.item", code(noRecorder, "none"), ""},
	} {
		state := company()
		state.PageSize = 1
		s := serve(t, state, nil).organization(t)
		unit := unitOf(t, s, c.kind)
		var from evidence.Cursor
		for b, err := range s.Collect(t.Context(), unit, nil) {
			if err != nil {
				t.Fatal(c.kind, err)
			}
			from = b.Cursor
			break
		}
		var at cursor
		if err := json.Unmarshal(from, &at); err != nil || at.Token == "" {
			t.Fatalf("%s: one page is all there is: %s, %v", c.kind, from, err)
		}
		switch client := c.then.(type) {
		case unresolved:
			s.of(production).config.HTTPClient = client
		case altered:
			s.of(production).config.HTTPClient = client
		}
		var claims []evidence.Claim
		var failed error
		for b, err := range s.Collect(t.Context(), unit, from) {
			claims, failed = append(claims, b.Claims...), errors.Join(failed, err)
		}
		switch {
		case c.gap == "" && failed == nil, c.gap != "" && failed != nil:
			t.Errorf("%s: %+v, %v", c.kind, claims, failed)
		case c.gap != "" && (len(claims) != 1 || claims[0].Satisfied() || !slices.ContainsFunc(claims[0].Gaps, func(f evidence.Finding) bool { return f.Code == c.gap })):
			t.Errorf("%s: %+v", c.kind, claims)
		}
	}
}

// TestLoadBalancersThatAreGone: of one that is gone a note tells, and refused tags are a gap
// beside the load balancers.
func TestLoadBalancersThatAreGone(t *testing.T) {
	s := serve(t, company(), func(r *http.Request) *demo.Fault {
		if strings.HasSuffix(r.Header.Get("X-Amz-Target"), "GetWebACLForResource") {
			return &demo.Fault{Status: http.StatusBadRequest, Code: nonexistent}
		}
		return nil
	}).organization(t)
	records, claims := read(t, s, "elbv2.load_balancer")
	gone := 0
	for _, c := range claims {
		for _, n := range c.Notes {
			if n.Code == "deleted_meanwhile" {
				gone++
			}
		}
		if !c.Satisfied() {
			t.Errorf("%s: %+v", c.Scope, c.Gaps)
		}
	}
	if gone == 0 {
		t.Error("nothing tells of what is gone")
	}
	for _, r := range records {
		if strings.Contains(string(r.Body), `"Type":"application"`) {
			t.Errorf("%s is gone", r.ID)
		}
	}
	s = serve(t, company(), denying("AccessDenied", func(body, _, _ string) bool { return strings.Contains(body, "Action=DescribeTags") })).organization(t)
	records, claims = read(t, s, "elbv2.load_balancer")
	gaps := 0
	for _, c := range claims {
		gaps += len(c.Gaps)
	}
	if len(records) == 0 || gaps == 0 {
		t.Errorf("refused tags: %d records, %d gaps", len(records), gaps)
	}
}

// TestAssignmentsOfOtherAccounts: one account that is gone takes no others with it.
func TestAssignmentsOfOtherAccounts(t *testing.T) {
	first := ""
	s := serve(t, company(), func(r *http.Request) *demo.Fault {
		if !strings.HasSuffix(r.Header.Get("X-Amz-Target"), "ListAccountAssignments") {
			return nil
		}
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		if first == "" {
			first = string(body)
		}
		if string(body) == first {
			return &demo.Fault{Status: http.StatusBadRequest, Code: noSuchResource}
		}
		return nil
	}).organization(t)
	records, claims := read(t, s, "ssoadmin.assignment")
	if len(records) == 0 || len(claims) != 1 || len(claims[0].Notes) != 1 || !strings.Contains(claims[0].Notes[0].Object, " in account ") {
		t.Errorf("%d records, %+v", len(records), claims)
	}
}

// TestHubTimes: products write offsets without a colon, or without minutes.
func TestHubTimes(t *testing.T) {
	for text, want := range map[string]string{
		"2024-01-04T15:25:10Z": "2024-01-04T15:25:10Z", "2024-01-04T15:25:10-1759": "2024-01-05T09:24:10Z", "2024-01-04T15:25:10+09": "2024-01-04T06:25:10Z", "yesterday": "",
	} {
		at, err := hubTimeOf(text)
		if got := at.UTC().Format("2006-01-02T15:04:05Z07:00"); (err == nil) != (want != "") || err == nil && got != want {
			t.Errorf("%s is %s, %v", text, got, err)
		}
	}
}

// TestIdentityCenterWithoutAnAddress: where its host is not found in the region that it is
// most often in, it is not taken to be absent.
func TestIdentityCenterWithoutAnAddress(t *testing.T) {
	s := serve(t, company(), nil).organization(t)
	units, errs := planOf(s, "ssoadmin.assignment")
	if len(errs) > 0 || len(units) != 1 {
		t.Fatal(units, errs)
	}
	me, err := s.whoami(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.config(t.Context(), me.account); err != nil {
		t.Fatal(err)
	}
	s.of(me.account).config.HTTPClient = unresolved(func(r *http.Request, _ string) bool {
		return strings.Contains(r.Header.Get("X-Amz-Target"), "SWBExternalService")
	})
	claims := 0
	for b, err := range s.Collect(t.Context(), units[0], nil) {
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range b.Claims {
			claims++
			if c.Satisfied() || c.Gaps[0].Code != "identity_center_not_found" || !strings.Contains(c.Gaps[0].Detail, "without an address: "+tokyo) {
				t.Errorf("%+v, %+v", c.Gaps, c.Notes)
			}
		}
	}
	if claims != 1 {
		t.Errorf("%d claims", claims)
	}
}

// TestGroupsOfOthers: in a VPC that is shared the groups of other accounts are seen, and read
// where they belong.
func TestGroupsOfOthers(t *testing.T) {
	state := company()
	state.Add(production, tokyo, demo.SecurityGroups, demo.SecurityGroup{OwnerID: sandbox, GroupID: "sg-0fe", Name: "of a participant", VpcID: "vpc-1"})
	records, _ := read(t, serve(t, state, nil).organization(t), "securitygroup.snapshot")
	if len(records) == 0 {
		t.Fatal("no groups")
	}
	for _, r := range records {
		if strings.Contains(r.ID, "sg-0fe") {
			t.Errorf("%s is another account's", r.ID)
		}
	}
}
