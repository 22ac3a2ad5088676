package awsstate

import (
	"context"
	_ "embed"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/collectors/internal/awsauth"
)

var (
	//go:embed sample.yaml
	sample []byte
	//go:embed README.md
	readme []byte
)

// Driver is the state of AWS accounts as a kind of source.
func Driver() collectors.Driver {
	return collectors.Driver{
		Name:        "aws-state",
		Title:       evidence.Text{JA: "AWS（アカウントの設定状態）", EN: "AWS (state of accounts)"},
		Kinds:       kinds(),
		Sample:      sample,
		Readme:      readme,
		Permissions: permissions(),
		Texts:       texts,
		New: func(env collectors.Env, decode func(any) error) (collectors.Collector, error) {
			return open(env, decode, shared, nil)
		},
	}
}

// source is one configured set of accounts.
type source struct {
	settings settings
	session  *awsauth.Session
	budgets  *budgets
	log      *slog.Logger
	now      func() time.Time
	workers  int

	mu       sync.Mutex
	caller   *caller
	accounts map[string]*account
}

// atOnce is how many accounts are surveyed, and units read, at a time. A unit is a few
// small answers from as far as the other side of the world, and each account and region
// has a limit of its own, which budgets keep: two accounts with their regions.
const atOnce = 32

// AtOnce is more than the machine has processors: units wait for AWS.
func (s *source) AtOnce() int { return s.workers }

// open makes a collector without touching the network or the disk. backoff replaces
// the SDK's waits between attempts.
func open(env collectors.Env, decode func(any) error, b *budgets, backoff func(int) time.Duration) (*source, error) {
	s := &source{log: env.Log, now: env.Now, workers: max(env.Workers, atOnce), budgets: b, accounts: map[string]*account{}}
	if err := decode(&s.settings); err != nil {
		return nil, err
	}
	if err := s.settings.validate(); err != nil {
		return nil, fmt.Errorf("aws-state: %w", err)
	}
	s.session = &awsauth.Session{Settings: s.settings.Settings, Log: env.Log, Backoff: backoff}
	return s, nil
}

// Yields: all kinds but those that settings leave out.
func (s *source) Yields(kind string) bool { return !slices.Contains(s.settings.Except, kind) }

// Identity is the ARN that AWS knows the caller by.
func (s *source) Identity(ctx context.Context) (string, error) { return s.session.Identity(ctx) }

// Location names the accounts as the settings do.
func (s *source) Location() string {
	switch {
	case s.settings.Accounts.organization:
		return "AWS organization"
	case len(s.settings.Accounts.list) > 0:
		return "AWS accounts " + strings.Join(s.settings.Accounts.list, ", ")
	}
	return "AWS account of the caller"
}
