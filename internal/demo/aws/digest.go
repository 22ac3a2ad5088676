package aws

import (
	"cmp"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"path"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

// digest is the content of a digest file, fields in AWS's order. Pointers are
// null in the first digest of a chain, and event times in one that lists nothing.
type digest struct {
	Account            string    `json:"awsAccountId"`
	StartTime          string    `json:"digestStartTime"`
	EndTime            string    `json:"digestEndTime"`
	Bucket             string    `json:"digestS3Bucket"`
	Object             string    `json:"digestS3Object"`
	KeyFingerprint     string    `json:"digestPublicKeyFingerprint"`
	SignatureAlgorithm string    `json:"digestSignatureAlgorithm"`
	NewestEventTime    *string   `json:"newestEventTime"`
	OldestEventTime    *string   `json:"oldestEventTime"`
	PreviousBucket     *string   `json:"previousDigestS3Bucket"`
	PreviousObject     *string   `json:"previousDigestS3Object"`
	PreviousHash       *string   `json:"previousDigestHashValue"`
	PreviousHashAlgo   *string   `json:"previousDigestHashAlgorithm"`
	PreviousSignature  *string   `json:"previousDigestSignature"`
	LogFiles           []logFile `json:"logFiles"`
}

// logFile is a digest's entry for one log file. The hash is over its inflated bytes.
type logFile struct {
	Bucket          string `json:"s3Bucket"`
	Object          string `json:"s3Object"`
	HashValue       string `json:"hashValue"`
	HashAlgorithm   string `json:"hashAlgorithm"`
	NewestEventTime string `json:"newestEventTime"`
	OldestEventTime string `json:"oldestEventTime"`

	delivered time.Time
}

const (
	signatureAlgorithm = "SHA256withRSA"
	// deliveryDelay is how long after its hour a digest arrives in the bucket.
	deliveryDelay = 4 * time.Minute
)

// chainID names a chain: there is one for each account and region.
type chainID struct{ account, region string }

// chain is the state of a chain between two calls of Close.
type chain struct {
	pending   []logFile // delivered and not yet listed
	end       time.Time // of the newest digest; zero before the first
	object    string    // the newest digest's key
	hash      string    // hex SHA-256 of its inflated bytes
	signature string    // hex
}

func (a *Archive) chain(id chainID) *chain {
	c := a.chains[id]
	if c == nil {
		c = &chain{}
		a.chains[id] = c
	}
	return c
}

// Close writes the hourly digests of every account and region so that together
// they cover [from, to). AWS's hours do not begin on the clock's: each chain's
// digests end at a minute and second of its own. A later call goes on where the
// chain ended, whatever its from is.
func (a *Archive) Close(from, to time.Time) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.valid.extend(from.UTC().Truncate(time.Hour), to.UTC().Truncate(time.Hour))
	for region := range a.regions {
		if _, err := a.key(region); err != nil {
			return err
		}
	}
	ids := a.chainIDs()
	written := make([]map[string]*Object, len(ids))
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, id := range ids {
		c, k := a.chain(id), a.keys[id.region]
		g.Go(func() (err error) {
			written[i], err = a.extend(id, c, k, from, to)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for _, objects := range written {
		for key, o := range objects {
			a.put(key, o)
		}
	}
	return nil
}

// chainIDs is every account in every region, in a stable order.
func (a *Archive) chainIDs() []chainID {
	var ids []chainID
	for _, account := range slices.Sorted(maps.Keys(a.accounts)) {
		for _, region := range slices.Sorted(maps.Keys(a.regions)) {
			ids = append(ids, chainID{account, region})
		}
	}
	return ids
}

// extend writes one chain's digests up to the first that ends at or after to.
// It touches no state but the chain's.
func (a *Archive) extend(id chainID, c *chain, k *signingKey, from, to time.Time) (map[string]*Object, error) {
	slices.SortStableFunc(c.pending, func(x, y logFile) int { return x.delivered.Compare(y.delivered) })
	if c.end.IsZero() {
		c.end = from.UTC().Truncate(time.Hour).Add(id.offset())
		if c.end.After(from) {
			c.end = c.end.Add(-time.Hour)
		}
	}
	written := map[string]*Object{}
	for c.end.Before(to) {
		start, end := c.end, c.end.Add(time.Hour)
		d := a.newDigest(id, c, k, start, end)
		if err := c.sign(d, k, written, end); err != nil {
			return nil, fmt.Errorf("digest %s: %w", d.Object, err)
		}
	}
	return written, nil
}

// offset is how far past the hour the digests of a chain end.
func (id chainID) offset() time.Duration {
	h := fnv.New32a()
	h.Write([]byte(id.account + id.region))
	return time.Duration(h.Sum32()%3600) * time.Second
}

func (a *Archive) newDigest(id chainID, c *chain, k *signingKey, start, end time.Time) *digest {
	n := 0
	for n < len(c.pending) && c.pending[n].delivered.Before(end) {
		n++
	}
	d := &digest{
		Account: id.account, StartTime: stamp(start), EndTime: stamp(end),
		Bucket: a.opt.Bucket, Object: a.digestKey(id, end),
		KeyFingerprint: k.fingerprint, SignatureAlgorithm: signatureAlgorithm,
		LogFiles: append([]logFile{}, c.pending[:n]...),
	}
	c.pending = c.pending[n:]
	if n > 0 {
		oldest := slices.MinFunc(d.LogFiles, func(x, y logFile) int { return cmp.Compare(x.OldestEventTime, y.OldestEventTime) })
		newest := slices.MaxFunc(d.LogFiles, func(x, y logFile) int { return cmp.Compare(x.NewestEventTime, y.NewestEventTime) })
		d.OldestEventTime, d.NewestEventTime = &oldest.OldestEventTime, &newest.NewestEventTime
	}
	if c.object != "" {
		bucket, object, hash, algorithm, signature := a.opt.Bucket, c.object, c.hash, "SHA-256", c.signature
		d.PreviousBucket, d.PreviousObject, d.PreviousHash = &bucket, &object, &hash
		d.PreviousHashAlgo, d.PreviousSignature = &algorithm, &signature
	}
	return d
}

func (a *Archive) digestKey(id chainID, end time.Time) string {
	return path.Join(a.root(id.account), "CloudTrail-Digest", id.region, end.Format("2006/01/02"),
		fmt.Sprintf("%s_CloudTrail-Digest_%s_%s_%s_%s.json.gz",
			id.account, id.region, a.opt.Trail, a.opt.HomeRegion, end.Format("20060102T150405Z")))
}

// sign puts the digest into written and makes it the newest of its chain.
func (c *chain) sign(d *digest, k *signingKey, written map[string]*Object, end time.Time) error {
	inflated, err := json.Marshal(d)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(inflated)
	hash := hex.EncodeToString(sum[:])
	hashed := sha256.Sum256([]byte(stringToSign(d, hash)))
	signature, err := rsa.SignPKCS1v15(nil, k.private, crypto.SHA256, hashed[:])
	if err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	body, err := deflate(inflated)
	if err != nil {
		return err
	}
	c.end, c.object, c.hash, c.signature = end, d.Object, hash, hex.EncodeToString(signature)
	written[d.Object] = &Object{
		Body:         body,
		Metadata:     map[string]string{"signature": c.signature, "signature-algorithm": signatureAlgorithm},
		LastModified: end.Add(deliveryDelay),
	}
	return nil
}

// stringToSign is what the signature of a digest is over; hash is the hex
// SHA-256 of its inflated bytes. The first digest of a chain says "null".
func stringToSign(d *digest, hash string) string {
	previous := "null"
	if d.PreviousSignature != nil {
		previous = *d.PreviousSignature
	}
	return d.EndTime + "\n" + d.Bucket + "/" + d.Object + "\n" + hash + "\n" + previous
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
