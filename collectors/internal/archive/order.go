package archive

import (
	"context"
	"sync"
)

// InOrder reads things, as many at a time as there are workers, and hands over the
// results in the order of the list. The first error ends it; then nothing is being
// read any more.
func InOrder[T, R any](ctx context.Context, workers int, list []T, read func(context.Context, T) (R, error), accept func(context.Context, R) error) error {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()

	type result struct {
		value R
		err   error
	}
	// Some results wait for a slower one before them, so that nobody idles.
	queue := make(chan chan result, 3*workers) // results that are due, in order
	slots := make(chan struct{}, workers)      // things that are being read
	wg.Go(func() {
		defer close(queue)
		for _, t := range list {
			due := make(chan result, 1)
			select {
			case queue <- due:
			case <-ctx.Done():
				return
			}
			select {
			case slots <- struct{}{}:
			case <-ctx.Done():
				due <- result{err: ctx.Err()}
				return
			}
			wg.Go(func() {
				value, err := read(ctx, t)
				<-slots
				due <- result{value, err}
			})
		}
	})
	for due := range queue {
		res := <-due
		if res.err != nil {
			return res.err
		}
		if err := accept(ctx, res.value); err != nil {
			return err
		}
	}
	return ctx.Err()
}
