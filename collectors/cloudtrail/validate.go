package cloudtrail

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/evidencepack/evidence"
)

// proof is what the digests say of the log files delivered in a window.
type proof struct {
	expected, found int64 // hourly digests that end in the window
	digests         int64 // digests read, those around the window included
	listed          map[string]listing
	strays          []listing // listed by the window's digests, delivered at quite another time
	gaps, notes     []evidence.Finding
	skew            time.Duration // between our clock and the store's, the largest seen
}

// listing is a digest's entry for a log file.
type listing struct {
	logKey
	Hash   string
	Digest string // the digest's key
}

// validate reads the digests of a place around a window of delivery and checks
// them. An error means that it could not be done at all.
func (a *archive) validate(ctx context.Context, p place, w evidence.Period) (*proof, error) {
	pr := &proof{listed: map[string]listing{}}
	keys, err := a.digestKeys(ctx, p, w, pr)
	if err != nil {
		return nil, err
	}
	var chains []*chain
	for _, ks := range keys.trails {
		c, err := a.readChain(ctx, p, w, ks)
		if err != nil {
			return nil, err
		}
		chains = append(chains, c)
	}
	pr.judge(p, w, chains)
	var backfill []*digest
	if len(keys.backfill) > 0 {
		if backfill, err = a.readVerified(ctx, p, keys.backfill, nil); err != nil {
			return nil, err
		}
		pr.note("backfill_digest", p.String(), w, fmt.Sprintf("%d digests list files that the hourly ones missed", len(backfill)))
	}
	for _, c := range chains {
		backfill = append(backfill, c.digests...)
	}
	for _, d := range backfill {
		pr.add(d, p, w, a.store)
	}
	slices.SortFunc(pr.strays, func(x, y listing) int { return strings.Compare(x.Key, y.Key) })
	return pr, nil
}

// digestKeySet is the keys of digests around a window, by trail.
type digestKeySet struct {
	trails   [][]digestKey // each in the order of their ends
	backfill []digestKey
}

// neighbourhood is how far around a window digests are looked for: the one
// before it, and those that may list its last files.
const neighbourhood = 3 * time.Hour

func (a *archive) digestKeys(ctx context.Context, p place, w evidence.Period, pr *proof) (digestKeySet, error) {
	var set digestKeySet
	byTrail := map[string][]digestKey{}
	reach := evidence.Period{Start: w.Start.Add(-neighbourhood), End: w.End.Add(lag + neighbourhood)}
	for _, day := range days(reach) {
		for o, err := range a.store.List(ctx, p.folder(a.prefix, digestFolder)+day) {
			if err != nil {
				return set, err
			}
			k, ok := parseDigestKey(o.Key, p)
			switch {
			case !ok:
				if day == w.Start.Format(dayLayout) { // the unit of each day reports its own
					pr.gap("unknown_key", o.Key, evidence.Period{}, "it has not the form of a digest's key")
				}
			case !reach.Contains(k.End):
			case k.Backfill:
				set.backfill = append(set.backfill, k)
			default:
				byTrail[k.Trail] = append(byTrail[k.Trail], k)
			}
		}
	}
	for _, trail := range sortedKeys(byTrail) {
		ks := byTrail[trail]
		slices.SortFunc(ks, byEnd)
		if ks[len(ks)-1].End.After(w.Start) {
			set.trails = append(set.trails, ks)
		}
	}
	return set, nil
}

func (a *archive) readChain(ctx context.Context, p place, w evidence.Period, keys []digestKey) (*chain, error) {
	picked, next := around(keys, w)
	digests, err := a.readVerified(ctx, p, picked, next)
	if err != nil {
		return nil, err
	}
	return &chain{trail: picked[0].Trail, digests: digests}, nil
}

