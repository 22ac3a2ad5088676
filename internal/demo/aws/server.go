package aws

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"io"
	"maps"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/evidencepack/evidence/internal/demo/loopback"
)

// ServerOptions says what is served, and how badly.
type ServerOptions struct {
	Archives []*Archive // buckets, and what CloudTrail answers from

	State *State // what accounts hold; nil: nothing

	// Account is whose credentials callers have. Roles can be assumed in any
	// account. Default: 111122223333.
	Account string

	// Now is the simulated clock: the Date of responses, the 90 days of
	// LookupEvents, its rate limit. Default: time.Now.
	Now func() time.Time

	// Throttle holds LookupEvents to its documented 2 requests per second for
	// each account and region.
	Throttle bool

	// MaxKeys lowers the number of keys that a listing gives at a time, which is
	// otherwise 1,000.
	MaxKeys int

	// Fault is asked about each request before it is answered; nil, or a nil
	// fault, answers as AWS would.
	Fault func(*http.Request) *Fault
}

// Fault is a way for a request to go wrong.
type Fault struct {
	Delay    time.Duration // wait this long first, or until the client gives up
	Status   int           // answer with this status and an error of Code in the service's own shape
	Code     string        // "SlowDown", "AccessDenied", "ThrottlingException"; needs Status
	Body     []byte        // answer with exactly this body instead, with Status or 200
	Truncate bool          // announce the whole body, send half of it and hang up
}

// Server is an AWS on loopback.
type Server struct {
	*loopback.Server // its URL is the endpoint, for AWS_ENDPOINT_URL

	opt ServerOptions

	mu       sync.Mutex
	requests map[string]int
	limits   map[string]*rate.Limiter
	history  history
}

// NewServer starts a server on a free port of 127.0.0.1.
func NewServer(o ServerOptions) (*Server, error) {
	if o.Account == "" {
		o.Account = "111122223333"
	}
	if o.State == nil {
		o.State = &State{}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{opt: o, requests: map[string]int{}, limits: map[string]*rate.Limiter{}}
	served, err := loopback.Serve("simulated AWS", s)
	if err != nil {
		return nil, err
	}
	s.Server = served
	return s, nil
}

// Requests counts the requests so far by operation: "s3:GetObject",
// "cloudtrail:LookupEvents". Those that a fault answered are counted too.
func (s *Server) Requests() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.requests)
}

// call is one request, understood as far as all services have it in common.
type call struct {
	*http.Request
	service   string // as the error shapes need it: "s3", "cloudtrail", "sts", "organizations"
	operation string // "ListObjectsV2"
	region    string // of the signature
	account   string // of the credentials
	body      []byte
	id        string // request id
}

// response is an answer before faults have been at it.
type response struct {
	status int
	header http.Header
	body   []byte
}

// ServeHTTP answers one request as AWS would, or as the fault says.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return // the client has gone
	}
	c := newCall(r, body, s.opt.Account)
	s.mu.Lock()
	s.requests[c.service+":"+c.operation]++
	s.mu.Unlock()

	var fault Fault
	if s.opt.Fault != nil {
		r.Body = io.NopCloser(bytes.NewReader(body))
		if f := s.opt.Fault(r); f != nil {
			fault = *f
		}
	}
	if !wait(r.Context(), c.latency()+fault.Delay) {
		return
	}
	s.write(w, c, fault, s.answer(c, fault))
}

// answer is the response, before truncation.
func (s *Server) answer(c *call, fault Fault) response {
	switch {
	case fault.Body != nil:
		return response{status: fault.Status, body: fault.Body}
	case fault.Status != 0:
		return c.fail(fault.Status, fault.Code, "simulated fault")
	case c.account == "":
		return c.fail(http.StatusForbidden, "MissingAuthenticationToken", "Request is missing Authentication Token")
	}
	if svc, ok := stateServices()[c.service]; ok {
		return svc.answer(s, c)
	}
	switch c.service {
	case "cloudtrail":
		return s.cloudTrail(c)
	case "organizations":
		return s.organizations(c)
	case "sts":
		return s.sts(c)
	}
	return s.s3(c)
}

func (s *Server) write(w http.ResponseWriter, c *call, fault Fault, resp response) {
	h := w.Header()
	maps.Copy(h, resp.header)
	h.Set("Date", s.opt.Now().UTC().Format(http.TimeFormat))
	h.Set("X-Amz-Request-Id", c.id)
	if c.service != "s3" {
		h.Set("X-Amzn-Requestid", c.id)
	}
	if h.Get("Content-Length") == "" {
		h.Set("Content-Length", strconv.Itoa(len(resp.body)))
	}
	if resp.status == 0 {
		resp.status = http.StatusOK
	}
	w.WriteHeader(resp.status)
	if c.Method == http.MethodHead {
		return
	}
	if fault.Truncate {
		// Fewer bytes than announced: net/http closes the connection.
		resp.body = resp.body[:len(resp.body)/2]
	}
	_, _ = w.Write(resp.body) // the client may have gone
}

// latency is how long an API call takes at least. No AWS is faster, and a client
// needs some time: smithy-go closes a request's body when the answer arrives, and
// should net/http not have looked past the body's end by then, it gives the
// connection up, with the answer half read.
func (c *call) latency() time.Duration {
	if len(c.body) == 0 {
		return 0
	}
	return 5 * time.Millisecond
}

// wait reports whether d passed before ctx ended.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

var credentialPattern = regexp.MustCompile(`Credential=([^/,\s]+)/\d{8}/([^/]+)/([^/]+)/aws4_request`)

func newCall(r *http.Request, body []byte, owner string) *call {
	c := &call{Request: r, body: body, id: newRequestID()}
	if m := credentialPattern.FindStringSubmatch(r.Header.Get("Authorization")); m != nil {
		c.account, c.region = accountOf(m[1], owner), m[2]
		if _, ok := stateServices()[m[3]]; ok {
			c.service = m[3]
			c.operation = c.stateOperation()
			return c
		}
	}
	target := r.Header.Get("X-Amz-Target")
	prefix, operation, isJSON := cutLast(target, ".")
	switch {
	case isJSON && strings.Contains(prefix, "CloudTrail"):
		c.service, c.operation = "cloudtrail", operation
	case isJSON && strings.Contains(prefix, "Organizations"):
		c.service, c.operation = "organizations", operation
	case r.Method == http.MethodPost && strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded"):
		c.service, c.operation = "sts", formValue(body, "Action")
	default:
		c.service = "s3"
		c.operation = s3Operation(r)
	}
	return c
}

func cutLast(s, sep string) (before, after string, ok bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

func newRequestID() string {
	var b [16]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:4]) + "-" + hex.EncodeToString(b[4:6]) + "-" + hex.EncodeToString(b[6:8]) + "-" +
		hex.EncodeToString(b[8:10]) + "-" + hex.EncodeToString(b[10:])
}

// fail answers with an error in the shape of the call's service.
func (c *call) fail(status int, code, message string) response {
	switch c.service {
	case "s3":
		return c.s3Error(status, code, message)
	case "sts":
		return c.queryError(status, code, message)
	}
	switch stateServices()[c.service].protocol {
	case ec2Protocol:
		return c.ec2Error(status, code, message)
	case queryProtocol, restXML:
		return c.queryError(status, code, message)
	}
	return c.jsonError(status, code, message)
}
