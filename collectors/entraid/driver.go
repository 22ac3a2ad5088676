package entraid

import (
	"context"
	_ "embed"
	"fmt"
	"log/slog"
	"slices"
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

// Driver is Microsoft Entra ID as a kind of source.
func Driver() collectors.Driver {
	return collectors.Driver{
		Name:        "entraid",
		Title:       evidence.Text{JA: "Microsoft Entra ID", EN: "Microsoft Entra ID"},
		Kinds:       kinds(),
		Sample:      sample,
		Readme:      readme,
		Permissions: permissions(),
		Texts:       texts,
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
}

// open makes a collector without touching the network or the disk. wait is how it
// waits between attempts.
func open(env collectors.Env, decode func(any) error, wait func(context.Context, time.Duration) error) (*source, error) {
	s := &source{log: env.Log, now: env.Now}
	if err := decode(&s.settings); err != nil {
		return nil, err
	}
	if err := s.settings.validate(); err != nil {
		return nil, fmt.Errorf("entraid: %w", err)
	}
	s.client = graph.New(s.settings.Settings, graph.Options{Log: env.Log, Now: env.Now, Sleep: wait, BaseDir: env.BaseDir})
	return s, nil
}

// Yields: all kinds but those that settings leave to another source.
func (s *source) Yields(kind string) bool { return !slices.Contains(s.settings.Except, kind) }

// Identity is the application whose token Graph is asked with.
func (s *source) Identity(ctx context.Context) (string, error) { return s.client.Identity(ctx) }

// Location names the Graph and the tenant.
func (s *source) Location() string { return s.settings.Location() }
