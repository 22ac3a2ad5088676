// Package published is what Microsoft publishes of the types of Microsoft Graph's
// resources: which properties there are, and what their values may be. The simulation
// refuses what is not in it, and its tests hold what is served against it. SOURCES.md
// says where it is from.
package published

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
)

//go:embed types.json
var typesJSON []byte

// Version is a version of Graph, with the types and enumerations that it has by
// their names in TypeScript: "SignIn", "SecurityNamespace.AuditLogRecord".
type Version struct {
	Types map[string]struct {
		Extends string            `json:"extends"`
		Fields  map[string]string `json:"fields"`
	} `json:"types"`
	Enums map[string][]string `json:"enums"`
}

var versions = sync.OnceValue(func() map[string]Version {
	var v map[string]Version
	if err := json.Unmarshal(typesJSON, &v); err != nil {
		panic(fmt.Sprintf("types.json: %v", err))
	}
	return v
})

// In is what a version of Graph publishes: "v1.0" or "beta".
func In(version string) Version { return versions()[version] }

// Property is the type of a property.
type Property struct {
	Type string // "string", "number", "boolean", "any", or of a type or enumeration
	List bool
	Null bool // may be null
}

// Property is a property of a type, its own or one that it inherits.
func (v Version) Property(of, name string) (Property, bool) {
	for t, ok := v.Types[of]; ok; t, ok = v.Types[t.Extends] {
		if said, ok := t.Fields[name]; ok {
			return property(said), true
		}
	}
	return Property{}, false
}

func property(said string) Property {
	var p Property
	said, p.Null = strings.CutSuffix(said, "?")
	said, p.List = strings.CutSuffix(said, "[]")
	p.Type = said
	return p
}
