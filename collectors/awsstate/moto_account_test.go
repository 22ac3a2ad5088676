package awsstate

import (
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// TestMotoAccount holds the record of what IAM keeps for an account against what the
// AWS CLI prints: first of one that has nothing set, which is how null and empty lists
// come about, and then of one that has it all. What moto_server cannot say is that the
// root user has a second factor, keys or certificates: those numbers of the summary are 0.
func TestMotoAccount(t *testing.T) {
	endpoint := moto(t)
	w := serve(t, company(), nil) // its environment
	run := func(args ...string) gjson.Result { t.Helper(); return gjson.Parse(cli(t, endpoint, args...)) }
	account := func() gjson.Result {
		t.Helper()
		s := w.open(t, "region: "+tokyo+"\nregions: ["+tokyo+"]\nendpoint: "+endpoint+"\n")
		records, claims := read(t, s, "iam.account")
		for _, c := range claims {
			if !c.Satisfied() {
				t.Errorf("%s: %+v", c.Kind, c.Gaps)
			}
		}
		if len(records) != 1 {
			t.Fatalf("%d records", len(records))
		}
		return gjson.ParseBytes(records[0].Body)
	}

	bare := account()
	if p := bare.Get("PasswordPolicy"); p.Raw != "null" {
		t.Errorf("the password policy of an account that has none: %q", p.Raw)
	}
	for _, list := range []string{"AccountAliases", "SAMLProviders", "OpenIDConnectProviders"} {
		if got := bare.Get(list).Raw; got != "[]" {
			t.Errorf("%s of an account that has none: %s", list, got)
		}
	}

	metadata := filepath.Join(t.TempDir(), "metadata.xml")
	if err := os.WriteFile(metadata, []byte(`<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example.co.jp/`+strings.Repeat("a", 1000)+`"/>`), 0o600); err != nil {
		t.Fatal(err)
	}
	run("iam", "create-account-alias", "--account-alias", "sample-production")
	run("iam", "update-account-password-policy", "--minimum-password-length", "14", "--password-reuse-prevention", "24", "--require-symbols", "--max-password-age", "90")
	run("iam", "create-user", "--user-name", "taro")
	saml := run("iam", "create-saml-provider", "--name", "corporate", "--saml-metadata-document", "file://"+metadata).Get("SAMLProviderArn").Str
	open := run("iam", "create-open-id-connect-provider", "--url", "https://token.actions.githubusercontent.com", "--client-id-list", "sts.amazonaws.com",
		"--thumbprint-list", strings.Repeat("6938fd4d98", 4)).Get("OpenIDConnectProviderArn").Str

	full := account()
	same(t, "summary", run("iam", "get-account-summary").Get("SummaryMap").Raw, full.Get("Summary").Raw)
	same(t, "password policy", run("iam", "get-account-password-policy").Get("PasswordPolicy").Raw, full.Get("PasswordPolicy").Raw)
	same(t, "aliases", run("iam", "list-account-aliases").Get("AccountAliases").Raw, full.Get("AccountAliases").Raw)
	same(t, "SAML", run("iam", "get-saml-provider", "--saml-provider-arn", saml).Raw, without(full.Get("SAMLProviders.0").Raw, "Arn"))
	same(t, "OpenID Connect", run("iam", "get-open-id-connect-provider", "--open-id-connect-provider-arn", open).Raw, without(full.Get("OpenIDConnectProviders.0").Raw, "Arn"))
	for list, arn := range map[string]string{"SAMLProviders": saml, "OpenIDConnectProviders": open} {
		if got := full.Get(list + ".#.Arn").Array(); len(got) != 1 || got[0].Str != arn {
			t.Errorf("%s: %v, want %s", list, got, arn)
		}
	}
}

// TestMotoCredentialReport holds the rows of the report against the table that the AWS
// CLI gives. moto_server has the report made at the second call only, as IAM may. It has
// no row of the root user and not the newest columns, quotes no names in which there is
// a comma, and says that it made every report at one and the same time in 2015: the root
// user's row and such names are left to TestCredentialRows.
func TestMotoCredentialReport(t *testing.T) {
	endpoint := moto(t)
	w := serve(t, company(), nil) // its environment
	run := func(args ...string) gjson.Result { t.Helper(); return gjson.Parse(cli(t, endpoint, args...)) }
	run("iam", "create-user", "--user-name", "taro")
	run("iam", "create-login-profile", "--user-name", "taro", "--password", "SIMULATED-Passw0rd")
	device := run("iam", "create-virtual-mfa-device", "--virtual-mfa-device-name", "taro", "--outfile", filepath.Join(t.TempDir(), "qr.png"), "--bootstrap-method", "QRCodePNG").Get("VirtualMFADevice.SerialNumber").Str
	run("iam", "enable-mfa-device", "--user-name", "taro", "--serial-number", device, "--authentication-code1", "123456", "--authentication-code2", "654321")
	run("iam", "create-user", "--user-name", "=build@ci", "--path", "/system/")
	run("iam", "create-access-key", "--user-name", "=build@ci")

	s := w.open(t, "region: "+tokyo+"\nregions: ["+tokyo+"]\nendpoint: "+endpoint+"\n")
	records, claims := read(t, s, "iam.credential_report")
	for _, c := range claims {
		if !c.Satisfied() {
			t.Errorf("%s: %+v", c.Kind, c.Gaps)
		}
	}
	report := run("iam", "get-credential-report")
	content, err := base64.StdEncoding.DecodeString(report.Get("Content").Str)
	if err != nil {
		t.Fatal(err)
	}
	table, err := csv.NewReader(strings.NewReader(string(content))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(table) != 3 || len(records) != 2 {
		t.Fatalf("%d records of a table of %d lines", len(records), len(table))
	}
	for i, r := range records {
		row := map[string]string{}
		for column, name := range table[0] {
			row[name] = table[i+1][column]
		}
		want, err := json.Marshal(row)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "row", string(want), gjson.GetBytes(r.Body, "Row").Raw)
		same(t, "time", report.Get("GeneratedTime").Raw, gjson.GetBytes(r.Body, "GeneratedTime").Raw)
	}
}
