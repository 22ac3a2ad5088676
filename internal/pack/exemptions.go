package pack

import (
	"fmt"
	"path"
	"slices"
	"strings"

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
	added := c.redaction.addedTo(ctl.ID)
	at := map[string]int{} // of each parameter, the place of its next entry
	var list []reports.Exemption
	for _, e := range all {
		place := fmt.Sprintf("/%s/%d", e.Parameter, at[e.Parameter])
		at[e.Parameter]++
		var pattern string
		if i := slices.IndexFunc(added, func(a AddedValue) bool { return a.At == place || path.Dir(a.At) == place }); i >= 0 {
			pattern = added[i].Pattern
		}
		list = append(list, reports.Exemption{
			Parameter: e.Parameter, What: e.What, Why: e.Why, ApprovedBy: e.ApprovedBy.In(c.manifest.Lang), Until: e.Until,
			Lapsed: e.Lapsed(c.manifest.Period), Over: !e.Ends.IsZero() && !e.Ends.After(c.manifest.Period.Start),
			AddedFor: pattern,
		})
	}
	return list, nil
}

// added lists the values of a control's parameters that redaction put there.
func (c *contents) added(control string, params map[string]any) ([]reports.AddedValue, error) {
	var list []reports.AddedValue
	for _, a := range c.redaction.addedTo(control) {
		v, err := valueAt(params, a.At)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", RedactionFile, err)
		}
		name, _, _ := strings.Cut(a.At[1:], "/")
		list = append(list, reports.AddedValue{Parameter: name, Value: fmt.Sprint(v), Pattern: a.Pattern})
	}
	return list, nil
}
