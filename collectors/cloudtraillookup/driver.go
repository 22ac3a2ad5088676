package cloudtraillookup

import (
	"context"
	_ "embed"
	"fmt"
	"log/slog"
	"regexp"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/collectors/cloudtrail"
	"github.com/evidencepack/evidence/collectors/internal/awsauth"
)

var (
	//go:embed sample.yaml
	sample []byte
	//go:embed README.md
	readme []byte
)

// Driver is CloudTrail's event history as a kind of source.
func Driver() collectors.Driver {
	return collectors.Driver{
		Name:   "cloudtrail-lookup",
		Title:  evidence.Text{JA: "AWS CloudTrail（イベント履歴）", EN: "AWS CloudTrail (event history)"},
		Kinds:  []collectors.Kind{cloudtrail.Kind(evidence.PagesExhausted)},
		Sample: sample,
		Readme: readme,
		Texts:  texts,

		Permissions: permissions,
		New: func(env collectors.Env, decode func(any) error) (collectors.Collector, error) {
			return open(env, decode, shared, nil)
		},
	}
}

// settings are those of one source entry; sample.yaml documents them.
type settings struct {
	awsauth.Settings `yaml:",inline"`
	Regions          []string `yaml:"regions"`
	Account          string   `yaml:"account"`
}

var (
	regionPattern  = regexp.MustCompile(`^[a-z]{2,}(-[a-z]+)+-\d{1,2}$`)
	accountPattern = regexp.MustCompile(`^\d{12}$`)
)

func (s *settings) validate() error {
	if len(s.Regions) == 0 && s.Region != "" {
		s.Regions = []string{s.Region}
	}
	if len(s.Regions) == 0 {
		return fmt.Errorf("regions is missing: list the regions to read")
	}
	for _, r := range s.Regions {
		if !regionPattern.MatchString(r) {
			return fmt.Errorf("regions: %q is not a region", r)
		}
	}
	if s.Region == "" {
		s.Region = s.Regions[0]
	}
	if s.Account != "" && !accountPattern.MatchString(s.Account) {
		return fmt.Errorf("account %q: want twelve digits (quote them)", s.Account)
	}
	return s.Settings.Validate()
}

// history is one configured event history.
type history struct {
	settings settings
	session  *awsauth.Session
	limits   *limits
	log      *slog.Logger
	now      func() time.Time
}

// open makes a collector without touching the network or the disk. backoff
// replaces the SDK's waits between attempts.
func open(env collectors.Env, decode func(any) error, l *limits, backoff func(int) time.Duration) (*history, error) {
	h := &history{log: env.Log, now: env.Now, limits: l}
	if err := decode(&h.settings); err != nil {
		return nil, err
	}
	if err := h.settings.validate(); err != nil {
		return nil, fmt.Errorf("cloudtrail-lookup: %w", err)
	}
	h.session = &awsauth.Session{Settings: h.settings.Settings, Log: env.Log, Backoff: backoff}
	return h, nil
}

// Identity is the ARN that AWS knows the caller by.
func (h *history) Identity(ctx context.Context) (string, error) { return h.session.Identity(ctx) }

// Location names the API and its regions.
func (h *history) Location() string {
	return fmt.Sprintf("CloudTrail LookupEvents %v", h.settings.Regions)
}
