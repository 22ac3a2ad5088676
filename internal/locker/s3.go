package locker

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// Bucket is a place in S3, or in what speaks its protocol, and how objects are
// kept there.
type Bucket struct {
	Location   string // s3://bucket/prefix
	Region     string // empty: the SDK's environment and files say it
	Profile    string // of the shared configuration files
	Role       string // ARN of a role to assume
	ExternalID string // what the role's trust policy asks for
	Endpoint   string // instead of AWS's own: https://host
	PathStyle  bool   // https://host/bucket rather than https://bucket.host

	Retention string // "compliance" or "governance": of what never changes; empty: nothing is locked by us
	Days      int    // how long
	LegalHold bool   // beside the retention, until somebody takes it off
	KMSKey    string // of AWS KMS, that objects are encrypted with; empty: as the bucket says
}

// Scheme begins the location of a place in S3.
const Scheme = "s3://"

// ParseBucket reads a place in S3 as it is written on the command line:
//
//	s3://bucket/prefix?region=…&profile=…&role=…&external_id=…&endpoint=…&path_style=true&retention=compliance&days=2557&legal_hold=true&kms_key=…
func ParseBucket(place string) (Bucket, error) {
	location, query, _ := strings.Cut(place, "?")
	b := Bucket{Location: location}
	values, err := url.ParseQuery(query)
	if err != nil {
		return b, fmt.Errorf("%s: what follows the question mark: %w", location, err)
	}
	texts := map[string]*string{
		"region": &b.Region, "profile": &b.Profile, "role": &b.Role, "external_id": &b.ExternalID, "endpoint": &b.Endpoint,
		"retention": &b.Retention, "kms_key": &b.KMSKey,
	}
	for name, v := range values {
		switch text, ok := texts[name]; {
		case len(v) != 1:
			err = errors.New("it stands twice")
		case ok:
			*text = v[0]
		case name == "path_style":
			b.PathStyle, err = strconv.ParseBool(v[0])
		case name == "legal_hold":
			b.LegalHold, err = strconv.ParseBool(v[0])
		case name == "days":
			b.Days, err = strconv.Atoi(v[0])
		default:
			err = errors.New("there is no such setting")
		}
		if err != nil {
			return b, fmt.Errorf("%s: %s: %w", location, name, err)
		}
	}
	return b, b.Validate()
}

var (
	bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	prefixName = regexp.MustCompile(`^[\w.=+@-]+(/[\w.=+@-]+)*$`)
)

// maxDays is what Object Lock takes.
const maxDays = 36500

// Validate refuses what could not work.
func (b Bucket) Validate() error {
	bucket, prefix := b.Split()
	switch {
	case !strings.HasPrefix(b.Location, Scheme) || !bucketName.MatchString(bucket):
		return fmt.Errorf("location %q: want s3://bucket or s3://bucket/prefix", b.Location)
	case prefix != "" && !prefixName.MatchString(strings.TrimSuffix(prefix, "/")):
		return fmt.Errorf("location %q: in a prefix are letters, digits, _.=+@- and single slashes", b.Location)
	case !slices.Contains([]string{"", retentionCompliance, retentionGovernance}, b.Retention):
		return fmt.Errorf("%s: retention %q: want compliance (nobody ends it early) or governance (a permission does)", b.Location, b.Retention)
	case b.Retention == "" && b.Days != 0:
		return fmt.Errorf("%s: days of no retention: want compliance or governance beside them", b.Location)
	case b.Retention != "" && (b.Days < 1 || b.Days > maxDays):
		return fmt.Errorf("%s: retention for %d days: want 1 to %d", b.Location, b.Days, maxDays)
	case b.ExternalID != "" && b.Role == "":
		return fmt.Errorf("%s: external_id without role: it belongs to the role's trust policy", b.Location)
	}
	if b.Endpoint == "" {
		return nil
	}
	if u, err := url.Parse(b.Endpoint); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return fmt.Errorf("%s: endpoint: want https://host or http://host:port without a user", b.Location) // not shown: it may hold a password
	}
	return nil
}

const (
	retentionCompliance = "compliance"
	retentionGovernance = "governance"
)

// Split returns the bucket's name and the prefix of all keys, which is empty or
// ends with a slash.
func (b Bucket) Split() (bucket, prefix string) {
	bucket, prefix, _ = strings.Cut(strings.TrimPrefix(b.Location, Scheme), "/")
	if prefix = strings.TrimSuffix(prefix, "/"); prefix != "" {
		prefix += "/"
	}
	return bucket, prefix
}

// s3Attempts is how often a request is tried: with the SDK's backoff of up to
// twenty seconds, two minutes of throttling and more.
const s3Attempts = 10

// Open makes a store of the place. It makes no request. now is the clock that
// retention is counted from.
func (b Bucket) Open(ctx context.Context, now func() time.Time) (Store, error) {
	if err := b.Validate(); err != nil {
		return nil, err
	}
	cfg, err := awsconfig.LoadDefaultConfig(ctx, b.options()...)
	if err != nil {
		return nil, fmt.Errorf("%s: load AWS configuration: %w", b.Location, err)
	}
	if cfg.Region == "" {
		return nil, fmt.Errorf("%s: no region: set region beside the location, or AWS_REGION", b.Location)
	}
	if b.Role != "" {
		cfg.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), b.Role, func(o *stscreds.AssumeRoleOptions) {
			o.RoleSessionName = "evidence"
			if b.ExternalID != "" {
				o.ExternalID = aws.String(b.ExternalID)
			}
		}))
	}
	client := s3.NewFromConfig(cfg, func(o *s3.Options) {
		o.UsePathStyle = b.PathStyle
		if b.Endpoint != "" {
			o.BaseEndpoint = aws.String(b.Endpoint)
		}
	})
	name, prefix := b.Split()
	return &bucket{client: client, settings: b, name: name, prefix: prefix, now: now, silence: LockSilence}, nil
}

func (b Bucket) options() []func(*awsconfig.LoadOptions) error {
	opts := []func(*awsconfig.LoadOptions) error{
		awsconfig.WithRetryer(func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.MaxAttempts = s3Attempts
				o.Retryables = append(o.Retryables, retry.IsErrorRetryableFunc(conflicting))
			})
		}),
		awsconfig.WithHTTPClient(awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
			t.MaxIdleConnsPerHost = s3Parallel
			t.ResponseHeaderTimeout = 2 * time.Minute // an answer's body takes as long as it takes
		})),
	}
	if b.Region != "" {
		opts = append(opts, awsconfig.WithRegion(b.Region))
	}
	if b.Profile != "" {
		opts = append(opts, awsconfig.WithSharedConfigProfile(b.Profile))
	}
	return opts
}

// conflicting makes the SDK try a conditional write again that met another one on
// its way: which of them came first is then known.
func conflicting(err error) aws.Ternary {
	if code(err) == "ConditionalRequestConflict" {
		return aws.TrueTernary
	}
	return aws.UnknownTernary
}

// lockMode is the retention in the protocol's words.
func (b Bucket) lockMode() types.ObjectLockMode {
	return types.ObjectLockMode(strings.ToUpper(b.Retention))
}
