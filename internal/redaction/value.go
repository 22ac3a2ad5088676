package redaction

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Value replaces what was learnt in a control's parameter: maps, lists and texts. A
// pattern in a list ("svc-*@example.com") names values that it would not match any more; so
// after each element with one stand copies of it for those that were learnt.
func (r *Redactor) Value(v any) any {
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
			list = append(list, r.Value(e))
			list = append(list, r.matched(e)...)
		}
		return list
	case map[string]any:
		m := make(map[string]any, len(v))
		for k, e := range v {
			m[r.name(k)] = r.Value(e)
		}
		return m
	}
	return v
}

// matched are copies of a list's element for the learnt values that its pattern names.
func (r *Redactor) matched(e any) []any {
	var copies []any
	switch e := e.(type) {
	case string:
		for _, now := range r.named(e) {
			copies = append(copies, now)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(e)) {
			pattern, _ := e[name].(string)
			for _, now := range r.named(pattern) {
				one := r.Value(e).(map[string]any)
				one[name] = now
				copies = append(copies, one)
			}
		}
	}
	return copies
}

// named are the pseudonyms of the learnt values that a pattern with * matches, sorted.
func (r *Redactor) named(pattern string) []string {
	if !strings.Contains(pattern, "*") || strings.Trim(pattern, "*@.") == "" {
		return nil
	}
	glob := strings.ReplaceAll(regexp.QuoteMeta(fold(pattern)), `\*`, ".*")
	matches, err := regexp.Compile(`(?s)^` + glob + `$`)
	if err != nil {
		return nil // too long a pattern: it is left as it is
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
