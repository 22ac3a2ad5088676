package pack

import (
	"fmt"
	"strings"
	"time"

	"github.com/evidencepack/evidence/reports"
)

// Provisional tells that late records may have arrived since the evidence of a pack was
// collected: it said until when its completeness was provisional, and that is past.
type Provisional struct {
	Controls []string  `json:"controls"` // whose populations it touches
	Until    time.Time `json:"until"`    // the last time after which evidence was to be collected again
}

// overdue finds what of the pack was to be collected again by a time; no controls: nothing.
// What is to be collected again later is not: that would only be provisional again.
func (c *contents) overdue(by time.Time) (Provisional, error) {
	model, err := c.model()
	if err != nil {
		return Provisional{}, err
	}
	var p Provisional
	for i := range model.Controls {
		until := model.Controls[i].Provisional()
		if until.IsZero() || !by.After(until) {
			continue
		}
		p.Controls = append(p.Controls, model.Controls[i].ID)
		if until.After(p.Until) {
			p.Until = until.UTC()
		}
	}
	return p, nil
}

// provisionalNotes say of which controls the result is not final, and until when: whoever
// verifies a pack after that asks for one that was made anew.
func (w *verifier) provisionalNotes(model *reports.Pack) (notes []string) {
	for _, g := range model.Provisional() {
		notes = append(notes, fmt.Sprintf(w.say(
			"%s の結果は暫定である: %s 以後に証跡を再度収集し、パックを作り直すことで確定する",
			"the results of %s are provisional: they become final when the evidence is collected again after %s and the pack made anew"),
			strings.Join(g.IDs, ", "), g.Until.UTC().Format(time.RFC3339)))
	}
	return notes
}
