package aws

import (
	"cmp"
	"crypto/md5"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"slices"
	"time"
)

// PublicKey is one of CloudTrail's digest signing keys, as ListPublicKeys gives
// it and as `aws cloudtrail list-public-keys` prints it.
type PublicKey struct {
	Value             []byte    `json:"Value"` // DER, PKCS #1
	ValidityStartTime time.Time `json:"ValidityStartTime"`
	ValidityEndTime   time.Time `json:"ValidityEndTime"`
	Fingerprint       string    `json:"Fingerprint"` // 32 hex digits, MD5 of Value

	region string
}

type signingKey struct {
	private     *rsa.PrivateKey
	der         []byte
	fingerprint string
}

// validity is the time that the archive's keys are said to be valid in: all the
// time that Close was called for, with room at both ends.
type validity struct{ from, to time.Time }

const keyMargin = 30 * 24 * time.Hour

func (v *validity) extend(from, to time.Time) {
	if v.from.IsZero() || from.Add(-keyMargin).Before(v.from) {
		v.from = from.Add(-keyMargin)
	}
	if to.Add(keyMargin).After(v.to) {
		v.to = to.Add(keyMargin)
	}
}

// PublicKeys returns the keys that digests were signed with, of all regions.
func (a *Archive) PublicKeys() []PublicKey {
	a.mu.RLock()
	defer a.mu.RUnlock()
	var out []PublicKey
	for region, k := range a.keys {
		out = append(out, PublicKey{
			Value:             k.der,
			ValidityStartTime: a.valid.from, ValidityEndTime: a.valid.to,
			Fingerprint: k.fingerprint, region: region,
		})
	}
	slices.SortFunc(out, func(x, y PublicKey) int { return cmp.Compare(x.region, y.region) })
	return out
}

// key returns the key of a region, generating it at its first use.
func (a *Archive) key(region string) (*signingKey, error) {
	if k := a.keys[region]; k != nil {
		return k, nil
	}
	private := a.opt.Key
	if private == nil {
		var err error
		if private, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
			return nil, fmt.Errorf("digest key of %s: %w", region, err)
		}
	}
	der := x509.MarshalPKCS1PublicKey(&private.PublicKey)
	sum := md5.Sum(der)
	k := &signingKey{private: private, der: der, fingerprint: hex.EncodeToString(sum[:])}
	a.keys[region] = k
	return k, nil
}
