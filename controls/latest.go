package controls

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/evidencepack/evidence"
)

// newest returns, for each kind of the population that is of the latest, the IDs
// of the records that are items.
func (c *Control) newest(ctx context.Context, in Input) (map[string]map[string]bool, error) {
	newest := map[string]map[string]bool{}
	for _, p := range c.Population.Each() {
		if p.LatestOf == "" {
			continue
		}
		ids, err := latest(ctx, in, p.Kind, p.LatestOf)
		if err != nil {
			return nil, err
		}
		newest[p.Kind] = ids
	}
	return newest, nil
}

// latest returns the IDs of a kind's records that are the newest of what they are
// snapshots of. It holds one ID for each such thing, however many snapshots there
// are of each.
//
// A snapshot that was taken after as_of belongs to a later collection. It counts
// only where there is no other: a source's clock may be ahead of the collector's,
// and a thing must not drop out of the population by that.
//
// The newest record speaks even when where does not accept it: an older one of the
// same thing is no longer true.
func latest(ctx context.Context, in Input, kind, of string) (map[string]bool, error) {
	type chosen struct {
		id string
		at time.Time
	}
	byThing, paths := map[string]chosen{}, snapshotOf(of)
	for rec, err := range in.Evidence.Records(ctx, kind) {
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", kind, err)
		}
		if rec.Time.Before(in.Period.Start) {
			continue
		}
		thing, err := thingOf(rec, paths)
		if err != nil {
			return nil, err
		}
		// Records come in the order of (time, ID): the last of equal times is chosen.
		if before, ok := byThing[thing]; !ok || !rec.Time.After(in.AsOf) || rec.Time.Equal(before.at) {
			byThing[thing] = chosen{rec.ID, rec.Time}
		}
	}
	ids := make(map[string]bool, len(byThing))
	for _, n := range byThing {
		ids[n.id] = true
	}
	return ids, ctx.Err()
}

// snapshotOf are the paths that a LatestOf lists.
func snapshotOf(of string) []string {
	if paths := strings.Fields(of); len(paths) > 0 {
		return paths
	}
	return []string{of} // none, or one that is no path
}

// thingOf names what a record is a snapshot of.
func thingOf(rec evidence.Record, paths []string) (string, error) {
	var name string
	for i, path := range paths {
		value, ok := scalarAt(rec.Body, path)
		if !ok {
			return "", fmt.Errorf("%s %s: %s: want one value, of which this is a snapshot", rec.Kind, rec.ID, path)
		}
		if i > 0 {
			name = strconv.Quote(name) // so that no two lists of values have one name
		}
		name += clean(value)
	}
	return name, nil
}
