package redaction

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Addition is a value that redaction put beside a pattern of a parameter, so that what the
// pattern named goes on being named.
type Addition struct {
	At      string `json:"at"`      // a JSON Pointer (RFC 6901) into the parameters
	Pattern string `json:"pattern"` // what it stands beside
}

// Params replaces what was learnt in a control's parameters: maps, lists and texts. A
// pattern in a list ("svc-*@example.com") names values that it would not match any more; so
// after each element with one stand copies of it for those that were learnt. Where, is told
// too, in the order of the parameters.
func (r *Redactor) Params(params map[string]any) (map[string]any, []Addition) {
	p := paramsOf{by: r}
	now, _ := p.value(params, "").(map[string]any)
	return now, p.added
}

// paramsOf are parameters on their way.
type paramsOf struct {
	by    *Redactor
	added []Addition
}

func (p *paramsOf) value(v any, at string) any {
	r := p.by
	switch v := v.(type) {
	case string:
		if now, ok := r.numbers[v]; ok {
			return now
		}
		return r.Text(v)
	case int, int64, uint64, float64:
		if now, err := strconv.ParseUint(r.numbers[fmt.Sprint(v)], 10, 64); err == nil {
			return now
		}
		return v
	case []any:
		list := make([]any, 0, len(v))
		for _, e := range v {
			list = append(list, p.value(e, fmt.Sprintf("%s/%d", at, len(list))))
			list = append(list, p.matched(e, at, len(list))...)
		}
		return list
	case map[string]any:
		m := make(map[string]any, len(v))
		for _, k := range slices.Sorted(maps.Keys(v)) {
			name := r.name(k)
			if text, ok := v[k].(string); ok && slices.Contains(prose, k) {
				m[name] = r.Prose(text)
				continue
			}
			m[name] = p.value(v[k], at+"/"+token(name))
		}
		return m
	}
	return v
}

// token writes a name as a JSON Pointer does.
func token(name string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(name) }

// matched are copies of a list's element for the learnt values that its pattern names, from a
// place of the list on.
func (p *paramsOf) matched(e any, at string, from int) []any {
	var copies []any
	add := func(one any, below, pattern string) {
		p.added = append(p.added, Addition{fmt.Sprintf("%s/%d%s", at, from+len(copies), below), pattern})
		copies = append(copies, one)
	}
	switch e := e.(type) {
	case string:
		for _, now := range p.by.named(e) {
			add(now, "", e)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(e)) {
			pattern, _ := e[name].(string)
			for _, now := range p.by.named(pattern) {
				alone := paramsOf{by: p.by} // what stands beside patterns below is the copy's, and is told of as it
				one := alone.value(e, "").(map[string]any)
				one[name] = now
				add(one, "/"+token(name), pattern)
			}
		}
	}
	return copies
}

// Added reports whether a value is one that redaction puts beside the pattern.
func (r *Redactor) Added(pattern string, value any) bool {
	text, ok := value.(string)
	return ok && slices.Contains(r.named(pattern), text)
}

// named are the pseudonyms of the learnt values that a pattern with * matches, sorted.
func (r *Redactor) named(pattern string) []string {
	if !strings.Contains(pattern, "*") {
		return nil
	}
	matches := globOf(pattern)
	if matches == nil {
		return nil
	}
	var found []string
	for value, now := range r.learnt {
		if matches.MatchString(value) {
			found = append(found, now)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}
