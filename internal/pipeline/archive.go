package pipeline

import (
	"context"
	"iter"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/locker"
)

// atCheckpoint is a locker as a checkpoint left it: what was collected since is
// not evidence yet.
type atCheckpoint struct {
	locker     *locker.Locker
	checkpoint locker.Checkpoint
}

func (a atCheckpoint) Entries(ctx context.Context) iter.Seq2[locker.Entry, error] {
	return a.locker.Sealed(ctx, a.checkpoint)
}

func (a atCheckpoint) Records(ctx context.Context, m locker.Manifest) iter.Seq2[evidence.Record, error] {
	return a.locker.Records(ctx, m)
}
