package graph

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/evidencepack/evidence/collectors/internal/httpclient"
)

// Settings are how to reach a tenant. The settings of the collectors inline them.
type Settings struct {
	Tenant string `yaml:"tenant"` // its ID, or one of its verified domains
	Client string `yaml:"client"` // the application's (client) ID
	Cloud  string `yaml:"cloud"`  // "global", "usgov", "usgov-dod", "china"

	ClientSecretEnv        string `yaml:"client_secret_env"`
	ClientSecretFile       string `yaml:"client_secret_file"`
	Certificate            string `yaml:"certificate"` // a PEM or PFX file with its private key
	CertificatePasswordEnv string `yaml:"certificate_password_env"`
	WorkloadIdentity       bool   `yaml:"workload_identity"`
	ManagedIdentity        bool   `yaml:"managed_identity"`

	BaseURL  string `yaml:"base_url"`  // instead of the cloud's Graph
	LoginURL string `yaml:"login_url"` // a simulated login endpoint; with a base_url on loopback only

	RequestsPer10s int `yaml:"requests_per_10s"` // of the audit logs' endpoints
}

// national is one of Microsoft's clouds.
type national struct{ graph, login string }

var clouds = map[string]national{
	"global":    {"https://graph.microsoft.com", "https://login.microsoftonline.com/"},
	"usgov":     {"https://graph.microsoft.us", "https://login.microsoftonline.us/"},
	"usgov-dod": {"https://dod-graph.microsoft.us", "https://login.microsoftonline.us/"},
	"china":     {"https://microsoftgraph.chinacloudapi.cn", "https://login.chinacloudapi.cn/"},
}

var (
	guid   = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	domain = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$`)
)

// documentedRate is Graph's limit of the audit logs' endpoints, for a tenant and an
// application, in ten seconds.
const documentedRate = 5

// Validate fills in what settings leave out, and refuses what cannot work. Its
// errors name the setting.
func (s *Settings) Validate() error {
	if !guid.MatchString(s.Tenant) && !domain.MatchString(s.Tenant) {
		return fmt.Errorf("tenant: %q: want the tenant's ID, or one of its domains", s.Tenant)
	}
	if s.Cloud == "" {
		s.Cloud = "global"
	}
	if _, ok := clouds[s.Cloud]; !ok {
		return fmt.Errorf("cloud: %q: want global, usgov, usgov-dod or china", s.Cloud)
	}
	switch {
	case s.RequestsPer10s == 0:
		s.RequestsPer10s = documentedRate
	case s.RequestsPer10s < 0 || s.RequestsPer10s > 10000:
		return fmt.Errorf("requests_per_10s: %d: want 1 to 10000", s.RequestsPer10s)
	}
	if err := s.validateLogin(); err != nil {
		return err
	}
	return s.validateURLs()
}

// validateLogin makes sure that there is one way to log in.
func (s *Settings) validateLogin() error {
	ways := 0
	for _, given := range []bool{s.ClientSecretEnv != "", s.ClientSecretFile != "", s.Certificate != "", s.WorkloadIdentity, s.ManagedIdentity} {
		if given {
			ways++
		}
	}
	switch {
	case ways == 0:
		return errors.New("a way to log in is needed: client_secret_env, client_secret_file, certificate, workload_identity or managed_identity")
	case ways > 1:
		return errors.New("client_secret_env, client_secret_file, certificate, workload_identity and managed_identity are alternatives: give one")
	case s.CertificatePasswordEnv != "" && s.Certificate == "":
		return errors.New("certificate_password_env: there is no certificate that it could be the password of")
	case s.Client == "" && s.ManagedIdentity:
		return nil
	case !guid.MatchString(s.Client):
		return fmt.Errorf("client: %q: want the application (client) ID, such as 00000000-0000-0000-0000-000000000000", s.Client)
	}
	return nil
}

// validateURLs: a token must not travel unencrypted, and a login that is made at a
// simulated endpoint must not meet a Graph that is none.
func (s *Settings) validateURLs() error {
	if s.BaseURL == "" {
		if s.LoginURL != "" {
			return errors.New("login_url: only with a base_url on loopback: elsewhere the cloud says where to log in")
		}
		return nil
	}
	base, err := parseBase(s.BaseURL)
	if err != nil {
		return fmt.Errorf("base_url: %w", err)
	}
	local := httpclient.Loopback(base.Hostname())
	switch {
	case base.Scheme != "https" && !local:
		return fmt.Errorf("base_url %s: a token must not travel unencrypted: want https", s.BaseURL)
	case local && s.LoginURL == "":
		return errors.New("base_url: on loopback it needs a login_url: a real login's token is not for a simulated Graph")
	case !local && s.LoginURL != "":
		return errors.New("login_url: only with a base_url on loopback: elsewhere the cloud says where to log in")
	}
	if s.LoginURL == "" {
		return nil
	}
	if login, err := parseBase(s.LoginURL); err != nil || !httpclient.Loopback(login.Hostname()) {
		return errors.New("login_url: want a URL on loopback, such as http://127.0.0.1:8080/")
	}
	return nil
}

func parseBase(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || !slices.Contains([]string{"http", "https"}, u.Scheme) || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("want a URL such as https://graph.microsoft.com")
	}
	return u, nil
}

// root is the URL of Graph without a version, and without a slash at its end.
func (s *Settings) root() string {
	if s.BaseURL != "" {
		return strings.TrimRight(s.BaseURL, "/")
	}
	return clouds[s.Cloud].graph
}

// scope is what a token is asked for. That of another Graph is for that one: a token
// of the cloud's is not sent to it.
func (s *Settings) scope() string {
	if s.LoginURL == "" && s.BaseURL != "" {
		return s.root() + "/.default"
	}
	return clouds[s.Cloud].graph + "/.default"
}

// Location names the Graph and the tenant.
func (s *Settings) Location() string { return s.root() + " tenant " + s.Tenant }

// login names the way to log in, for errors.
func (s *Settings) login() string {
	switch {
	case s.ClientSecretEnv != "":
		return "client_secret_env " + s.ClientSecretEnv
	case s.ClientSecretFile != "":
		return "client_secret_file " + s.ClientSecretFile
	case s.Certificate != "":
		return "certificate " + s.Certificate
	case s.WorkloadIdentity:
		return "workload_identity"
	}
	return "managed_identity"
}
