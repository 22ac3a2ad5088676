package redaction

import (
	"fmt"
	"maps"
	"reflect"
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
// pattern in a list ("svc-*@example.com", "192.0.2.0/24") names values that it would not match any more; so
// after each element with one stand copies of it for those that were learnt. Where, is told
// too, in the order of the parameters.
func (r *Redactor) Params(params map[string]any) (map[string]any, []Addition, error) {
	now, _ := r.value(params).(map[string]any)
	added, err := r.Additions(now)
	return now, added, err
}

func (r *Redactor) value(v any) any {
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
			now := r.value(e)
			list = append(list, now)
			for _, c := range r.copies(now) {
				list = append(list, c.value)
			}
		}
		return list
	case map[string]any:
		m := make(map[string]any, len(v))
		for _, k := range slices.Sorted(maps.Keys(v)) {
			if text, ok := v[k].(string); ok && slices.Contains(prose, k) {
				m[r.name(k)] = r.Prose(text)
				continue
			}
			m[r.name(k)] = r.value(v[k])
		}
		return m
	}
	return v
}

// token writes a name as a JSON Pointer does.
func token(name string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(name) }

// Additions finds again, in parameters that were redacted, what redaction put into them. It
// is an error if a pattern has not just those copies that it must have: whoever made the
// parameters would have hidden one, or passed off a value of the organisation's own as one.
func (r *Redactor) Additions(params map[string]any) ([]Addition, error) {
	var added []Addition
	var walk func(v any, at string) error
	walk = func(v any, at string) error {
		switch v := v.(type) {
		case map[string]any:
			for _, name := range slices.Sorted(maps.Keys(v)) {
				if err := walk(v[name], at+"/"+token(name)); err != nil {
					return err
				}
			}
		case []any:
			for i := 0; i < len(v); i++ {
				if err := walk(v[i], fmt.Sprintf("%s/%d", at, i)); err != nil {
					return err
				}
				for _, c := range r.copies(v[i]) {
					i++
					here := fmt.Sprintf("%s/%d", at, i)
					if i == len(v) || !reflect.DeepEqual(v[i], c.value) {
						return fmt.Errorf("%s is not what redaction adds to the pattern %s", here, c.pattern)
					}
					added = append(added, Addition{here + c.below, c.pattern})
				}
			}
		}
		return nil
	}
	err := walk(params, "")
	return added, err
}

// copyOf is a copy of a list's element for a value that its pattern names.
type copyOf struct {
	value   any
	below   string // where in it the value stands, as a JSON Pointer goes on
	pattern string
}

// copies are those of a list's element that was redacted itself, for the learnt values that its
// patterns name. A pattern is told as it was redacted: it may hold a person's name.
func (r *Redactor) copies(e any) []copyOf {
	var all []copyOf
	switch e := e.(type) {
	case string:
		for _, now := range r.named(r.original(e)) {
			all = append(all, copyOf{now, "", e})
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(e)) {
			pattern, _ := e[name].(string)
			if slices.Contains(prose, name) {
				continue
			}
			for _, now := range r.named(r.original(pattern)) {
				one := maps.Clone(e)
				one[name] = now
				all = append(all, copyOf{one, "/" + token(name), pattern})
			}
		}
	}
	return all
}

// original puts what was learnt back into a pattern. It is for finding what the pattern
// names, and goes nowhere.
func (r *Redactor) original(pattern string) string {
	if !strings.Contains(pattern, "*") || !strings.Contains(pattern, "anon-") {
		return pattern
	}
	for _, value := range slices.Sorted(maps.Keys(r.learnt)) {
		now := r.learnt[value]
		pattern = strings.ReplaceAll(pattern, now, value)
		// "taro@*" has of an address what is before the @.
		if local, _, isMail := strings.Cut(now, "@"); isMail && strings.HasPrefix(local, "anon-") {
			was, _, _ := strings.Cut(value, "@")
			pattern = strings.ReplaceAll(pattern, local, was)
		}
	}
	return pattern
}

// named are the pseudonyms of the learnt values that a pattern with * matches, sorted; of a range,
// the prefixes of those of its addresses.
func (r *Redactor) named(pattern string) []string {
	if p, ok := rangeOf(pattern); ok {
		return r.zonesIn(p)
	}
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
