package controls

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// schemas holds the JSON Schema of each record kind that layers bring.
type schemas map[string][]byte

// load reads the layer's schemas/<kind>.json.
func (s schemas) load(layer fs.FS) error {
	names, err := fs.Glob(layer, "schemas/*.json")
	if err != nil {
		return err
	}
	for _, name := range names {
		b, err := readSource(layer, name)
		if err != nil {
			return err
		}
		s[strings.TrimSuffix(path.Base(name), ".json")] = b
	}
	return nil
}

// record returns the schema of a kind's record body, decoded, with its
// definitions put in place so that it can stand inside another schema.
func (s schemas) record(kind string) (any, error) {
	name := "schemas/" + kind + ".json"
	b, ok := s[kind]
	if !ok {
		var err error
		if b, err = fs.ReadFile(shipped, name); err != nil {
			return nil, fmt.Errorf("record kind %q has no schema: %s is needed (there are %s)", kind, name, strings.Join(s.kinds(), ", "))
		}
	}
	var doc map[string]any
	if err := json.Unmarshal(b, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	definitions, _ := doc["definitions"].(map[string]any)
	delete(doc, "definitions")
	delete(doc, "$schema")
	delete(doc, "$id")
	v, err := inline(doc, definitions, 0)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return v, nil
}

// kinds lists the kinds that have a schema.
func (s schemas) kinds() []string {
	all := map[string]bool{}
	for k := range s {
		all[k] = true
	}
	names, _ := fs.Glob(shipped, "schemas/*.json") // a constant, well-formed pattern
	for _, n := range names {
		all[strings.TrimSuffix(path.Base(n), ".json")] = true
	}
	return slices.Sorted(maps.Keys(all))
}

// maxSchemaDepth is deeper than any record's schema and ends a definition that
// refers to itself.
const maxSchemaDepth = 64

// inline replaces {"$ref": "#/definitions/name"} by the definition.
func inline(v any, definitions map[string]any, depth int) (any, error) {
	if depth > maxSchemaDepth {
		return nil, fmt.Errorf("nested deeper than %d: a definition refers to itself", maxSchemaDepth)
	}
	switch v := v.(type) {
	case map[string]any:
		if ref, ok := v["$ref"].(string); ok {
			target, ok := definitions[strings.TrimPrefix(ref, "#/definitions/")]
			if !ok {
				return nil, fmt.Errorf("$ref %q: want #/definitions/ and a definition's name", ref)
			}
			return inline(target, definitions, depth+1)
		}
		out := make(map[string]any, len(v))
		for k, e := range v {
			var err error
			if out[k], err = inline(e, definitions, depth+1); err != nil {
				return nil, err
			}
		}
		return out, nil
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			var err error
			if out[i], err = inline(e, definitions, depth+1); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return v, nil
}

// inputSchema describes the whole input document of the control's policy, so
// that a misspelt path, parameter or related name is a compile error.
func (c *Control) inputSchema() (any, error) {
	record, err := c.itemSchema()
	if err != nil {
		return nil, err
	}
	related := map[string]any{}
	for name, r := range c.Related {
		body, err := c.schemas.record(r.Kind)
		if err != nil {
			return nil, err
		}
		related[name] = arrayOf(body)
	}
	params := map[string]any{}
	for name := range c.Params {
		params[name] = map[string]any{}
	}
	text := map[string]any{"type": "string"}
	properties := map[string]any{
		"related": closedObject(related),
		"period":  closedObject(map[string]any{"start": text, "end": text}),
		"as_of":   text,
		"params":  closedObject(params),
	}
	found := map[string]any{}
	for name, x := range c.Extract {
		if x.Of == "" {
			found[name] = arrayOf(text)
		}
	}
	if len(found) > 0 {
		properties["extracted"] = closedObject(found)
	}
	if c.Scope == Whole {
		properties["records"] = arrayOf(closedObject(map[string]any{"id": text, "time": text, "record": record}))
	} else {
		properties["record"], properties["kind"], properties["time"] = record, text, text
	}
	return closedObject(properties), nil
}

// itemSchema describes an item: a record of the population's kind, or of any of
// its kinds.
func (c *Control) itemSchema() (any, error) {
	var bodies []any
	for _, kind := range c.Population.Kinds() {
		body, err := c.schemas.record(kind)
		if err != nil {
			return nil, err
		}
		bodies = append(bodies, body)
	}
	if len(bodies) == 1 {
		return bodies[0], nil
	}
	return map[string]any{"anyOf": bodies}, nil
}

func arrayOf(items any) map[string]any {
	return map[string]any{"type": "array", "items": items}
}

// closedObject keeps one property that nobody writes when there are none: the
// type checker takes an object without properties for an open one.
func closedObject(properties map[string]any) map[string]any {
	if len(properties) == 0 {
		properties = map[string]any{"(none)": map[string]any{}}
	}
	return map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
}
