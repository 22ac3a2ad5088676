package pipeline

import (
	"context"
	"time"

	"github.com/evidencepack/evidence/internal/config"
	"github.com/evidencepack/evidence/internal/locker"
)

// lockerStore is where a configuration's locker is: the one place that chooses.
func lockerStore(ctx context.Context, c *config.Config, now func() time.Time) (locker.Store, error) {
	if c.Bucket != nil {
		return c.Bucket.Open(ctx, now)
	}
	return locker.Dir(c.Locker), nil
}

func (r *Run) openLocker(ctx context.Context) (*locker.Locker, error) {
	s, err := lockerStore(ctx, r.Config, r.Now)
	if err != nil {
		return nil, err
	}
	return locker.OpenIn(ctx, s)
}
