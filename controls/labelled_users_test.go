package controls

import (
	"bufio"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
)

// userDisagreements explains every labelled IAM user whose own policies ACC-14 judges
// differently.
var userDisagreements = map[string]string{
	"IAM Entity Has No Inline Policy": "Panther asks for inline policies alone; ACC-14 for managed ones too that are attached to the user itself, as one is here",
}

// TestLabelledUsers compares what ACC-14 makes of users' own policies with the verdicts
// that others gave to the same users. All of them have a password and, by the credential
// report, no device for multi-factor authentication; here their account has no password
// policy.
func TestLabelledUsers(t *testing.T) {
	lib, err := Load(Shipped())
	if err != nil {
		t.Fatal(err)
	}
	c, err := lib.Find("ACC-14")
	if err != nil {
		t.Fatal(err)
	}
	e, err := Prepare(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open("testdata/panther/users.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	differed := map[string]string{}
	n := 0
	lines := bufio.NewScanner(f)
	for ; lines.Scan(); n++ {
		var labelled struct {
			Test     string
			Expected bool // that it complies
			Event    labelledUser
		}
		if err := json.Unmarshal(lines.Bytes(), &labelled); err != nil {
			t.Fatal(err)
		}
		m := memory{}
		m.add("iam.user", "user", labelled.Event.record(t))
		m.add("iam.credential_report", "row", reportedRow(t, labelled.Event.CredentialReport))
		m.add("iam.account", "account", `{"AccountId": "123456789012", "Summary": {}, "PasswordPolicy": null}`)
		items, _, err := evaluate(t, e, input(m))
		if err != nil {
			t.Fatal(err)
		}
		if len(items) != 1 || items[0].Verdict != evidence.Exception {
			t.Fatalf("%s: %v", labelled.Test, items)
		}
		codes := strings.Fields(items[0].Codes)
		if complies := !slices.Contains(codes, "direct_policies"); complies != labelled.Expected {
			differed[labelled.Test] = userDisagreements[labelled.Test]
		}
		codes = slices.DeleteFunc(codes, func(code string) bool { return code == "direct_policies" })
		if d := cmp.Diff([]string{"no_password_policy", "without_mfa"}, codes); d != "" {
			t.Errorf("%s: %s", labelled.Test, d)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(userDisagreements, differed); d != "" || n != 3 {
		t.Errorf("of %d users these are judged differently, and explained: %s", n, d)
	}
}

// labelledUser is an IAM user in either of the shapes that Panther has for one.
type labelledUser struct {
	Arn, UserName, Name string
	ManagedPolicyNames  []string
	InlinePolicies      map[string]any
	VirtualMFA          *struct{ SerialNumber, EnableDate string }
	CredentialReport    map[string]any
}

// record is the user as the collector gives it.
func (u labelledUser) record(t *testing.T) string {
	t.Helper()
	attached, devices := []any{}, []any{}
	for _, name := range u.ManagedPolicyNames {
		attached = append(attached, map[string]string{"PolicyName": name, "PolicyArn": "arn:aws:iam::123456789012:policy/" + name})
	}
	if u.VirtualMFA != nil {
		devices = append(devices, u.VirtualMFA)
	}
	var profile any
	if u.CredentialReport["PasswordEnabled"] == true {
		profile = map[string]string{"UserName": u.UserName + u.Name}
	}
	body, err := json.Marshal(map[string]any{
		"AccountId": "123456789012", "User": map[string]string{"Arn": u.Arn, "UserName": u.UserName + u.Name},
		"LoginProfile": profile, "AccessKeys": []any{}, "MFADevices": devices, "Groups": []any{},
		"AttachedPolicies": attached, "InlinePolicyNames": slices.AppendSeq([]string{}, maps.Keys(u.InlinePolicies)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
