// Package derived lists the kinds of records that are computed: from recorded ones, or
// from the period alone.
package derived

import (
	"github.com/evidencepack/evidence/derived/calendar"
	"github.com/evidencepack/evidence/derived/kind"
	"github.com/evidencepack/evidence/derived/securitygroup"
)

type (
	// Kind is a derived kind.
	Kind = kind.Kind
	// Input is what a derivation may look at.
	Input = kind.Input
)

// Kinds lists the derived kinds by name.
func Kinds() []Kind { return []Kind{calendar.Day(), securitygroup.Diff(), securitygroup.Exposure()} }

// Of finds a derived kind.
func Of(name string) (Kind, bool) {
	for _, k := range Kinds() {
		if k.Name == name {
			return k, true
		}
	}
	return Kind{}, false
}
