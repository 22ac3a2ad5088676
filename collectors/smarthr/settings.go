package smarthr

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/evidencepack/evidence/collectors/internal/httpclient"
)

// settings are those of one source entry; sample.yaml documents them.
type settings struct {
	Tenant       string   `yaml:"tenant"`
	Sandbox      bool     `yaml:"sandbox"`
	URL          string   `yaml:"url"` // instead of the tenant's own, for tests
	TokenEnv     string   `yaml:"token_env"`
	TokenFile    string   `yaml:"token_file"`
	Timezone     string   `yaml:"timezone"`
	NumberWidth  int      `yaml:"employee_number_width"`
	CustomEmails []string `yaml:"custom_emails"` // names or IDs of custom fields
}

var tenantPattern = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

func (s *settings) validate() error {
	if s.Timezone == "" {
		s.Timezone = "Asia/Tokyo"
	}
	switch {
	case s.Tenant == "":
		return errors.New("tenant is needed: the first part of https://<tenant>.smarthr.jp")
	case !tenantPattern.MatchString(s.Tenant):
		return fmt.Errorf("tenant: %q: want the first part of https://<tenant>.smarthr.jp alone", s.Tenant)
	case s.TokenEnv != "" && s.TokenFile != "":
		return errors.New("token_env and token_file are alternatives: give one")
	case s.NumberWidth < 0 || s.NumberWidth > 20:
		return fmt.Errorf("employee_number_width: %d: want the digits of a number, at most 20", s.NumberWidth)
	case s.URL != "" && s.Sandbox:
		return errors.New("url and sandbox are alternatives: give one")
	}
	for _, name := range s.CustomEmails {
		if strings.TrimSpace(name) == "" {
			return errors.New("custom_emails: want the names of custom fields")
		}
	}
	if s.TokenEnv == "" && s.TokenFile == "" {
		s.TokenEnv = "SMARTHR_ACCESS_TOKEN"
	}
	return s.validateURL()
}

func (s *settings) validateURL() error {
	if s.URL == "" {
		return nil
	}
	u, err := url.Parse(s.URL)
	if err != nil || u.Host == "" || u.User != nil || (u.Scheme != "https" && u.Scheme != "http") || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "" {
		return errors.New("url: want scheme and host alone, such as https://acme.smarthr.jp") // not shown: it may hold a password
	}
	if u.Scheme == "http" && !httpclient.Loopback(u.Hostname()) {
		return fmt.Errorf("url %s: an access token must not travel unencrypted: want https", s.URL)
	}
	return nil
}

// api is the root of the API, with a slash at its end.
func (s *settings) api() string {
	switch {
	case s.URL != "":
		return strings.TrimRight(s.URL, "/") + "/api/v1/"
	case s.Sandbox:
		return "https://" + s.Tenant + ".daruma.space/api/v1/"
	}
	return "https://" + s.Tenant + ".smarthr.jp/api/v1/"
}

// secret is an access token. It prints as nothing that could be used.
type secret string

// String hides the token from whatever prints it.
func (secret) String() string { return "[redacted]" }

// GoString hides the token from %#v.
func (secret) GoString() string { return "[redacted]" }

// MarshalText hides the token from encoders, loggers among them.
func (secret) MarshalText() ([]byte, error) { return []byte("[redacted]"), nil }

// login returns what gives the token. It is asked before every request, so that
// a token that is changed while a period is read is taken up.
func (s *settings) login(baseDir string) func() (secret, error) {
	if s.TokenFile == "" {
		name := s.TokenEnv
		return func() (secret, error) {
			return token(os.Getenv(name), "environment variable "+name+" is not set: it must hold an access token of SmartHR")
		}
	}
	name := s.TokenFile
	if !filepath.IsAbs(name) {
		name = filepath.Join(baseDir, name)
	}
	return func() (secret, error) {
		b, err := os.ReadFile(name)
		if err != nil {
			return "", fmt.Errorf("token_file: %w", err)
		}
		return token(string(b), "token_file "+name+" is empty")
	}
}

func token(s, otherwise string) (secret, error) {
	if s = strings.TrimSpace(s); s == "" {
		return "", errors.New(otherwise)
	}
	if strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", errors.New("the access token of SmartHR holds characters that no token has")
	}
	return secret(s), nil
}
