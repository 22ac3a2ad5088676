package pack

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/evidencepack/evidence/reports"
)

// exemptions lists what a control's parameters leave out, with who approved that and
// until when, as far as the parameters say: those whose names begin with "exempt". An
// element is a text, or has the members why, approved_by and until (a date, the last day)
// beside what it leaves out.
func (c *contents) exemptions(params map[string]any) []reports.Exemption {
	var list []reports.Exemption
	for _, name := range slices.Sorted(maps.Keys(params)) {
		elements, ok := params[name].([]any)
		if !ok || !strings.HasPrefix(name, "exempt") {
			continue
		}
		for _, element := range elements {
			e := reports.Exemption{Parameter: name}
			entry, ok := element.(map[string]any)
			if !ok {
				e.What = fmt.Sprint(element)
				list = append(list, e)
				continue
			}
			var what []string
			for _, member := range slices.Sorted(maps.Keys(entry)) {
				value := strings.TrimSpace(fmt.Sprint(entry[member]))
				switch member {
				case "why":
					e.Why = value
				case "approved_by":
					e.ApprovedBy = value
				case "until":
					e.Until = value
				default:
					what = append(what, member+" = "+value)
				}
			}
			e.What = strings.Join(what, ", ")
			if last, err := time.ParseInLocation(time.DateOnly, e.Until, c.location); err == nil {
				e.Lapsed = last.AddDate(0, 0, 1).Before(c.manifest.Period.End)
			}
			list = append(list, e)
		}
	}
	return list
}
