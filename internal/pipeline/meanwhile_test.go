package pipeline

import (
	"context"
	"crypto"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/pack"
	"github.com/evidencepack/evidence/internal/sign"
	"github.com/evidencepack/evidence/internal/sign/tsa/tsatest"
)

// busy is an authority while whose answer is awaited something else happens, once.
type busy struct {
	pack.Authority
	meanwhile *func()
}

func (b busy) Timestamp(ctx context.Context, message []byte) ([]byte, error) {
	if do := *b.meanwhile; do != nil {
		*b.meanwhile = nil
		do()
	}
	return b.Authority.Timestamp(ctx, message)
}

// TestSignedMeanwhile: an approval that another makes while an authority is asked is not lost,
// by a timestamp or by a second approval.
func TestSignedMeanwhile(t *testing.T) {
	for name, then := range map[string]func(t *testing.T, r *Run, path string, a pack.Authority) error{
		"a timestamp": func(t *testing.T, _ *Run, path string, a pack.Authority) error {
			_, err := pack.Timestamp(t.Context(), path, []pack.Authority{a}, true)
			return err
		},
		"a second approval": func(t *testing.T, r *Run, path string, a pack.Authority) error {
			key := filepath.Join(t.TempDir(), "second.pem")
			if err := sign.GenerateEd25519(key); err != nil {
				t.Fatal(err)
			}
			signer, err := sign.LoadSigner(key, "", r.Now())
			if err != nil {
				t.Fatal(err)
			}
			_, err = pack.Approve(t.Context(), path, verification(r), pack.Approval{
				Signer: signer, Name: "second", Person: evidence.Text{JA: "Second", EN: "Second"}, At: time.Now(), Authorities: []pack.Authority{a}, Unanswered: func(pack.Unanswered) {},
			}, "")
			return err
		},
	} {
		r, path, _ := stampedPack(t)
		authority := configured(t, r, tsatest.New(t, time.Now()))[0]
		r.Config.Timestamps = nil
		approverOf(t, r, "First")
		first := func() {
			if _, err := approve(t, r, path, ""); err != nil {
				t.Errorf("%s: the first approval: %v", name, err)
			}
		}
		if err := then(t, r, path, busy{authority, &first}); err == nil {
			t.Errorf("%s: nothing tells that the pack was approved meanwhile", name)
		}
		seen, v := false, verification(r)
		v.Report = func(c pack.Check) { seen = seen || strings.HasPrefix(c.Detail, "Approver First") }
		if err := pack.Verify(t.Context(), path, v); err != nil || !seen {
			t.Errorf("%s: the first approval is there: %t, %v", name, seen, err)
		}
	}
}

// TestApprovalByAStranger: whoever approves by a key that the verifier did not name is told as
// who calls himself so.
func TestApprovalByAStranger(t *testing.T) {
	r, path := onePack(t)
	approverOf(t, r, "President")
	approved, err := approve(t, r, path, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	v, told := verification(r), false
	v.Trust.Keys = []crypto.PublicKey{publicKey(t, r.Config.Sign.Preparer)}
	v.Report = func(c pack.Check) {
		told = told || c.ID == pack.CheckApprovals && c.State == pack.Noted && strings.Contains(c.Detail, "President (SHA256:") && strings.Contains(c.Detail, "what the holder of that key says")
	}
	if err := pack.Verify(t.Context(), approved, v); err != nil || !told {
		t.Errorf("told: %t, %v", told, err)
	}
}

// TestACopyIsComparedWithCopies: a pack of the originals gives nothing to an auditor's copy.
func TestACopyIsComparedWithCopies(t *testing.T) {
	r := newDesk(t)
	answerDesk(t, r)
	r.Redacted = false
	full := forgePack(t, r, "desk")
	r.Redacted, r.Previous = true, full
	results, view, cp, err := r.Evaluate(t.Context(), october, r.Library.Controls)
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	defer results.Close()
	if _, err := r.Pack(t.Context(), october, results, view, cp, []string{"desk"}, ""); err == nil || !strings.Contains(err.Error(), "holds originals") || errors.Is(err, pack.ErrTampered) {
		t.Errorf("%v", err)
	}
}
