package smarthr

import (
	"context"
	_ "embed"
	"fmt"
	"iter"
	"log/slog"
	"net/http"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/collectors/internal/httpclient"
	"github.com/evidencepack/evidence/collectors/internal/roster"
)

var (
	//go:embed sample.yaml
	sample []byte
	//go:embed README.md
	readme []byte
)

// Driver is SmartHR as a kind of source.
func Driver() collectors.Driver {
	return collectors.Driver{
		Name:        "smarthr",
		Title:       evidence.Text{JA: "SmartHR", EN: "SmartHR"},
		Kinds:       []collectors.Kind{roster.KindOf(evidence.SourceCount)},
		Sample:      sample,
		Readme:      readme,
		Permissions: permissions,
		Texts:       texts,
		New: func(env collectors.Env, decode func(any) error) (collectors.Collector, error) {
			return open(env, decode, httpclient.Sleep)
		},
	}
}

// source is one configured tenant.
type source struct {
	settings settings
	dates    roster.Dates
	client   *client
	log      *slog.Logger
	now      func() time.Time
}

// open makes a collector without touching the network or the disk. wait is how
// it waits between attempts.
func open(env collectors.Env, decode func(any) error, wait func(context.Context, time.Duration) error) (*source, error) {
	s := &source{log: env.Log, now: env.Now}
	if err := decode(&s.settings); err != nil {
		return nil, err
	}
	if err := s.settings.validate(); err != nil {
		return nil, fmt.Errorf("smarthr: %w", err)
	}
	location, err := time.LoadLocation(s.settings.Timezone)
	if err != nil {
		return nil, fmt.Errorf("smarthr: timezone: %q is no name of the IANA time zone database, such as Asia/Tokyo", s.settings.Timezone)
	}
	s.dates = roster.Dates{Location: location}
	s.client = &client{
		api: s.settings.api(), token: s.settings.login(env.BaseDir), log: env.Log, sleep: wait,
		http: &http.Client{
			Timeout: time.Minute,
			// The token is for one host. An API does not redirect.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	return s, nil
}

// Location names the tenant's API.
func (s *source) Location() string { return s.settings.api() }

// Plan yields one unit: the tenant's list.
func (s *source) Plan(_ context.Context, q evidence.Query) iter.Seq2[evidence.Unit, error] {
	return roster.Plan(q, s.now(), s.settings.Tenant, s.reads())
}

// reads are the settings that change what is read.
func (s *source) reads() any {
	return []any{s.fields(), s.settings.Timezone, s.settings.NumberWidth, s.settings.CustomEmails}
}

// Collect reads the tenant's list.
func (s *source) Collect(ctx context.Context, u evidence.Unit, from evidence.Cursor) iter.Seq2[evidence.Batch, error] {
	return roster.Collect(ctx, u, from, s.now(), s.reads(), s.read)
}
