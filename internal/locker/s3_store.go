package locker

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	"golang.org/x/sync/errgroup"
)

// bucket is a Store in S3. Names are keys below prefix.
//
// What never changes is written with If-None-Match: *, so that of two that write
// one name the second is refused, and with a retention, so that nobody takes its
// first version away. A later version or a delete marker may still be laid over
// it: see [bucket.overlaid].
type bucket struct {
	client   *s3.Client
	settings Bucket
	name     string
	prefix   string // empty, or ends with a slash
	now      func() time.Time
	silence  time.Duration // LockSilence, but in tests

	mu    sync.Mutex
	lease *lease // the lock, while this process holds it
}

const (
	// s3Parallel is how many requests one Put has under way.
	s3Parallel = 16

	// maxPut is what one PutObject or CopyObject takes. A batch is held in memory as
	// a whole, and is smaller by far, so nothing is uploaded in parts.
	maxPut = 5 << 30

	// maxDelete is what one DeleteObjects takes.
	maxDelete = 1000
)

func (s *bucket) String() string { return Scheme + strings.TrimSuffix(s.name+"/"+s.prefix, "/") }

func (s *bucket) key(name string) *string { return aws.String(s.prefix + name) }

// fixed reports whether an object of this name never changes.
func fixed(name string) bool {
	return name != latestName && !strings.HasPrefix(name, pendFolder) && !strings.HasPrefix(name, lockFolder) && !strings.HasPrefix(name, tempFolder)
}

// Get reads the current version; whoever reads it holds it against the log. That
// does not hold of locker.json, which says what to hold it against, so that its
// versions are looked at first.
func (s *bucket) Get(ctx context.Context, name string) (io.ReadCloser, error) {
	if name == configName {
		if err := s.untouched(ctx, name); err != nil {
			return nil, err
		}
	}
	out, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &s.name, Key: s.key(name)})
	if err == nil {
		return out.Body, nil
	}
	if !missing(err) {
		return nil, s.explain("read", name, err)
	}
	if fixed(name) || name == latestName { // nobody deletes these
		if err := s.untouched(ctx, name); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("read %s/%s: %w", s, name, fs.ErrNotExist)
}

func (s *bucket) Put(ctx context.Context, objects ...Object) error {
	ctx, cancel := s.whileHeld(ctx)
	defer cancel()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(s3Parallel)
	for _, o := range objects {
		group.Go(func() error {
			switch {
			case o.From != "":
				return s.copy(ctx, o)
			case o.Replace:
				return s.replace(ctx, o)
			}
			return s.create(ctx, o.Name, o.Data)
		})
	}
	return group.Wait()
}

// create writes an object that must not be there, or must have these bytes.
func (s *bucket) create(ctx context.Context, name string, data []byte) error {
	if len(data) > maxPut {
		return fmt.Errorf("write %s/%s: %d bytes, and S3 takes %d at once: let the source's units be smaller", s, name, len(data), maxPut)
	}
	in := s.putInput(name, data)
	in.IfNoneMatch = aws.String("*")
	_, err := s.client.PutObject(ctx, in)
	if !refused(err) {
		return s.explain("write", name, err)
	}
	// Another was first, or we were and the answer was lost.
	present, err := read(ctx, s, name, maxPut)
	if errors.Is(err, fs.ErrNotExist) && strings.HasPrefix(name, pendFolder) {
		// It was deleted, and this is no S3 but something like it, that takes a
		// delete marker for an object. The name holds the hash of these bytes.
		_, err := s.client.PutObject(ctx, s.putInput(name, data))
		return s.explain("write", name, err)
	}
	if err != nil {
		return err
	}
	if !bytes.Equal(present, data) {
		return fmt.Errorf("write %s/%s: another has been written there: %w", s, name, fs.ErrExist)
	}
	return nil
}

// replace writes an object over the one that its writer has seen.
func (s *bucket) replace(ctx context.Context, o Object) error {
	out, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &s.name, Key: s.key(o.Name)})
	if missing(err) && o.Over == nil {
		return s.create(ctx, o.Name, o.Data)
	}
	if err != nil {
		return s.explain("read", o.Name, err)
	}
	present, err := io.ReadAll(io.LimitReader(out.Body, maxNote))
	if err := errors.Join(err, out.Body.Close()); err != nil {
		return s.explain("read", o.Name, err)
	}
	if bytes.Equal(present, o.Data) {
		return nil
	}
	if bytes.Equal(present, o.Over) {
		in := s.putInput(o.Name, o.Data)
		in.IfMatch = out.ETag
		_, err = s.client.PutObject(ctx, in)
		if !refused(err) {
			return s.explain("write", o.Name, err)
		}
		if now, err := read(ctx, s, o.Name, maxNote); err == nil && bytes.Equal(now, o.Data) {
			return nil // the answer to an earlier attempt was lost
		}
	}
	return fmt.Errorf("write %s/%s: another has been written there: %w", s, o.Name, fs.ErrExist)
}

