package pack

import "time"

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
