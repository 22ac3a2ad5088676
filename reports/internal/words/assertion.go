package words

import (
	"fmt"

	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
)

// Asserted says of management's statement what it is, and of how many of the exceptions
// management has given its view.
func Asserted(p *reports.Pack) (is, answers string) {
	n, answered := p.Exceptions(), p.Answered()
	return fmt.Sprintf(AssertionIs.In(p.Lang), p.Assertion.Signatory),
		fmt.Sprintf(AssertedAnswers.In(p.Lang), format.Count(n), format.Count(answered), format.Count(n-answered))
}
