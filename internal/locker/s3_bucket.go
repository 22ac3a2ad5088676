package locker

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// fit refuses a bucket that would not keep what is written to it. Each message
// says what mends it.
func (s *bucket) fit(ctx context.Context) error {
	return errors.Join(s.keepsVersions(ctx), s.locksObjects(ctx), s.isPrivate(ctx))
}

func (s *bucket) keepsVersions(ctx context.Context) error {
	out, err := s.client.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: &s.name})
	if err != nil {
		return s.explain("ask for the versioning of", "", err)
	}
	if out.Status != types.BucketVersioningStatusEnabled {
		return fmt.Errorf("bucket %s keeps no versions: aws s3api put-bucket-versioning --bucket %s --versioning-configuration Status=Enabled", s.name, s.name)
	}
	return nil
}

func (s *bucket) locksObjects(ctx context.Context) error {
	out, err := s.client.GetObjectLockConfiguration(ctx, &s3.GetObjectLockConfigurationInput{Bucket: &s.name})
	if err != nil && code(err) != "ObjectLockConfigurationNotFoundError" {
		return s.explain("ask for the Object Lock of", "", err)
	}
	if err != nil || out.ObjectLockConfiguration == nil || out.ObjectLockConfiguration.ObjectLockEnabled != types.ObjectLockEnabledEnabled {
		return fmt.Errorf("bucket %s has no Object Lock: aws s3api put-object-lock-configuration --bucket %s --object-lock-configuration ObjectLockEnabled=Enabled", s.name, s.name)
	}
	if rule := out.ObjectLockConfiguration.Rule; s.settings.Retention == "" && (rule == nil || rule.DefaultRetention == nil) {
		return fmt.Errorf("%s: nothing would be retained: set retention and days beside the locker's location, or a default retention of the bucket %s", s, s.name)
	}
	return nil
}

// isPrivate asks for the bucket's own block: that of the account is not for every
// user of a bucket to see, and may be taken away for another bucket's sake.
func (s *bucket) isPrivate(ctx context.Context) error {
	out, err := s.client.GetPublicAccessBlock(ctx, &s3.GetPublicAccessBlockInput{Bucket: &s.name})
	switch c := code(err); {
	case err == nil:
		b := out.PublicAccessBlockConfiguration
		if b != nil && aws.ToBool(b.BlockPublicAcls) && aws.ToBool(b.IgnorePublicAcls) && aws.ToBool(b.BlockPublicPolicy) && aws.ToBool(b.RestrictPublicBuckets) {
			return nil
		}
	case c == "NoSuchPublicAccessBlockConfiguration":
	case s.settings.Endpoint != "" && (c == "NotImplemented" || c == "MethodNotAllowed"):
		return nil // S3-compatible storage that knows no such thing
	default:
		return s.explain("ask for the public access block of", "", err)
	}
	return fmt.Errorf("bucket %s may be made public: aws s3api put-public-access-block --bucket %s --public-access-block-configuration "+
		"BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true", s.name, s.name)
}
