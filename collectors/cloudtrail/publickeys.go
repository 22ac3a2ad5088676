package cloudtrail

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"os"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/internal/awsauth"
)

// publicKeys finds the keys that digests were signed with by fingerprint: in a
// file, or by asking CloudTrail. Keys are a region's own.
type publicKeys struct {
	file    string // output of `aws cloudtrail list-public-keys`; empty: ask CloudTrail
	session *awsauth.Session

	mu    sync.Mutex
	known map[string]*rsa.PublicKey // by fingerprint
	read  bool                      // the file has been read
}

// find returns the key of a fingerprint. CloudTrail is asked for the keys that
// were in use around the window, in the digest's region and, should it not know
// the fingerprint there, in the trail's home region.
func (k *publicKeys) find(ctx context.Context, fingerprint string, window evidence.Period, regions ...string) (*rsa.PublicKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if key := k.known[fingerprint]; key != nil {
		return key, nil
	}
	if k.file != "" {
		if err := k.readFile(); err != nil {
			return nil, err
		}
		if key := k.known[fingerprint]; key != nil {
			return key, nil
		}
		return nil, fmt.Errorf("public key %s is not in %s", fingerprint, k.file)
	}
	for _, region := range regions {
		if err := k.ask(ctx, region, window); err != nil {
			return nil, err
		}
		if key := k.known[fingerprint]; key != nil {
			return key, nil
		}
	}
	return nil, fmt.Errorf("CloudTrail lists no public key %s for %s in %v", fingerprint, window, regions)
}

func (k *publicKeys) ask(ctx context.Context, region string, window evidence.Period) error {
	cfg, err := k.session.Config(ctx)
	if err != nil {
		return err
	}
	client := cloudtrail.NewFromConfig(cfg, func(o *cloudtrail.Options) {
		o.Region = region
		o.APIOptions = append(o.APIOptions, awsauth.WholeBody)
	})
	pages := cloudtrail.NewListPublicKeysPaginator(client, &cloudtrail.ListPublicKeysInput{StartTime: &window.Start, EndTime: &window.End})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("list CloudTrail's public keys in %s: %w", region, err)
		}
		for _, p := range page.PublicKeyList {
			if err := k.add(aws.ToString(p.Fingerprint), p.Value); err != nil {
				return err
			}
		}
	}
	return nil
}

func (k *publicKeys) readFile() error {
	if k.read {
		return nil
	}
	b, err := os.ReadFile(k.file)
	if err != nil {
		return fmt.Errorf("public keys: %w", err)
	}
	var list struct {
		PublicKeyList []struct {
			Value       []byte // base64 in JSON
			Fingerprint string
		}
	}
	if err := json.Unmarshal(b, &list); err != nil {
		return fmt.Errorf("public keys: %s is not the output of aws cloudtrail list-public-keys: %w", k.file, err)
	}
	for _, p := range list.PublicKeyList {
		if err := k.add(p.Fingerprint, p.Value); err != nil {
			return err
		}
	}
	k.read = true
	return nil
}

// add parses a key: DER in the form of PKCS #1.
func (k *publicKeys) add(fingerprint string, der []byte) error {
	key, err := x509.ParsePKCS1PublicKey(der)
	if err != nil {
		return fmt.Errorf("public key %s: %w", fingerprint, err)
	}
	if k.known == nil {
		k.known = map[string]*rsa.PublicKey{}
	}
	k.known[fingerprint] = key
	return nil
}
