package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
)

// unkeyed is a configuration without a section of keys.
var unkeyed = strings.Replace(whole, "keys: {pack: /keys/pack.pem}\n", "", 1)

func TestSign(t *testing.T) {
	c, err := Parse([]byte(whole), "/org")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(Sign{Preparer: Signer{Role: preparing, Key: "/keys/pack.pem"}}, c.Sign); d != "" {
		t.Errorf("without the section: %s", d)
	}
	c, err = Parse([]byte(unkeyed+`sign:
  preparer:
    name: {ja: 内部監査室, en: Internal audit}
    key: keys/pack.p12
    passphrase_env: PACK
    roots: ca.pem
  approver:
    name: {ja: 監査責任者, en: Head of audit}
    role: {ja: 承認, en: Approval}
    key: awskms:///alias/approver?region=ap-northeast-1
    certificates: approver.pem
    passphrase_file: pin
`), "/org")
	if err != nil {
		t.Fatal(err)
	}
	want := Sign{
		Preparer: Signer{Name: evidence.Text{JA: "内部監査室", EN: "Internal audit"}, Role: preparing, Key: "/org/keys/pack.p12", Roots: "/org/ca.pem", PassphraseEnv: "PACK"},
		Approver: &Signer{Name: evidence.Text{JA: "監査責任者", EN: "Head of audit"}, Role: evidence.Text{JA: "承認", EN: "Approval"},
			Key: "awskms:///alias/approver?region=ap-northeast-1", Certificates: "/org/approver.pem", PassphraseFile: "/org/pin"},
	}
	if d := cmp.Diff(want, c.Sign); d != "" {
		t.Error(d)
	}
	if !c.Sign.Preparer.InFile() || c.Sign.Approver.InFile() {
		t.Error("which keys are files is not told")
	}
}

func TestSignRefused(t *testing.T) {
	for _, tt := range []struct{ base, section, want string }{
		{unkeyed, "{approver: {role: {ja: 承認者, en: Approver}}}", "approver: key"},
		{unkeyed, "{approver: {key: keys/pack.pem}}", "approver: key: it is the preparer's"},
		{unkeyed, "{preparer: {name: {ja: 甲 乙, en: A B}}, approver: {key: b.pem, name: {ja: 甲乙, en: Other}}}", "approver: name: it is the preparer's"},
		{unkeyed, "{preparer: {name: {ja: 甲, en: A b}}, approver: {key: b.pem, name: {ja: 丙, en: a B}}}", "approver: name: it is the preparer's"},
		{unkeyed, "{approver: {key: b.pem, name: {ja: 甲}}}", "both languages"},
		{unkeyed, "{approver: {key: b.pem, role: {en: Approver}}}", "both languages"},
		{unkeyed, "{approver: {key: 'gcpkms://projects'}}", "gcpkms: is not known"},
		{unkeyed, "{approver: {key: b.pem, passphrase_env: A, passphrase_file: b}}", "not both"},
		{unkeyed, "{approver: {key: b.pem, passphrase: hunter2}}", "passphrase: it does not stand"},
		{unkeyed, "{approver: {key: b.pem, pin: 123456}}", "passphrase: it does not stand"},
		{unkeyed, "{approver: {key: 'pkcs11:token=a;object=b?pin-value=hunter2'}}", "a PIN does not stand in a URI"},
		{unkeyed, "{approver: {key: b.pem, certificate: c.pem}}", "unknown field"},
		{unkeyed, "{reviewer: {key: b.pem}}", "unknown field"},
		{whole, "{preparer: {key: a.pem}}", "name it once"},
	} {
		_, err := Parse([]byte(tt.base+"sign: "+tt.section+"\n"), "/org")
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.section, err, tt.want)
		} else if strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "123456") {
			t.Errorf("%s: the error tells the passphrase: %v", tt.section, err)
		}
	}
}
