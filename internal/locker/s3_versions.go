package locker

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// overlaying is all versions of one name, newest first.
type overlaying struct {
	name     string
	versions []version
	stored   int // how many of them are objects
}

type version struct {
	id     string
	at     time.Time
	latest bool
	marker bool // a delete marker: what is under it seems not to be there
}

func (o overlaying) hidden() bool { return o.versions[0].marker }

// finding says what was laid over an object that never changes, or "".
func (o overlaying) finding() string {
	first := o.versions[len(o.versions)-1]
	switch {
	case o.stored == 0:
		return fmt.Sprintf("the object is gone and the delete marker of %s is left", stamp(o.versions[0].at))
	case o.hidden():
		return fmt.Sprintf("a delete marker of %s (version %s) hides it; its first version, %s of %s, is there: delete the marker, and find out who made it",
			stamp(o.versions[0].at), o.versions[0].id, first.id, stamp(first.at))
	case len(o.versions) > 1 && fixed(o.name):
		return fmt.Sprintf("it was overwritten or deleted %d times, last at %s (version %s); its first version is %s of %s",
			len(o.versions)-1, stamp(o.versions[0].at), o.versions[0].id, first.id, stamp(first.at))
	}
	return ""
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// versions yields the names that begin with prefix with all their versions.
func (s *bucket) versions(ctx context.Context, prefix string) iter.Seq2[overlaying, error] {
	return s.versionsFrom(ctx, prefix, 0)
}

// versionsFrom asks for pages of a size; 0 is the server's own.
func (s *bucket) versionsFrom(ctx context.Context, prefix string, page int32) iter.Seq2[overlaying, error] {
	return func(yield func(overlaying, error) bool) {
		in := &s3.ListObjectVersionsInput{Bucket: &s.name, Prefix: s.key(prefix)}
		if page > 0 {
			in.MaxKeys = aws.Int32(page)
		}
		pages := s3.NewListObjectVersionsPaginator(s.client, in, func(o *s3.ListObjectVersionsPaginatorOptions) { o.StopOnDuplicateToken = true })
		var held *overlaying // the last name of a page may go on in the next
		for pages.HasMorePages() {
			out, err := pages.NextPage(ctx)
			if err != nil {
				yield(overlaying{}, s.explain("list", prefix, err))
				return
			}
			for _, o := range s.names(out) {
				if held != nil && held.name == o.name {
					held.versions, held.stored = append(held.versions, o.versions...), held.stored+o.stored
					continue
				}
				if held != nil && !yield(*held, nil) {
					return
				}
				held = &o
			}
		}
		if held != nil {
			yield(*held, nil)
		}
	}
}

// names gathers the versions of one page by name.
func (s *bucket) names(out *s3.ListObjectVersionsOutput) []overlaying {
	found := map[string]*overlaying{}
	add := func(key string, v version) {
		name := strings.TrimPrefix(key, s.prefix)
		o := found[name]
		if o == nil {
			o = &overlaying{name: name}
			found[name] = o
		}
		o.versions = append(o.versions, v)
		if !v.marker {
			o.stored++
		}
	}
	for _, v := range out.Versions {
		add(aws.ToString(v.Key), version{id: aws.ToString(v.VersionId), at: aws.ToTime(v.LastModified), latest: aws.ToBool(v.IsLatest)})
	}
	for _, m := range out.DeleteMarkers {
		add(aws.ToString(m.Key), version{id: aws.ToString(m.VersionId), at: aws.ToTime(m.LastModified), latest: aws.ToBool(m.IsLatest), marker: true})
	}
	var list []overlaying
	for _, o := range found {
		slices.SortStableFunc(o.versions, func(a, b version) int {
			if a.latest != b.latest { // the times tell seconds
				if a.latest {
					return -1
				}
				return 1
			}
			return b.at.Compare(a.at)
		})
		list = append(list, *o)
	}
	slices.SortFunc(list, func(a, b overlaying) int { return strings.Compare(a.name, b.name) })
	return list
}

// untouched returns an error that wraps ErrTampered when something was laid over
// an object that never changes.
func (s *bucket) untouched(ctx context.Context, name string) error {
	for o, err := range s.versionsFrom(ctx, name, 2) {
		if err != nil {
			return err
		}
		if o.name != name {
			return nil
		}
		if finding := o.finding(); finding != "" {
			return fmt.Errorf("%w: %s/%s: %s", ErrTampered, s, name, finding)
		}
		return nil
	}
	return nil
}

// overlaid yields what was laid over objects that are never deleted, or never change.
func (s *bucket) overlaid(ctx context.Context) iter.Seq2[Check, error] {
	return func(yield func(Check, error) bool) {
		for o, err := range s.versions(ctx, "") {
			if err != nil {
				yield(Check{}, err)
				return
			}
			finding := o.finding()
			if finding == "" || !fixed(o.name) && o.name != latestName {
				continue
			}
			if !yield(Check{Name: "version", Object: o.name, Detail: finding}, nil) {
				return
			}
		}
	}
}
