package controls

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"
)

// Settings is what an organisation's configuration says of one control.
type Settings struct {
	Disabled bool           `yaml:"disabled"` // the control is left out, of frameworks too; registers say that it is not there
	Params   map[string]any `yaml:"params"`   // replaces parameters' defaults
	Owner    string         `yaml:"owner"`    // replaces the control's owner
}

// Configure returns the library with settings, keyed by control ID or by a family
// of them ("CHG-*"), applied. It leaves l as it is. A control or parameter that
// does not exist, or a value of another type than the parameter's default, is an
// error.
func (l *Library) Configure(settings map[string]Settings) (*Library, error) {
	settings, err := l.families(settings)
	if err != nil {
		return nil, err
	}
	changed := map[string]*Control{}
	disabled := map[string]bool{}
	for _, id := range slices.Sorted(maps.Keys(settings)) {
		c, err := l.Find(id)
		if err != nil {
			return nil, err
		}
		if disabled[c.ID] || changed[c.ID] != nil {
			return nil, fmt.Errorf("control %s: configured twice", c.ID)
		}
		if changed[c.ID], err = c.configure(settings[id]); err != nil {
			return nil, err
		}
		disabled[c.ID] = settings[id].Disabled
	}

	out := &Library{Registers: l.Registers, modules: l.modules}
	for _, c := range l.Controls {
		if disabled[c.ID] {
			continue
		}
		if n := changed[c.ID]; n != nil {
			c = n
		}
		out.Controls = append(out.Controls, c)
	}
	for _, f := range l.Frameworks {
		out.Frameworks = append(out.Frameworks, f.without(disabled))
	}
	return out, nil
}

func (c *Control) configure(s Settings) (*Control, error) {
	n := *c
	if s.Owner != "" {
		n.Owner = s.Owner
	}
	n.Params = maps.Clone(c.Params)
	for _, name := range slices.Sorted(maps.Keys(s.Params)) {
		was, ok := c.Params[name]
		if !ok {
			return nil, fmt.Errorf("control %s: %w", c.ID, unknown("parameter", name, slices.Sorted(maps.Keys(c.Params))))
		}
		if now := s.Params[name]; jsonType(now) != jsonType(was) {
			return nil, fmt.Errorf("control %s: parameter %s: want %s, have %s", c.ID, name, jsonType(was), jsonType(now))
		}
		n.Params[name] = s.Params[name]
	}
	if _, err := n.Exemptions(time.UTC); err != nil {
		return nil, fmt.Errorf("control %s: %w", c.ID, err)
	}
	for _, name := range slices.Sorted(maps.Keys(n.Extract)) {
		if _, err := n.finder(name); err != nil {
			return nil, fmt.Errorf("control %s: %w", c.ID, err)
		}
	}
	return &n, nil
}

// emptyParam reports whether a parameter's value is an empty list, mapping or text.
func emptyParam(v any) bool {
	switch rv := reflect.ValueOf(v); rv.Kind() {
	case reflect.Slice, reflect.Array, reflect.Map, reflect.String:
		return rv.Len() == 0
	}
	return false
}

// jsonType names the JSON type that a decoded YAML value becomes.
func jsonType(v any) string {
	switch reflect.ValueOf(v).Kind() {
	case reflect.Invalid:
		return "null"
	case reflect.Bool:
		return "a boolean"
	case reflect.String:
		return "a string"
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Map:
		return "a mapping"
	}
	return "a number"
}
