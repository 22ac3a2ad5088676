package graph

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	kiota "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoftgraph/msgraph-sdk-go/auditlogs"

	"github.com/evidencepack/evidence/collectors/internal/graph/graphtest"
	"github.com/evidencepack/evidence/collectors/internal/httpclient"
)

// journal keeps what a client logged and how long it wanted to wait, and waits for
// next to nothing.
type journal struct {
	mu    sync.Mutex
	log   strings.Builder
	slept []time.Duration
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.log.Write(b)
}

func (j *journal) text() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.log.String()
}

func (j *journal) sleep(ctx context.Context, d time.Duration) error {
	j.mu.Lock()
	j.slept = append(j.slept, d)
	j.mu.Unlock()
	return httpclient.Sleep(ctx, time.Millisecond)
}

// longer lists the waits of more than a time: those for a turn are shorter here.
func (j *journal) longer(than time.Duration) []time.Duration {
	j.mu.Lock()
	defer j.mu.Unlock()
	var list []time.Duration
	for _, d := range j.slept {
		if d > than {
			list = append(list, d)
		}
	}
	return list
}

// open makes a client of YAML settings.
func open(t *testing.T, yamlSettings string) (*Client, *journal) {
	t.Helper()
	var s Settings
	if err := yaml.UnmarshalWithOptions([]byte(yamlSettings), &s, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	j := &journal{}
	return New(s, Options{Log: slog.New(slog.NewTextHandler(j, nil)), Now: time.Now, Sleep: j.sleep, BaseDir: t.TempDir()}), j
}

// serve starts a Graph whose sign-ins a handler gives, and a client for it. The rate
// is high, so that what is waited for is something else.
func serve(t *testing.T, signIns http.HandlerFunc) (*graphtest.Server, *Client, *journal) {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/v1.0/auditLogs/signIns", signIns)
	srv := graphtest.New(t, mux)
	c, j := open(t, srv.Settings()+"requests_per_10s: 10000\n")
	return srv, c, j
}

// signIns asks for sign-ins with the SDK's request builder.
func signIns(ctx context.Context, base string, adapter kiota.RequestAdapter) (*kiota.RequestInformation, error) {
	filter := "createdDateTime ge 2026-10-01T00:00:00Z"
	headers := kiota.NewRequestHeaders()
	headers.Add("ConsistencyLevel", "eventual")
	return auditlogs.NewAuditLogsRequestBuilderInternal(map[string]string{"baseurl": base}, adapter).SignIns().
		ToGetRequestInformation(ctx, &auditlogs.SignInsRequestBuilderGetRequestConfiguration{
			Headers:         headers,
			QueryParameters: &auditlogs.SignInsRequestBuilderGetQueryParameters{Filter: &filter},
		})
}

var signInQuery = Query{Label: "GET /auditLogs/signIns page 1", Class: AuditLogs, List: true, Request: signIns}

// clean makes sure that a text holds no secret of the server's.
func clean(t *testing.T, srv *graphtest.Server, what, text string) {
	t.Helper()
	for _, s := range srv.Secrets() {
		if strings.Contains(text, s) {
			t.Errorf("%s holds the secret %q: %s", what, s, text)
		}
	}
}
