// Package redaction makes an auditor's copy of sealed evidence: rules by field and data
// level replace personal data by keyed pseudonyms that still join across kinds.
//
// A [Redactor] first learns what the fields of its rules hold (Learn), and then rewrites
// records, identities and any other text: what it has learnt is replaced wherever it
// stands as a word, so that a login in a link, an identity or a parameter goes on being
// the login in a field. Equal values have equal pseudonyms under one key, in every pack;
// without the key a pseudonym tells nothing of its value.
package redaction

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// Level is how sensitive the data of a field are.
type Level string

// The data levels.
const (
	S Level = "S" // it names a person
	A Level = "A" // it is a trace of a person
	B Level = "B" // it is of people who are named elsewhere
)

// Levels lists them, the most sensitive first.
func Levels() []Level { return []Level{S, A, B} }

// As is what stands in a field's place.
type As string

// The ways of replacing a value.
const (
	Mail      As = "mail"      // addresses in the text: a pseudonym before the @, and the domain
	Pseudonym As = "pseudonym" // the value, and wherever else it stands as a word
	Address   As = "address"   // an IP address: a pseudonym that is one
	Removed   As = "removed"   // the value and all below it
	Kept      As = "kept"      // as it is
)

// Rule says what becomes of a field.
type Rule struct {
	Kind  string `yaml:"kind" json:"kind"`   // of records; "github.*": all that begin so
	Field string `yaml:"field" json:"field"` // "a.b", lists passed through; "**.b": at any depth; "**": everything
	Level Level  `yaml:"level" json:"level"`
	As    As     `yaml:"as" json:"as"`
}

// String names the rule as messages do.
func (r Rule) String() string { return fmt.Sprintf("%s %s (%s, %s)", r.Kind, r.Field, r.Level, r.As) }

//go:embed rules.yaml
var shipped []byte

// Shipped lists the rules for the shipped kinds.
func Shipped() []Rule {
	var rules []Rule
	if err := yaml.NewDecoder(bytes.NewReader(shipped), yaml.Strict()).Decode(&rules); err != nil {
		panic("redaction: rules.yaml: " + err.Error()) // it is embedded, and a test reads it
	}
	return rules
}

// Check refuses a rule that could not be followed.
func (r Rule) Check() error {
	segments := strings.Split(r.Field, ".")
	switch {
	case r.Kind == "" || strings.Contains(strings.TrimSuffix(r.Kind, "*"), "*"):
		return fmt.Errorf("redaction rule %s: want a kind, or the beginning of some with * at its end", r)
	case r.Field == "" || slices.Contains(segments, "") || slices.Contains(segments[1:], "**"):
		return fmt.Errorf("redaction rule %s: want a field such as a.b, **.b or **", r)
	case !slices.Contains(Levels(), r.Level):
		return fmt.Errorf("redaction rule %s: level %q is none of S, A, B", r, r.Level)
	case !slices.Contains([]As{Mail, Pseudonym, Address, Removed, Kept}, r.As):
		return fmt.Errorf("redaction rule %s: %q is none of mail, pseudonym, address, removed, kept", r, r.As)
	case r.Field == "**" && r.As != Mail && r.As != Kept:
		return fmt.Errorf("redaction rule %s: only mail can be of every field", r)
	}
	return nil
}

// Over puts an organisation's rules over others: one of the same kind and field takes
// the place of the other, and the rest come first.
func Over(own, others []Rule) []Rule {
	all := slices.Clone(own)
	for _, o := range others {
		if !slices.ContainsFunc(own, func(r Rule) bool { return r.Kind == o.Kind && r.Field == o.Field }) {
			all = append(all, o)
		}
	}
	return all
}

// ParseLevels checks a list of levels; an empty one is S and A.
func ParseLevels(names []string) ([]Level, error) {
	if len(names) == 0 {
		return []Level{S, A}, nil
	}
	var levels []Level
	for _, n := range names {
		l := Level(n)
		if !slices.Contains(Levels(), l) {
			return nil, fmt.Errorf("level %q is none of S, A, B", n)
		}
		if slices.Contains(levels, l) {
			return nil, errors.New("a level stands twice")
		}
		levels = append(levels, l)
	}
	return levels, nil
}

// ofKind reports whether the rule is of a kind.
func (r Rule) ofKind(kind string) bool {
	if before, wide := strings.CutSuffix(r.Kind, "*"); wide {
		return strings.HasPrefix(kind, before)
	}
	return r.Kind == kind
}

// at reports whether the rule's field is at a path.
func (r Rule) at(path []string) bool {
	segments := strings.Split(r.Field, ".")
	if segments[0] != "**" {
		return slices.Equal(segments, path)
	}
	tail := segments[1:]
	return len(tail) > 0 && len(path) >= len(tail) && slices.Equal(path[len(path)-len(tail):], tail)
}

// weight orders rules that are of one field: the narrower wins.
func (r Rule) weight() int {
	n := len(r.Field)
	if !strings.HasPrefix(r.Field, "**") {
		n += 1000
	}
	if !strings.HasSuffix(r.Kind, "*") {
		n += 2000
	}
	return n
}
