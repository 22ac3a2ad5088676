package controls

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/evidencepack/evidence"
)

// Names of a control's sources, as keys of [Control.Files].
const (
	ControlFile = "control.yaml"
	PolicyFile  = "policy.rego"
	testFile    = "policy_test.rego"
)

// Control is what an organisation does against a risk, and how that is tested.
type Control struct {
	ID        string        `yaml:"id"`        // "LOG-01"
	Title     evidence.Text `yaml:"title"`     // one sentence that is true when the control works
	Activity  evidence.Text `yaml:"activity"`  // what the organisation does
	Procedure evidence.Text `yaml:"procedure"` // how it is tested, and what is not
	Owner     string        `yaml:"owner"`     // who answers for it
	Frequency Frequency     `yaml:"frequency"` // how often it operates

	Population Population         `yaml:"population"`
	Scope      Scope              `yaml:"scope"`
	Related    map[string]Related `yaml:"related"` // by the name under which the policy sees them
	Extract    map[string]Extract `yaml:"extract"` // by the name under which the policy and joins see the values
	Params     map[string]any     `yaml:"params"`  // settings with their defaults

	// Exempting names parameters, lists, whose entries leave items out, besides those
	// whose names begin with "exempt".
	Exempting []string `yaml:"exempting"`

	// Reasons explains every code that the policy gives. A {name} in a text is
	// replaced by that member of the reason's detail.
	Reasons map[string]evidence.Text `yaml:"reasons"`

	// Observations explains, like Reasons, the codes of what readers should know
	// of an item without it changing the item's verdict.
	Observations map[string]evidence.Text `yaml:"observations"`

	// NotApplicable explains, like Reasons, the codes of why the control does not
	// apply to an item. They have no details.
	NotApplicable map[string]evidence.Text `yaml:"not_applicable"`

	// Headings are short names of reasons and observations, without placeholders,
	// under which items are counted. A code without one is counted under its text.
	Headings map[string]evidence.Text `yaml:"headings"`

	// Group is the dotted path, in an item's body, of what registers list the
	// item under: its repository, its account. It may be empty.
	Group string `yaml:"group"`

	Columns []Column `yaml:"columns"` // the key fields that readers see of an item
	Label   string   `yaml:"label"`   // what people call an item, with {path} or {path|other} placeholders: "{repository.nameWithOwner}#{number}"; may be empty
	Link    string   `yaml:"link"`    // https URL of an item in its source system, with such placeholders; may be empty

	Charts []Chart `yaml:"charts"` // pictures of the items that reports draw

	// Files are the exact sources, by name: what a pack carries. A module of the
	// Rego library that the policy uses, directly or not, stands under "lib/<name>.rego".
	Files map[string][]byte `yaml:"-"`

	fsys    fs.FS // where the control was loaded from, for its tests
	dir     string
	schemas schemas
	modules modules
}

// Scope says what a policy sees at a time.
type Scope string

// The two scopes. Memory is flat for Each; Whole holds the population.
const (
	Each  Scope = "each"
	Whole Scope = "whole"
)

// Population selects a control's items: the records of a kind, or of several
// kinds, that Where accepts and whose time lies in the audit period.
type Population struct {
	Kind  string         `yaml:"kind"`
	Where evidence.Where `yaml:"where"`

	// Time is the dotted path of the item's time, a string in RFC 3339. When it
	// is empty, the record's own time counts.
	Time string `yaml:"time"`

	// End is for items that last: the dotted path of their end. Such an item
	// belongs to every period that it overlaps.
	End string `yaml:"end"`

	// LatestOf is for snapshots: the dotted path of what a snapshot is of, or several
	// that only together tell it, with spaces between them: "AccountId Region". Of the
	// records that have the same value there only the newest is an item, whenever
	// it was taken between the period's start and the collection: a monthly run
	// takes its snapshots after the month. Its time is the record's own, unless
	// Time names another: then the newest snapshot of a thing is an item of the
	// period in which that time lies, and of none when it has no such time.
	LatestOf string `yaml:"latest_of"`

	// Also selects items of further kinds: a control on states and on events tests
	// both. The policy tells them apart by input.kind. Each kind stands once.
	Also []Population `yaml:"also"`

	// Optional is for a further kind that not every organisation can give, as a
	// relation's is: the items of the other kinds are judged without it.
	Optional bool `yaml:"optional"`

	// Label and Link are those of items that Also selects: as the control's own
	// are for the first kind.
	Label string `yaml:"label"`
	Link  string `yaml:"link"`
}

// Each lists the population's parts, one a kind: the first, and those of Also.
func (p Population) Each() []Population {
	first := p
	first.Also = nil
	return append([]Population{first}, p.Also...)
}

// Kinds lists the kinds of the population's items, the first one first.
func (p Population) Kinds() []string {
	var kinds []string
	for _, part := range p.Each() {
		kinds = append(kinds, part.Kind)
	}
	return kinds
}

// part finds the part of the population that selects a kind.
func (p *Population) part(kind string) *Population {
	if p.Kind == kind {
		return p
	}
	for i := range p.Also {
		if p.Also[i].Kind == kind {
			return &p.Also[i]
		}
	}
	return nil
}

