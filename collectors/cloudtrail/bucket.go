package cloudtrail

import (
	"context"

	objects "github.com/evidencepack/evidence/collectors/internal/archive"
)

// bucket is an archive in S3.
type bucket struct{ *objects.Bucket }

func (b *bucket) signature(_ context.Context, _ string, c objects.Content) (string, error) {
	return c.Metadata["signature"], nil
}

func (b *bucket) holds(name, object, key string) bool { return name == b.Name() && object == key }

func (b *bucket) local(name, object string) (string, bool) { return object, name == b.Name() }
