package archive

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/evidencepack/evidence/collectors/internal/awsauth"
)

// Bucket is an archive in S3.
type Bucket struct {
	name      string
	pathStyle bool
	session   *awsauth.Session

	mu     sync.Mutex
	client *s3.Client
}

// NewBucket is the bucket of a name. It is connected to at its first use.
func NewBucket(name string, pathStyle bool, session *awsauth.Session) *Bucket {
	return &Bucket{name: name, pathStyle: pathStyle, session: session}
}

// Name is the bucket's name.
func (b *Bucket) Name() string { return b.name }

// connect returns the client, made at its first use.
func (b *Bucket) connect(ctx context.Context) (*s3.Client, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.client != nil {
		return b.client, nil
	}
	cfg, err := b.session.Config(ctx)
	if err != nil {
		return nil, err
	}
	b.client = s3.NewFromConfig(cfg, func(o *s3.Options) {
		// Buckets are names of hosts at AWS, and seldom elsewhere.
		o.UsePathStyle = b.pathStyle || o.BaseEndpoint != nil
		o.DisableLogOutputChecksumValidationSkipped = true
	})
	return b.client, nil
}

// List yields the objects in the order of their keys.
func (b *Bucket) List(ctx context.Context, prefix string) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		client, err := b.connect(ctx)
		if err != nil {
			yield(Object{}, err)
			return
		}
		pages := s3.NewListObjectsV2Paginator(client, &s3.ListObjectsV2Input{Bucket: &b.name, Prefix: &prefix})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx, whole)
			if err != nil {
				yield(Object{}, fmt.Errorf("list %s: %w", b.URL(prefix), err))
				return
			}
			for _, o := range page.Contents {
				if !yield(entry(o), nil) {
					return
				}
			}
		}
	}
}

func entry(o types.Object) Object {
	return Object{aws.ToString(o.Key), aws.ToInt64(o.Size), strings.Trim(aws.ToString(o.ETag), `"`)}
}

// Level tells the common prefixes and the objects directly below a prefix.
func (b *Bucket) Level(ctx context.Context, prefix string) (folders []string, objects []Object, err error) {
	client, err := b.connect(ctx)
	if err != nil {
		return nil, nil, err
	}
	pages := s3.NewListObjectsV2Paginator(client, &s3.ListObjectsV2Input{Bucket: &b.name, Prefix: &prefix, Delimiter: aws.String("/")})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx, whole)
		if err != nil {
			return nil, nil, fmt.Errorf("list %s: %w", b.URL(prefix), err)
		}
		for _, o := range page.Contents {
			objects = append(objects, entry(o))
		}
		for _, p := range page.CommonPrefixes {
			folders = append(folders, strings.TrimSuffix(strings.TrimPrefix(aws.ToString(p.Prefix), prefix), "/"))
		}
	}
	return folders, objects, nil
}

// whole has listings read whole: one that is cut off is asked for again.
func whole(o *s3.Options) { o.APIOptions = append(o.APIOptions, awsauth.WholeBody) }

// Open gets an object. Its metadata, version and date are those of the answer.
func (b *Bucket) Open(ctx context.Context, key string) (Content, error) {
	client, err := b.connect(ctx)
	if err != nil {
		return Content{}, err
	}
	out, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: &b.name, Key: &key})
	if err != nil {
		return Content{}, fmt.Errorf("get %s: %w", b.URL(key), err)
	}
	c := Content{Body: out.Body, Metadata: out.Metadata, Response: aws.ToString(out.VersionId)}
	if c.Response == "" {
		c.Response = strings.Trim(aws.ToString(out.ETag), `"`)
	}
	c.Date, _ = awsmiddleware.GetServerTime(out.ResultMetadata)
	return c, nil
}

// URL is the address that AWS's own tools take.
func (b *Bucket) URL(key string) string { return "s3://" + b.name + "/" + key }
