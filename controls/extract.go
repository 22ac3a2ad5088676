package controls

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Extract finds values in an item's texts, such as the numbers of tickets in a
// title, to join on and for the policy to see.
type Extract struct {
	// Of names a relation: then the values are found in its records, to join them
	// on, and the policy does not see them.
	Of string `yaml:"of"`

	From []string `yaml:"from"` // dotted paths of the texts; they lead through lists

	// Patterns names the parameter that holds what to look for: a list of
	// {pattern, key}. The pattern is an RE2 expression. The key is what each of
	// its matches becomes: {0} in it is the whole match, {1} the first group, and
	// {path} that field of the item. An item that lacks the field has no such key.
	Patterns string `yaml:"patterns"`
}

// extracted holds what was found in an item, by the names of Extract, each list
// sorted and without repetitions. Every name has a list.
type extracted map[string][]string

// term is the input's member of that name.
func (x extracted) term() *ast.Term {
	members := make([][2]*ast.Term, 0, len(x))
	for name, values := range x {
		terms := make([]*ast.Term, len(values))
		for i, v := range values {
			terms[i] = ast.StringTerm(v)
		}
		members = append(members, ast.Item(ast.StringTerm(name), ast.ArrayTerm(terms...)))
	}
	return ast.ObjectTerm(members...)
}

// finder finds the values of one Extract.
type finder struct {
	name     string
	from     []string
	patterns []keyPattern
}

// keyPattern is what to look for, and what its matches become.
type keyPattern struct {
	re  *regexp.Regexp
	key string
}

// maxKeyLength bounds an extracted value, in bytes. What is longer identifies
// nothing, and a key repeats a field's text for each of its matches.
const maxKeyLength = 1000

// checkExtract refuses extractions that could find nothing.
func (c *Control) checkExtract(src source) error {
	for _, name := range slices.Sorted(maps.Keys(c.Extract)) {
		x, at := c.Extract[name], "$.extract."+name
		switch {
		case !namePattern.MatchString(name):
			return src.errorf(at, "extract %q: want a name of lower-case letters, digits and underscores", name)
		case c.Scope == Whole:
			return src.errorf(at, "extract %s: it finds values in one item; scope whole sees them all", name)
		case len(x.From) == 0 || slices.Contains(x.From, ""):
			return src.errorf(at, "extract %s: from: paths of texts are needed", name)
		case x.Of != "" && !c.matchesOn(x.Of, name):
			return src.errorf(at, "extract %s: of %q: want a relation that has %s among the keys of its match", name, x.Of, name)
		case c.Params[x.Patterns] == nil:
			return src.errorf(at, "extract %s: patterns %q: want the name of a parameter with a list of {pattern, key}", name, x.Patterns)
		}
		if err := checkPaths(src, at+".from", x.From...); err != nil {
			return err
		}
		_, err := c.finder(name)
		var bad patternError
		if errors.As(err, &bad) {
			return src.errorf(fmt.Sprintf("$.params.%s[%d]", x.Patterns, bad.index), "%w", err)
		}
		if err != nil {
			return src.errorf("$.params."+x.Patterns, "%w", err)
		}
	}
	return nil
}

// matchesOn reports whether a relation joins on what an extraction finds in its records.
func (c *Control) matchesOn(relation, name string) bool {
	_, ok := c.Related[relation].Match[name]
	return ok
}

// patternError is about one element of a parameter that holds patterns.
type patternError struct {
	param string
	index int
	err   error
}

func (e patternError) Error() string {
	return fmt.Sprintf("parameter %s: pattern %d: %v", e.param, e.index+1, e.err)
}

func (e patternError) Unwrap() error { return e.err }

