package controls

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/tidwall/gjson"
)

// parseValue turns a JSON text into a Rego value without going through Go maps.
// It refuses what JSON readers disagree about, since a verdict must not depend
// on the reader: an object that has a key twice, and a number beyond what a
// double can hold.
func parseValue(text []byte) (ast.Value, error) {
	if !json.Valid(text) { // also bounds the nesting, which the recursion below relies on
		return nil, errors.New("not valid JSON")
	}
	return convert(gjson.ParseBytes(text))
}

func convert(v gjson.Result) (ast.Value, error) {
	switch v.Type {
	case gjson.Null:
		return ast.NullValue, nil
	case gjson.True:
		return ast.Boolean(true), nil
	case gjson.False:
		return ast.Boolean(false), nil
	case gjson.Number:
		if math.IsInf(v.Num, 0) {
			return nil, fmt.Errorf("number %.40s is out of range", v.Raw)
		}
		return number(v.Raw)
	case gjson.String:
		return ast.String(clean(v.Str)), nil
	}
	if v.IsArray() {
		return convertArray(v)
	}
	return convertObject(v)
}

// number refuses what OPA refuses to parse: exponents that make arithmetic slow.
func number(raw string) (ast.Value, error) {
	n, err := ast.NumberChecked(raw)
	if err != nil {
		return nil, fmt.Errorf("number %.40s: %w", raw, err)
	}
	return n, nil
}

func convertArray(v gjson.Result) (ast.Value, error) {
	var terms []*ast.Term
	var err error
	v.ForEach(func(_, e gjson.Result) bool {
		var value ast.Value
		if value, err = convert(e); err == nil {
			terms = append(terms, ast.NewTerm(value))
		}
		return err == nil
	})
	return ast.NewArray(terms...), err
}

func convertObject(v gjson.Result) (ast.Value, error) {
	var members [][2]*ast.Term
	var err error
	v.ForEach(func(k, e gjson.Result) bool {
		var value ast.Value
		if value, err = convert(e); err == nil {
			members = append(members, [2]*ast.Term{ast.StringTerm(clean(k.Str)), ast.NewTerm(value)})
		}
		return err == nil
	})
	if err != nil {
		return nil, err
	}
	if repeats(members) {
		return nil, fmt.Errorf("an object has a key twice: %.80s", v.Raw)
	}
	return ast.NewObject(members...), nil
}

// repeats reports whether two members have the same key. Objects are small:
// comparing all pairs needs no memory, and only large ones earn a map.
func repeats(members [][2]*ast.Term) bool {
	const small = 24
	if len(members) > small {
		seen := make(map[ast.Value]bool, len(members))
		for _, m := range members {
			if seen[m[0].Value] {
				return true
			}
			seen[m[0].Value] = true
		}
		return false
	}
	for i, m := range members {
		for _, earlier := range members[:i] {
			if earlier[0].Value == m[0].Value {
				return true
			}
		}
	}
	return false
}

// clean replaces every invalid byte by U+FFFD, as encoding/json and so stock
// opa do.
func clean(s string) string {
	if utf8.ValidString(s) {
		return strings.Clone(s) // s may share memory with the whole record
	}
	return string([]rune(s))
}

// paramValue turns a decoded YAML value into a Rego value by way of its JSON.
func paramValue(v any) (ast.Value, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return parseValue(text)
}
