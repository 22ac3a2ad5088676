// Package graphtest holds resources of a simulated Microsoft Graph against what
// Microsoft says of them: the examples of its API reference, and the types that it
// publishes. The tests of the simulation and of the collectors may use it.
package graphtest

import (
	"bufio"
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/evidencepack/evidence/internal/demo/graph/published"
)

//go:embed testdata/examples.jsonl
var examplesJSONL []byte

// additions are what neither shows, by type and property, with where it is from.
var additions = map[string]string{
	"UserIdentity.userType":       "second example of directoryaudit-list (v1.0)",
	"UserIdentity.homeTenantId":   "second example of directoryaudit-list (v1.0)",
	"UserIdentity.homeTenantName": "second example of directoryaudit-list (v1.0)",
	"AuditUserIdentity.userType":  "second example of directoryaudit-list (v1.0)",
}

// open are types whose properties are not published: each record has its own.
var open = map[string]bool{"SecurityNamespace.AuditData": true}

// Check says what is wrong with a resource as a version of Graph ("v1.0", "beta")
// gave it: properties that do not exist, values of another kind, and values that an
// enumeration does not have. The type is the published one: "SignIn".
func Check(version, of string, resource map[string]any) []string {
	c := &checker{version: published.In(version), examples: examples()[strings.ToLower(of)]}
	c.object("", of, resource)
	slices.Sort(c.wrong)
	return slices.Compact(c.wrong)
}

type checker struct {
	version  published.Version
	examples map[string]map[string]bool // kinds of a path's values
	wrong    []string
}

func (c *checker) say(format string, args ...any) {
	c.wrong = append(c.wrong, fmt.Sprintf(format, args...))
}

func (c *checker) object(path, of string, o map[string]any) {
	if open[of] {
		return
	}
	if kind, ok := o["@odata.type"].(string); ok { // what it is exactly
		name := strings.ToUpper(kind[17:18]) + kind[18:]
		if _, known := c.version.Types[name]; known && strings.HasPrefix(kind, "#microsoft.graph.") {
			of = name
		}
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		if !strings.HasPrefix(name, "@") {
			c.property(strings.TrimPrefix(path+"."+name, "."), of, name, o[name])
		}
	}
}

// property: what is published decides; examples know what is not.
func (c *checker) property(path, of, name string, v any) {
	p, known := c.version.Property(of, name)
	switch {
	case known:
		c.value(path, p, v)
	case additions[of+"."+name] != "" || c.examples[path][kindOf(v)] || c.examples[path] != nil && v == nil:
	case c.examples[path] != nil:
		c.say("%s: %s, but the reference shows %s", path, kindOf(v), strings.Join(slices.Sorted(maps.Keys(c.examples[path])), " or "))
	default:
		c.say("%s: %s has no such property", path, of)
	}
}

func (c *checker) value(path string, p published.Property, v any) {
	if v == nil {
		if !p.Null && p.Type != "any" && !c.examples[path]["null"] {
			c.say("%s: null, which it cannot be", path)
		}
		return
	}
	if p.List {
		list, ok := v.([]any)
		if !ok {
			c.say("%s: %s, but it is a list", path, kindOf(v))
		}
		for _, x := range list {
			c.value(path+"[]", published.Property{Type: p.Type}, x)
		}
		return
	}
	c.single(path, p.Type, v)
}

func (c *checker) single(path, of string, v any) {
	if values, ok := c.version.Enums[of]; ok {
		if s, ok := v.(string); !ok || !slices.Contains(values, s) {
			c.say("%s: %v is no value of %s", path, v, of)
		}
		return
	}
	switch of {
	case "string", "number", "boolean":
		if kindOf(v) != of {
			c.say("%s: %s, but it is a %s", path, kindOf(v), of)
		}
	case "any":
	default:
		o, ok := v.(map[string]any)
		if !ok {
			c.say("%s: %s, but it is a %s", path, kindOf(v), of)
			return
		}
		c.object(path, of, o)
	}
}

func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case float64:
		return "number"
	case bool:
		return "boolean"
	case []any:
		return "list"
	}
	return "object"
}

// examples are the paths that the reference's examples have, by type.
var examples = sync.OnceValue(func() map[string]map[string]map[string]bool {
	all := map[string]map[string]map[string]bool{}
	lines := bufio.NewScanner(bytes.NewReader(examplesJSONL))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e struct {
			Type     string         `json:"type"`
			Response map[string]any `json:"response"`
		}
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			panic(fmt.Sprintf("examples.jsonl: %v", err))
		}
		of := strings.ToLower(e.Type)
		of = strings.TrimSuffix(strings.TrimPrefix(of, "collection("), ")")
		of = strings.TrimPrefix(of, "microsoft.graph.")
		if all[of] == nil {
			all[of] = map[string]map[string]bool{}
		}
		if list, ok := e.Response["value"].([]any); ok {
			for _, o := range list {
				collect(all[of], "", o)
			}
		} else {
			collect(all[of], "", e.Response)
		}
	}
	return all
})

func collect(into map[string]map[string]bool, path string, v any) {
	if path != "" {
		if into[path] == nil {
			into[path] = map[string]bool{}
		}
		into[path][kindOf(v)] = true
	}
	switch v := v.(type) {
	case map[string]any:
		for name, x := range v {
			collect(into, strings.TrimPrefix(path+"."+name, "."), x)
		}
	case []any:
		for _, x := range v {
			collect(into, path+"[]", x)
		}
	}
}
