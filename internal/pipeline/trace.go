package pipeline

import (
	"context"
	"fmt"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/locker"
	"github.com/evidencepack/evidence/internal/sealed"
)

// Trace is where a record came from: down to the response of the source and up
// to the leaf that seals it.
type Trace struct {
	Record   evidence.Record
	Origin   *evidence.Origin // nil for derived records, which no response held
	Batch    string           // the batch object's SHA-256
	Source   string
	Leaf     int64
	Manifest locker.Manifest
}

// Traces finds every sealed record of the kind with the given identity: more
// than one when overlapping collections saw it. Of a mutable kind those are
// traced that hold the record as it was sealed last; earlier versions of it come
// beside them, oldest first.
func Traces(ctx context.Context, view *sealed.View, want []evidence.Selection, kind, id string) (traces []Trace, earlier []sealed.Version, err error) {
	versions, err := view.For(want).Versions(ctx, kind, id)
	if err != nil {
		return nil, nil, err
	}
	if n := len(versions); n > 0 && view.Form(kind) == evidence.Mutable {
		earlier, versions = versions[:n-1], versions[n-1:]
	}
	for _, v := range versions {
		for _, s := range v.Sightings {
			m := s.Entry.Manifest
			if s.Record.Origin >= len(m.Origins) {
				return nil, nil, fmt.Errorf("%s %s: its batch has no origin %d", kind, id, s.Record.Origin)
			}
			traces = append(traces, Trace{s.Record, &m.Origins[s.Record.Origin], m.Object, m.Source, s.Entry.Index, m})
		}
	}
	return traces, earlier, nil
}
