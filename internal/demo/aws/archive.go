package aws

import (
	"bytes"
	"crypto/md5"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/tidwall/gjson"
)

// Object is one object of the bucket. Objects in an archive are not changed in
// place: Put replaces them.
type Object struct {
	Body         []byte
	Metadata     map[string]string // user metadata, without the x-amz-meta- prefix
	ETag         string            // without quotes; Put fills it in when empty
	LastModified time.Time         // served to the second, as S3 does
}

// ArchiveOptions describes the trail and the bucket that it delivers to.
type ArchiveOptions struct {
	Bucket       string
	Prefix       string // the trail's key prefix, without slashes around it; may be empty
	Organization string // "o-…" of an organisation trail; empty for an account's own trail
	Trail        string // the trail's name
	HomeRegion   string // the region that the trail was created in

	// Key signs the digests of all regions. When nil, each region gets a
	// generated key of its own, as AWS has it.
	Key *rsa.PrivateKey
}

// Archive is a trail's bucket. It may be used by several goroutines.
type Archive struct {
	opt ArchiveOptions

	mu       sync.RWMutex
	objects  map[string]*Object
	sorted   []string // keys of objects in order; nil when out of date
	version  int      // grows with every change of objects
	accounts map[string]bool
	regions  map[string]bool
	chains   map[chainID]*chain
	keys     map[string]*signingKey // by region
	valid    validity
}

// NewArchive makes an empty archive.
func NewArchive(o ArchiveOptions) (*Archive, error) {
	if o.Bucket == "" || o.Trail == "" || o.HomeRegion == "" {
		return nil, errors.New("archive: bucket, trail and home region are needed")
	}
	return &Archive{
		opt:      o,
		objects:  map[string]*Object{},
		accounts: map[string]bool{},
		regions:  map[string]bool{},
		chains:   map[chainID]*chain{},
		keys:     map[string]*signingKey{},
	}, nil
}

// Options returns what the archive was made with.
func (a *Archive) Options() ArchiveOptions { return a.opt }

// TrailARN names the trail in the account that owns it.
func (a *Archive) TrailARN(owner string) string {
	return "arn:aws:cloudtrail:" + a.opt.HomeRegion + ":" + owner + ":trail/" + a.opt.Trail
}

// AddRegion makes the trail record a region. Close writes digests for it in every
// account even if nothing ever happens there.
func (a *Archive) AddRegion(region string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.regions[region] = true
}

// AddLog delivers one log file of events, each of which needs an eventTime, and
// returns its key. The next digest that Close writes for the hour of delivery lists it.
func (a *Archive) AddLog(account, region string, delivered time.Time, events []json.RawMessage) (string, error) {
	oldest, newest, err := eventTimes(events)
	if err != nil {
		return "", fmt.Errorf("log file of %s %s: %w", account, region, err)
	}
	delivered = delivered.UTC().Truncate(time.Second)
	inflated := logBody(events)
	sum := sha256.Sum256(inflated)
	body, err := deflate(inflated)
	if err != nil {
		return "", fmt.Errorf("log file of %s %s: %w", account, region, err)
	}

	a.mu.Lock()
	defer a.mu.Unlock()
	a.accounts[account] = true
	a.regions[region] = true
	key := a.logKey(chainID{account, region}, delivered, sum[:])
	a.put(key, &Object{Body: body, LastModified: delivered})
	c := a.chain(chainID{account, region})
	c.pending = append(c.pending, logFile{
		Bucket: a.opt.Bucket, Object: key,
		HashValue: hex.EncodeToString(sum[:]), HashAlgorithm: "SHA-256",
		NewestEventTime: stamp(newest), OldestEventTime: stamp(oldest),
		delivered: delivered,
	})
	return key, nil
}

// Objects returns the bucket's objects by key: a snapshot, to be read only.
func (a *Archive) Objects() map[string]*Object {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return maps.Clone(a.objects)
}

// Keys returns the keys in S3's order that begin with prefix.
func (a *Archive) Keys(prefix string) []string {
	all := a.sortedKeys()
	from, _ := slices.BinarySearch(all, prefix)
	to := from
	for to < len(all) && strings.HasPrefix(all[to], prefix) {
		to++
	}
	return slices.Clone(all[from:to])
}

// Get returns an object, or nil when there is none.
func (a *Archive) Get(key string) *Object {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.objects[key]
}

// Put writes an object behind the trail's back: digests do not know of it.
func (a *Archive) Put(key string, o Object) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.put(key, &o)
}

// Delete removes an object behind the trail's back. Deleting what is not there
// is no error, as in S3.
func (a *Archive) Delete(key string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.objects, key)
	a.changed()
}

func (a *Archive) put(key string, o *Object) {
	if o.ETag == "" {
		sum := md5.Sum(o.Body) // an ETag is a fingerprint here, not a proof
		o.ETag = hex.EncodeToString(sum[:])
	}
	a.objects[key] = o
	a.changed()
}

func (a *Archive) changed() {
	a.sorted = nil
	a.version++
}

// sortedKeys returns all keys in order. The slice is shared: it is not written to.
func (a *Archive) sortedKeys() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.sorted == nil {
		a.sorted = slices.Sorted(maps.Keys(a.objects))
	}
	return a.sorted
}

// root is the folder of an account: [prefix/]AWSLogs/[o-…/]account.
func (a *Archive) root(account string) string {
	return path.Join(a.opt.Prefix, "AWSLogs", a.opt.Organization, account)
}

// logKey names a log file. Its content makes the name unique, so that equal
// archives have equal names; a content delivered twice is counted.
func (a *Archive) logKey(id chainID, delivered time.Time, sum []byte) string {
	for n := 0; ; n++ {
		key := path.Join(a.root(id.account), "CloudTrail", id.region, delivered.Format("2006/01/02"),
			fmt.Sprintf("%s_CloudTrail_%s_%s_%s.json.gz", id.account, id.region, delivered.Format("20060102T1504Z"),
				uniqueString(fmt.Sprint(id, delivered, sum, n))))
		if a.objects[key] == nil {
			return key
		}
	}
}

// logBody is a log file as CloudTrail writes it, before compression.
func logBody(events []json.RawMessage) []byte {
	var b bytes.Buffer
	b.WriteString(`{"Records":[`)
	for i, e := range events {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(e)
	}
	b.WriteString(`]}`)
	return b.Bytes()
}

func eventTimes(events []json.RawMessage) (oldest, newest time.Time, err error) {
	for i, raw := range events {
		at, err := time.Parse(time.RFC3339, gjson.GetBytes(raw, "eventTime").Str)
		if err != nil {
			return oldest, newest, fmt.Errorf("event %d: eventTime: %w", i, err)
		}
		if i == 0 || at.Before(oldest) {
			oldest = at
		}
		if i == 0 || at.After(newest) {
			newest = at
		}
	}
	return oldest, newest, nil
}

// uniqueString is the 16 letters and digits that end a log file's name.
func uniqueString(of string) string {
	sum := sha256.Sum256([]byte(of))
	return new(big.Int).SetBytes(sum[:]).Text(62)[:16]
}

var gzipWriters = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

func deflate(b []byte) ([]byte, error) {
	w := gzipWriters.Get().(*gzip.Writer)
	defer gzipWriters.Put(w)
	var out bytes.Buffer
	w.Reset(&out)
	if _, err := w.Write(b); err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	return out.Bytes(), nil
}
