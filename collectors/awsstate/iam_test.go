package awsstate

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
	aws "github.com/evidencepack/evidence/internal/demo/aws"
)

// TestCredentialRows: rows are told by the report's own columns, in its order, for the
// root user too, and names may hold what CSV quotes.
func TestCredentialRows(t *testing.T) {
	records, claims := read(t, serve(t, company(), nil).organization(t), "iam.credential_report")
	for _, c := range claims {
		if !c.Satisfied() {
			t.Errorf("%+v", c.Gaps)
		}
	}
	body := bodyOf(t, records, "444455556666/ci@2026-11-03T09:30:12Z")
	if head := `{"AccountId":"444455556666","Row":{"user":"ci","arn":"arn:aws:iam::444455556666:user/system/ci","user_creation_time":"N/A","password_enabled":"N/A",`; !strings.HasPrefix(body, head) {
		t.Error(body)
	}
	var columns []string
	gjson.Get(body, "Row").ForEach(func(name, value gjson.Result) bool {
		if value.Type != gjson.String {
			t.Errorf("%s is %s", name.Str, value.Raw)
		}
		columns = append(columns, name.Str)
		return true
	})
	if d := cmp.Diff(aws.CredentialColumns, columns); d != "" {
		t.Error(d)
	}
	if !gjson.Get(body, "GeneratedTime").Exists() {
		t.Error("when the report was made is not told")
	}
	if got := gjson.Get(bodyOf(t, records, "444455556666/taro,=@x@"), "Row.arn").Str; got != "arn:aws:iam::444455556666:user/taro,=@x" {
		t.Error(got)
	}
	for _, account := range []string{management, production, sandbox} {
		bodyOf(t, records, account+"/<root_account>@")
	}
}

// answering gives the answers to calls of an action, one after the other, and then
// those of the simulation.
func answering(action string, faults ...*aws.Fault) func(*http.Request) *aws.Fault {
	return func(r *http.Request) *aws.Fault {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		if len(faults) == 0 || !strings.Contains(string(body), "Action="+action+"&") {
			return nil
		}
		f := faults[0]
		faults = faults[1:]
		return f
	}
}

func started(state string) *aws.Fault {
	return &aws.Fault{Status: http.StatusOK, Body: []byte(`<GenerateCredentialReportResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><GenerateCredentialReportResult><State>` +
		state + `</State></GenerateCredentialReportResult></GenerateCredentialReportResponse>`)}
}

func report(content string) *aws.Fault {
	return &aws.Fault{Status: http.StatusOK, Body: []byte(`<GetCredentialReportResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><GetCredentialReportResult><Content>` +
		base64.StdEncoding.EncodeToString([]byte(content)) + `</Content><ReportFormat>text/csv</ReportFormat></GetCredentialReportResult></GetCredentialReportResponse>`)}
}

// own opens the source of the caller's account alone.
func (w *world) own(t *testing.T) *source {
	return w.open(t, "region: "+tokyo+"\nregions: ["+tokyo+"]\nendpoint: "+w.srv.URL()+"\n")
}

// TestReportIsWaitedFor: until it is complete, and again where it is gone by then.
func TestReportIsWaitedFor(t *testing.T) {
	gone := func(code string) *aws.Fault { return &aws.Fault{Status: http.StatusGone, Code: code} }
	for name, tt := range map[string]struct {
		fault     func(*http.Request) *aws.Fault
		generated int
	}{
		"being made":  {answering("GenerateCredentialReport", started("STARTED"), started("INPROGRESS")), 3},
		"not yet":     {answering("GetCredentialReport", gone("ReportInProgress")), 2},
		"too old":     {answering("GetCredentialReport", gone("ReportExpired")), 2},
		"not present": {answering("GetCredentialReport", gone("ReportNotPresent"), gone("ReportNotPresent")), 3},
	} {
		t.Run(name, func(t *testing.T) {
			w := serve(t, company(), tt.fault)
			records, claims := read(t, w.own(t), "iam.credential_report")
			if len(records) != 1 || len(claims) != 1 || !claims[0].Satisfied() {
				t.Errorf("%d records, %+v", len(records), claims)
			}
			if n := w.srv.Requests()["iam:GenerateCredentialReport"]; n != tt.generated {
				t.Errorf("a report was asked for %d times, want %d", n, tt.generated)
			}
		})
	}
}

