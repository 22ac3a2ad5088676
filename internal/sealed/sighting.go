package sealed

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/locker"
)

// Sighting is one sealed record, and the entry of the log that seals it. A
// record has several when overlapping collections saw it, or when it is of a
// mutable kind and was collected again.
type Sighting struct {
	Record evidence.Record
	Entry  locker.Entry
}

// sightings yields the sealed records of a kind in the order of the log.
func (e Evidence) sightings(ctx context.Context, kind string) iter.Seq2[Sighting, error] {
	return func(yield func(Sighting, error) bool) {
		if err := e.check(kind); err != nil {
			yield(Sighting{}, err)
			return
		}
		for x := range e.entries(kind) {
			for r, err := range e.view.archive.Records(ctx, x.Manifest) {
				if err != nil {
					yield(Sighting{}, fmt.Errorf("batch %s: %w", x.Manifest.Object, err))
					return
				}
				if !yield(Sighting{r, x.Entry}, nil) {
					return
				}
			}
		}
	}
}

// Form is the form of a kind. Should sources differ about it, it is taken for
// events, of which nothing may change.
func (v *View) Form(kind string) evidence.Form {
	form, found := evidence.Event, false
	for _, s := range v.sources {
		if !slices.Contains(s.Kinds, kind) {
			continue
		}
		if found && s.Forms[kind] != form {
			return evidence.Event
		}
		form, found = s.Forms[kind], true
	}
	return form
}

// Version is what a record was found to be, by one collection or several that
// followed each other.
type Version struct {
	Sightings []Sighting // in the order of the log; at least one
}

// Body is the record's body in this version.
func (v Version) Body() []byte { return v.Sightings[0].Record.Body }

// Versions lists what was sealed of the kind under one identity, in the order of
// the log. The last is the record where the kind is mutable. Of other kinds there
// is one, unless two bodies contradict each other.
func (e Evidence) Versions(ctx context.Context, kind, id string) ([]Version, error) {
	var versions []Version
	for s, err := range e.sightings(ctx, kind) {
		if err != nil {
			return nil, err
		}
		if s.Record.ID != id {
			continue
		}
		if n := len(versions); n > 0 && string(versions[n-1].Body()) == string(s.Record.Body) {
			versions[n-1].Sightings = append(versions[n-1].Sightings, s)
			continue
		}
		versions = append(versions, Version{[]Sighting{s}})
	}
	return versions, nil
}
