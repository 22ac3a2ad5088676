package sealed

import (
	"slices"
	"time"

	"github.com/evidencepack/evidence"
)

// Unsettled is a window that was read while its records may still have arrived, as the
// note of a claim says.
type Unsettled struct {
	Source string          `json:"source"`
	Kind   string          `json:"kind"`
	Scope  evidence.Scope  `json:"scope"`
	Window evidence.Period `json:"window"`
	Until  time.Time       `json:"until"` // from then on it can be read whole

	// Forgotten: it was read again, when the source kept it no longer.
	Forgotten bool `json:"forgotten,omitempty"`
}

// Unsettled lists the windows of the period with a note of the code among their claims,
// by source, in the order of their readings.
func (v *View) Unsettled(code string) []Unsettled {
	var list []Unsettled
	for _, s := range v.sources {
		attempts := v.held[s.Name].attempts
		for i, a := range attempts {
			if !a.stands {
				continue
			}
			forgotten := slices.ContainsFunc(attempts[i+1:], func(b *attempt) bool {
				return b.unit.Key == a.unit.Key && b.complete() && b.forgotten()
			})
			for _, c := range a.claims {
				for _, n := range c.Notes {
					if n.Code == code {
						list = append(list, Unsettled{s.Name, c.Kind, c.Scope, c.Window, n.Window.End, forgotten})
					}
				}
			}
		}
	}
	return list
}
