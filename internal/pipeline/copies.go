package pipeline

import (
	"context"
	"errors"
	"fmt"

	"github.com/evidencepack/evidence/internal/copies"
	"github.com/evidencepack/evidence/internal/locker"
)

// CopyCheckpoints copies to each place that the configuration names the checkpoints
// that it does not have yet. A place that fails does not stop the others. The error
// wraps [locker.ErrTampered] when a place remembers another locker.
func (r *Run) CopyCheckpoints(ctx context.Context) error {
	if len(r.Config.Copies) == 0 {
		return nil
	}
	l, err := r.openLocker(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, place := range r.Config.Copies {
		failed = append(failed, r.copyTo(ctx, l, place))
	}
	if err := errors.Join(failed...); err != nil {
		return fmt.Errorf("what was collected is sealed, and the checkpoints are not copied: %w", err)
	}
	return nil
}

func (r *Run) copyTo(ctx context.Context, l *locker.Locker, place string) (err error) {
	p, closer, err := copies.Open(ctx, place, r.Now)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closer()) }()
	n, err := copies.Update(ctx, l, p)
	if err == nil {
		r.Log.Debug("checkpoints copied", "place", p.String(), "checkpoints", n)
	}
	return err
}
