package graph

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// condition is a part of a $filter.
type condition interface {
	holds(o Object) bool
	// uses tells what it compares, and how: "createdDateTime", "ge".
	uses(tell func(path, operator string))
}

type (
	both    struct{ of []condition } // and
	either  struct{ of []condition } // or
	negated struct{ of condition }
	compare struct {
		path, operator string
		value          any
	}
	// anyOf is path/any(v:…) over a list of values or of objects.
	anyOf struct {
		path string
		of   condition
	}
)

func (c both) holds(o Object) bool {
	return !slices.ContainsFunc(c.of, func(x condition) bool { return !x.holds(o) })
}

func (c either) holds(o Object) bool {
	return slices.ContainsFunc(c.of, func(x condition) bool { return x.holds(o) })
}

func (c negated) holds(o Object) bool { return !c.of.holds(o) }

func (c anyOf) holds(o Object) bool {
	switch list := o.at(c.path).(type) {
	case []string:
		return slices.ContainsFunc(list, func(v string) bool { return c.of.holds(Object{"": v}) })
	case []Object:
		return slices.ContainsFunc(list, c.of.holds)
	}
	return false
}

// holds compares strings without regard to case, as the directory does, and times as
// times.
func (c compare) holds(o Object) bool {
	v := o.at(c.path)
	if c.path == "" {
		v = o[""]
	}
	switch want := c.value.(type) {
	case []any:
		return slices.ContainsFunc(want, func(w any) bool { return compare{c.path, "eq", w}.holds(o) })
	case time.Time:
		said, _ := v.(string)
		at, err := time.Parse(time.RFC3339Nano, said)
		return err == nil && ordered(c.operator, at.Compare(want))
	case string:
		said, ok := v.(string)
		if c.operator == "startswith" {
			return ok && strings.HasPrefix(strings.ToLower(said), strings.ToLower(want))
		}
		return (ok || c.operator == "ne") && ordered(c.operator, strings.Compare(strings.ToLower(said), strings.ToLower(want)))
	case int:
		said, ok := v.(int)
		return ok && ordered(c.operator, said-want)
	}
	return (v == c.value) == (c.operator == "eq") // true, false, null
}

func ordered(operator string, c int) bool {
	switch operator {
	case "eq":
		return c == 0
	case "ne":
		return c != 0
	case "ge":
		return c >= 0
	case "gt":
		return c > 0
	case "le":
		return c <= 0
	}
	return c < 0
}

func (c both) uses(tell func(path, operator string)) {
	for _, x := range c.of {
		x.uses(tell)
	}
}

func (c either) uses(tell func(path, operator string))  { both(c).uses(tell) }
func (c negated) uses(tell func(path, operator string)) { c.of.uses(tell) }
func (c compare) uses(tell func(path, operator string)) { tell(c.path, c.operator) }

func (c anyOf) uses(tell func(path, operator string)) {
	c.of.uses(func(path, operator string) { tell(strings.TrimSuffix(c.path+"/"+path, "/"), "any "+operator) })
}

// parseFilter understands the part of OData's grammar that Graph does: comparisons
// joined by and, or, not and parentheses, in, startswith and any.
func parseFilter(s string) (condition, error) {
	p := &filterParser{tokens: tokens(s), text: s}
	c, err := p.or()
	if err == nil && len(p.tokens) > 0 {
		err = p.wrong()
	}
	return c, err
}

type filterParser struct {
	tokens   []string
	text     string
	variable string // of the any that is being read
}

func (p *filterParser) wrong() error {
	found := "the end"
	if len(p.tokens) > 0 {
		found = "'" + p.tokens[0] + "'"
	}
	return fmt.Errorf("Invalid filter clause: Syntax error: found %s in '%s'.", found, p.text) //nolint // Graph's words
}

func (p *filterParser) next() string {
	if len(p.tokens) == 0 {
		return ""
	}
	t := p.tokens[0]
	p.tokens = p.tokens[1:]
	return t
}

func (p *filterParser) accept(token string) bool {
	if len(p.tokens) > 0 && strings.EqualFold(p.tokens[0], token) {
		p.tokens = p.tokens[1:]
		return true
	}
	return false
}

func (p *filterParser) or() (condition, error) {
	return p.joined("or", func() (condition, error) {
		return p.joined("and", p.term, func(of []condition) condition { return both{of} })
	}, func(of []condition) condition { return either{of} })
}

