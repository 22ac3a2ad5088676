//go:build !pkcs11

package pkcs11

import (
	"strings"
	"testing"

	"github.com/evidencepack/evidence/internal/sign"
)

func TestOpenSaysWhichBuild(t *testing.T) {
	if _, err := Open(Place{}, sign.Passphrase{}, nil, sign.Policy{}); err == nil || !strings.Contains(err.Error(), "-tags pkcs11") {
		t.Error(err)
	}
}
