package entraidexport

import (
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/collectors/collectortest"
	"github.com/evidencepack/evidence/internal/demo/aws"
)

// hurried is the driver without waits between attempts, with small batches, and
// with so little room that files with several wanted records are read twice.
func hurried() collectors.Driver {
	d := Driver()
	d.New = func(env collectors.Env, decode func(any) error) (collectors.Collector, error) {
		s, err := open(env, decode, noWait)
		if err != nil {
			return nil, err
		}
		s.batchRecords, s.heldBytes = 3, 300
		return s, nil
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

// total is how many records of all kinds an export holds for the period.
func (e export) total(t testing.TB) (n int) {
	t.Helper()
	for _, of := range e.within(t) {
		n += of
	}
	return n
}

func TestConformanceFolder(t *testing.T) {
	e := newExport(tenant)
	for key, content := range newExport(other) { // which has a bit less
		if strings.Contains(key, "auditlogs") {
			e[key] = content
		}
	}
	dir := e.folder(t)
	environment := env(later)
	environment.BaseDir = filepath.Dir(dir)
	q := query
	q.Want = slices.DeleteFunc(slices.Clone(q.Want), func(s evidence.Selection) bool { return s.Kind == SignIn })
	for _, location := range []string{"file://" + filepath.ToSlash(dir), filepath.Base(dir)} {
		collectortest.Run(t, collectortest.Case{
			Driver: hurried(), Settings: fmt.Sprintf("location: %q\ncategories: [AuditLogs, RiskyUsers]", location), Env: environment, Query: q,
			Records: e.within(t)[DirectoryAudit] + e.within(t)[RiskyUser], Recorded: true,
		})
	}
}

func TestConformanceBucket(t *testing.T) {
	e := newExport(tenant)
	faults := &collectortest.Faults{}
	srv := e.bucket(t, "entra/diagnostics/", faultOf(faults))
	collectortest.Run(t, collectortest.Case{
		Driver:   hurried(),
		Settings: fmt.Sprintf("location: s3://example-entra-logs/entra/diagnostics\nregion: ap-northeast-1\nendpoint: %s\ntenants: [%s]", srv.URL(), tenant),
		Env:      env(later), Query: query, Records: e.total(t), Recorded: true,
		Secrets: []string{canaryKey, canarySecret},
		Faults:  faults,
	})
}

// TestConformanceDownloads is of files of the admin centre alone.
func TestConformanceDownloads(t *testing.T) {
	e := downloads(t)
	collectortest.Run(t, collectortest.Case{
		Driver: hurried(), Settings: fmt.Sprintf("location: %q\ntenants: [%s]", e.folder(t), tenant), Env: env(later), Query: query, Records: 48*2 + 48 + 2 + 2, Recorded: true,
	})
}
