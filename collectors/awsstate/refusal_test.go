package awsstate

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	aws "github.com/evidencepack/evidence/internal/demo/aws"
)

// organization opens the source of the whole organization.
func (w *world) organization(t *testing.T) *source { return w.open(t, w.settings("")) }

// denying refuses requests that a test picks by body, signature and path.
func denying(code string, pick func(body, authorization, path string) bool) func(*http.Request) *aws.Fault {
	return func(r *http.Request) *aws.Fault {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		if pick(string(body), r.Header.Get("Authorization"), r.URL.Path) {
			return &aws.Fault{Status: http.StatusForbidden, Code: code}
		}
		return nil
	}
}

// TestAccountRefuses: an account whose role cannot be assumed is named, with what is
// missing, and the others are planned.
func TestAccountRefuses(t *testing.T) {
	w := serve(t, company(), denying("AccessDenied", func(body, _, _ string) bool {
		return strings.Contains(body, "Action=AssumeRole&") && strings.Contains(body, production)
	}))
	units, errs := planOf(w.organization(t), "guardduty.detector")
	if len(errs) != 1 || !strings.Contains(errs[0].Error(), "account "+production+": sts:AssumeRole of arn:aws:iam::"+production+":role/reader") {
		t.Errorf("%v", errs)
	}
	accounts := map[string]int{}
	for _, u := range units {
		accounts[u.Scope["account"]]++
	}
	if len(accounts) != 3 || accounts[management] != 2 || accounts[sandbox] != 2 || accounts[gone] != 1 {
		t.Errorf("units by account: %v", accounts)
	}
}

// TestRegionsRefused: an account that does not let its regions be found is told of, and what
// there is without regions of it is read all the same.
func TestRegionsRefused(t *testing.T) {
	w := serve(t, company(), denying("UnauthorizedOperation", func(body, authorization, _ string) bool {
		return strings.Contains(body, "Action=DescribeRegions") && strings.Contains(authorization, "ASIA"+production)
	}))
	units, errs := planOf(w.organization(t), "guardduty.detector", "iam.user")
	if len(errs) != 1 || !strings.Contains(errs[0].Error(), "account "+production+": ec2:DescribeRegions") {
		t.Errorf("%v", errs)
	}
	kinds := map[string]int{}
	for _, u := range units {
		kinds[u.Scope["account"]+" "+u.Kinds[0]]++
	}
	if kinds[production+" iam.user"] != 1 || kinds[production+" guardduty.detector"] != 0 || kinds[sandbox+" guardduty.detector"] != 2 {
		t.Errorf("units: %v", kinds)
	}
}

// TestCallRefused: a refused call is a gap that names account, region, call and
// permission, and the unit's other records and other units are there.
func TestCallRefused(t *testing.T) {
	for _, tt := range []struct {
		code, call, kind string
		records          int
		action           string
	}{
		{"UnauthorizedOperation", "Action=DescribeSecurityGroupRules", "securitygroup.snapshot", 1, "ec2:DescribeSecurityGroupRules"},
		{"AccessDeniedException", "/administrator", "guardduty.detector", 6, "guardduty:GetAdministratorAccount"},
		{"OptInRequired", "Action=DescribeSecurityGroups&", "securitygroup.snapshot", 1, "ec2:DescribeSecurityGroups"},
	} {
		w := serve(t, company(), denying(tt.code, func(body, authorization, path string) bool {
			return strings.Contains(authorization, "ASIA"+production) && strings.Contains(authorization, tokyo) && (strings.Contains(body, tt.call) || strings.HasSuffix(path, tt.call))
		}))
		records, claims := read(t, w.organization(t), tt.kind)
		if len(records) != tt.records {
			t.Errorf("%s: %d records, want %d", tt.action, len(records), tt.records)
		}
		var gaps []evidence.Finding
		for _, c := range claims {
			gaps = append(gaps, c.Gaps...)
			if len(c.Gaps) > 0 && c.Satisfied() {
				t.Error("a claim with a gap is satisfied")
			}
		}
		if len(gaps) != 1 || gaps[0].Code != "not_readable" || !strings.HasPrefix(gaps[0].Object, "account="+production+" region="+tokyo) ||
			!strings.HasSuffix(gaps[0].Object, tt.action) || !strings.Contains(gaps[0].Detail, tt.code) || !strings.Contains(gaps[0].Detail, "AWS IAM action "+tt.action) {
			t.Errorf("%s: gaps %+v", tt.action, gaps)
		}
	}
}

// TestClosedAccount: of an account that is not active nothing is read, and its claims say so.
func TestClosedAccount(t *testing.T) {
	_, claims := read(t, serve(t, company(), nil).organization(t), "guardduty.detector")
	told := 0
	for _, c := range claims {
		closed := c.Scope["account"] == gone
		if closed {
			told++
		}
		if noted := len(c.Notes) == 1 && c.Notes[0].Code == "account_not_active"; noted != closed || !c.Satisfied() {
			t.Errorf("%s: notes %+v, gaps %+v", c.Scope, c.Notes, c.Gaps)
		}
	}
	if told != 1 || len(claims) < 4 {
		t.Errorf("%d of %d claims tell of the account that is not active", told, len(claims))
	}
}

