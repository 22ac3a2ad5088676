package tsa

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"time"
)

// Authority gives timestamps.
type Authority interface {
	// Timestamp returns a token over the message: the DER of a TimeStampToken whose
	// imprint is the message's SHA-256, checked by Verify. The message does not leave.
	Timestamp(ctx context.Context, message []byte) (token []byte, err error)
}

const (
	maxResponse = 1 << 20 // bytes; a token with its certificates has some 6 KiB
	tries       = 3
	oneTry      = 20 * time.Second
	pause       = 2 * time.Second // before the second try; twice that before the third
)

// Server is an authority that answers over HTTP (RFC 3161, section 3.4).
type Server struct {
	url   *url.URL
	roots []*x509.Certificate
	// Policy asks for one of the authority's policies; nil: its default.
	Policy asn1.ObjectIdentifier
	client *http.Client
	pause  time.Duration
}

// NewServer makes a client of the authority at an address such as
// "https://freetsa.org/tsr". With roots, a token whose certificate does not reach one
// of them is refused, as an answer of somebody else.
func NewServer(address string, roots []*x509.Certificate) (*Server, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, errors.New("timestamp authority: its address must begin with https:// or http://") // not shown: it may hold a password
	}
	return &Server{url: u, roots: roots, pause: pause, client: &http.Client{
		// An authority is asked where the configuration says it is, and nowhere else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// String is the authority's address without what may be secret in it: user and query.
func (s *Server) String() string {
	return (&url.URL{Scheme: s.url.Scheme, Host: s.url.Host, Path: s.url.Path}).String()
}

// Timestamp asks the authority, up to three times where it does not answer, and
// checks its answer: status, imprint, nonce, policy, and all that Verify does.
func (s *Server) Timestamp(ctx context.Context, message []byte) ([]byte, error) {
	query, nonce, err := newQuery(message, s.Policy)
	if err != nil {
		return nil, err
	}
	answer, err := s.ask(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("timestamp authority %s: %w", s, err)
	}
	token, err := s.check(answer, message, nonce)
	if err != nil {
		return nil, fmt.Errorf("timestamp authority %s: %w", s, err)
	}
	return token, nil
}

// request is TimeStampReq (RFC 3161, section 2.4.1).
type request struct {
	Version int
	Imprint messageImprint
	Policy  asn1.ObjectIdentifier `asn1:"optional"`
	Nonce   *big.Int
	CertReq bool
}

// newQuery asks for a token with the authority's certificate in it, so that it can be
// verified later, and under a nonce, so that an old answer is not taken for a new one.
func newQuery(message []byte, policy asn1.ObjectIdentifier) (der []byte, nonce *big.Int, err error) {
	if nonce, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 63)); err != nil {
		return nil, nil, err
	}
	q := request{Version: 1, Policy: policy, Nonce: nonce, CertReq: true}
	q.Imprint.Algorithm.Algorithm = oidSHA256
	q.Imprint.Algorithm.Parameters = asn1.NullRawValue
	q.Imprint.Hash = imprint(message)
	der, err = asn1.Marshal(q)
	return der, nonce, err
}

// errPassing marks what another try may mend.
type errPassing struct{ error }

func (e errPassing) Unwrap() error { return e.error }

func (s *Server) ask(ctx context.Context, query []byte) (answer []byte, err error) {
	wait := s.pause
	for try := 1; ; try++ {
		answer, err = s.once(ctx, query)
		if err == nil || !errors.As(err, new(errPassing)) || try == tries {
			return answer, err
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), err)
		case <-time.After(wait):
		}
		wait *= 2
	}
}

func (s *Server) once(ctx context.Context, query []byte) (answer []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, oneTry)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url.String(), bytes.NewReader(query))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/timestamp-query")
	r.Header.Set("Accept", "application/timestamp-reply")
	a, err := s.client.Do(r)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err // the address stands before it already
		}
		return nil, errPassing{err}
	}
	defer func() { err = errors.Join(err, a.Body.Close()) }()
	switch {
	case a.StatusCode == http.StatusOK, a.StatusCode == http.StatusCreated:
	case a.StatusCode == http.StatusTooManyRequests, a.StatusCode >= 500:
		return nil, errPassing{fmt.Errorf("it answers %s", a.Status)}
	case a.StatusCode >= 300 && a.StatusCode < 400:
		return nil, fmt.Errorf("it answers %s: redirections are not followed; give the address that it leads to", a.Status)
	default:
		return nil, fmt.Errorf("it answers %s", a.Status)
	}
	answer, err = io.ReadAll(io.LimitReader(a.Body, maxResponse+1))
	if err != nil {
		return nil, errPassing{fmt.Errorf("read its answer: %w", err)}
	}
	if len(answer) > maxResponse {
		return nil, fmt.Errorf("its answer is longer than %d bytes", maxResponse)
	}
	return answer, nil
}

// response is TimeStampResp (RFC 3161, section 2.4.2).
type response struct {
	Status struct {
		Status  int
		Text    []asn1.RawValue `asn1:"optional"`
		Failure asn1.BitString  `asn1:"optional"`
	}
	Token asn1.RawValue `asn1:"optional"`
}

// failures are the reasons that RFC 3161 names, by the bit that stands for each.
var failures = map[int]string{
	0: "the hash algorithm is not supported", 2: "the request is not permitted or not supported", 5: "the request has the wrong format",
	14: "its time source is not available", 15: "the policy is not supported", 16: "an extension is not supported",
	17: "what was asked for in addition is not understood or not available", 25: "it has failed",
}

func (s *Server) check(answer, message []byte, nonce *big.Int) ([]byte, error) {
	var r response
	if err := unmarshal(answer, &r, ""); err != nil {
		return nil, fmt.Errorf("its answer is no timestamp response: %w", err)
	}
	if r.Status.Status != 0 && r.Status.Status != 1 { // granted, granted with modifications
		return nil, r.refusal()
	}
	stamp, err := Verify(r.Token.FullBytes, message, s.roots)
	switch {
	case err != nil:
		return nil, err
	case stamp.Nonce == nil || stamp.Nonce.Cmp(nonce) != 0:
		return nil, errors.New("its answer is to another request: the nonce is not the one that was sent")
	case len(s.Policy) > 0 && stamp.Policy != s.Policy.String():
		return nil, fmt.Errorf("its timestamp is of policy %s, and %s was asked for", stamp.Policy, s.Policy)
	case len(s.roots) > 0 && !stamp.Trusted:
		return nil, fmt.Errorf("its certificate, of %s, does not reach the roots that were given: %w", stamp.Authority, stamp.Untrusted)
	}
	return r.Token.FullBytes, nil
}

func (r response) refusal() error {
	for bit, why := range failures {
		if r.Status.Failure.At(bit) == 1 {
			return fmt.Errorf("it refuses: %s", why)
		}
	}
	return fmt.Errorf("it refuses, with status %d", r.Status.Status)
}