// Related selects records that are joined to each item before its evaluation,
// so that a policy looks nothing up. With both Match and Between, both must hold.
type Related struct {
	Kind  string         `yaml:"kind"`
	Where evidence.Where `yaml:"where"`

	// Match joins on equal keys: paths of the related record to paths of the
	// item, or to names of what Extract finds in it. Where a path meets a list,
	// all its elements count, and one equal value is enough. A path of the related
	// record may be the name of what an Extract of this relation finds in it.
	Match map[string]string `yaml:"match"`

	// IgnoreCase compares the keys of Match without regard to case, as mail
	// addresses are compared.
	IgnoreCase bool `yaml:"ignore_case"`

	// Through names other relations: Match's keys then come from the records that
	// those joined to the item, and not from the item: the sign-ins of the accounts
	// of a person. Between stays the item's.
	Through []string `yaml:"through"`

	// LatestOf is for snapshots, as a population's is: of the related records that
	// have the same value there, only the newest that was taken between the
	// period's start and the collection is joined.
	LatestOf string `yaml:"latest_of"`

	Between *Between `yaml:"between"`

	// All joins every record to each item, instead of Match and Between: for a
	// handful of records that concern all items, such as a tenant's policies.
	All bool `yaml:"all"`

	// Window is how far before and after the period related records are wanted.
	Window Window `yaml:"window"`

	// Optional is for a kind that not every organisation has: where no source
	// gives it, the policy judges without. A source that gives it must give all.
	Optional bool `yaml:"optional"`

	// When names a parameter, a list, mapping or text: while that is empty, nothing
	// of the kind is asked for, and nothing is joined.
	When string `yaml:"when"`
}

// Between joins when a time of one record lies in an interval of the other:
// from belongs to the interval, to does not. A record without the time or
// without from is not joined; an interval without to has not ended.
type Between struct {
	Of   string `yaml:"of"`   // whose interval it is: "item" or "related"; the time is the other's
	Time string `yaml:"time"` // dotted paths of times in RFC 3339
	From string `yaml:"from"`
	To   string `yaml:"to"`
}

// Window is time before and after a period.
type Window struct {
	Before time.Duration `yaml:"before"` // "400d", "36h"
	After  time.Duration `yaml:"after"`
}

// Frequency is how often a control operates; sample sizes follow from it.
type Frequency string

var frequencies = map[Frequency]evidence.Text{
	"per-occurrence": {JA: "発生の都度", EN: "per occurrence"},
	"continuous":     {JA: "常時", EN: "continuous"},
	"daily":          {JA: "日次", EN: "daily"},
	"weekly":         {JA: "週次", EN: "weekly"},
	"monthly":        {JA: "月次", EN: "monthly"},
	"quarterly":      {JA: "四半期", EN: "quarterly"},
	"yearly":         {JA: "年次", EN: "yearly"},
}

// Frequencies lists them, sorted.
func Frequencies() []Frequency { return slices.Sorted(maps.Keys(frequencies)) }

// Name returns the frequency in words.
func (f Frequency) Name() evidence.Text { return frequencies[f] }

// Selections returns what evidence the control needs: its population, for its
// ID, and each related kind that is joined, for "ID/name", in the order of the names. A
// derived kind needs those that it is computed from.
func (c *Control) Selections() []evidence.Selection {
	var s []evidence.Selection
	for _, p := range c.Population.Each() {
		s = append(s, recorded(evidence.Selection{Kind: p.Kind, Where: p.Where, For: c.ID, Optional: p.Optional})...)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Related)) {
		r := c.Related[name]
		if !c.joins(r) {
			continue
		}
		s = append(s, recorded(evidence.Selection{
			Kind: r.Kind, Where: r.Where, For: c.ID + "/" + name, Before: r.Window.Before, After: r.Window.After, Optional: r.Optional,
		})...)
	}
	return s
}

// joins reports whether a relation is joined as the control's parameters are.
func (c *Control) joins(r Related) bool {
	return r.When == "" || !emptyParam(c.Params[r.When])
}

// SourceSHA256 returns the lower-case hex SHA-256 of one of the control's
// Files; empty when there is no such file.
func (c *Control) SourceSHA256(name string) string {
	b, ok := c.Files[name]
	if !ok {
		return ""
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// RegoFiles lists the names, in [Control.Files], of the Rego sources that judge
// the control's items: the policy, and then the library modules that it uses.
func (c *Control) RegoFiles() []string {
	names := []string{PolicyFile}
	for _, name := range slices.Sorted(maps.Keys(c.Files)) {
		if IsModuleFile(name) {
			names = append(names, name)
		}
	}
	return names
}

// IsModuleFile reports whether a name of [Control.Files] is that of a module of
// the Rego library, which several controls may share.
func IsModuleFile(name string) bool { return path.Dir(name) == moduleDir }

// Package is the Rego package that the control's policy must be in:
// "evidence.log_01".
func (c *Control) Package() string {
	return "evidence." + strings.ReplaceAll(strings.ToLower(c.ID), "-", "_")
}

// kinds lists the record kinds that the control reads, each once.
func (c *Control) kinds() []string {
	k := c.Population.Kinds()
	for _, r := range c.Related {
		k = append(k, r.Kind)
	}
	slices.Sort(k)
	return slices.Compact(k)
}
