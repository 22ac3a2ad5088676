package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strings"

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
// than one when overlapping collections saw it.
func Traces(ctx context.Context, l *locker.Locker, view *sealed.View, kind, id string) ([]Trace, error) {
	var traces []Trace
	for _, e := range view.Entries() {
		if e.Manifest.Kind != kind || e.Manifest.Object == "" {
			continue
		}
		for r, err := range l.Records(ctx, e.Manifest) {
			if err != nil {
				return nil, err
			}
			if r.ID != id {
				continue
			}
			if r.Origin >= len(e.Manifest.Origins) {
				return nil, fmt.Errorf("%s %s: its batch has no origin %d", kind, id, r.Origin)
			}
			traces = append(traces, Trace{r, &e.Manifest.Origins[r.Origin], e.Manifest.Object, e.Manifest.Source, e.Index, e.Manifest})
		}
	}
	return traces, nil
}

// MatchID finds the one identity that begins with prefix, whatever its case.
func MatchID(ids []string, prefix string) (string, error) {
	if slices.Contains(ids, prefix) {
		return prefix, nil
	}
	var found []string
	for _, id := range ids {
		if strings.HasPrefix(strings.ToLower(id), strings.ToLower(prefix)) {
			found = append(found, id)
		}
	}
	switch len(found) {
	case 0:
		return "", fmt.Errorf("the population has no item %q", prefix)
	case 1:
		return found[0], nil
	}
	return "", fmt.Errorf("%d items begin with %q: %s …", len(found), prefix, found[0])
}
