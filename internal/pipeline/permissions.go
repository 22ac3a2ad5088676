package pipeline

import (
	"cmp"
	"slices"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/controls"
)

// Needs are the least privileges that reading one source needs, for the kinds that
// controls want of it.
type Needs struct {
	Source      string       `json:"source"`
	Driver      string       `json:"driver"`
	Permissions []Permission `json:"permissions"`
}

// Permission is a privilege, and what needs it.
type Permission struct {
	System   collectors.System `json:"system"`
	Name     string            `json:"name"`
	Resource string            `json:"resource,omitempty"`
	Notes    []evidence.Text   `json:"notes,omitempty"`
	Kinds    []string          `json:"kinds"` // in the order of their names
}

// Permissions lists what each configured source needs for the controls, and what the
// locker and the copies of its checkpoints need in S3. It makes the collectors, which
// do no I/O.
func (r *Run) Permissions(list []*controls.Control) ([]Needs, error) {
	var all []Needs
	for _, s := range r.Config.Sources {
		d, err := r.driver(s.Driver)
		if err != nil {
			return nil, err
		}
		c, err := r.collector(s, d)
		if err != nil {
			return nil, err
		}
		n := Needs{Source: s.Name, Driver: d.Name, Permissions: []Permission{}}
		for _, kind := range wantedKinds(list, d, c) {
			for _, p := range permissionsOf(kind, d, c) {
				n.add(p, kind)
			}
		}
		slices.SortFunc(n.Permissions, Permission.compare)
		all = append(all, n)
	}
	places, err := placesNeed(r.Config)
	return append(all, places...), err
}

// wantedKinds lists the kinds that controls want of a source, each once, in the
// order of their names.
func wantedKinds(list []*controls.Control, d collectors.Driver, c collectors.Collector) []string {
	var kinds []string
	for _, s := range wanted(Selections(list), d, c) {
		kinds = append(kinds, s.Kind)
	}
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

func permissionsOf(kind string, d collectors.Driver, c collectors.Collector) []collectors.Permission {
	if p, ok := c.(collectors.Privileged); ok {
		return p.Permissions(kind)
	}
	return d.Permissions[kind]
}

func (n *Needs) add(p collectors.Permission, kind string) {
	i := slices.IndexFunc(n.Permissions, func(have Permission) bool {
		return have.System == p.System && have.Name == p.Name && have.Resource == p.Resource
	})
	if i < 0 {
		i = len(n.Permissions)
		n.Permissions = append(n.Permissions, Permission{System: p.System, Name: p.Name, Resource: p.Resource})
	}
	at := &n.Permissions[i]
	if !slices.Contains(at.Kinds, kind) {
		at.Kinds = append(at.Kinds, kind)
	}
	if p.Note.Complete() && !slices.Contains(at.Notes, p.Note) {
		at.Notes = append(at.Notes, p.Note)
	}
}

// compare orders permissions by where they are granted and what they are called.
func (p Permission) compare(o Permission) int {
	return cmp.Or(cmp.Compare(p.System, o.System), cmp.Compare(p.Name, o.Name), cmp.Compare(p.Resource, o.Resource))
}
