package config

import (
	"encoding/asn1"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// TimestampAuthority is a third party that confirms when a pack was signed (RFC 3161).
type TimestampAuthority struct {
	URL    string
	Roots  string                // absolute path of its certificates, PEM; empty: anyone's answer is taken
	Policy asn1.ObjectIdentifier // nil: the authority's default
}

type signFile struct {
	Timestamps []timestampFile `yaml:"timestamps"`
}

type timestampFile struct {
	URL    string `yaml:"url"`
	Roots  string `yaml:"roots"`
	Policy string `yaml:"policy"`
}

func timestamps(list []timestampFile, dir string) ([]TimestampAuthority, error) {
	var all []TimestampAuthority
	for i, f := range list {
		policy, err := objectIdentifier(f.Policy)
		if err != nil {
			return nil, fmt.Errorf("sign: timestamps: number %d: policy: %w", i+1, err)
		}
		if u, err := url.Parse(f.URL); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return nil, fmt.Errorf("sign: timestamps: number %d: url: want the address of an authority, such as https://freetsa.org/tsr", i+1)
		}
		all = append(all, TimestampAuthority{URL: f.URL, Roots: inDir(dir, f.Roots, ""), Policy: policy})
	}
	return all, nil
}

// objectIdentifier reads "1.2.3"; an empty text is none.
func objectIdentifier(s string) (asn1.ObjectIdentifier, error) {
	if s == "" {
		return nil, nil
	}
	var oid asn1.ObjectIdentifier
	for part := range strings.SplitSeq(s, ".") {
		n, err := strconv.ParseUint(part, 10, 31)
		if err != nil {
			return nil, fmt.Errorf("%q is no object identifier, such as 1.2.3", s)
		}
		oid = append(oid, int(n))
	}
	if _, err := asn1.Marshal(oid); err != nil {
		return nil, fmt.Errorf("%q is no object identifier, such as 1.2.3", s)
	}
	return oid, nil
}
