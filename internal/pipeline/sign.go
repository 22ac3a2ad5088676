package pipeline

import (
	"context"
	"errors"
	"fmt"

	"github.com/evidencepack/evidence/internal/config"
	"github.com/evidencepack/evidence/internal/pack"
	"github.com/evidencepack/evidence/internal/sign"
	"github.com/evidencepack/evidence/internal/sign/keys"
)

// ErrNoApprover: the configuration names nobody who approves packs.
var ErrNoApprover = errors.New("the configuration names no approver")

// signer opens the key of one who signs packs. The certificates must hold now.
func (r *Run) signer(ctx context.Context, s config.Signer) (sign.Signer, error) {
	key := keys.Key{URI: s.Key, Certificates: s.Certificates, Roots: s.Roots,
		Passphrase: sign.Passphrase{Env: s.PassphraseEnv, File: s.PassphraseFile}}
	signer, err := key.Open(ctx, r.Now())
	if err != nil {
		return nil, err
	}
	if sign.IsDemo(signer) && !r.Config.Demo {
		return nil, fmt.Errorf("key %s: it is a demonstration's, and the organisation is none: evidence init makes a key, or name one that was issued to the signer", sign.Fingerprint(signer.Public()))
	}
	return signer, nil
}

// Approve verifies the pack at path and signs it as the configuration's approver; see
// [pack.Approve].
func (r *Run) Approve(ctx context.Context, path string, v pack.Verification, dir string) (string, error) {
	approver := r.Config.Sign.Approver
	if approver == nil {
		return "", ErrNoApprover
	}
	signer, err := r.signer(ctx, *approver)
	if err != nil {
		return "", fmt.Errorf("approver: %w", err)
	}
	authorities, err := r.Authorities()
	if err != nil {
		return "", err
	}
	validation, err := revocation(*approver)
	if err != nil {
		return "", fmt.Errorf("approver: %w", err)
	}
	a := pack.Approval{Signer: signer, Name: signerName(signer), Person: approver.Name, Role: approver.Role, Ephemeral: r.Config.Demo, At: r.Now(), Authorities: authorities, Validation: validation,
		Provisional: r.Provisional}
	if r.Unanswered != nil {
		a.Unanswered = func(why pack.Unanswered) { r.Unanswered(path, why) }
	}
	return pack.Approve(ctx, path, v, a, dir)
}
