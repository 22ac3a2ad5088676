package awsstate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/smithy-go"
	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
	aws "github.com/evidencepack/evidence/internal/demo/aws"
)

// unitOf is the unit of a kind in the account and region that have most.
func unitOf(t *testing.T, s *source, kind string) evidence.Unit {
	t.Helper()
	units, errs := planOf(s, kind)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	for _, u := range units {
		if u.Scope["account"] == production && u.Scope["region"] == tokyo {
			return u
		}
	}
	t.Fatal("no unit")
	return evidence.Unit{}
}

// TestExpiredToken: a list whose token has expired meanwhile is read again, as of
// another moment.
func TestExpiredToken(t *testing.T) {
	expire := false
	w := serve(t, company(), func(r *http.Request) *aws.Fault {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		if expire && bytes.Contains(body, []byte("Action=DescribeVolumes")) && bytes.Contains(body, []byte("NextToken")) {
			expire = false
			return &aws.Fault{Status: http.StatusBadRequest, Code: "InvalidNextToken"}
		}
		return nil
	})
	s := w.organization(t)
	u := unitOf(t, s, "ec2.volume")
	var first evidence.Batch
	for b, err := range s.Collect(t.Context(), u, nil) {
		if err != nil {
			t.Fatal(err)
		}
		first = b
		break
	}
	if len(first.Records) != 2 {
		t.Fatalf("the first page has %d records", len(first.Records))
	}
	expire = true
	var rest []evidence.Record
	var claims []evidence.Claim
	for b, err := range s.Collect(t.Context(), u, first.Cursor) {
		if err != nil {
			t.Fatal(err)
		}
		rest, claims = append(rest, b.Records...), append(claims, b.Claims...)
	}
	if len(rest) != 3 || !rest[0].Time.Equal(first.Records[0].Time.Add(time.Second)) || rest[0].ID == first.Records[0].ID {
		t.Errorf("read again: %d records, the first %+v", len(rest), rest)
	}
	if len(claims) != 1 || claims[0].Counts[0].N != 3 {
		t.Errorf("claims %+v", claims)
	}
}

// TestWants: what no selection wants is counted and not kept.
func TestWants(t *testing.T) {
	s := serve(t, company(), nil).organization(t)
	u := unitOf(t, s, "securitygroup.snapshot")
	u.Want = []evidence.Selection{{Kind: "securitygroup.snapshot", For: "X", Where: evidence.Where{{"SecurityGroup.GroupId": {"sg-0b"}}}}}
	claims := 0
	for b, err := range s.Collect(t.Context(), u, nil) {
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range b.Claims {
			claims++
			if got := fmt.Sprint(c.Counts); got != "[{records_read  3} {records_kept  1} {records_not_wanted  2} {records_kept X 1}]" {
				t.Error(got)
			}
		}
	}
	if claims != 1 {
		t.Errorf("%d claims", claims)
	}
}

// TestNextRefusesACircle: a token that leads to itself must not be followed for ever.
func TestNextRefusesACircle(t *testing.T) {
	r := &reader{at: cursor{Token: "a"}}
	if more, err := r.next(r.token()); more || !errors.Is(err, errCircle) {
		t.Errorf("%t, %v", more, err)
	}
}

func TestErrorsAreToldApart(t *testing.T) {
	api := func(code, message string) error {
		return fmt.Errorf("call: %w", &smithy.OperationError{ServiceID: "EC2", OperationName: "DescribeVolumes", Err: &smithy.GenericAPIError{Code: code, Message: message}})
	}
	for code, want := range map[string]bool{
		"UnauthorizedOperation": true, "AccessDeniedException": true, "OptInRequired": true, "Throttling": false, "RequestLimitExceeded": false,
		"ExpiredToken": false, "SignatureDoesNotMatch": false, "InternalError": false,
	} {
		if refused(api(code, "")) != want {
			t.Errorf("%s is a refusal: %t", code, !want)
		}
	}
	text := plain(api("UnauthorizedOperation", "You are not\nauthorized. Encoded authorization failure message: abcDEF"))
	if text != "UnauthorizedOperation: You are not authorized." {
		t.Errorf("%q", text)
	}
	if got := ec2Volume.operation(api("X", "")); got != "ec2:DescribeVolumes" {
		t.Error(got)
	}
	if long := plain(api("X", strings.Repeat("あ", 1000))); len([]rune(long)) > 402 {
		t.Errorf("%d characters", len([]rune(long)))
	}
	if !noEndpoint(fmt.Errorf("x: %w", &net.DNSError{IsNotFound: true})) || noEndpoint(&net.DNSError{IsTimeout: true}) {
		t.Error("names that are not found are not told apart")
	}
}

