package evidence

// Result is what a control's test came to for a period. There are four, because
// "no data" is not "no problem": only a complete population can pass.
type Result string

const (
	// Effective: the population is complete, it was tested, and no item is an exception.
	Effective Result = "effective"
	// ExceptionsNoted: the population is complete and at least one item is an exception.
	ExceptionsNoted Result = "exceptions_noted"
	// NoOccurrence: the population is complete and nothing in it was to be tested.
	NoOccurrence Result = "no_occurrence"
	// NotEvaluable: evidence is missing, incomplete, unreadable or not yet due.
	// Exceptions found all the same are listed; they do not change the result.
	NotEvaluable Result = "not_evaluable"
)

// Results lists the four in the order in which a reader is told of them: what
// could not be evaluated comes first.
var Results = []Result{NotEvaluable, ExceptionsNoted, Effective, NoOccurrence}

// Name returns the word an auditor uses for the result.
func (r Result) Name() Text {
	switch r {
	case Effective:
		return Text{JA: "有効", EN: "effective"}
	case ExceptionsNoted:
		return Text{JA: "例外あり", EN: "exceptions noted"}
	case NoOccurrence:
		return Text{JA: "該当事象なし", EN: "no occurrence"}
	case NotEvaluable:
		return Text{JA: "評価不能", EN: "not evaluable"}
	}
	return Text{JA: string(r), EN: string(r)}
}

// Mark is the sign that a result carries beside its word and its colour.
func (r Result) Mark() string {
	switch r {
	case Effective:
		return "○"
	case ExceptionsNoted:
		return "▲"
	case NoOccurrence:
		return "－"
	case NotEvaluable:
		return "？"
	}
	return ""
}

// Verdict is what the test of one item of a population came to.
type Verdict string

const (
	Pass          Verdict = "pass"           // the control operated for this item
	Exception     Verdict = "exception"      // it did not
	NotApplicable Verdict = "not_applicable" // the control does not apply to this item
	Pending       Verdict = "pending"        // the item's deadline had not passed when the evidence was collected
	Undetermined  Verdict = "undetermined"   // the evidence is there, and what it says cannot be decided by the test
)

// Name returns the word an auditor uses for the verdict.
func (v Verdict) Name() Text {
	switch v {
	case Pass:
		return Text{JA: "例外なし", EN: "no exception"}
	case Exception:
		return Text{JA: "例外", EN: "exception"}
	case NotApplicable:
		return Text{JA: "対象外", EN: "not applicable"}
	case Pending:
		return Text{JA: "期限未到来", EN: "pending"}
	case Undetermined:
		return Text{JA: "判定不能", EN: "undetermined"}
	}
	return Text{JA: string(v), EN: string(v)}
}

// Mark is the sign that a verdict carries beside its word and its colour.
func (v Verdict) Mark() string {
	switch v {
	case Pass:
		return "○"
	case Exception:
		return "▲"
	case NotApplicable:
		return "－"
	case Pending:
		return "◇"
	case Undetermined:
		return "◆"
	}
	return ""
}
