package controls

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// families replaces settings of whole families of controls, "CHG-*", by settings
// of each of their members. What is said of a control by its own ID counts more.
func (l *Library) families(settings map[string]Settings) (map[string]Settings, error) {
	out := map[string]Settings{}
	own := map[string]bool{}
	for id, s := range settings {
		if !strings.HasSuffix(id, "*") {
			out[id] = s
			own[strings.ToUpper(id)] = true
		}
	}
	from := map[string]string{}
	for _, pattern := range slices.Sorted(maps.Keys(settings)) {
		prefix, ok := strings.CutSuffix(pattern, "*")
		if !ok {
			continue
		}
		s := settings[pattern]
		if len(s.Params) > 0 {
			return nil, fmt.Errorf("controls %s: parameters are set for one control at a time", pattern)
		}
		found := false
		for _, c := range l.Controls {
			if !strings.HasPrefix(c.ID, strings.ToUpper(prefix)) {
				continue
			}
			found = true
			if own[c.ID] {
				continue
			}
			if other, ok := from[c.ID]; ok {
				return nil, fmt.Errorf("control %s: configured twice, by %s and %s", c.ID, other, pattern)
			}
			out[c.ID], from[c.ID] = s, pattern
		}
		if !found {
			return nil, fmt.Errorf("%w controls %q: none begins so", ErrUnknown, pattern)
		}
	}
	return out, nil
}
