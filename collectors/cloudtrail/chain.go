package cloudtrail

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/evidencepack/evidence"
)

// Digests follow each other by the hour: each begins where the one before it
// ended, which is not on the full hour.
const digestInterval = time.Hour

// lag is how long after the time in its name a log file may still be delivered,
// and so be listed only by the digest after the one that covers that time.
const lag = 30 * time.Minute

// chain is the digests of one trail around a window, in the order of their ends:
// the last one before it, those that cover it, and those that may list its last files.
type chain struct {
	trail   string
	digests []*digest
}

// around picks a trail's digests for the time [w.Start, w.End+lag] out of keys
// in the order of their ends, and says whether another one follows them.
func around(keys []digestKey, w evidence.Period) (picked []digestKey, next *digestKey) {
	from, to := 0, len(keys)
	for i, k := range keys {
		if !k.End.After(w.Start) {
			from = i
		}
	}
	for i := from; i < len(keys); i++ {
		if !keys[i].End.Before(w.End.Add(lag)) {
			to = i + 1
			break
		}
	}
	if to < len(keys) {
		next = &keys[to]
	}
	return keys[from:to], next
}

// hole is a time that no digest of a chain covers.
type hole struct {
	evidence.Period
	named string // the missing digest, if its successor names one
	first bool   // it lies before the first digest of a chain that began then
	last  bool   // it lies after the last digest of a chain
}

// walk checks that each digest of a chain continues the one before it, and
// returns what they leave uncovered of [w.Start, w.End+lag].
func (c *chain) walk(w evidence.Period) []hole {
	var holes []hole
	cover := evidence.Period{Start: w.Start, End: w.End.Add(lag)}
	var before *digest
	for _, d := range c.digests {
		switch {
		case before != nil:
			holes = append(holes, d.follows(before)...)
		case d.End.After(w.Start):
			holes = append(holes, d.begins(w.Start)...)
		}
		before = d
	}
	switch {
	case before == nil:
		holes = append(holes, hole{Period: w})
	case before.End.Before(cover.End):
		holes = append(holes, hole{Period: evidence.Period{Start: before.End, End: cover.End}, last: true})
	}
	return slices.DeleteFunc(holes, func(h hole) bool { return !h.Overlaps(cover) && h.named == "" })
}

// begins is for the first digest of a window whose predecessor was not found.
func (d *digest) begins(windowStart time.Time) []hole {
	if d.Err == nil && d.Body.PreviousObject != nil {
		start := d.start()
		return []hole{{Period: evidence.Period{Start: minTime(start.Add(-digestInterval), windowStart), End: start}, named: *d.Body.PreviousObject}}
	}
	if !d.start().After(windowStart) {
		return nil
	}
	return []hole{{Period: evidence.Period{Start: windowStart, End: d.start()}, first: d.Err == nil}}
}

// follows checks d against the digest before it.
func (d *digest) follows(before *digest) []hole {
	b := d.Body
	switch {
	case d.Err != nil:
		return between(before, d, "")
	case d.start().After(before.End):
		if b.PreviousObject == nil {
			return between(before, d, "")
		}
		return between(before, d, *b.PreviousObject)
	case d.start().Before(before.End):
		d.fault("chain_broken", fmt.Sprintf("it begins before %s ends", before.Key))
		return nil
	case b.PreviousObject == nil || b.PreviousBucket == nil || b.PreviousHash == nil || b.PreviousSignature == nil:
		d.fault("chain_broken", fmt.Sprintf("it names no digest before it, although there is %s", before.Key))
		return nil
	}
	if before.Err != nil {
		return nil // nothing to compare with; before is reported itself
	}
	if *b.PreviousObject != before.Body.Object || *b.PreviousBucket != before.Body.Bucket {
		d.fault("chain_broken", fmt.Sprintf("the digest before it is %s, it names s3://%s/%s", before.Key, *b.PreviousBucket, *b.PreviousObject))
	}
	if *b.PreviousHash != before.Hash {
		d.fault("chain_broken", fmt.Sprintf("%s has SHA-256 %s, it says %s", before.Key, before.Hash, *b.PreviousHash))
	}
	if before.Signature != "" && *b.PreviousSignature != before.Signature {
		d.fault("chain_broken", fmt.Sprintf("%s has another signature than it says", before.Key))
	}
	return nil
}

func between(before, d *digest, named string) []hole {
	if !d.start().After(before.End) {
		return nil
	}
	return []hole{{Period: evidence.Period{Start: before.End, End: d.start()}, named: named}}
}

// missing is how many hourly digests a hole lacks, and how many of them would
// have ended within w.
func (h hole) missing(w evidence.Period) (all, inside int64) {
	all = max(1, int64(math.Round(h.Duration().Hours())))
	if h.last {
		all = max(1, int64(math.Ceil(h.Duration().Hours())))
	}
	for i := range all {
		// A digest begins where the hole ends; the last hole ends nowhere.
		end := h.End.Add(-time.Duration(i) * digestInterval)
		if h.last {
			end = h.Start.Add(time.Duration(i+1) * digestInterval)
		}
		if end.After(w.Start) && !end.After(w.End) {
			inside++
		}
	}
	return all, inside
}

// covers reports whether the chain covers all of p.
func (c *chain) covers(p evidence.Period) bool {
	if len(c.digests) == 0 {
		return false
	}
	at := p.Start
	for _, d := range c.digests {
		if !d.start().After(at) && d.End.After(at) {
			at = d.End
		}
	}
	return !at.Before(p.End)
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func byEnd(a, b digestKey) int {
	return cmp.Or(a.End.Compare(b.End), cmp.Compare(a.Key, b.Key))
}
