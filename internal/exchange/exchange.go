// Package exchange writes results for other programs: JUnit's XML and SARIF for those that run
// checks, CSV and JSON Lines of a population for those that analyse it.
package exchange

import (
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/pack"
	"github.com/evidencepack/evidence/internal/responses"
)

// Check is what was checked.
type Check struct {
	Results  *evaluation.Results
	Library  *controls.Library
	Answers  *responses.Answers // to exceptions; nil: none
	Period   string             // its name
	Lang     evidence.Lang
	Location *time.Location
	Tool     string // "evidence"
	Version  string // "0.1.0"
}

// why says why a control is not evaluable, a sentence each; none if it is.
func (c *Check) why(tested *evaluation.Control) []string {
	if tested.Result != evidence.NotEvaluable {
		return nil
	}
	return pack.WhyNotEvaluable(tested, c.Lang, c.Location)
}

// reasons are the sentences that tell why an item came to its verdict.
func (c *Check) reasons(control *controls.Control, item evaluation.Item) []string {
	var texts []string
	for _, r := range item.Reasons {
		texts = append(texts, control.ReasonTextIn(r, c.Lang, c.Location))
	}
	if len(texts) == 0 {
		texts = append(texts, item.Verdict.Name().In(c.Lang))
	}
	return texts
}