// TestExceptedAccount: an account that the settings leave out is told of with the reason,
// and nothing of it is read.
func TestExceptedAccount(t *testing.T) {
	w := serve(t, company(), denying("AccessDenied", func(body, _, _ string) bool {
		return strings.Contains(body, "Action=AssumeRole&") && strings.Contains(body, sandbox)
	}))
	records, claims := read(t, w.open(t, w.settings("except_accounts: [{account: \""+sandbox+"\", why: decided by the CISO}]\n")), "guardduty.detector", "iam.user")
	told := 0
	for _, c := range claims {
		if c.Scope["account"] != sandbox {
			continue
		}
		told++
		want := []evidence.Finding{{Code: evidence.LeftOut, Object: "account=" + sandbox, Detail: "except_accounts: decided by the CISO"}}
		if diff := cmp.Diff(want, c.Notes); diff != "" || !c.Satisfied() || c.Scope["region"] != "" {
			t.Errorf("%s %s: %s, gaps %+v", c.Kind, c.Scope, diff, c.Gaps)
		}
	}
	if told != 2 {
		t.Errorf("%d claims tell of the account, want one a kind", told)
	}
	for _, r := range records {
		if strings.Contains(r.ID, sandbox) {
			t.Errorf("%s was read", r.ID)
		}
	}
}

// TestNoOrganization: where there is none, its kinds have a gap.
func TestNoOrganization(t *testing.T) {
	state := company()
	state.Organization = nil
	w := serve(t, state, nil)
	_, claims := read(t, w.open(t, "region: "+tokyo+"\nendpoint: "+w.srv.URL()+"\n"), "organizations.account", "organizations.organization")
	if len(claims) != 2 {
		t.Fatalf("%d claims", len(claims))
	}
	for _, c := range claims {
		if len(c.Gaps) != 1 || c.Gaps[0].Code != "no_organization" {
			t.Errorf("%s: %+v", c.Kind, c.Gaps)
		}
	}
}

// TestOwnAccount: without a setting the caller's account alone is read, as the caller.
func TestOwnAccount(t *testing.T) {
	w := serve(t, company(), denying("AccessDenied", func(body, _, _ string) bool { return strings.Contains(body, "Action=AssumeRole&") }))
	records, _ := read(t, w.open(t, "region: "+tokyo+"\nendpoint: "+w.srv.URL()+"\nregions: [us-east-1]\n"), "securitygroup.snapshot")
	if len(records) != 1 || !strings.HasPrefix(records[0].ID, management+"/us-east-1/sg-0d@") {
		t.Errorf("%v", records)
	}
	if n := w.srv.Requests()["ec2:DescribeRegions"]; n != 0 {
		t.Errorf("regions were asked for %d times although the settings list them", n)
	}
}

func TestSettingsRefuse(t *testing.T) {
	for _, text := range []string{
		"accounts: all", "accounts: organization", "accounts: [\"12\"]\naccount_role: r", "accounts: [\"111122223333\", \"444455556666\"]",
		"accounts: organization\naccount_role: \"a b\"", "regions: [tokyo]", "except: [no.kind]", "external_id: x", "except_accounts: [\"1\"]",
	} {
		if _, err := openSettings(text); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
	for _, text := range []string{"", "accounts: organization\naccount_role: path/reader\nexternal_id: x", "accounts: [\"444455556666\"]\naccount_role: r"} {
		if _, err := openSettings(text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestDeletedMeanwhile: what was listed and is not there any more when it is read makes
// no record, and the claim says so.
func TestDeletedMeanwhile(t *testing.T) {
	for _, tt := range []struct {
		kind, code string
		records    int
		pick       func(body, authorization string) bool
	}{
		{"cloudtrail.trail", "TrailNotFoundException", 2, func(body, authorization string) bool {
			return strings.Contains(authorization, "/cloudtrail/") && strings.Contains(body, `"Name":"`+trailARN+`1"`)
		}},
		{"sns.topic", "NotFound", 2, func(body, _ string) bool {
			return strings.Contains(body, "Action=ListSubscriptionsByTopic&") && strings.Contains(body, "alarm-1")
		}},
		{"ssoadmin.assignment", "ResourceNotFoundException", 1, func(body, authorization string) bool {
			return strings.Contains(authorization, "/sso/") && strings.Contains(body, `ps-1"`)
		}},
	} {
		w := serve(t, company(), denying(tt.code, func(body, authorization, _ string) bool { return tt.pick(body, authorization) }))
		records, claims := read(t, w.organization(t), tt.kind)
		var notes []string
		for _, c := range claims {
			for _, n := range c.Notes {
				if n.Code == "deleted_meanwhile" {
					notes = append(notes, n.Object)
				}
			}
			if !c.Satisfied() {
				t.Errorf("%s: %+v", tt.kind, c.Gaps)
			}
		}
		if len(records) != tt.records || len(notes) != 1 || !strings.HasSuffix(notes[0], "1") {
			t.Errorf("%s: %d records, want %d; noted: %q", tt.kind, len(records), tt.records, notes)
		}
	}
}
