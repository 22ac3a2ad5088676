package pipeline

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/evidencepack/evidence/internal/locker"
	"github.com/evidencepack/evidence/internal/pack"
	"github.com/evidencepack/evidence/internal/redaction"
	"github.com/evidencepack/evidence/internal/responses"
	"github.com/evidencepack/evidence/internal/sealed"
)

// ErrNoRedaction: an auditor's copy was asked for, and nothing says how.
var ErrNoRedaction = errors.New("the configuration has no redaction, such as redaction: {levels: [S, A]}")

// CanRedact tells before a long run whether copies can be made at its end: the configuration
// says how, and its key can be read.
func (r *Run) CanRedact() error {
	if r.Config.Redaction == nil {
		return ErrNoRedaction
	}
	_, err := redaction.LoadKey(r.Config.Redaction.Key)
	return err
}

// redact puts what an auditor's copy holds in the place of the originals.
func (r *Run) redact(ctx context.Context, in *pack.Input) (*pack.Redacted, error) {
	how := r.Config.Redaction
	if how == nil {
		return nil, ErrNoRedaction
	}
	key, err := redaction.LoadKey(how.Key)
	if err != nil {
		return nil, err
	}
	redacted, err := pack.Redact(ctx, pack.Redacting{
		Key: key, Policy: how.Policy, Archive: atCheckpoint{in.Locker, in.Checkpoint},
		View: in.View, Results: in.Results, Library: in.Library,
	})
	if err != nil {
		return nil, err
	}
	for _, rule := range redacted.Unmatched() {
		r.Log.Warn("a redaction rule is of no field in these records: nothing was redacted by it; are its kind and field as the records have them?", "rule", rule.String())
	}
	files, err := redacted.Responses(in.Answers.Files, r.Config.Calendar.Location)
	if err == nil {
		in.Answers, err = responses.Answer(files, redacted.Results)
	}
	if err != nil {
		return nil, errors.Join(err, redacted.Close())
	}
	in.Redacted, in.View, in.Results, in.Library = redacted, redacted.View, redacted.Results, redacted.Library
	in.Samples = redacted.Plans(in.Samples)
	return redacted, nil
}

// Originals finds what an auditor's copy was made of in a locker.
func Originals(ctx context.Context, store locker.Store, key redaction.Key) (*pack.Originals, error) {
	l, err := locker.OpenIn(ctx, store)
	if err != nil {
		return nil, err
	}
	return &pack.Originals{Key: key, Archive: func(root tlog.Hash) (sealed.Archive, error) {
		all, err := l.Checkpoints()
		if err != nil {
			return nil, err
		}
		for _, cp := range all {
			if cp.Root == root {
				return atCheckpoint{l, cp}, nil
			}
		}
		return nil, fmt.Errorf("the locker was never sealed with root %s", hex.EncodeToString(root[:]))
	}}, nil
}
