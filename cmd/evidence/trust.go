package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/evidencepack/evidence/internal/sign"
)

// trustFlags say whose signature and whose timestamps a verifier expects.
type trustFlags struct {
	key, certificate, root, authorities string
}

// add adds the flags; when begins their descriptions, "with --pack: " or nothing.
func (t *trustFlags) add(c *cobra.Command, when string) {
	f := c.Flags()
	f.StringVar(&t.certificate, "certificate", "", when+"the signer's certificate, a PEM `file`")
	f.StringVar(&t.root, "trust-root", "", when+"certificates of the authorities that the signer's must come from, a PEM `file`")
	f.StringVar(&t.authorities, "tsa-root", "", when+"certificates of the timestamp authorities that count, a PEM `file`")
}

func (t *trustFlags) given() bool { return t.key+t.certificate+t.root+t.authorities != "" }

func (t *trustFlags) load() (sign.Trust, error) {
	trust, err := sign.LoadTrust(t.key, t.certificate)
	if err != nil {
		return sign.Trust{}, err
	}
	roots, err := sign.LoadRoots(t.root)
	if err != nil {
		return sign.Trust{}, err
	}
	trust.Roots = append(trust.Roots, roots...)
	trust.Timestamps, err = sign.LoadRoots(t.authorities)
	trust.Now = time.Now()
	return trust, err
}
