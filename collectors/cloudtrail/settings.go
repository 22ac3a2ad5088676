package cloudtrail

import (
	"fmt"
	"strings"

	objects "github.com/evidencepack/evidence/collectors/internal/archive"
	"github.com/evidencepack/evidence/collectors/internal/awsauth"
)

// settings are those of one source entry; sample.yaml documents them.
type settings struct {
	Location         string `yaml:"location"`
	awsauth.Settings `yaml:",inline"`
	PathStyle        bool     `yaml:"path_style"`
	PublicKeys       string   `yaml:"public_keys"`
	Digests          string   `yaml:"digests"`
	Accounts         []string `yaml:"accounts"`
	Regions          []string `yaml:"regions"`
	MaxInflatedSize  int64    `yaml:"max_inflated_size"`
}

const (
	digestsRequired = "required"
	digestsAbsent   = "absent"

	// CloudTrail's log files inflate to some tens of megabytes at most.
	defaultMaxInflated = 1 << 30
)

func (s *settings) validate() error {
	switch s.Digests {
	case "":
		s.Digests = digestsRequired
	case digestsRequired, digestsAbsent:
	default:
		return fmt.Errorf("digests %q: want required or absent", s.Digests)
	}
	for _, a := range s.Accounts {
		if !accountPattern.MatchString(a) {
			return fmt.Errorf("accounts: %q is not an account of twelve digits (quote it)", a)
		}
	}
	for _, r := range s.Regions {
		if !regionPattern.MatchString(r) {
			return fmt.Errorf("regions: %q is not a region", r)
		}
	}
	if s.MaxInflatedSize < 0 {
		return fmt.Errorf("max_inflated_size %d: want a number of bytes", s.MaxInflatedSize)
	}
	if s.MaxInflatedSize == 0 {
		s.MaxInflatedSize = defaultMaxInflated
	}
	return s.Settings.Validate()
}

// store finds the store and the prefix of the trail in it.
func (s *settings) store(baseDir string, session *awsauth.Session) (store, string, error) {
	st, prefix, err := objects.Locate(s.Location, objects.Options{BaseDir: baseDir, PathStyle: s.PathStyle, Session: session})
	if err != nil {
		return nil, "", err
	}
	return storeOf(st), trailPrefix(prefix), nil
}

// trailPrefix is the part of a bucket's path before AWSLogs.
func trailPrefix(p string) string {
	if p == "AWSLogs" {
		return ""
	}
	return strings.TrimSuffix(p, "/AWSLogs")
}
