package words

import (
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
)

// Fact is a value with what it is called.
type Fact struct {
	Title evidence.Text
	Value string
}

// ResponseFacts are by whom a response was given, and how long it holds.
func ResponseFacts(r *reports.Response, loc *time.Location) []Fact {
	facts := []Fact{{ResponseOwner, r.Owner}, {Approver, r.Approver}, {ApprovedOn, format.Date(r.Approved, loc)}}
	if r.Ticket != "" {
		facts = append(facts, Fact{Ticket, r.Ticket})
	}
	if !r.LastDay.IsZero() {
		facts = append(facts, Fact{LastDay, format.Date(r.LastDay, loc)})
	}
	return facts
}
