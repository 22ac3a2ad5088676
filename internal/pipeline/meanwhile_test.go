package pipeline

import (
	"context"
	"crypto"
	"errors"
	"os"
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

// changes are ways to change a pack that ask an authority.
func changes() map[string]func(t *testing.T, r *Run, path string, a pack.Authority) error {
	return map[string]func(t *testing.T, r *Run, path string, a pack.Authority) error{
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
	}
}

// TestSignedMeanwhile: an approval that another makes while an authority is asked is not lost,
// by a timestamp or by a second approval, where the file system has no locks to prevent it.
func TestSignedMeanwhile(t *testing.T) {
	for name, then := range changes() {
		r, path, _ := stampedPack(t)
		authority := configured(t, r, tsatest.New(t, time.Now()))[0]
		r.Config.Timestamps = nil
		approverOf(t, r, "First")
		first := func() {
			elsewhere, err := approve(t, r, path, t.TempDir())
			if err == nil {
				err = os.Rename(elsewhere, path)
			}
			if err != nil {
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

// TestOneChangesAPackAtATime: while a pack is signed or time-stamped, nobody else signs it,
// time-stamps it or makes it again, be it named by its zip or by its folder.
func TestOneChangesAPackAtATime(t *testing.T) {
	for name, then := range changes() {
		r, zipped, _ := stampedPack(t)
		folder := strings.TrimSuffix(zipped, ".zip")
		authority := configured(t, r, tsatest.New(t, time.Now()))[0]
		r.Config.Timestamps = nil
		approverOf(t, r, "First")
		refused := 0
		meanwhile := func() {
			for _, other := range []string{zipped, folder} {
				for what, change := range changes() {
					var busy *pack.BusyError
					if err := change(t, r, other, authority); !errors.As(err, &busy) || busy.Pack == "" {
						t.Errorf("%s, meanwhile %s of %s: %v", name, what, other, err)
						continue
					}
					for _, text := range []string{busy.Text().JA, busy.Text().EN} {
						if !strings.Contains(text, filepath.Base(folder)) {
							t.Errorf("it does not name the pack: %s", text)
						}
					}
					refused++
				}
			}
			if _, err := packAgain(t, r); !errors.As(err, new(*pack.BusyError)) {
				t.Errorf("%s, meanwhile the pack is made again: %v", name, err)
			}
		}
		if err := then(t, r, folder, busy{authority, &meanwhile}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if refused != 4 {
			t.Errorf("%s: %d were refused meanwhile, want 4", name, refused)
		}
		if err := then(t, r, zipped, authority); (err == nil) != (name == "a timestamp") {
			t.Errorf("%s, once more: %v", name, err) // whoever has signed does not sign again
		} else if errors.As(err, new(*pack.BusyError)) {
			t.Errorf("%s: the lock was not given up: %v", name, err)
		}
		if left, err := filepath.Glob(filepath.Join(filepath.Dir(zipped), ".*")); err != nil || len(left) > 0 {
			t.Errorf("%s: left behind: %q, %v", name, left, err)
		}
	}
}

// packAgain makes the pack of a run again.
func packAgain(t *testing.T, r *Run) ([]string, error) {
	t.Helper()
	results, view, cp, err := r.Evaluate(t.Context(), period, r.Library.Controls)
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	defer results.Close()
	return r.Pack(t.Context(), period, results, view, cp, []string{"soc1"}, "")
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
