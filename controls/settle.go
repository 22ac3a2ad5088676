package controls

import (
	"context"
	"encoding/binary"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/evidencepack/evidence"
)

// worker is what one goroutine that judges items reuses from one to the next.
type worker struct {
	projector projector
	members   []memberSpan // of text
	text      []byte       // what is read of an item
	key       []byte
	outcomes  []outcome

	own      []ownWork // one for each control
	*ownWork           // of the control that the item is judged by

	// What the deciders of several controls read of the item, which is read out of its
	// body for them all when the first needs it.
	reading *place
	read    bool
	shared  []byte
	sharing bool // whether shared holds it
}

// ownWork is what a worker keeps of one control.
type ownWork struct {
	trial  trial
	others map[*frame]*ownWork // of its other frames
}

// of is what the worker keeps of one of the control's frames.
func (o *ownWork) of(f *frame) *ownWork {
	if o.others[f] == nil {
		if o.others == nil {
			o.others = map[*frame]*ownWork{}
		}
		o.others[f] = &ownWork{}
	}
	return o.others[f]
}

func newWorker(controls int) *worker {
	w := &worker{own: make([]ownWork, controls)}
	w.ownWork = &w.own[0]
	return w
}

// begin turns to the next record. reading is what several controls read of it, or nil.
func (w *worker) begin(reading *place) { w.reading, w.read, w.sharing = reading, false, false }

// project makes text what is read of the body at p, which is a part of what is read for
// all controls. That is read out of their common reading to the same bytes as out of
// the body: see [projector.again].
func (w *worker) project(body []byte, p *place) (ok bool) {
	if w.reading != nil && !w.read {
		w.read = true
		w.shared, w.sharing = w.projector.project(w.shared[:0], body, w.reading)
	}
	switch {
	case w.reading == nil:
		w.text, ok = w.projector.project(w.text[:0], body, p)
	case w.sharing:
		w.text, ok = w.projector.again(w.text[:0], w.shared, p)
	}
	return ok
}

// trial finds out whether it is worth while to ask the decider before the policy: it
// is not where what it reads hardly ever repeats, or where the policy mostly finds
// something.
type trial struct {
	items, settled, asked int // in this trial: items, those settled by the decider, questions that it evaluated
	rest                  int // items until the next trial
}

const (
	trialItems = 1024
	restItems  = 16 * trialItems
)

// next counts an item and says whether it is to be tried.
func (t *trial) next() bool {
	if t.rest > 0 {
		t.rest--
		return false
	}
	if t.items == trialItems {
		// A question costs no more than the policy does, and what is remembered little.
		if t.asked > 2*t.settled || 8*t.settled < t.items {
			t.rest = restItems
		}
		t.items, t.settled, t.asked = 0, 0, 0
	}
	t.items++
	return true
}

// memos makes one memo for each question of the decider.
func (e *Evaluator) memos() []*memo {
	if e.decider == nil {
		return nil
	}
	memos := make([]*memo, len(e.decider.asked))
	for i := range memos {
		memos[i] = newMemo()
	}
	return memos
}

// settle judges an item in which the policy finds nothing, if its decider knows so;
// ok is false for all other items, and for those that cannot be judged.
func (f *frame) settle(ctx context.Context, rec evidence.Record, t time.Time, w *worker) (item Item, ok bool) {
	if f.decider == nil || !w.trial.next() {
		return Item{}, false
	}
	if !w.project(rec.Body, f.decider.record) {
		return Item{}, false
	}
	w.members = append(w.members[:0], w.projector.members...)
	found, err := f.extract(rec.Body)
	if err != nil {
		return Item{}, false
	}
	chosen, err := f.choose(subject{rec.Body, found})
	if err != nil {
		return Item{}, false
	}
	whole := f.decide(ctx, rec, found, chosen, w)
	if !whole.decided {
		return Item{}, false
	}
	var j judgement
	if whole.value != "" {
		j.notApplicable = []string{""}
	}
	for code := range strings.FieldsSeq(whole.value) {
		if _, known := f.control.NotApplicable[code]; !known {
			return Item{}, false
		}
		j.because = append(j.because, finding{reason: Reason{Code: code}})
	}
	item, err = judge(rec, t, f.in.AsOf, j)
	w.trial.settled++
	return item, err == nil
}

