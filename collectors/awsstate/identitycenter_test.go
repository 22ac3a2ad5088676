package awsstate

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	aws "github.com/evidencepack/evidence/internal/demo/aws"
)

// TestIdentityCenterBodies: of users and assignments, of the organization's instance
// in the one region that has it.
func TestIdentityCenterBodies(t *testing.T) {
	w := serve(t, company(), nil)
	records, claims := read(t, w.organization(t), "identitystore.user", "ssoadmin.assignment")
	for _, c := range claims {
		if !c.Satisfied() || len(c.Notes) > 0 {
			t.Errorf("%s: gaps %+v, notes %+v", c.Kind, c.Gaps, c.Notes)
		}
	}
	head := `{"AccountId":"111122223333","InstanceArn":"arn:aws:sso:::instance/ssoins-1",`
	assigned := func(id string) string { return strings.Replace(head, `"Inst`, `"AssignmentId":"`+id+`","Inst`, 1) }
	for id, want := range map[string]string{
		"111122223333/u-1@": head + `"IdentityStoreId":"d-9067","User":{"IdentityStoreId":"d-9067","UserId":"u-1","DisplayName":"sre-01@example.co.jp",` +
			`"Emails":[{"Primary":true,"Value":"sre-01@example.co.jp"}],"ExternalIds":[{"Id":"e1","Issuer":"https://scim.aws.com/example"}],` +
			`"UserName":"sre-01@example.co.jp","UserStatus":"ENABLED"},"Groups":[{"GroupId":"g-1","DisplayName":"sre"},{"GroupId":"g-3","DisplayName":"audit <&>"}]}`,
		"111122223333/u-3@": head + `"IdentityStoreId":"d-9067","User":{"IdentityStoreId":"d-9067","UserId":"u-3","DisplayName":"local","ExternalIds":[],` +
			`"UserName":"local","UserStatus":"ENABLED"},"Groups":[{"GroupId":"g-1","DisplayName":"sre"}]}`,
		"111122223333/444455556666/ps-1/g-1@": assigned("444455556666/ps-1/g-1") + `"TargetAccountId":"444455556666","PermissionSet":{"ManagedPolicies":[{"Arn":"arn:aws:iam::aws:policy/AdministratorAccess","Name":"AdministratorAccess"},` +
			`{"Arn":"arn:aws:iam::aws:policy/Billing","Name":"Billing"},{"Arn":"arn:aws:iam::aws:policy/ReadOnlyAccess","Name":"ReadOnlyAccess"}],` +
			`"CreatedDate":"2023-11-14T22:13:20.5Z","Name":"Administrator","PermissionSetArn":"` + setARN + `1","SessionDuration":"PT1H"},` +
			`"Principal":{"PrincipalId":"g-1","PrincipalType":"GROUP","DisplayName":"sre"}}`,
		"111122223333/444455556666/ps-1/u-3@": assigned("444455556666/ps-1/u-3") + `"TargetAccountId":"444455556666","PermissionSet":{"ManagedPolicies":[{"Arn":"arn:aws:iam::aws:policy/AdministratorAccess","Name":"AdministratorAccess"},` +
			`{"Arn":"arn:aws:iam::aws:policy/Billing","Name":"Billing"},{"Arn":"arn:aws:iam::aws:policy/ReadOnlyAccess","Name":"ReadOnlyAccess"}],` +
			`"CreatedDate":"2023-11-14T22:13:20.5Z","Name":"Administrator","PermissionSetArn":"` + setARN + `1","SessionDuration":"PT1H"},` +
			`"Principal":{"PrincipalId":"u-3","PrincipalType":"USER","UserName":"local","DisplayName":"local"}}`,
		"111122223333/777788889999/ps-2/deleted@": assigned("777788889999/ps-2/deleted") + `"TargetAccountId":"777788889999","PermissionSet":{"ManagedPolicies":[],` +
			`"CreatedDate":"2023-11-14T22:13:20.5Z","Name":"ReadOnly","PermissionSetArn":"` + setARN + `2","SessionDuration":"PT8H"},` +
			`"Principal":{"PrincipalId":"deleted","PrincipalType":"USER"}}`,
	} {
		if d := cmp.Diff(want, bodyOf(t, records, id)); d != "" {
			t.Errorf("%s:\n%s", id, d)
		}
	}
	if len(records) != 6 {
		t.Errorf("%d records, want three users and three assignments", len(records))
	}
	if n := w.srv.Requests()["identitystore:ListGroupMemberships"]; n != 4 {
		t.Errorf("memberships were asked for %d times, want once for each of three groups and a second page", n)
	}
}

