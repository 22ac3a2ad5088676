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
		"Whole":       wholeCommands(r, kinds),
	})
	return b.Bytes(), err
}

// example is a control whose records the pack holds as the source gave them,
// and an item of it: an exception, if there is one.
func example(r *evaluation.Results, kinds map[string]string) (id, kind, item string) {
	id, item = "LOG-01", "ID"
	for _, c := range r.Controls {
		if kinds[c.ID] != sealed.ClaimKind && len(c.Exceptions) > 0 {
			id, item = c.ID, c.Exceptions[0].ID
			break
		}
	}
	if kind = kinds[id]; kind == "" {
		kind = "cloudtrail.event"
	}
	return id, kind, item
}

// wholeCommands lists what a control's rule takes exception to among all records
// of the period, with a stock opa, and compares that with the results.
func wholeCommands(r *evaluation.Results, kinds map[string]string) string {
	id, kind, _ := example(r, kinds)
	return fmt.Sprintf(`zstdcat %[2]s | jq -s --slurpfile r results.json '{items: [group_by(.id)[] | last
  | select(.time >= $r[0].period.start and .time < $r[0].period.end)
  | {id, input: {record: .body, related: {}, period: $r[0].period, as_of: $r[0].as_of,
    params: ($r[0].controls[] | select(.id == "%[1]s") | .params)}}]}' > items.json
cat > whole.rego <<'END'
package whole

found contains item.id if {
  some item in data.items
  some _ in data.evidence.%[3]s.exception with input as item.input
}
END
opa eval -d controls/%[1]s/policy.rego -d whole.rego -d items.json --format json data.whole.found |
  jq -r '.result[0].expressions[0].value[]' | sort -u > found.txt
jq -r '.controls[] | select(.id == "%[1]s") | .exceptions[].id' results.json | sort -u > reported.txt
diff found.txt reported.txt && echo OK
`, id, EvidenceFile(kind), packageName(id))
}

func packageName(id string) string { return strings.ReplaceAll(strings.ToLower(id), "-", "_") }

// opaCommands repeats the test of one item with a stock opa.
func opaCommands(r *evaluation.Results, kinds map[string]string) string {
	id, kind, item := example(r, kinds)
	return fmt.Sprintf(`zstdcat %s | jq -c --arg id '%s' --slurpfile r results.json '
  select(.id == $id) | {record: .body, related: {}, period: $r[0].period, as_of: $r[0].as_of,
    params: ($r[0].controls[] | select(.id == "%s") | .params)}' | tail -1 > input.json
opa eval -d controls/%s/policy.rego -i input.json --format pretty data.evidence.%s.exception
`, EvidenceFile(kind), shellQuoted(item), id, id, packageName(id))
}

// shellQuoted makes text from outside harmless between single quotes.
func shellQuoted(s string) string { return strings.ReplaceAll(s, "'", `'\''`) }
