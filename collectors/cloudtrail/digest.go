package cloudtrail

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/evidencepack/evidence"
)

// digestBody is what CloudTrail writes into a digest file. The fields of the
// previous digest are null in the first digest of a chain.
// Source: AWS CloudTrail user guide, "CloudTrail digest file structure".
type digestBody struct {
	Account            string       `json:"awsAccountId"`
	StartTime          time.Time    `json:"digestStartTime"`
	EndTime            string       `json:"digestEndTime"` // kept as written: it is signed
	Bucket             string       `json:"digestS3Bucket"`
	Object             string       `json:"digestS3Object"`
	KeyFingerprint     string       `json:"digestPublicKeyFingerprint"`
	SignatureAlgorithm string       `json:"digestSignatureAlgorithm"`
	PreviousBucket     *string      `json:"previousDigestS3Bucket"`
	PreviousObject     *string      `json:"previousDigestS3Object"`
	PreviousHash       *string      `json:"previousDigestHashValue"` // of its inflated bytes
	PreviousHashAlgo   *string      `json:"previousDigestHashAlgorithm"`
	PreviousSignature  *string      `json:"previousDigestSignature"`
	LogFiles           []listedFile `json:"logFiles"`
}

// listedFile is a digest's entry for one log file.
type listedFile struct {
	Bucket        string `json:"s3Bucket"`
	Object        string `json:"s3Object"`
	Hash          string `json:"hashValue"` // of its inflated bytes
	HashAlgorithm string `json:"hashAlgorithm"`
}

const (
	rsaAlgorithm  = "SHA256withRSA"
	hashAlgorithm = "SHA-256"
	// A digest of a busy hour lists some thousands of files at 300 bytes each.
	maxDigestSize = 64 << 20
)

// digest is a digest file as far as it could be read.
type digest struct {
	digestKey
	Body      digestBody
	Hash      string // hex SHA-256 of the inflated bytes
	Signature string // hex; empty if the store does not know it
	Date      time.Time
	Err       error // why it could not be read; then Body and Hash are empty
	skew      time.Duration
	faults    []evidence.Finding
}

// start is when the time that the digest covers begins. Of one that could not
// be read an hour is assumed, which is what CloudTrail writes.
func (d *digest) start() time.Time {
	if d.Err != nil || d.Body.StartTime.IsZero() {
		return d.End.Add(-time.Hour)
	}
	return d.Body.StartTime
}

func (d *digest) window() evidence.Period {
	return evidence.Period{Start: d.start().UTC(), End: d.End.UTC()}
}

// fault records what is wrong with the digest.
func (d *digest) fault(code, detail string) {
	d.faults = append(d.faults, evidence.Finding{Code: code, Object: d.Key, Window: d.window(), Detail: detail})
}

// readDigest never fails for the sake of one digest: what is wrong with it
// stands in the digest. Its error is that of ctx.
func (a *archive) readDigest(ctx context.Context, k digestKey) (*digest, error) {
	d := &digest{digestKey: k}
	raw, skew, c, err := a.readWhole(ctx, k.Key, maxDigestSize)
	if err != nil {
		d.Err = err
		return d, ctx.Err()
	}
	sum := sha256.Sum256(raw)
	d.Hash, d.skew = hex.EncodeToString(sum[:]), skew
	if err := json.Unmarshal(raw, &d.Body); err != nil {
		d.Err = fmt.Errorf("not a digest: %w", err)
		return d, nil
	}
	d.Signature, err = a.store.signature(ctx, k.Key, c)
	if err != nil {
		d.Err = fmt.Errorf("its signature: %w", err)
	}
	if alg, told := c.Metadata["signature-algorithm"]; told && alg != rsaAlgorithm {
		d.Err = fmt.Errorf("signature-algorithm is %q, want %s", alg, rsaAlgorithm)
	}
	return d, ctx.Err()
}

// check compares what the digest says of itself with where it was found.
func (d *digest) check(p place, st store) {
	b := d.Body
	if !st.holds(b.Bucket, b.Object, d.Key) {
		d.fault("digest_moved", fmt.Sprintf("it says of itself that it is s3://%s/%s", b.Bucket, b.Object))
	}
	if b.Account != p.Account {
		d.fault("digest_account_mismatch", fmt.Sprintf("it is of account %s", b.Account))
	}
	if end, err := time.Parse(time.RFC3339, b.EndTime); err != nil || !end.Equal(d.End) {
		d.fault("digest_invalid", fmt.Sprintf("digestEndTime is %q, its name says %s", b.EndTime, d.End.Format(time.RFC3339)))
	}
	if b.StartTime.IsZero() || !b.StartTime.Before(d.End) {
		d.fault("digest_invalid", "digestStartTime is missing or not before digestEndTime")
	}
	if b.SignatureAlgorithm != rsaAlgorithm {
		d.fault("digest_invalid", fmt.Sprintf("digestSignatureAlgorithm is %q, want %s", b.SignatureAlgorithm, rsaAlgorithm))
	}
	if b.PreviousHash != nil && (b.PreviousHashAlgo == nil || *b.PreviousHashAlgo != hashAlgorithm) {
		d.fault("digest_invalid", "previousDigestHashAlgorithm is not "+hashAlgorithm)
	}
}

// stringToSign is what CloudTrail signs. Source: AWS CloudTrail user guide,
// "Custom implementations of CloudTrail log file integrity validation".
func (b digestBody) stringToSign(hash string) string {
	previous := "null"
	if b.PreviousSignature != nil {
		previous = *b.PreviousSignature
	}
	return b.EndTime + "\n" + b.Bucket + "/" + b.Object + "\n" + hash + "\n" + previous
}

// verify checks the digest's signature with the key that it names.
func (d *digest) verify(key *rsa.PublicKey) error {
	signature, err := hex.DecodeString(d.Signature)
	if err != nil {
		return errors.New("the signature is not hexadecimal")
	}
	sum := sha256.Sum256([]byte(d.Body.stringToSign(d.Hash)))
	if err := rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature); err != nil {
		return errors.New("the signature does not fit the content and the key " + d.Body.KeyFingerprint)
	}
	return nil
}
