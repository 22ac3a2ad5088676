package cloudtrail

import (
	"fmt"
	"net/url"
	"path"
	"path/filepath"
	"strings"

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
	if s.Location == "" {
		return fmt.Errorf("location is missing: want s3://bucket/prefix or file:///folder")
	}
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
func (s *settings) store(baseDir string, session *awsauth.Session) (st store, prefix string, err error) {
	u, err := url.Parse(s.Location)
	if err != nil {
		return nil, "", fmt.Errorf("location: %w", err)
	}
	switch {
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, "", fmt.Errorf("location: user, query and fragment mean nothing here")
	case u.Scheme == "s3" && u.Host != "":
		return &bucket{name: u.Host, pathStyle: s.PathStyle, session: session}, trailPrefix(u.Path), nil
	case u.Scheme == "file" && (u.Host == "" || u.Host == "localhost"):
		return &folder{dir: filepath.FromSlash(u.Path)}, "", nil
	case u.Scheme == "" || filepath.VolumeName(s.Location) != "":
		dir := s.Location
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(baseDir, dir)
		}
		if dir, err = filepath.Abs(dir); err != nil {
			return nil, "", fmt.Errorf("location: %w", err)
		}
		return &folder{dir: dir}, "", nil
	}
	return nil, "", fmt.Errorf("location %q: want s3://bucket/prefix, file:///folder or a path", s.Location)
}

// trailPrefix is the part of a bucket's path before AWSLogs.
func trailPrefix(p string) string {
	p = strings.Trim(path.Clean("/"+p), "/")
	if p == "AWSLogs" {
		return ""
	}
	return strings.TrimSuffix(p, "/AWSLogs")
}