// TestWhereIdentityCenterIs: the region is found by asking, and what was asked is told
// where there is nothing to read.
func TestWhereIdentityCenterIs(t *testing.T) {
	nowhere := func() *aws.State {
		s := company()
		s.Regions = []string{tokyo, "ap-northeast-3"} // the instance is in us-east-1
		return s
	}
	refusing := denying("AccessDeniedException", func(body, authorization, _ string) bool {
		return strings.Contains(authorization, "/"+tokyo+"/sso/") && !strings.Contains(body, "InstanceArn")
	})
	for name, tt := range map[string]struct {
		state     *aws.State
		fault     func(*http.Request) *aws.Fault
		settings  string
		records   int
		gap, note evidence.Finding
	}{
		"not used": {state: nowhere(), note: evidence.Finding{
			Code: "no_identity_center", Object: "account=" + management, Detail: "regions asked: " + tokyo + ", ap-northeast-3",
		}},
		"outside of the regions that settings name": {state: company(), settings: "regions: [" + tokyo + "]\n", gap: evidence.Finding{
			Code: "identity_center_not_found", Object: "account=" + management, Detail: "regions asked: " + tokyo,
		}},
		"in a region that refuses, perhaps": {state: nowhere(), fault: refusing, gap: evidence.Finding{
			Code: "not_readable", Object: "account=" + management + " " + tokyo + ": sso:ListInstances",
			Detail: "AccessDeniedException: simulated fault; " + neededFor("sso:ListInstances"),
		}},
		"in another than one that refuses": {state: company(), fault: refusing, records: 3},
	} {
		t.Run(name, func(t *testing.T) {
			w := serve(t, tt.state, tt.fault)
			for _, kind := range []string{"identitystore.user", "ssoadmin.assignment"} {
				records, claims := read(t, w.open(t, w.settings(tt.settings)), kind)
				var gaps, notes []evidence.Finding
				if tt.gap.Code != "" {
					gaps = append(gaps, tt.gap)
				}
				if tt.note.Code != "" {
					notes = append(notes, tt.note)
				}
				if len(records) != tt.records || len(claims) != 1 {
					t.Fatalf("%s: %d records, %d claims", kind, len(records), len(claims))
				}
				if d := cmp.Diff(gaps, append([]evidence.Finding(nil), claims[0].Gaps...)); d != "" {
					t.Errorf("%s: gaps %s", kind, d)
				}
				if d := cmp.Diff(notes, claims[0].Notes); d != "" {
					t.Errorf("%s: notes %s", kind, d)
				}
			}
		})
	}
}

// TestOwnInstanceIsNotTheOrganizations: what a delegated administrator's account has
// for itself gives access to no account, and is not taken for the organization's.
func TestOwnInstanceIsNotTheOrganizations(t *testing.T) {
	shared := identityCenter()
	shared.Owner = management
	state := company()
	state.Add(sandbox, virginia, aws.IdentityCenters, shared)
	w := serve(t, state, nil)
	// The caller is the sandbox, by the role of its own; the organization's home is elsewhere.
	s := w.open(t, "region: "+tokyo+"\nrole: arn:aws:iam::"+sandbox+":role/reader\nendpoint: "+w.srv.URL()+"\n")
	records, claims := read(t, s, "identitystore.user")
	if len(records) != 3 || len(claims) != 1 || !claims[0].Satisfied() {
		t.Fatalf("%d records, claims %+v", len(records), claims)
	}
	bodyOf(t, records, management+"/u-1@")
}

// TestPartOfIdentityCenterRefused: without groups or names the rest is there, and the
// gap says what is missing.
func TestPartOfIdentityCenterRefused(t *testing.T) {
	for _, tt := range []struct {
		kind, call, gap, id string
		without             []string
	}{
		{"identitystore.user", "ListGroups", " groups of users: identitystore:ListGroups", "111122223333/u-1@", []string{`"Groups"`}},
		{"identitystore.user", "ListGroupMemberships", " groups of users: identitystore:ListGroupMemberships", "111122223333/u-1@", []string{`"Groups"`}},
		{"ssoadmin.assignment", "ListUsers", " names of users: identitystore:ListUsers", "111122223333/444455556666/ps-1/u-3@", []string{`"UserName"`}},
		{"ssoadmin.assignment", "ListManagedPoliciesInPermissionSet", ": sso:ListManagedPoliciesInPermissionSet", "111122223333/444455556666/ps-1/u-3@", []string{`"ManagedPolicies"`}},
	} {
		w := serve(t, company(), func(r *http.Request) *aws.Fault {
			if strings.HasSuffix(r.Header.Get("X-Amz-Target"), "."+tt.call) {
				return &aws.Fault{Status: http.StatusBadRequest, Code: "AccessDeniedException"}
			}
			return nil
		})
		records, claims := read(t, w.organization(t), tt.kind)
		if len(records) != 3 {
			t.Errorf("%s: %d records", tt.call, len(records))
		}
		if len(claims) != 1 || len(claims[0].Gaps) == 0 || !strings.HasSuffix(claims[0].Gaps[0].Object, tt.gap) {
			t.Errorf("%s: %+v", tt.call, claims)
		}
		for _, member := range tt.without {
			if body := bodyOf(t, records, tt.id); strings.Contains(body, member) {
				t.Errorf("%s: %s", tt.call, body)
			}
		}
	}
}

// TestIdentityCenterIsHeldTogether: all calls of one of its services share a bucket, as
// AWS counts them, while those of others have one each.
func TestIdentityCenterIsHeldTogether(t *testing.T) {
	b := &budgets{}
	one, other := b.limiter(management, tokyo, "SSO Admin", "ListPermissionSets"), b.limiter(management, tokyo, "SSO Admin", "ListAccountAssignments")
	if one != other || one.Limit() >= 20 {
		t.Errorf("buckets %p and %p, %v a second", one, other, one.Limit())
	}
	if b.limiter(management, tokyo, "identitystore", "ListUsers") == one || b.limiter(management, tokyo, "SNS", "ListTopics") == b.limiter(management, tokyo, "SNS", "GetTopicAttributes") {
		t.Error("what AWS counts by itself shares a bucket")
	}
}