// decide answers the decider's questions about an item in their order, and returns
// the outcome of the last.
func (f *frame) decide(ctx context.Context, rec evidence.Record, found extracted, chosen map[*join][]int, w *worker) outcome {
	var input ast.Value // is made when it is first needed: mostly never
	w.outcomes = w.outcomes[:0]
	for n := range f.decider.asked {
		q := &f.decider.asked[n]
		if w.key = f.appendKey(w.key[:0], q, rec, found, chosen, w); len(w.key) == 0 {
			w.outcomes = append(w.outcomes, outcome{})
			continue
		}
		o, known := f.memo[n].get(w.key)
		if !known {
			if input == nil {
				var err error
				if input, err = f.decidable(rec, found, chosen, w.text); err != nil {
					return outcome{}
				}
			}
			o = f.decider.ask(ctx, n, input)
			if ctx.Err() != nil {
				return outcome{}
			}
			f.memo[n].put(w.key, o)
			w.trial.asked++
		}
		w.outcomes = append(w.outcomes, o)
	}
	return w.outcomes[len(w.outcomes)-1]
}

// decidable makes the document that the decider's questions are asked of.
func (f *frame) decidable(rec evidence.Record, found extracted, chosen map[*join][]int, text []byte) (ast.Value, error) {
	body, err := parseValue(text)
	if err != nil {
		return nil, err
	}
	related, err := f.relatedTerm(chosen)
	if err != nil {
		return nil, err
	}
	return f.documentOf(rec, body, related, found), nil
}

// appendKey appends all that the outcome of a question depends on: what is read of
// the record, and behind it, by their values, the outcomes that are used; by their
// numbers the records that were joined; in full what was extracted. JSON has no NUL
// in it. There is no key where an outcome is not known.
func (f *frame) appendKey(key []byte, q *question, rec evidence.Record, found extracted, chosen map[*join][]int, w *worker) []byte {
	key, ok := f.appendRead(key, q, w)
	if !ok {
		return key[:0]
	}
	for _, n := range q.uses {
		if !w.outcomes[n].decided {
			return key[:0]
		}
		key = append(append(key, 0), w.outcomes[n].value...)
	}
	if q.kind {
		key = append(append(key, 0), rec.Kind...)
	}
	if q.time {
		key = append(append(key, 0), itemTime(rec)...)
	}
	if !q.joined {
		return key
	}
	for _, j := range f.joins {
		key = binary.AppendUvarint(append(key, 0), uint64(len(chosen[j])))
		for _, n := range chosen[j] {
			key = binary.AppendUvarint(key, uint64(n))
		}
	}
	for _, finder := range f.finders {
		key = binary.AppendUvarint(append(key, 0), uint64(len(found[finder.name])))
		for _, value := range found[finder.name] {
			key = binary.AppendUvarint(key, uint64(len(value)))
			key = append(key, value...)
		}
	}
	return key
}

// appendRead appends what a question reads of the record.
func (f *frame) appendRead(key []byte, q *question, w *worker) ([]byte, bool) {
	if q.members == nil || w.text[0] != '{' {
		return w.projector.again(key, w.text, q.record)
	}
	key = append(key, '{')
	for _, m := range w.members {
		own, reads := q.members[m.part]
		if !reads {
			continue
		}
		if own == nil {
			key = append(append(key, w.text[m.from:m.to]...), ',')
			continue
		}
		key = append(key, w.text[m.from:m.value]...)
		var ok bool
		if key, ok = w.projector.again(key, w.text[m.value:m.to], own); !ok {
			return key, false
		}
		key = append(key, ',')
	}
	return key, true
}

// readable makes the document on which the policy itself judges an item out of what
// it reads of the record; ok is false where it has to be made of all of it.
func (f *frame) readable(rec evidence.Record, w *worker) (input ast.Value, ok bool) {
	if f.record == nil {
		return nil, false
	}
	if w.text, ok = w.projector.project(w.text[:0], rec.Body, f.record); !ok {
		return nil, false
	}
	body, err := parseValue(w.text)
	if err != nil {
		return nil, false
	}
	input, err = f.withJoined(rec, body)
	return input, err == nil
}