func (p *filterParser) joined(by string, part func() (condition, error), all func([]condition) condition) (condition, error) {
	c, err := part()
	of := []condition{c}
	for err == nil && p.accept(by) {
		c, err = part()
		of = append(of, c)
	}
	if err != nil {
		return nil, err
	}
	if len(of) == 1 {
		return of[0], nil
	}
	return all(of), nil
}

func (p *filterParser) term() (condition, error) {
	switch {
	case p.accept("not"):
		c, err := p.term()
		return negated{c}, err
	case p.accept("("):
		c, err := p.or()
		if err == nil && !p.accept(")") {
			err = p.wrong()
		}
		return c, err
	case p.accept("startswith"):
		return p.startsWith()
	}
	return p.comparison()
}

func (p *filterParser) startsWith() (condition, error) {
	if !p.accept("(") {
		return nil, p.wrong()
	}
	path := p.path(p.next())
	if !p.accept(",") {
		return nil, p.wrong()
	}
	v, err := p.value()
	if _, ok := v.(string); err != nil || !ok || !p.accept(")") {
		return nil, p.wrong()
	}
	return compare{path, "startswith", v}, nil
}

// path is a path of what is compared; in an any, of its variable.
func (p *filterParser) path(said string) string {
	if p.variable != "" {
		said = strings.TrimPrefix(strings.TrimPrefix(said, p.variable), "/")
	}
	return said
}

func (p *filterParser) comparison() (condition, error) {
	path := p.next()
	if list, ok := strings.CutSuffix(path, "/any"); ok && p.accept("(") {
		return p.any(list)
	}
	if path == "" || strings.ContainsAny(path, "'(),:") {
		return nil, p.wrong()
	}
	operator := strings.ToLower(p.next())
	if operator == "in" {
		return p.in(p.path(path))
	}
	if !slices.Contains([]string{"eq", "ne", "ge", "gt", "le", "lt"}, operator) {
		return nil, p.wrong()
	}
	v, err := p.value()
	return compare{p.path(path), operator, v}, err
}

func (p *filterParser) any(list string) (condition, error) {
	outer := p.variable
	p.variable = p.next()
	if !p.accept(":") {
		return nil, p.wrong()
	}
	c, err := p.or()
	p.variable = outer
	if err == nil && !p.accept(")") {
		err = p.wrong()
	}
	return anyOf{list, c}, err
}

func (p *filterParser) in(path string) (condition, error) {
	values := []any{}
	if !p.accept("(") {
		return nil, p.wrong()
	}
	for {
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		values = append(values, v)
		if p.accept(")") {
			return compare{path, "in", values}, nil
		}
		if !p.accept(",") {
			return nil, p.wrong()
		}
	}
}

func (p *filterParser) value() (any, error) {
	t := p.next()
	if s, ok := strings.CutPrefix(t, "'"); ok {
		return strings.ReplaceAll(strings.TrimSuffix(s, "'"), "''", "'"), nil
	}
	switch t {
	case "null":
		return nil, nil
	case "true", "false":
		return t == "true", nil
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if at, err := time.Parse(layout, t); err == nil {
			return at, nil
		}
	}
	if n, err := strconv.Atoi(t); err == nil {
		return n, nil
	}
	p.tokens = append([]string{t}, p.tokens...)
	return nil, p.wrong()
}

// tokens cuts a filter into words, quoted strings (with their quotes), and single
// parentheses, commas and colons. A colon within a time is part of the word.
func tokens(s string) []string {
	var out []string
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == ' ':
			i++
		case c == '\'':
			end := i + 1
			for end < len(s) && (s[end] != '\'' || end+1 < len(s) && s[end+1] == '\'') {
				if s[end] == '\'' {
					end++
				}
				end++
			}
			end = min(end+1, len(s))
			out = append(out, s[i:end])
			i = end
		case strings.IndexByte("(),", c) >= 0 || c == ':' && !inTime(s, i):
			out = append(out, string(c))
			i++
		default:
			end := i
			for end < len(s) && strings.IndexByte(" (),'", s[end]) < 0 && (s[end] != ':' || inTime(s, end)) {
				end++
			}
			out = append(out, s[i:end])
			i = end
		}
	}
	return out
}

// inTime: between two digits, as in 15:04.
func inTime(s string, i int) bool {
	digit := func(i int) bool { return i >= 0 && i < len(s) && s[i] >= '0' && s[i] <= '9' }
	return digit(i-1) && digit(i+1)
}
