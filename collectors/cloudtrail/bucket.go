package cloudtrail

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/evidencepack/evidence/collectors/internal/awsauth"
)

// bucket is an archive in S3.
type bucket struct {
	name      string
	pathStyle bool
	session   *awsauth.Session

	mu     sync.Mutex
	client *s3.Client
}

// connect returns the client, made at its first use.
func (b *bucket) connect(ctx context.Context) (*s3.Client, error) {
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

func (b *bucket) list(ctx context.Context, prefix string) iter.Seq2[object, error] {
	return func(yield func(object, error) bool) {
		client, err := b.connect(ctx)
		if err != nil {
			yield(object{}, err)
			return
		}
		pages := s3.NewListObjectsV2Paginator(client, &s3.ListObjectsV2Input{Bucket: &b.name, Prefix: &prefix})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx, whole)
			if err != nil {
				yield(object{}, fmt.Errorf("list %s: %w", b.url(prefix), err))
				return
			}
			for _, o := range page.Contents {
				if !yield(object{aws.ToString(o.Key), aws.ToInt64(o.Size)}, nil) {
					return
				}
			}
		}
	}
}

func (b *bucket) folders(ctx context.Context, prefix string) ([]string, error) {
	client, err := b.connect(ctx)
	if err != nil {
		return nil, err
	}
	pages := s3.NewListObjectsV2Paginator(client, &s3.ListObjectsV2Input{Bucket: &b.name, Prefix: &prefix, Delimiter: aws.String("/")})
	var out []string
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx, whole)
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", b.url(prefix), err)
		}
		for _, p := range page.CommonPrefixes {
			out = append(out, strings.TrimSuffix(strings.TrimPrefix(aws.ToString(p.Prefix), prefix), "/"))
		}
	}
	return out, nil
}

// whole has listings read whole: one that is cut off is asked for again.
func whole(o *s3.Options) { o.APIOptions = append(o.APIOptions, awsauth.WholeBody) }

func (b *bucket) open(ctx context.Context, key string) (content, error) {
	client, err := b.connect(ctx)
	if err != nil {
		return content{}, err
	}
	out, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: &b.name, Key: &key})
	if err != nil {
		return content{}, fmt.Errorf("get %s: %w", b.url(key), err)
	}
	c := content{Body: out.Body, Metadata: out.Metadata, Response: aws.ToString(out.VersionId)}
	if c.Response == "" {
		c.Response = strings.Trim(aws.ToString(out.ETag), `"`)
	}
	c.Date, _ = awsmiddleware.GetServerTime(out.ResultMetadata)
	return c, nil
}

func (b *bucket) signature(_ context.Context, _ string, c content) (string, error) {
	return c.Metadata["signature"], nil
}

func (b *bucket) url(key string) string { return "s3://" + b.name + "/" + key }

func (b *bucket) holds(name, object, key string) bool { return name == b.name && object == key }

func (b *bucket) local(name, object string) (string, bool) { return object, name == b.name }