// finders compiles the control's extractions from the records of a relation, or
// from items where that is empty, in the order of their names.
func (c *Control) finders(of string) ([]finder, error) {
	var list []finder
	for _, name := range slices.Sorted(maps.Keys(c.Extract)) {
		if c.Extract[name].Of != of {
			continue
		}
		f, err := c.finder(name)
		if err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	return list, nil
}

func (c *Control) finder(name string) (finder, error) {
	x := c.Extract[name]
	f := finder{name: name, from: x.From}
	list, ok := c.Params[x.Patterns].([]any)
	if !ok {
		return finder{}, fmt.Errorf("parameter %s: extract %s wants a list of {pattern, key}", x.Patterns, name)
	}
	for i, v := range list {
		p, err := newKeyPattern(v)
		if err != nil {
			return finder{}, patternError{x.Patterns, i, err}
		}
		f.patterns = append(f.patterns, p)
	}
	return f, nil
}

func newKeyPattern(v any) (keyPattern, error) {
	members, ok := v.(map[string]any)
	pattern, isText := members["pattern"].(string)
	key, isKey := members["key"].(string)
	if !ok || !isText || !isKey || pattern == "" || key == "" || len(members) != 2 {
		return keyPattern{}, errors.New("want {pattern: …, key: …}, both texts")
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return keyPattern{}, fmt.Errorf("%q: %w", pattern, err)
	}
	for _, name := range placeholders(key) {
		if n, isGroup := group(name); isGroup && n > re.NumSubexp() {
			return keyPattern{}, fmt.Errorf("key %q: the pattern has %d groups", key, re.NumSubexp())
		} else if !isGroup && !dottedPattern.MatchString(name) {
			return keyPattern{}, fmt.Errorf("key %q: {%s}: want a group's number or names joined by dots", key, name)
		}
	}
	return keyPattern{re, key}, nil
}

// group is the number that a placeholder of a key names; false when it names a path.
func group(name string) (int, bool) {
	n, err := strconv.Atoi(name)
	return n, err == nil && n >= 0
}

// extract finds what the control looks for in an item.
func (e *Evaluator) extract(body []byte) (extracted, error) { return findAll(e.finders, body) }

func findAll(finders []finder, body []byte) (extracted, error) {
	if len(finders) == 0 {
		return nil, nil
	}
	x := extracted{}
	for _, f := range finders {
		values, err := f.find(body)
		if err != nil {
			return nil, fmt.Errorf("extract %w", err)
		}
		x[f.name] = values
	}
	return x, nil
}

// find returns the values found in an item, sorted and each once.
func (f finder) find(body []byte) ([]string, error) {
	found := map[string]bool{}
	for _, path := range f.from {
		for _, text := range valuesAt(body, path) {
			text = clean(text) // as the policy sees it
			for _, p := range f.patterns {
				if err := p.find(text, body, found); err != nil {
					return nil, fmt.Errorf("%s: %w", f.name, err)
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(found)), nil
}

// find adds what the pattern's matches in one text become.
func (p keyPattern) find(text string, body []byte, found map[string]bool) error {
	matches := p.re.FindAllStringSubmatchIndex(text, maxKeys+1)
	if len(matches) > maxKeys {
		return tooManyKeys(p.re.String())
	}
	for _, m := range matches {
		if key, ok := p.expand(text, m, body); ok {
			found[key] = true
		}
	}
	if len(found) > maxKeys {
		return tooManyKeys(p.re.String())
	}
	return nil
}

// expand fills the key in for one match, given by the positions of its groups;
// false when the item lacks a field.
func (p keyPattern) expand(text string, match []int, body []byte) (string, bool) {
	complete := true
	key := placeholder.ReplaceAllStringFunc(p.key, func(s string) string {
		name := s[1 : len(s)-1]
		if n, isGroup := group(name); isGroup {
			if match[2*n] < 0 { // the group took no part in the match
				return ""
			}
			return text[match[2*n]:match[2*n+1]]
		}
		v, ok := scalarAt(body, name)
		complete = complete && ok
		return clean(v)
	})
	return key, complete && key != "" && len(key) <= maxKeyLength
}