// TestWaitingEnds: with the context, and after some time without.
func TestWaitingEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	never := func(r *http.Request) *aws.Fault {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		if !strings.Contains(string(body), "Action=GenerateCredentialReport&") {
			return nil
		}
		if calls++; calls == 3 {
			cancel()
		}
		return started("INPROGRESS")
	}
	s := serve(t, company(), never).own(t)
	units, errs := planOf(s, "iam.credential_report")
	if len(units) != 1 || len(errs) > 0 {
		t.Fatal(units, errs)
	}
	for _, tt := range []struct {
		ctx  context.Context
		want func(error) bool
	}{
		{ctx, func(err error) bool { return errors.Is(err, context.Canceled) && calls < 10 }},
		{t.Context(), func(err error) bool {
			return err != nil && strings.Contains(err.Error(), "account "+management+": the report was not there")
		}},
	} {
		var last error
		for b, err := range s.Collect(tt.ctx, units[0], nil) {
			if last = err; len(b.Claims) > 0 {
				t.Error("it claims something")
			}
		}
		if !tt.want(last) {
			t.Errorf("after %d calls: %v", calls, last)
		}
	}
}

// TestReportsThatCannotBeRead are failures, not reports without users.
func TestReportsThatCannotBeRead(t *testing.T) {
	for _, content := range []string{"", "user,arn\n", "user,arn\nci\n", "name,arn\nci,x\n", "user,arn,arn\nci,x,y\n", "user,arn\n\"ci,x\n"} {
		s := serve(t, company(), answering("GetCredentialReport", report(content))).own(t)
		units, _ := planOf(s, "iam.credential_report")
		var last error
		for b, err := range s.Collect(t.Context(), units[0], nil) {
			if last = err; len(b.Records)+len(b.Claims) > 0 {
				t.Errorf("%q: it gives something", content)
			}
		}
		if last == nil || !strings.Contains(last.Error(), "the credential report") {
			t.Errorf("%q: %v", content, last)
		}
	}
	_, claims := read(t, serve(t, company(), answering("GetCredentialReport", report("user,arn\n<root_account>,r\n,x\n"))).own(t), "iam.credential_report")
	if len(claims) != 1 || len(claims[0].Gaps) != 1 || claims[0].Gaps[0].Code != "without_identity" {
		t.Errorf("a row without a name: %+v", claims)
	}
}

func TestIAMAccountBody(t *testing.T) {
	records, _ := read(t, serve(t, company(), nil).organization(t), "iam.account")
	want := `{"AccountId":"444455556666","Summary":{"AccountAccessKeysPresent":1,"AccountMFAEnabled":0,"Users":2},` +
		`"PasswordPolicy":{"AllowUsersToChangePassword":false,"ExpirePasswords":false,"MinimumPasswordLength":14,"RequireLowercaseCharacters":false,"RequireNumbers":false,"RequireSymbols":true,"RequireUppercaseCharacters":false},` +
		`"AccountAliases":["example-production"],` +
		`"SAMLProviders":[{"Arn":"arn:aws:iam::444455556666:saml-provider/sso","SAMLMetadataDocument":"<EntityDescriptor/>","ValidUntil":"2036-01-01T00:00:00Z"}],` +
		`"OpenIDConnectProviders":[{"Arn":"` + openIDARN + `a.example.com","ClientIDList":["sts.amazonaws.com"],"Url":"a.example.com"},{"Arn":"` + openIDARN + `z.example.com","Url":"z.example.com"}]}`
	if d := cmp.Diff(want, bodyOf(t, records, "444455556666@")); d != "" {
		t.Error(d)
	}
	want = `{"AccountId":"777788889999","Summary":{"AccountAccessKeysPresent":0,"AccountMFAEnabled":1,"AccountPasswordPresent":1,"AccountSigningCertificatesPresent":0},` +
		`"PasswordPolicy":null,"AccountAliases":[],"SAMLProviders":[],"OpenIDConnectProviders":[]}`
	if d := cmp.Diff(want, bodyOf(t, records, "777788889999@")); d != "" {
		t.Error(d)
	}
}

// TestIAMAccountInPart: what may not be read is absent, not empty, and the claim says so.
func TestIAMAccountInPart(t *testing.T) {
	for action, noun := range map[string]string{
		"GetAccountPasswordPolicy": "PasswordPolicy", "ListAccountAliases": "AccountAliases",
		"ListSAMLProviders": "SAMLProviders", "GetSAMLProvider": "SAMLProviders", "GetOpenIDConnectProvider": "OpenIDConnectProviders",
	} {
		w := serve(t, company(), denying("AccessDenied", func(body, _, _ string) bool { return strings.Contains(body, "Action="+action+"&") }))
		records, claims := read(t, w.organization(t), "iam.account")
		body := bodyOf(t, records, "444455556666@")
		if gjson.Get(body, noun).Exists() || !gjson.Get(body, "Summary.Users").Exists() {
			t.Errorf("%s: %s", action, body)
		}
		var gaps []evidence.Finding
		for _, c := range claims {
			if c.Scope["account"] == production {
				gaps = c.Gaps
			}
		}
		want := []evidence.Finding{{Code: "not_readable", Object: "account=" + production + " " + noun + ": iam:" + action, Detail: "AccessDenied: simulated fault; " + neededFor("iam:"+action)}}
		if d := cmp.Diff(want, gaps); d != "" {
			t.Errorf("%s: %s", action, d)
		}
	}
}
