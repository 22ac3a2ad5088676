package graph

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"

	"github.com/evidencepack/evidence/collectors/internal/httpclient"
)

// What workloads are given to say who they are.
const (
	federatedTokenFile = "AZURE_FEDERATED_TOKEN_FILE"     // Kubernetes: a file that it renews
	actionsURL         = "ACTIONS_ID_TOKEN_REQUEST_URL"   // GitHub Actions: where to ask,
	actionsToken       = "ACTIONS_ID_TOKEN_REQUEST_TOKEN" // and with what
	federatedAudience  = "api://AzureADTokenExchange"     // whom it is told to
)

// assertion gives what the workload's platform says of it: the token in a file, or
// that which GitHub Actions gives to a job with the permission id-token: write.
func (m *credentials) assertion() (func(context.Context) (string, error), error) {
	if name := os.Getenv(federatedTokenFile); name != "" {
		return func(context.Context) (string, error) {
			b, err := os.ReadFile(name)
			if err != nil {
				return "", fmt.Errorf("%s: %w", federatedTokenFile, err)
			}
			s, err := m.learned(string(b), federatedTokenFile+" "+name+" is empty")
			return string(s), err
		}, nil
	}
	if os.Getenv(actionsURL) != "" && os.Getenv(actionsToken) != "" {
		return m.fromActions, nil
	}
	return nil, fmt.Errorf("workload_identity: neither %s (Kubernetes) nor %s (GitHub Actions, permission id-token: write) is set", federatedTokenFile, actionsURL)
}

func (m *credentials) fromActions(ctx context.Context) (string, error) {
	bearer, err := m.learned(os.Getenv(actionsToken), actionsToken+" is empty")
	if err != nil {
		return "", err
	}
	u, err := url.Parse(os.Getenv(actionsURL))
	if err != nil || u.Scheme != "https" && !httpclient.Loopback(u.Hostname()) {
		return "", fmt.Errorf("%s is no https URL", actionsURL)
	}
	q := u.Query()
	q.Set("audience", federatedAudience)
	u.RawQuery = q.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return "", fmt.Errorf("%s is no URL", actionsURL)
	}
	req.Header.Set("Authorization", "Bearer "+string(bearer))
	resp, err := m.http.Do(req)
	if err != nil {
		return "", fmt.Errorf("GitHub Actions at %s: %w", u.Host, bare(err))
	}
	defer resp.Body.Close()
	var answer struct {
		Value string `json:"value"`
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&answer); err != nil || resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("GitHub Actions at %s gives no identity token: status %d", u.Host, resp.StatusCode)
	}
	s, err := m.learned(answer.Value, "GitHub Actions gives an identity token that is empty")
	return string(s), err
}

// bare is the cause of a failed request without its URL, which may hold what is not
// for logs.
func bare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
