package controls

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"github.com/evidencepack/evidence"
)

// batchSize is how many records a worker takes at a time: enough that handing
// them over costs nothing beside judging them.
const batchSize = 64

// batch is a run of records in order, and what they were judged to be.
type batch struct {
	records []evidence.Record
	items   []Item
	shaped  []any // what shape made of each item
	err     error // ends the evaluation after items
	done    chan struct{}
}

// evaluateEach reads batches, lets workers judge them, and emits them in the
// order in which they were read, so that the number of workers changes nothing.
func (f *frame) evaluateEach(ctx context.Context, shape func(Item) any, emit func(Item, any) error) error {
	workers := f.workers
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	ctx, cancel := context.WithCancel(ctx)
	work := make(chan *batch)
	ordered := make(chan *batch, 2*workers) // bounds what is held in memory
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()

	running.Go(func() {
		defer close(ordered)
		defer close(work)
		f.readBatches(ctx, func(b *batch) bool {
			select {
			case ordered <- b:
			case <-ctx.Done():
				return false
			}
			select {
			case work <- b:
			case <-ctx.Done():
				return false
			}
			return true
		})
	})
	for range workers {
		running.Go(func() {
			var w worker
			for b := range work {
				f.judgeBatch(ctx, b, shape, &w)
				close(b.done)
			}
		})
	}
	return emitInOrder(ctx, ordered, emit)
}

func emitInOrder(ctx context.Context, ordered <-chan *batch, emit func(Item, any) error) error {
	for b := range ordered {
		select {
		case <-b.done:
		case <-ctx.Done():
			return ctx.Err()
		}
		for i, item := range b.items {
			if err := emit(item, b.shaped[i]); err != nil {
				return err
			}
		}
		if b.err != nil {
			return b.err
		}
	}
	return ctx.Err()
}

// readBatches hands the evidence over until it ends, fails, or hand says no.
func (f *frame) readBatches(ctx context.Context, hand func(*batch) bool) {
	b := &batch{done: make(chan struct{})}
	for rec, err := range f.records(ctx) {
		if err != nil {
			b.err = fmt.Errorf("control %s: %w", f.control.ID, err)
			break
		}
		b.records = append(b.records, rec)
		if len(b.records) == batchSize {
			if !hand(b) {
				return
			}
			b = &batch{done: make(chan struct{})}
		}
	}
	hand(b)
}

// judgeBatch judges up to the first record that cannot be judged. An error of
// reading stands after the records that were read before it.
func (f *frame) judgeBatch(ctx context.Context, b *batch, shape func(Item) any, w *worker) {
	for _, rec := range b.records {
		item, ok, err := f.item(ctx, rec, w)
		if err != nil {
			b.err = err
			return
		}
		if ok {
			b.items, b.shaped = append(b.items, item), append(b.shaped, shape(item))
		}
	}
}
