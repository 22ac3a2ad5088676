package pack

import (
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/reports"
)

// exemptions lists what a control's parameters leave out, with who approved that and
// until when, as far as the parameters say.
func (c *contents) exemptions(ctl *controls.Control, params map[string]any) ([]reports.Exemption, error) {
	all, err := ctl.ExemptionsOf(params, c.location)
	if err != nil {
		return nil, err
	}
	var list []reports.Exemption
	for _, e := range all {
		list = append(list, reports.Exemption{
			Parameter: e.Parameter, What: e.What, Why: e.Why, ApprovedBy: e.ApprovedBy.In(c.manifest.Lang), Until: e.Until,
			Lapsed: e.Lapsed(c.manifest.Period), Over: !e.Ends.IsZero() && !e.Ends.After(c.manifest.Period.Start),
		})
	}
	return list, nil
}
