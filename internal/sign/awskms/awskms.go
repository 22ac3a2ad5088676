// Package awskms signs with asymmetric keys that AWS KMS holds and never gives out.
//
// A URI names the key: awskms:///alias/pack or awskms:///arn:aws:kms:…, with
// ?region= and ?profile= where the environment does not say them. The role needs
// kms:GetPublicKey and kms:Sign on the key.
package awskms

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/evidencepack/evidence/internal/sign"
)

// Scheme of the URIs of keys.
const Scheme = "awskms"

// Place is a key as its URI names it.
type Place struct {
	Key     string // "alias/pack", a key's ID, or the ARN of either
	Region  string // empty: the environment's
	Profile string // empty: the environment's
}

// Parse reads a URI.
func Parse(uri string) (Place, error) {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != Scheme || u.Host != "" || u.User != nil || strings.Trim(u.Path, "/") == "" {
		return Place{}, fmt.Errorf("key %s: want awskms:///alias/NAME or awskms:///ARN, with ?region= and ?profile= where needed", uri)
	}
	p := Place{Key: strings.TrimPrefix(u.Path, "/")}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return Place{}, fmt.Errorf("key %s: its query cannot be read", uri)
	}
	for name, values := range query {
		switch {
		case len(values) == 1 && name == "region":
			p.Region = values[0]
		case len(values) == 1 && name == "profile":
			p.Profile = values[0]
		default:
			return Place{}, fmt.Errorf("key %s: ?%s is not known or stands twice: want region and profile", uri, name)
		}
	}
	if a, err := arn.Parse(p.Key); err == nil {
		if p.Region != "" && p.Region != a.Region {
			return Place{}, fmt.Errorf("key %s: the ARN is of the region %s, and ?region= says another", uri, a.Region)
		}
		p.Region = a.Region
	}
	return p, nil
}

// Open asks KMS for the public key, and checks that the key may sign and that its
// certificates, leaf first, hold against the policy.
func Open(ctx context.Context, p Place, chain []*x509.Certificate, policy sign.Policy) (sign.Signer, error) {
	var options []func(*config.LoadOptions) error
	if p.Region != "" {
		options = append(options, config.WithRegion(p.Region))
	}
	if p.Profile != "" {
		options = append(options, config.WithSharedConfigProfile(p.Profile))
	}
	settings, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, fmt.Errorf("AWS KMS key %s: %w", p.Key, err)
	}
	s := &signer{client: kms.NewFromConfig(settings), key: p.Key}
	if err := s.learn(ctx); err != nil {
		return nil, fmt.Errorf("AWS KMS key %s: %w", p.Key, err)
	}
	// The policy is that of keys in files; what it makes of a key without a private half signs nothing.
	if _, err := sign.NewSigner(publicOnly{s.public}, chain, policy); err != nil {
		return nil, fmt.Errorf("AWS KMS key %s: %w", p.Key, err)
	}
	s.chain = chain
	return s, nil
}

type signer struct {
	client    *kms.Client
	key       string // from the answer on, the ARN: an alias may be moved to another key
	public    crypto.PublicKey
	algorithm types.SigningAlgorithmSpec
	chain     []*x509.Certificate
}

func (s *signer) Public() crypto.PublicKey          { return s.public }
func (s *signer) Certificates() []*x509.Certificate { return s.chain }

// Sign has KMS sign the message's digest: the message stays here.
func (s *signer) Sign(ctx context.Context, message []byte) ([]byte, error) {
	h, err := sign.HashOf(s.public)
	if err != nil {
		return nil, err
	}
	digest := h.New()
	digest.Write(message)
	out, err := s.client.Sign(ctx, &kms.SignInput{
		KeyId: aws.String(s.key), Message: digest.Sum(nil), MessageType: types.MessageTypeDigest, SigningAlgorithm: s.algorithm,
	})
	if err != nil {
		return nil, fmt.Errorf("sign with the AWS KMS key %s: %w", s.key, err)
	}
	return out.Signature, nil
}

// learn asks what the key is. What KMS says of it must agree with the key that it gives.
func (s *signer) learn(ctx context.Context) error {
	out, err := s.client.GetPublicKey(ctx, &kms.GetPublicKeyInput{KeyId: aws.String(s.key)})
	if err != nil {
		return fmt.Errorf("get the public key: %w", err)
	}
	if out.KeyUsage != types.KeyUsageTypeSignVerify {
		return fmt.Errorf("it is for %s: make an asymmetric key for SIGN_VERIFY", out.KeyUsage)
	}
	if s.public, err = x509.ParsePKIXPublicKey(out.PublicKey); err != nil {
		return fmt.Errorf("its public key cannot be read: %w", err)
	}
	spec, algorithm, err := specOf(s.public)
	if err != nil {
		return err
	}
	said := out.KeySpec
	if said == "" { // the name that the field had before; moto_server still gives it alone
		said = types.KeySpec(out.CustomerMasterKeySpec) //nolint:staticcheck // see above
	}
	if said != spec {
		return fmt.Errorf("KMS says that it is %s, and the public key it gives is %s", said, spec)
	}
	if !slices.Contains(out.SigningAlgorithms, algorithm) {
		return fmt.Errorf("it does not sign with %s", algorithm)
	}
	s.algorithm = algorithm
	if id := aws.ToString(out.KeyId); id != "" {
		s.key = id
	}
	return nil
}

// specOf is what KMS calls a public key, and the algorithm that [sign.Signer] asks for.
func specOf(public crypto.PublicKey) (types.KeySpec, types.SigningAlgorithmSpec, error) {
	switch k := public.(type) {
	case *rsa.PublicKey:
		return types.KeySpec(fmt.Sprintf("RSA_%d", k.N.BitLen())), types.SigningAlgorithmSpecRsassaPkcs1V15Sha256, nil
	case *ecdsa.PublicKey:
		switch k.Curve {
		case elliptic.P256():
			return types.KeySpecEccNistP256, types.SigningAlgorithmSpecEcdsaSha256, nil
		case elliptic.P384():
			return types.KeySpecEccNistP384, types.SigningAlgorithmSpecEcdsaSha384, nil
		case elliptic.P521():
			return types.KeySpecEccNistP521, types.SigningAlgorithmSpecEcdsaSha512, nil
		}
	}
	return "", "", fmt.Errorf("its public key is %s: want RSA or a NIST curve", sign.Algorithm(public))
}

// publicOnly shows a public key to what looks at keys and does not sign.
type publicOnly struct{ public crypto.PublicKey }

func (p publicOnly) Public() crypto.PublicKey { return p.public }

func (publicOnly) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return nil, errors.New("the key is in AWS KMS")
}
