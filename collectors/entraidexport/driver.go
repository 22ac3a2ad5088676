package entraidexport

import (
	"context"
	_ "embed"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/collectors/internal/archive"
	"github.com/evidencepack/evidence/collectors/internal/awsauth"
)

var (
	//go:embed sample.yaml
	sample []byte
	//go:embed README.md
	readme []byte
)

// Driver is an export of Entra ID's logs as a kind of source.
func Driver() collectors.Driver {
	return collectors.Driver{
		Name:        "entraid-export",
		Title:       evidence.Text{JA: "Microsoft Entra ID（ログのエクスポート）", EN: "Microsoft Entra ID (exported logs)"},
		Kinds:       kinds(),
		Sample:      sample,
		Readme:      readme,
		Permissions: permissions("{bucket}", "{prefix}"),
		Texts:       texts,
		New: func(env collectors.Env, decode func(any) error) (collectors.Collector, error) {
			return open(env, decode, nil)
		},
	}
}

// source is one configured export.
type source struct {
	settings settings
	store    archive.Store
	prefix   string // of the export within the store, without slashes around it
	session  *awsauth.Session
	log      *slog.Logger
	now      func() time.Time
	workers  int

	mu     sync.Mutex
	layout *layout // as the last plan found it
	known  memory

	batchRecords int // records in a batch at most
	heldBytes    int // what is held of one file at most
}

// open makes a collector without touching the network or the disk. backoff
// replaces the SDK's waits between attempts.
func open(env collectors.Env, decode func(any) error, backoff func(int) time.Duration) (*source, error) {
	s := &source{log: env.Log, now: env.Now, workers: max(1, env.Workers), batchRecords: batchRecords, heldBytes: heldBytes}
	if err := decode(&s.settings); err != nil {
		return nil, err
	}
	if err := s.settings.validate(); err != nil {
		return nil, fmt.Errorf("entraid-export: %w", err)
	}
	s.session = &awsauth.Session{Settings: s.settings.Settings, Log: env.Log, Backoff: backoff}
	var err error
	s.store, s.prefix, err = archive.Locate(s.settings.Location, archive.Options{BaseDir: env.BaseDir, PathStyle: s.settings.PathStyle, Session: s.session})
	if err != nil {
		return nil, fmt.Errorf("entraid-export: %w", err)
	}
	return s, nil
}

// Identity is the ARN that AWS knows the caller by; of a folder, nothing is known.
func (s *source) Identity(ctx context.Context) (string, error) {
	if _, local := s.store.(*archive.Folder); local {
		return "", nil
	}
	return s.session.Identity(ctx)
}

// Location is the export's address, which holds no secret.
func (s *source) Location() string { return strings.TrimSuffix(s.store.URL(s.prefix), "/") }

// Yields: where settings say what is expected, kinds of which no category is are
// not given by this source.
func (s *source) Yields(name string) bool {
	if len(s.settings.Categories) == 0 {
		return true
	}
	for _, c := range s.settings.Categories {
		if found, _ := categoryNamed(c); found.kind == name {
			return true
		}
	}
	return false
}

// Permissions are what this export needs: nothing of AWS when it is a folder.
func (s *source) Permissions(kind string) []collectors.Permission {
	b, ok := s.store.(*archive.Bucket)
	if !ok {
		return nil
	}
	return permissions(b.Name(), s.prefix)[kind]
}

// permissions are what reading any kind out of a bucket needs.
func permissions(bucket, prefix string) map[string][]collectors.Permission {
	objects := "arn:aws:s3:::" + bucket + "/*"
	if prefix != "" {
		objects = "arn:aws:s3:::" + bucket + "/" + prefix + "/*"
	}
	all := map[string][]collectors.Permission{}
	for _, k := range table {
		all[k.name] = []collectors.Permission{
			{System: collectors.AWS, Name: "s3:ListBucket", Resource: "arn:aws:s3:::" + bucket},
			{System: collectors.AWS, Name: "s3:GetObject", Resource: objects, Note: evidence.Text{
				JA: "AWS KMS の鍵で暗号化されている場合は、その鍵に対する kms:Decrypt", EN: "with encryption by an AWS KMS key also kms:Decrypt on that key",
			}},
		}
	}
	return all
}
