package controls

import (
	"context"
	"fmt"
	"time"
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
func latest(ctx context.Context, in Input, kind, path string) (map[string]bool, error) {
	type chosen struct {
		id string
		at time.Time
	}
	byThing := map[string]chosen{}
	for rec, err := range in.Evidence.Records(ctx, kind) {
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", kind, err)
		}
		if rec.Time.Before(in.Period.Start) {
			continue
		}
		thing, ok := scalarAt(rec.Body, path)
		if !ok {
			return nil, fmt.Errorf("%s %s: %s: want one value, of which this is a snapshot", rec.Kind, rec.ID, path)
		}
		thing = clean(thing)
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
