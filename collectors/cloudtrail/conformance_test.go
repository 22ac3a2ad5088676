package cloudtrail

import (
	"fmt"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/collectors/collectortest"
	"github.com/evidencepack/evidence/internal/demo/aws"
)

// hurried is the driver without waits between attempts, with small batches.
func hurried() collectors.Driver {
	d := Driver()
	d.New = func(env collectors.Env, decode func(any) error) (collectors.Collector, error) {
		a, err := open(env, decode, noWait)
		if err != nil {
			return nil, err
		}
		a.batchRecords = 3
		return a, nil
	}
	return d
}

// faultOf turns the suite's fault into the server's.
func faultOf(f *collectortest.Faults) func(*http.Request) *aws.Fault {
	return func(r *http.Request) *aws.Fault {
		switch next := f.Next(r); {
		case next == nil:
			return nil
		case next.Hang:
			return &aws.Fault{Delay: time.Hour}
		case next.Cut:
			return &aws.Fault{Truncate: true}
		default:
			return &aws.Fault{Status: next.Status, Code: map[int]string{429: "TooManyRequestsException", 503: "SlowDown", 403: "AccessDenied"}[next.Status]}
		}
	}
}

func TestConformanceBucket(t *testing.T) {
	b := newArchive(t, aws.ArchiveOptions{Prefix: "audit"})
	faults := &collectortest.Faults{}
	srv := serve(t, b, faultOf(faults))
	collectortest.Run(t, collectortest.Case{
		Driver:   hurried(),
		Settings: fmt.Sprintf("location: s3://trail-archive/audit\nregion: %s\nendpoint: %s", tokyo, srv.URL()),
		Env:      env(later), Query: wantQ, Records: 4 * 12 * 2,
		Secrets: []string{canaryKey, canarySecret},
		Faults:  faults,
	})
}

func TestConformanceFolder(t *testing.T) {
	dir := t.TempDir()
	if err := newArchive(t, aws.ArchiveOptions{}).WriteDir(dir); err != nil {
		t.Fatal(err)
	}
	for _, location := range []string{"file://" + filepath.ToSlash(dir), filepath.Base(dir)} {
		e := env(later)
		e.BaseDir = filepath.Dir(dir)
		collectortest.Run(t, collectortest.Case{
			Driver:   hurried(),
			Settings: fmt.Sprintf("location: %q\npublic_keys: %s", location, filepath.Join(dir, aws.PublicKeysFile)),
			Env:      e, Query: wantQ, Records: 4 * 12 * 2,
		})
	}
}
