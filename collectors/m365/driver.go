package m365

import (
	"context"
	_ "embed"
	"fmt"
	"log/slog"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/collectors/internal/graph"
	"github.com/evidencepack/evidence/collectors/internal/httpclient"
)

var (
	//go:embed sample.yaml
	sample []byte
	//go:embed README.md
	readme []byte
)

// AuditRecord is the record kind: a record of the unified audit log.
const AuditRecord = "m365.audit_record"

// settles is how long after it happened a record may still arrive. Microsoft gives
// 60 to 90 minutes for the core services and promises nothing; others take a day and
// more.
const settles = 72 * time.Hour

// Driver is the unified audit log of Microsoft 365 as a kind of source.
func Driver() collectors.Driver {
	return collectors.Driver{
		Name:  "m365",
		Title: evidence.Text{JA: "Microsoft 365 統合監査ログ", EN: "Microsoft 365 unified audit log"},
		Kinds: []collectors.Kind{{
			Name:    AuditRecord,
			Title:   evidence.Text{JA: "Microsoft 365 の監査レコード", EN: "Microsoft 365 audit record"},
			Form:    evidence.Mutable, // services may add to auditData after the fact, and nothing promises its form
			Methods: []evidence.Method{evidence.PagesExhausted},
			Settles: settles,
		}},
		Sample:      sample,
		Readme:      readme,
		Texts:       texts,
		Permissions: permissions,
		New: func(env collectors.Env, decode func(any) error) (collectors.Collector, error) {
			return open(env, decode, httpclient.Sleep)
		},
	}
}

// source is one configured tenant.
type source struct {
	settings settings
	client   *graph.Client
	log      *slog.Logger
	now      func() time.Time
	sleep    func(context.Context, time.Duration) error

	mostPages int
}

// open makes a collector without touching the network or the disk. wait is how it
// waits: between attempts, and for searches.
func open(env collectors.Env, decode func(any) error, wait func(context.Context, time.Duration) error) (*source, error) {
	s := &source{log: env.Log, now: env.Now, sleep: wait, mostPages: mostPages}
	if err := decode(&s.settings); err != nil {
		return nil, err
	}
	if err := s.settings.validate(); err != nil {
		return nil, fmt.Errorf("m365: %w", err)
	}
	s.client = graph.New(s.settings.Settings, graph.Options{Log: env.Log, Now: env.Now, Sleep: wait, BaseDir: env.BaseDir})
	return s, nil
}

// Identity is the application that reads.
func (s *source) Identity(ctx context.Context) (string, error) { return s.client.Identity(ctx) }

// Location names the Graph and the tenant.
func (s *source) Location() string { return s.settings.Location() }
