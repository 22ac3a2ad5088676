package github

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/evidencepack/evidence/collectors/internal/httpclient"
)

// settings are those of one source entry; sample.yaml documents them.
type settings struct {
	APIURL       string   `yaml:"api_url"`
	Owners       []string `yaml:"owners"`
	Repositories []string `yaml:"repositories"`
	Exclude      []string `yaml:"exclude"`
	Branches     []string `yaml:"branches"`
	AuditLog     string   `yaml:"audit_log"`

	TokenEnv  string `yaml:"token_env"`
	TokenFile string `yaml:"token_file"`
	App       *app   `yaml:"app"`
}

// app is a GitHub App's installation.
type app struct {
	ID           int64  `yaml:"id"`
	Installation int64  `yaml:"installation"`
	PrivateKey   string `yaml:"private_key"` // a PEM file
}

const publicAPI = "https://api.github.com/"

var (
	ownerPattern      = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$`)
	repositoryPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,99}/[A-Za-z0-9._-]{1,100}$`)
)

func (s *settings) validate() error {
	if len(s.Owners) == 0 && len(s.Repositories) == 0 {
		return errors.New("owners or repositories is needed: whose repositories to read")
	}
	for _, o := range s.Owners {
		if !ownerPattern.MatchString(o) {
			return fmt.Errorf("owners: %q is not the name of an organisation or user", o)
		}
	}
	for _, r := range s.Repositories {
		if !repositoryPattern.MatchString(r) {
			return fmt.Errorf("repositories: %q: want owner/name", r)
		}
	}
	for _, pattern := range append(append([]string{}, s.Exclude...), s.Branches...) {
		if _, err := path.Match(pattern, ""); err != nil {
			return fmt.Errorf("pattern %q: %w", pattern, err)
		}
	}
	switch s.AuditLog {
	case "":
		s.AuditLog = "required"
	case "required", "none":
	default:
		return fmt.Errorf("audit_log: %q: want required or none", s.AuditLog)
	}
	if err := s.validateURL(); err != nil {
		return err
	}
	return s.validateLogin()
}

func (s *settings) validateURL() error {
	if s.APIURL == "" {
		s.APIURL = publicAPI
	}
	u, err := url.Parse(s.APIURL)
	if err != nil || u.Host == "" || u.User != nil || (u.Scheme != "https" && u.Scheme != "http") || u.RawQuery != "" {
		return fmt.Errorf("api_url: want a URL such as https://github.example.com/api/v3")
	}
	if u.Scheme == "http" && !httpclient.Loopback(u.Hostname()) {
		return fmt.Errorf("api_url %s: a token must not travel unencrypted: want https", s.APIURL)
	}
	if !strings.HasSuffix(s.APIURL, "/") {
		s.APIURL += "/"
	}
	return nil
}

func (s *settings) validateLogin() error {
	ways := 0
	for _, given := range []bool{s.TokenEnv != "", s.TokenFile != "", s.App != nil} {
		if given {
			ways++
		}
	}
	switch {
	case ways > 1:
		return errors.New("token_env, token_file and app are alternatives: give one")
	case ways == 0:
		s.TokenEnv = "GITHUB_TOKEN"
	case s.App != nil && (s.App.ID <= 0 || s.App.Installation <= 0 || s.App.PrivateKey == ""):
		return errors.New("app: id, installation and private_key (a file) are needed")
	}
	return nil
}

// excluded reports whether a repository, owner/name, is left out by settings.
func (s *settings) excluded(repository string) bool {
	for _, pattern := range s.Exclude {
		if ok, _ := path.Match(strings.ToLower(pattern), strings.ToLower(repository)); ok {
			return true
		}
	}
	return false
}

// graphqlURL is the GraphQL endpoint, relative to the API's: beside v3 on GitHub
// Enterprise Server, below the root on github.com.
func (s *settings) graphqlURL() string {
	if strings.HasSuffix(s.APIURL, "/api/v3/") {
		return "../graphql"
	}
	return "graphql"
}
