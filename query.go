package evidence

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// Query asks a source for what the selected controls want of a period.
type Query struct {
	Period Period      `json:"period"`
	Want   []Selection `json:"want"`
}

// Unit is a piece of a query that is planned, collected, retried and counted as
// one: a scope and a window of time. Units are independent of each other. A unit
// holds all that its collection needs, so that another process can do it.
type Unit struct {
	Kinds  []string        `json:"kinds"`          // the record kinds it yields
	Scope  Scope           `json:"scope"`          // the account, region, repository …
	Window Period          `json:"window"`         // the time its records are asked for
	Want   []Selection     `json:"want"`           // what to keep
	Spec   json.RawMessage `json:"spec,omitempty"` // the collector's own, opaque to everybody else
}

// Key identifies the unit: equal units, planned at different times or on
// different machines, have equal keys. It is 32 lower-case hex digits.
func (u Unit) Key() string {
	b, err := json.Marshal(u)
	if err != nil { // maps, strings, times and a RawMessage that is not JSON
		panic("evidence: unit cannot be encoded: " + err.Error())
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}

// String names the unit for people: "account=123456789012 region=eu-west-1 2026-10-01T00:00:00Z/2026-10-02T00:00:00Z".
func (u Unit) String() string { return u.Scope.String() + " " + u.Window.String() }
