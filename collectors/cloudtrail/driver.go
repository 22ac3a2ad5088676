package cloudtrail

import (
	"context"
	_ "embed"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
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

// Driver is the CloudTrail archive as a kind of source.
func Driver() collectors.Driver {
	return collectors.Driver{
		Name:   "cloudtrail-archive",
		Title:  evidence.Text{JA: "AWS CloudTrail（S3 ログアーカイブ）", EN: "AWS CloudTrail (S3 archive)"},
		Kinds:  []collectors.Kind{Kind(evidence.DigestChain, evidence.PagesExhausted)},
		Sample: sample,
		Readme: readme,
		Texts:  texts,

		Permissions: permissions,
		New: func(env collectors.Env, decode func(any) error) (collectors.Collector, error) {
			return open(env, decode, nil)
		},
	}
}

// archive is one configured archive.
type archive struct {
	settings settings
	store    store
	prefix   string // of the trail within the store, without slashes around it
	keys     *publicKeys
	session  *awsauth.Session
	log      *slog.Logger
	now      func() time.Time
	workers  int

	batchRecords int // records in a batch at most
}

// open makes a collector without touching the network or the disk. backoff
// replaces the SDK's waits between attempts.
func open(env collectors.Env, decode func(any) error, backoff func(int) time.Duration) (*archive, error) {
	a := &archive{log: env.Log, now: env.Now, workers: max(1, env.Workers), batchRecords: batchRecords}
	if err := decode(&a.settings); err != nil {
		return nil, err
	}
	if err := a.settings.validate(); err != nil {
		return nil, fmt.Errorf("cloudtrail-archive: %w", err)
	}
	a.session = &awsauth.Session{Settings: a.settings.Settings, Log: env.Log, Backoff: backoff}
	a.keys = &publicKeys{file: a.settings.PublicKeys, session: a.session}
	if f := a.keys.file; f != "" && !filepath.IsAbs(f) {
		a.keys.file = filepath.Join(env.BaseDir, f)
	}
	var err error
	if a.store, a.prefix, err = a.settings.store(env.BaseDir, a.session); err != nil {
		return nil, fmt.Errorf("cloudtrail-archive: %w", err)
	}
	return a, nil
}

// Identity is the ARN that AWS knows the caller by; of a folder, nothing is known.
func (a *archive) Identity(ctx context.Context) (string, error) {
	if _, local := a.store.(*folder); local {
		return "", nil
	}
	return a.session.Identity(ctx)
}

// Location is the archive's address, which holds no secret.
func (a *archive) Location() string { return strings.TrimSuffix(a.store.URL(a.prefix), "/") }