// TestBudgetsAreShared: requests of one API, account and region share a bucket; others have their own.
func TestBudgetsAreShared(t *testing.T) {
	b := &budgets{}
	one := b.limiter(production, tokyo, "EC2", "DescribeVolumes")
	if one != b.limiter(production, tokyo, "EC2", "DescribeVolumes") {
		t.Error("the same API has two buckets")
	}
	for _, other := range [][4]string{{sandbox, tokyo, "EC2", "DescribeVolumes"}, {production, virginia, "EC2", "DescribeVolumes"}, {production, tokyo, "EC2", "DescribeSnapshots"}} {
		if one == b.limiter(other[0], other[1], other[2], other[3]) {
			t.Errorf("%v shares another's bucket", other)
		}
	}
	if one.Burst() != 100 || one.Limit() != 20 || b.limiter(production, tokyo, "EC2", "DescribeRegions").Burst() != 50 || b.limiter(production, tokyo, "SSM", "X").Limit() != 5 {
		t.Error("a limit is not the table's")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := one.Wait(ctx); err == nil {
		t.Error("a wait outlives its context")
	}
}

// TestHundredAccounts: a plan of many accounts and regions keeps its order however
// many are entered at a time.
func TestHundredAccounts(t *testing.T) {
	state := company()
	state.PageSize = 0
	for i := range 97 {
		state.Organization.Accounts = append(state.Organization.Accounts, aws.Member{ID: fmt.Sprintf("2000000000%02d", i), Parent: "r-ab12"})
	}
	w := serve(t, state, nil)
	var keys []string
	for range 2 {
		s := w.organization(t)
		units, errs := planOf(s, "guardduty.detector", "securitygroup.snapshot")
		if len(errs) > 0 || len(units) != 2*(100*2+1) {
			t.Fatalf("%d units, %v", len(units), errs)
		}
		var all []string
		for _, u := range units {
			all = append(all, u.Key())
		}
		keys = append(keys, strings.Join(all, " "))
	}
	if keys[0] != keys[1] {
		t.Error("two plans differ")
	}
	if n := w.srv.Requests()["sts:AssumeRole"]; n != 2*99 {
		t.Errorf("%d roles were assumed, want one for each account and source", n)
	}
}

// TestCursorIsChecked: what is no cursor of the driver's is refused.
func TestCursorIsChecked(t *testing.T) {
	s := serve(t, company(), nil).organization(t)
	u := unitOf(t, s, "ec2.volume")
	refused := func(what string, from evidence.Cursor) {
		t.Helper()
		errs := 0
		for _, err := range s.Collect(t.Context(), u, from) {
			if err == nil {
				t.Errorf("%s was accepted", what)
			}
			errs++
		}
		if errs != 1 {
			t.Errorf("%s: %d errors", what, errs)
		}
	}
	for _, c := range []string{"{}", "x"} {
		refused("cursor "+c, evidence.Cursor(c))
	}
	u.Spec = json.RawMessage(`[`)
	refused("a broken specification", nil)
}

// TestGroupsAreReadWhole: a reading of security groups that is cut off leaves nothing
// behind, and begins again from the first page as of another moment.
func TestGroupsAreReadWhole(t *testing.T) {
	for name, c := range map[string]struct {
		fault  aws.Fault
		claims int // a refusal is a gap, anything else an error
	}{
		"cut off": {aws.Fault{Status: http.StatusInternalServerError, Code: "InternalError"}, 0},
		"refused": {aws.Fault{Status: http.StatusForbidden, Code: "UnauthorizedOperation"}, 1},
		"expired": {aws.Fault{Status: http.StatusBadRequest, Code: "InvalidNextToken"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			fail := true
			s := serve(t, company(), func(r *http.Request) *aws.Fault {
				body, _ := io.ReadAll(r.Body)
				r.Body = io.NopCloser(bytes.NewReader(body))
				if fail && bytes.Contains(body, []byte("Action=DescribeSecurityGroups&")) && bytes.Contains(body, []byte("NextToken")) {
					return &c.fault
				}
				return nil
			}).organization(t)
			u := unitOf(t, s, "securitygroup.snapshot")
			collect := func(from evidence.Cursor) (records []evidence.Record, claims []evidence.Claim, cursor evidence.Cursor) {
				for b, err := range s.Collect(t.Context(), u, from) {
					if err != nil {
						continue
					}
					records, claims, cursor = append(records, b.Records...), append(claims, b.Claims...), b.Cursor
				}
				return records, claims, cursor
			}
			records, claims, cursor := collect(nil)
			if len(records) != 0 || len(claims) != c.claims || (len(cursor) > 0) != (c.claims > 0) {
				t.Fatalf("%d records, %d claims, cursor %s", len(records), len(claims), cursor)
			}
			fail = false
			records, claims, _ = collect(nil)
			if len(records) != 3 || len(claims) != 1 || !claims[0].Satisfied() {
				t.Errorf("%d records, claims %+v", len(records), claims)
			}
			for _, r := range records {
				if n := gjson.GetBytes(r.Body, "GroupsInRegion").Int(); n != 3 || !r.Time.Equal(records[0].Time) {
					t.Errorf("%s: %d groups at %s", r.ID, n, r.Time)
				}
			}
		})
	}
}
