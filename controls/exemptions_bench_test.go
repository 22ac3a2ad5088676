package controls

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/evidencepack/evidence"
)

// BenchmarkExemptions judges by LOG-03 an account under 15 conditional denials that
// exempt the roles of 60 patterns each: others in each denial, told by how their names
// begin or end or by both, and beside them the same in all, which takes little more than
// to read the policies.
func BenchmarkExemptions(b *testing.B) {
	lib, err := Load(Shipped())
	if err != nil {
		b.Fatal(err)
	}
	c, err := lib.Find("LOG-03")
	if err != nil {
		b.Fatal(err)
	}
	for _, shape := range []struct {
		name, pattern string
		codes         string
	}{
		{"begin", "arn:aws:iam::*:role/team-%[1]d-%[2]d-*", ""},
		{"end", "arn:aws:iam::*:role/*-%[1]d-team-%[2]d", ""},
		{"both", "arn:aws:iam::*:role/team-%[1]d-*-%[2]d", ""},
		{"middle", "arn:aws:iam::*:role/*-%[1]d-%[2]d-*", "cannot_tell"},
		{"same", "arn:aws:iam::*:role/team-%[2]d-*", "others_exempt"},
	} {
		b.Run(shape.name, func(b *testing.B) {
			e, err := Prepare(b.Context(), c)
			if err != nil {
				b.Fatal(err)
			}
			m := exemptingAccount(15, 60, shape.pattern)
			for b.Loop() {
				got, _, err := evaluate(b, e, input(m))
				if err != nil || len(got) != 1 || got[0].Codes != shape.codes {
					b.Fatalf("%v, %v, want %q", got, err, shape.codes)
				}
			}
		})
	}
}

// exemptingAccount is an account under denials whose exemptions are of the pattern, by
// the numbers of the denial and of the exemption.
func exemptingAccount(denials, exemptions int, pattern string) memory {
	policy := func(id string, statement map[string]any) map[string]any {
		text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": []any{statement}})
		if err != nil { // of texts
			panic(err)
		}
		return map[string]any{"Id": "p-" + id, "Name": id, "AwsManaged": false, "Content": string(text)}
	}
	full := policy("FullAWSAccess", map[string]any{"Effect": "Allow", "Action": "*", "Resource": "*"})
	root := []any{full}
	for d := range denials {
		var exempt []string
		for n := range exemptions {
			exempt = append(exempt, fmt.Sprintf(pattern, d, n))
		}
		root = append(root, policy(fmt.Sprintf("deny%d", d), map[string]any{
			"Effect": "Deny", "Action": "cloudtrail:*", "Resource": "*", "Condition": map[string]any{"ArnNotLike": map[string]any{"aws:PrincipalArn": exempt}},
		}))
	}
	record := func(body map[string]any) string {
		text, err := json.Marshal(body)
		if err != nil { // of texts
			panic(err)
		}
		return string(text)
	}
	m := memory{}
	m["organizations.account"] = append(m["organizations.account"], evidence.Record{Kind: "organizations.account", ID: "account", Time: noon, Body: []byte(record(map[string]any{
		"AccountId": "999900001111", "Path": []string{"r-ab12"},
		"Account":  map[string]any{"Id": "111122223333", "Arn": "arn:aws:organizations::999900001111:account/o-a1b2c3d4e5/111122223333", "Name": "production", "Status": "ACTIVE", "State": "ACTIVE"},
		"Policies": []any{map[string]any{"Level": "r-ab12", "Policies": root}, map[string]any{"Level": "111122223333", "Policies": []any{full}}},
	}))})
	m["organizations.organization"] = append(m["organizations.organization"], evidence.Record{Kind: "organizations.organization", ID: "organization", Time: noon, Body: []byte(record(map[string]any{
		"AccountId": "999900001111", "Organization": map[string]any{"Id": "o-a1b2c3d4e5", "MasterAccountId": "999900001111"},
		"Roots": []any{map[string]any{"Id": "r-ab12", "PolicyTypes": []any{map[string]any{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}}}},
	}))})
	return m
}
