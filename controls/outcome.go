package controls

import (
	"time"

	"github.com/evidencepack/evidence"
)

// Item is one item of a population with its verdict.
type Item struct {
	Record  evidence.Record
	Time    time.Time // the item's own time, which put it in the period
	SHA256  string    // of the record's body: see [evidence.Record.BodySHA256]
	Verdict evidence.Verdict
	Reasons []Reason  // of an item that did not pass; ordered by code and detail
	Until   time.Time // of a pending item: when its last deadline passes

	// Observations are what readers should know of the item, whatever its
	// verdict; ordered by code and detail.
	Observations []Reason

	// Unapproved: the verdict rests on an exemption that does not say who approved it.
	Unapproved bool
}

// Outcome counts what a population came to. Total is the sum of the other five.
type Outcome struct {
	Total, Passed, Exceptions, NotApplicable, Pending, Undetermined int64

	ByReason      map[string]int64 // exceptions by reason; an item counts once for each code it has
	ByObservation map[string]int64 // items by observation, likewise
	ByBecause     map[string]int64 // not applicable items by why they are, likewise
	Exempt        int64            // not applicable items that an exemption leaves out
	Unapproved    int64            // items whose verdict rests on an exemption without a recorded approver
	PendingUntil  time.Time        // when the last of the pending items can be judged
}

// Result is the control's result for the period. complete says whether the
// population, and all it was joined with, is known to be complete.
func (o Outcome) Result(complete bool) evidence.Result {
	switch {
	case !complete || o.Pending > 0 || o.Undetermined > 0:
		return evidence.NotEvaluable
	case o.Exceptions > 0:
		return evidence.ExceptionsNoted
	case o.Total == o.NotApplicable:
		return evidence.NoOccurrence
	}
	return evidence.Effective
}

func (o *Outcome) add(item Item) {
	o.Total++
	if item.Exempt() {
		o.Exempt++
	}
	if item.Unapproved {
		o.Unapproved++
	}
	switch item.Verdict {
	case evidence.Pass:
		o.Passed++
	case evidence.NotApplicable:
		o.NotApplicable++
		countCodes(&o.ByBecause, item.Reasons)
	case evidence.Pending:
		o.Pending++
		if item.Until.After(o.PendingUntil) {
			o.PendingUntil = item.Until
		}
	case evidence.Undetermined:
		o.Undetermined++
	case evidence.Exception:
		o.Exceptions++
		countCodes(&o.ByReason, item.Reasons)
	}
	countCodes(&o.ByObservation, item.Observations)
}

// countCodes counts an item once for each code among its reasons.
func countCodes(counts *map[string]int64, reasons []Reason) {
	last := ""
	for _, r := range reasons { // ordered by code: the same code stands together
		if r.Code != last {
			if *counts == nil {
				*counts = map[string]int64{}
			}
			(*counts)[r.Code]++
			last = r.Code
		}
	}
}
