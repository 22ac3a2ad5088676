package graph

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

// credentials makes the credential that the settings name. Making one reads its
// secret, so it is made at the first request, and again when a token was refused:
// a secret that was renewed meanwhile is then found.
type credentials struct {
	Settings
	baseDir string
	http    *http.Client
	secrets *redactor
}

func (m *credentials) credential() (azcore.TokenCredential, error) {
	o, disconnected, err := m.options()
	if err != nil {
		return nil, err
	}
	switch {
	case m.Certificate != "":
		certs, key, err := m.certificate()
		if err != nil {
			return nil, err
		}
		return azidentity.NewClientCertificateCredential(m.Tenant, m.Client, certs, key,
			&azidentity.ClientCertificateCredentialOptions{ClientOptions: o, DisableInstanceDiscovery: disconnected})
	case m.WorkloadIdentity:
		assertion, err := m.assertion()
		if err != nil {
			return nil, err
		}
		return azidentity.NewClientAssertionCredential(m.Tenant, m.Client, assertion,
			&azidentity.ClientAssertionCredentialOptions{ClientOptions: o, DisableInstanceDiscovery: disconnected})
	case m.ManagedIdentity:
		identity := &azidentity.ManagedIdentityCredentialOptions{ClientOptions: o}
		if m.Client != "" {
			identity.ID = azidentity.ClientID(m.Client)
		}
		return azidentity.NewManagedIdentityCredential(identity)
	}
	s, err := m.clientSecret()
	if err != nil {
		return nil, err
	}
	return azidentity.NewClientSecretCredential(m.Tenant, m.Client, string(s),
		&azidentity.ClientSecretCredentialOptions{ClientOptions: o, DisableInstanceDiscovery: disconnected})
}

// options are those that all credentials have. The client repeats what may be
// repeated itself, so that it waits in one place; the SDK asks once.
func (m *credentials) options() (o azcore.ClientOptions, disconnected bool, err error) {
	o.Cloud = cloud.Configuration{ActiveDirectoryAuthorityHost: clouds[m.Cloud].login, Services: map[cloud.ServiceName]cloud.ServiceConfiguration{}}
	o.Transport = m.http
	o.Retry = policy.RetryOptions{MaxRetries: -1}
	if m.LoginURL == "" {
		return o, false, nil
	}
	to, err := url.Parse(m.LoginURL)
	if err != nil {
		return o, false, fmt.Errorf("login_url: %w", err)
	}
	o.Transport = &simulated{to: to, authority: clouds[m.Cloud].login, http: m.http}
	return o, true, nil
}

func (m *credentials) clientSecret() (secret, error) {
	if m.ClientSecretFile != "" {
		b, err := os.ReadFile(m.path(m.ClientSecretFile))
		if err != nil {
			return "", fmt.Errorf("client_secret_file: %w", err)
		}
		return m.learned(string(b), "client_secret_file "+m.ClientSecretFile+" is empty")
	}
	return m.learned(os.Getenv(m.ClientSecretEnv), "environment variable "+m.ClientSecretEnv+" is not set: it must hold the application's client secret")
}

// learned makes a secret of what a file or a variable holds.
func (m *credentials) learned(text, otherwise string) (secret, error) {
	s := secret(strings.TrimSpace(text))
	if s == "" {
		return "", errors.New(otherwise)
	}
	m.secrets.learn(s)
	return s, nil
}

func (m *credentials) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(m.baseDir, name)
}

// simulated sends what is meant for the login endpoint to a simulated one. The
// identity library refuses to speak with an endpoint that is not Microsoft's or has
// no TLS; so it goes on believing that it does.
type simulated struct {
	to        *url.URL
	authority string
	http      *http.Client
}

// Do is policy.Transporter's.
func (s *simulated) Do(req *http.Request) (*http.Response, error) {
	r := req.Clone(req.Context())
	r.URL.Scheme, r.URL.Host, r.Host = s.to.Scheme, s.to.Host, s.to.Host
	r.URL.Path = strings.TrimRight(s.to.Path, "/") + r.URL.Path
	resp, err := s.http.Do(r)
	if err != nil || !strings.HasSuffix(r.URL.Path, "/openid-configuration") {
		return resp, err
	}
	// Where it names itself, it names the real one.
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	resp.Body.Close()
	text := strings.ReplaceAll(string(body), strings.TrimRight(s.to.String(), "/")+"/", s.authority)
	resp.Body, resp.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
	resp.Header.Del("Content-Length")
	return resp, err
}