// putInput asks for the checksum to be held against what arrives, and for the
// retention of what never changes.
func (s *bucket) putInput(name string, data []byte) *s3.PutObjectInput {
	sum := sha256.Sum256(data)
	in := &s3.PutObjectInput{
		Bucket: &s.name, Key: s.key(name), Body: bytes.NewReader(data), ContentLength: aws.Int64(int64(len(data))),
		ChecksumSHA256: aws.String(base64.StdEncoding.EncodeToString(sum[:])),
	}
	if s.settings.KMSKey != "" {
		in.ServerSideEncryption, in.SSEKMSKeyId, in.BucketKeyEnabled = types.ServerSideEncryptionAwsKms, &s.settings.KMSKey, aws.Bool(true)
	}
	if fixed(name) {
		in.ObjectLockMode, in.ObjectLockRetainUntilDate, in.ObjectLockLegalHoldStatus = s.lock()
	}
	return in
}

// lock returns how an object that is written now is to be locked.
func (s *bucket) lock() (mode types.ObjectLockMode, until *time.Time, hold types.ObjectLockLegalHoldStatus) {
	if s.settings.Retention != "" {
		// S3 refuses fractions of a second that it would have to round down.
		mode, until = s.settings.lockMode(), aws.Time(s.now().UTC().AddDate(0, 0, s.settings.Days).Truncate(time.Second).Add(time.Second))
	}
	if s.settings.LegalHold {
		hold = types.ObjectLockLegalHoldStatusOn
	}
	return mode, until, hold
}

// copy gives an object's bytes another name within S3.
func (s *bucket) copy(ctx context.Context, o Object) error {
	_, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &s.name, Key: s.key(o.Name)})
	if err == nil {
		return nil
	}
	if !missing(err) {
		return s.explain("look for", o.Name, err)
	}
	if err := s.untouched(ctx, o.Name); err != nil {
		return err
	}
	source := url.URL{Path: s.name + "/" + s.prefix + o.From}
	in := &s3.CopyObjectInput{
		Bucket: &s.name, Key: s.key(o.Name), CopySource: aws.String(source.EscapedPath()), IfNoneMatch: aws.String("*"),
		ChecksumAlgorithm: types.ChecksumAlgorithmSha256, MetadataDirective: types.MetadataDirectiveCopy,
	}
	if s.settings.KMSKey != "" {
		in.ServerSideEncryption, in.SSEKMSKeyId, in.BucketKeyEnabled = types.ServerSideEncryptionAwsKms, &s.settings.KMSKey, aws.Bool(true)
	}
	in.ObjectLockMode, in.ObjectLockRetainUntilDate, in.ObjectLockLegalHoldStatus = s.lock()
	_, err = s.client.CopyObject(ctx, in)
	if refused(err) {
		return nil // it is there now
	}
	return s.explain("write", o.Name, err)
}

// List yields the names of all objects, and of those that never change also the
// names of which a delete marker hides the object: reading one says so.
func (s *bucket) List(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for v, err := range s.versions(ctx, prefix) {
			if err != nil {
				yield("", err)
				return
			}
			shown := !v.hidden() || fixed(v.name) && v.stored > 0
			if shown && v.name != leaseName && !yield(v.name, nil) {
				return
			}
		}
	}
}

// Delete lays delete markers over objects; a rule of the bucket's life cycle takes
// away what is under them.
func (s *bucket) Delete(ctx context.Context, names ...string) error {
	ctx, cancel := s.whileHeld(ctx)
	defer cancel()
	for chunk := range slices.Chunk(names, maxDelete) {
		var ids []types.ObjectIdentifier
		for _, name := range chunk {
			ids = append(ids, types.ObjectIdentifier{Key: s.key(name)})
		}
		out, err := s.client.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: &s.name, Delete: &types.Delete{Objects: ids, Quiet: aws.Bool(true)}})
		if err != nil {
			return s.explain("delete", chunk[0], err)
		}
		if len(out.Errors) > 0 {
			e := out.Errors[0]
			return fmt.Errorf("delete %s%s/%s: %s: %s", Scheme, s.name, aws.ToString(e.Key), aws.ToString(e.Code), aws.ToString(e.Message))
		}
	}
	return nil
}

// code is the protocol's name of an error.
func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// status is the HTTP status of an error, or 0.
func status(err error) int {
	var response *awshttp.ResponseError
	if errors.As(err, &response) {
		return response.HTTPStatusCode()
	}
	return 0
}

func missing(err error) bool {
	c := code(err)
	return c == "NoSuchKey" || c == "NotFound" && status(err) == http.StatusNotFound
}

// refused reports whether the condition of a write did not hold.
func refused(err error) bool {
	return code(err) == "PreconditionFailed" || status(err) == http.StatusPreconditionFailed
}

// explain names the bucket, and what its owner can do.
func (s *bucket) explain(verb, name string, err error) error {
	if err == nil {
		return nil
	}
	err = fmt.Errorf("%s %s/%s: %w", verb, s, name, err)
	switch code(err) {
	case "NoSuchBucket":
		return fmt.Errorf("%w (make the bucket with Object Lock: aws s3api create-bucket --bucket %s --object-lock-enabled-for-bucket)", err, s.name)
	case "AccessDenied":
		return fmt.Errorf("%w (evidence permissions lists what must be permitted in the bucket %s)", err, s.name)
	case "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException":
		return fmt.Errorf("%w (the bucket %s is in another region: set region beside the location)", err, s.name)
	}
	return err
}
