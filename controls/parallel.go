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

// batch is a run of records in order, and what each of the controls judged them to be.
type batch struct {
	records []evidence.Record
	judged  []verdicts
	err     error // of reading: ends the evaluation after the records
	done    chan struct{}
}

// verdicts are what one control made of a batch.
type verdicts struct {
	items  []Item
	shaped []any // what shape made of each item
	err    error // ends the control's evaluation after items
}

// pass is one reading of a population that several controls are judged on.
type pass struct {
	frames  []*frame
	tests   []Evaluation // the frames' own
	reading *place       // what the deciders of all read of a record; nil where there are not several
}

// evaluateEach reads batches, lets workers judge them, and emits them in the
// order in which they were read, so that the number of workers changes nothing. It
// returns what ended each control's evaluation.
func (p *pass) evaluateEach(ctx context.Context) []error {
	workers := p.frames[0].workers
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
		p.readBatches(ctx, func(b *batch) bool {
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
			w := newWorker(len(p.frames))
			for b := range work {
				p.judgeBatch(ctx, b, w)
				close(b.done)
			}
		})
	}
	return p.emitInOrder(ctx, ordered)
}

// emitInOrder emits to each control until its evaluation ends, and stops when all have.
func (p *pass) emitInOrder(ctx context.Context, ordered <-chan *batch) []error {
	errs := make([]error, len(p.frames))
	left := len(errs)
	for b := range ordered {
		select {
		case <-b.done:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break
		}
		for i, j := range b.judged {
			if errs[i] != nil {
				continue
			}
			if errs[i] = p.emit(i, j); errs[i] != nil {
				p.frames[i].ended.Store(true)
				left--
			}
		}
		if left == 0 {
			break
		}
	}
	for i := range errs {
		if errs[i] == nil {
			errs[i] = ctx.Err()
		}
	}
	return errs
}

func (p *pass) emit(i int, j verdicts) error {
	for n, item := range j.items {
		if err := p.tests[i].Emit(item, j.shaped[n]); err != nil {
			return err
		}
	}
	return j.err
}

// readBatches hands the evidence over until it ends, fails, or hand says no.
func (p *pass) readBatches(ctx context.Context, hand func(*batch) bool) {
	b := &batch{done: make(chan struct{})}
	for rec, err := range p.frames[0].records(ctx) {
		if err != nil {
			b.err = err
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

// judgeBatch judges, for each control, up to the first record that it cannot judge. An
// error of reading stands after the records that were read before it.
func (p *pass) judgeBatch(ctx context.Context, b *batch, w *worker) {
	b.judged = make([]verdicts, len(p.frames))
	for _, rec := range b.records {
		w.begin(p.reading)
		sum := "" // of the body: taken once for all controls
		for i, f := range p.frames {
			j := &b.judged[i]
			if j.err != nil || f.ended.Load() {
				continue
			}
			w.ownWork = &w.own[i]
			item, ok, err := f.item(ctx, rec, w)
			if err != nil {
				j.err = err
				continue
			}
			if !ok {
				continue
			}
			if sum == "" {
				sum = rec.BodySHA256()
			}
			item.SHA256 = sum
			j.items, j.shaped = append(j.items, item), append(j.shaped, p.tests[i].Shape(item))
		}
	}
	if b.err == nil {
		return
	}
	for i, f := range p.frames {
		if j := &b.judged[i]; j.err == nil {
			j.err = fmt.Errorf("control %s: %w", f.control.ID, b.err)
		}
	}
}
