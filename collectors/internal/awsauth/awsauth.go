// Package awsauth turns the settings that all AWS sources share into a
// configuration of the AWS SDK.
package awsauth

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"
)

// Settings are how to reach AWS. All may be left out: then the SDK's own
// environment variables, shared files and instance roles decide.
type Settings struct {
	Region     string `yaml:"region"`
	Profile    string `yaml:"profile"`     // of the shared configuration files
	Role       string `yaml:"role"`        // ARN of a role to assume
	ExternalID string `yaml:"external_id"` // what the role's trust policy asks for
	Endpoint   string `yaml:"endpoint"`    // instead of AWS's own; AWS_ENDPOINT_URL works too
}

var roleARN = regexp.MustCompile(`^arn:[a-z-]+:iam::\d{12}:role/[\w+=,.@/-]+$`)

// Validate refuses what could not work.
func (s Settings) Validate() error {
	if s.Role != "" && !roleARN.MatchString(s.Role) {
		return fmt.Errorf("role %q: want arn:aws:iam::123456789012:role/name", s.Role)
	}
	if s.ExternalID != "" && s.Role == "" {
		return fmt.Errorf("external_id without role: it belongs to the role's trust policy")
	}
	if s.Endpoint == "" {
		return nil
	}
	u, err := url.Parse(s.Endpoint)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return fmt.Errorf("endpoint: want http://host:port or https://host without a user") // not shown: it may hold a password
	}
	return nil
}

// attempts is how often a request is tried before its failure is reported. With
// the SDK's adaptive mode and its backoff of at most 20 s that is two minutes
// and more of throttling.
const attempts = 10

// sessionName is what CloudTrail itself will show of an assumed role.
const sessionName = "evidence"

// Session makes the SDK's configuration at its first use, so that making a
// collector does no I/O, and keeps it once that succeeded.
type Session struct {
	Settings Settings
	Log      *slog.Logger                    // what the SDK has to say, at debug level
	Backoff  func(attempt int) time.Duration // between attempts; nil: the SDK's

	mu     sync.Mutex
	loaded *aws.Config
}

// Config returns the configuration. Errors name what was to be loaded.
func (s *Session) Config(ctx context.Context) (aws.Config, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.loaded != nil {
		return *s.loaded, nil
	}
	cfg, err := config.LoadDefaultConfig(ctx, s.options()...)
	if err != nil {
		return aws.Config{}, fmt.Errorf("load AWS configuration: %w", err)
	}
	if cfg.Region == "" {
		return aws.Config{}, fmt.Errorf("load AWS configuration: no region: set region in the source's settings, or AWS_REGION")
	}
	if s.Settings.Role != "" {
		cfg.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), s.Settings.Role, s.assume))
	}
	s.loaded = &cfg
	return cfg, nil
}

func (s *Session) assume(o *stscreds.AssumeRoleOptions) {
	o.RoleSessionName = sessionName
	if s.Settings.ExternalID != "" {
		o.ExternalID = aws.String(s.Settings.ExternalID)
	}
}

func (s *Session) options() []func(*config.LoadOptions) error {
	opts := []func(*config.LoadOptions) error{config.WithRetryer(s.retryer), config.WithLogger(logging.LoggerFunc(s.note))}
	if s.Settings.Region != "" {
		opts = append(opts, config.WithRegion(s.Settings.Region))
	}
	if s.Settings.Profile != "" {
		opts = append(opts, config.WithSharedConfigProfile(s.Settings.Profile))
	}
	if s.Settings.Endpoint != "" {
		opts = append(opts, config.WithBaseEndpoint(s.Settings.Endpoint))
	}
	return opts
}

// note hands the SDK's messages on. The SDK logs no requests unless told to, and
// is not told to.
func (s *Session) note(c logging.Classification, format string, v ...any) {
	s.Log.Debug("AWS SDK: "+fmt.Sprintf(format, v...), "class", string(c))
}

func (s *Session) retryer() aws.Retryer {
	standard := func(o *retry.StandardOptions) {
		o.MaxAttempts = attempts
		if s.Backoff != nil {
			o.Backoff = retry.BackoffDelayerFunc(func(n int, _ error) (time.Duration, error) { return s.Backoff(n), nil })
			// The bucket of retry tokens exists to slow down; so does the backoff.
			o.RateLimiter = unlimited{}
		}
	}
	if s.Backoff != nil {
		return retry.NewStandard(standard)
	}
	return retry.NewAdaptiveMode(func(o *retry.AdaptiveModeOptions) { o.StandardOptions = append(o.StandardOptions, standard) })
}

type unlimited struct{}

func (unlimited) GetToken(context.Context, uint) (func() error, error) {
	return func() error { return nil }, nil
}
func (unlimited) AddTokens(uint) error { return nil }

// Identity asks AWS as whom requests are made: an ARN.
func (s *Session) Identity(ctx context.Context) (string, error) {
	arn, _, err := s.caller(ctx)
	return arn, err
}

// Account asks AWS in which account requests are made: twelve digits.
func (s *Session) Account(ctx context.Context) (string, error) {
	_, account, err := s.caller(ctx)
	return account, err
}

func (s *Session) caller(ctx context.Context) (arn, account string, err error) {
	cfg, err := s.Config(ctx)
	if err != nil {
		return "", "", err
	}
	client := sts.NewFromConfig(cfg, func(o *sts.Options) { o.APIOptions = append(o.APIOptions, WholeBody) })
	out, err := client.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return "", "", fmt.Errorf("ask AWS for the caller's identity: %w", err)
	}
	return aws.ToString(out.Arn), aws.ToString(out.Account), nil
}