// readVerified reads digests in order and checks each by itself. next, the one
// after the last, is only read if it is needed for the last one's signature.
func (a *archive) readVerified(ctx context.Context, p place, keys []digestKey, next *digestKey) ([]*digest, error) {
	digests := make([]*digest, len(keys))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(a.workers)
	for i, k := range keys {
		g.Go(func() (err error) {
			digests[i], err = a.readDigest(gctx, k)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	if err := a.takeSignatures(ctx, digests, next); err != nil {
		return nil, err
	}
	for _, d := range digests {
		if err := a.judgeDigest(ctx, d, p); err != nil {
			return nil, err
		}
	}
	return digests, nil
}

// takeSignatures fills in what a copy has lost: the signature of each digest
// stands in the digest that follows it.
func (a *archive) takeSignatures(ctx context.Context, digests []*digest, next *digestKey) error {
	for i, d := range digests {
		if d.Err != nil || d.Signature != "" {
			continue
		}
		var after *digest
		switch {
		case i+1 < len(digests):
			after = digests[i+1]
		case next != nil:
			var err error
			if after, err = a.readDigest(ctx, *next); err != nil {
				return err
			}
		default:
			continue
		}
		if b := after.Body; b.PreviousObject != nil && *b.PreviousObject == d.Body.Object && b.PreviousSignature != nil {
			d.Signature = *b.PreviousSignature
		}
	}
	return nil
}

// judgeDigest checks a digest by itself: form, place and signature.
func (a *archive) judgeDigest(ctx context.Context, d *digest, p place) error {
	if d.Err != nil {
		d.fault("digest_unreadable", d.Err.Error())
		return nil
	}
	d.check(p, a.store)
	if d.Signature == "" {
		d.fault("digest_signature_unavailable", "the copy has neither the digest after it nor "+d.Key+signatureSuffix)
		return nil
	}
	key, err := a.keys.find(ctx, d.Body.KeyFingerprint, d.window(), p.Region, d.Home)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		d.fault("public_key_unavailable", err.Error())
		return nil
	}
	if err := d.verify(key); err != nil {
		d.fault("digest_signature_invalid", err.Error())
	}
	return nil
}

// judge counts the digests of all chains against those that there should be.
func (pr *proof) judge(p place, w evidence.Period, chains []*chain) {
	if len(chains) == 0 {
		pr.missing(hole{Period: w}, w, p.String())
	}
	for _, c := range chains {
		for _, h := range c.walk(w) {
			switch {
			case h.first && coveredByOther(chains, c, h.Period):
				pr.note("chain_begins", c.trail, h.Period, "the trail's first digest; another trail covers the time before it")
			case h.named != "":
				pr.missing(h, w, h.named)
			default:
				pr.missing(h, w, p.String()+" "+c.trail)
			}
		}
		for _, d := range c.digests {
			pr.digests++
			if d.End.After(w.Start) && !d.End.After(w.End) {
				pr.expected++
				if len(d.faults) == 0 {
					pr.found++
				}
			}
			pr.gaps = append(pr.gaps, d.faults...)
			pr.skew = max(pr.skew, d.skew.Abs())
		}
	}
}

func coveredByOther(chains []*chain, c *chain, h evidence.Period) bool {
	return slices.ContainsFunc(chains, func(o *chain) bool { return o != c && o.covers(h) })
}

func (pr *proof) missing(h hole, w evidence.Period, object string) {
	all, inside := h.missing(w)
	pr.expected += inside
	detail := fmt.Sprintf("%d hourly digests missing", all)
	if all == 1 {
		detail = "1 hourly digest missing"
	}
	switch {
	case h.first:
		detail += "; the chain begins after them"
	case h.last:
		detail += "; the chain ends before them"
	}
	pr.gap("digest_missing", object, h.Period, detail)
}

// add takes over the log files that a digest lists.
func (pr *proof) add(d *digest, p place, w evidence.Period, st store) {
	if d.Backfill {
		pr.digests++
		pr.gaps = append(pr.gaps, d.faults...)
	}
	owned := d.End.After(w.Start) && !d.End.After(w.End)
	for _, f := range d.Body.LogFiles {
		key, ok := st.local(f.Bucket, f.Object)
		if ok {
			ok = strings.HasPrefix(key, p.logPrefix(d.Key)) && f.HashAlgorithm == hashAlgorithm
		}
		k, isLog := parseLogKey(key, p)
		switch {
		case !ok || !isLog:
			if owned {
				pr.gap("digest_invalid", d.Key, d.window(), fmt.Sprintf("it lists s3://%s/%s, which is no log file of this account and region with a SHA-256", f.Bucket, f.Object))
			}
		case w.Contains(k.Delivered):
			pr.list(listing{k, f.Hash, d.Key})
		case owned && !d.reaches(k.Delivered):
			pr.strays = append(pr.strays, listing{k, f.Hash, d.Key})
		}
	}
}

// reaches reports whether the unit that a log file of this delivery time
// belongs to is sure to read this digest.
func (d *digest) reaches(delivered time.Time) bool {
	return d.End.After(delivered) && !d.start().After(delivered.Add(lag))
}

// logPrefix is the log folder beside the digest's.
func (p place) logPrefix(digest string) string {
	root, _, _ := strings.Cut(digest, "/"+digestFolder)
	return root + "/" + logFolder + p.Region + "/"
}

func (pr *proof) list(l listing) {
	if before, ok := pr.listed[l.Key]; ok && !strings.EqualFold(before.Hash, l.Hash) {
		pr.gap("log_hash_mismatch", l.Key, evidence.Period{}, fmt.Sprintf("%s lists it with SHA-256 %s, %s with %s", before.Digest, before.Hash, l.Digest, l.Hash))
		return
	}
	pr.listed[l.Key] = l
}

func (pr *proof) gap(code, object string, w evidence.Period, detail string) {
	pr.gaps = append(pr.gaps, evidence.Finding{Code: code, Object: object, Window: w, Detail: detail})
}

func (pr *proof) note(code, object string, w evidence.Period, detail string) {
	pr.notes = append(pr.notes, evidence.Finding{Code: code, Object: object, Window: w, Detail: detail})
}
