package controls

import (
	"context"
	"fmt"
	"time"
)

// newest returns the IDs of the records that are items where the population is
// of the latest, and nil where it is not. It holds one ID for each thing that
// snapshots were taken of, however many there are of each.
//
// A snapshot that was taken after as_of belongs to a later collection. It counts
// only where there is no other: a source's clock may be ahead of the collector's,
// and a thing must not drop out of the population by that.
//
// The newest record speaks even when the population's where does not accept it:
// an older one of the same thing is no longer true.
func (c *Control) newest(ctx context.Context, in Input) (map[string]bool, error) {
	path := c.Population.LatestOf
	if path == "" {
		return nil, nil
	}
	type chosen struct {
		id string
		at time.Time
	}
	byThing := map[string]chosen{}
	for rec, err := range in.Evidence.Records(ctx, c.Population.Kind) {
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", c.Population.Kind, err)
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
