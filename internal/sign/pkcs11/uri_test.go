package pkcs11

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	got, err := Parse("pkcs11:token=audit%20keys;object=pack;id=%01%02;type=private?module-path=/usr/lib/a.so")
	if d := cmp.Diff(Place{Module: "/usr/lib/a.so", Token: "audit keys", Object: "pack", ID: []byte{1, 2}}, got); err != nil || d != "" {
		t.Errorf("%v\n%s", err, d)
	}
	for uri, want := range map[string]string{
		"pkcs11:token=a;object=b":                                     "module-path",
		"pkcs11:object=b?module-path=/a.so":                           "token",
		"pkcs11:token=a;serial=1;object=b?module-path=/a.so":          "token",
		"pkcs11:token=a?module-path=/a.so":                            "object",
		"pkcs11:token=a;object=b;token=c?module-path=/a.so":           "twice",
		"pkcs11:token=a;object=b;manufacturer=c?module-path=/a.so":    "manufacturer",
		"pkcs11:token=a;object=b;type=cert?module-path=/a.so":         "type",
		"pkcs11:token=%zz;object=b?module-path=/a.so":                 "percent",
		"pkcs11:token=a;object=b?module-path=/a.so&pin-value=hunter2": "PIN",
		"pkcs11:token=a;object=b?module-path=/a.so&pin-source=file:a": "PIN",
		"token=a": "pkcs11:",
	} {
		_, err := Parse(uri)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v, want %q and no PIN", uri, err, want)
		}
	}
}
