package pack

import (
	"bytes"
	"crypto"
	_ "embed"
	"fmt"
	"strings"
	"text/template"

	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/sealed"
	"github.com/evidencepack/evidence/internal/sign"
)

//go:embed verify.md.tmpl
var verifyTemplate string

// instructions writes VERIFY.md: how to check this pack with the tool, and with
// openssl, sha256sum and opa alone.
func instructions(m *Manifest, public crypto.PublicKey, r *evaluation.Results, kinds map[string]string) ([]byte, error) {
	t, err := template.New(VerifyFile).Parse(verifyTemplate)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, map[string]string{
		"Name":        m.Organisation.JA + " / " + m.Organisation.EN + ", " + m.Framework,
		"Period":      m.PeriodName,
		"OpenSSL":     sign.OpenSSL(public, SignatureFile),
		"Fingerprint": sign.Fingerprint(public),
		"OPA":         opaCommands(r, kinds),
	})
	return b.Bytes(), err
}

// opaCommands repeats the test of one item with a stock opa: of an exception if
// there is one whose record the pack holds as the source gave it.
func opaCommands(r *evaluation.Results, kinds map[string]string) string {
	id, item := "LOG-01", "ID"
	for _, c := range r.Controls {
		if kinds[c.ID] != sealed.ClaimKind && len(c.Exceptions) > 0 {
			id, item = c.ID, c.Exceptions[0].ID
			break
		}
	}
	kind := kinds[id]
	if kind == "" {
		kind = "cloudtrail.event"
	}
	return fmt.Sprintf(`zstdcat %s | jq -c --arg id '%s' --slurpfile r results.json '
  select(.id == $id) | {record: .body, related: {}, period: $r[0].period, as_of: $r[0].as_of,
    params: ($r[0].controls[] | select(.id == "%s") | .params)}' | head -1 > input.json
opa eval -d controls/%s/policy.rego -i input.json --format pretty data.evidence.%s.exception
`, EvidenceFile(kind), shellQuoted(item), id, id, strings.ReplaceAll(strings.ToLower(id), "-", "_"))
}

// shellQuoted makes text from outside harmless between single quotes.
func shellQuoted(s string) string { return strings.ReplaceAll(s, "'", `'\''`) }
