package pipeline

import (
	"fmt"
	"slices"
	"strings"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/internal/config"
	"github.com/evidencepack/evidence/internal/locker"
)

// What the locker's bucket, and each bucket of copies, is called beside the sources,
// and what stands for their driver. No source can be called so.
const (
	lockerNeeds = "(locker)"
	copiesNeeds = "(checkpoints)"
	bucketNeeds = "s3"
)

// placesNeed lists what keeping a locker and copies of its checkpoints in S3 takes.
// Neither deleting versions nor shortening or bypassing a retention is among it.
func placesNeed(c *config.Config) ([]Needs, error) {
	var all []Needs
	if c.Bucket != nil {
		all = append(all, bucketNeed(lockerNeeds, *c.Bucket, true))
	}
	for _, place := range c.Copies {
		if !strings.HasPrefix(place, locker.Scheme) {
			continue
		}
		b, err := locker.ParseBucket(place)
		if err != nil {
			return nil, fmt.Errorf("checkpoints: copies: %w", err)
		}
		all = append(all, bucketNeed(copiesNeeds, b, false))
	}
	return all, nil
}

func bucketNeed(name string, b locker.Bucket, holdsLocker bool) Needs {
	bucket, prefix := b.Split()
	arn := "arn:aws:s3:::" + bucket
	n := Needs{Source: name, Driver: bucketNeeds, Permissions: []Permission{}}
	add := func(resource string, actions ...string) {
		for _, a := range actions {
			n.add(collectors.Permission{System: collectors.AWS, Name: a, Resource: resource}, name)
		}
	}
	objects := arn + "/" + prefix
	add(arn, "s3:ListBucket", "s3:ListBucketVersions")
	add(objects+"*", "s3:GetObject", "s3:PutObject")
	if b.Retention != "" {
		add(objects+"*", "s3:PutObjectRetention")
	}
	if b.LegalHold {
		add(objects+"*", "s3:PutObjectLegalHold")
	}
	if holdsLocker {
		add(arn, "s3:GetBucketVersioning", "s3:GetBucketObjectLockConfiguration", "s3:GetBucketPublicAccessBlock")
		n.add(collectors.Permission{System: collectors.AWS, Name: "s3:DeleteObject", Resource: objects + "pending/*", Note: evidence.Text{
			JA: "封印済みとなった待機中のものに削除マーカーを付けるためであり、版を削除する s3:DeleteObjectVersion は与えない",
			EN: "lays delete markers over what was pending and is sealed; s3:DeleteObjectVersion, which deletes versions, is not to be granted",
		}}, name)
	}
	if b.KMSKey != "" {
		resource := b.KMSKey
		if !strings.HasPrefix(resource, "arn:") {
			resource = ""
		}
		add(resource, "kms:GenerateDataKey", "kms:Decrypt")
	}
	if b.Role != "" {
		n.add(collectors.Permission{System: collectors.AWSCaller, Name: "sts:AssumeRole", Resource: b.Role}, name)
	}
	slices.SortFunc(n.Permissions, Permission.compare)
	return n
}
