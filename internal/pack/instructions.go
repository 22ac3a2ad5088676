package pack

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"text/template"

	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/derived"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/sampling"
	"github.com/evidencepack/evidence/internal/sealed"
	"github.com/evidencepack/evidence/internal/sign"
)

//go:embed verify.md.tmpl
var verifyTemplate string

// Files that a reader puts beside an unpacked pack to verify it with openssl: certificates
// that came by another way than the pack.
const (
	rootFile          = "root.pem"
	authorityRootFile = "tsa-root.pem"
)

// instructions writes VERIFY.md: how to check this pack with the tool, and with
// openssl, sha256sum and opa alone.
func instructions(m *Manifest, signer sign.Signer, r *evaluation.Results, samples *Samples, library *controls.Library, previous *Previous, redacted *Redaction) ([]byte, error) {
	t, err := template.New(VerifyFile).Parse(verifyTemplate)
	if err != nil {
		return nil, err
	}
	public := signer.Public()
	values := map[string]any{
		"Name":        m.Organisation.JA + " / " + m.Organisation.EN + ", " + m.Framework,
		"Period":      m.PeriodName,
		"OpenSSL":     sign.OpenSSL(public, SignatureFile),
		"Fingerprint": sign.Fingerprint(public),
		"SignedPDF":   sign.SignsDocuments(signer) == nil,
		"Unsigned":    whyUnsigned(signer),
		"Timestamp":   sign.OpenSSLTimestamp(SignatureFile, authorityRootFile),
		"SaidTime":    sign.SaidTime,
		"Root":        rootFile,
		"TSARoot":     authorityRootFile,
		"Cosign":      sign.Cosign(public, SignatureFile, ReportPDF),
	}
	if len(signer.Certificates()) > 0 {
		values["Chain"] = sign.OpenSSLChain(SignatureFile, rootFile)
	}
	if redacted != nil {
		values["Redaction"] = redacted
	}
	if e, ok := newExample(r, library); ok {
		values["OPA"], values["Whole"] = e.one(), e.whole()
	}
	if e, ok := newJoinedExample(r, library); ok {
		values["Joined"], values["JoinedControl"] = e.joined(r.Period), e.control.ID
	}
	if len(samples.Controls) > 0 {
		values["SampleControl"], values["Sample"] = samples.Controls[0].Control, samples.redo(&samples.Controls[0])
	}
	if i := slices.IndexFunc(samples.Controls, func(s Sample) bool { return s.Of == sampling.Exempt }); i >= 0 {
		values["ExemptControl"], values["ExemptSample"] = samples.Controls[i].Control, samples.redo(&samples.Controls[i])
	}
	if carriesModules(r, library) {
		values["Modules"] = ModulesDir
	}
	if previous != nil {
		values["Earlier"], values["Compare"] = previous.Name, compareByHand
		if previous.Pack != nil {
			values["Signed"] = "SHA-256 " + previous.Pack.ManifestSHA256
		}
	}
	var b bytes.Buffer
	err = t.Execute(&b, values)
	return b.Bytes(), err
}

// compareByHand compares the exceptions of two results.json.
const compareByHand = `list='.controls[] | .id as $c | .exceptions[] | $c + " " + (.id | sub("@[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]+(Z|[+-][0-9:]+)$"; ""))'
jq -r "$list" previous/results.json | LC_ALL=C sort > before.txt
jq -r "$list" results.json | LC_ALL=C sort > now.txt
LC_ALL=C comm -13 before.txt now.txt
LC_ALL=C comm -12 before.txt now.txt
LC_ALL=C comm -23 before.txt now.txt
`

// carriesModules reports whether the pack has any module of the Rego library.
func carriesModules(r *evaluation.Results, library *controls.Library) bool {
	for _, tested := range r.Controls {
		if c, err := library.Find(tested.ID); err == nil && len(c.RegoFiles()) > 1 {
			return true
		}
	}
	return false
}

// example is a control whose input documents follow from the pack's records with
// jq alone, and an item of it: an exception, if there is one.
type example struct {
	control *controls.Control
	item    string
}

func newExample(r *evaluation.Results, library *controls.Library) (e example, ok bool) {
	for _, tested := range r.Controls {
		c, err := library.Find(tested.ID)
		if err != nil || !plain(c) || tested.Counts.Total == 0 || len(tested.JudgedBy) > 1 {
			continue
		}
		if len(tested.Exceptions) > 0 {
			return example{c, tested.Exceptions[0].ID}, true
		}
		if !ok {
			e, ok = example{c, "ID"}, true
		}
	}
	return e, ok
}

// plain reports whether each record is an item as it stands: nothing is joined
// to it, found in its texts, or chosen among records.
func plain(c *controls.Control) bool {
	return recorded(c.Population.Kind) && len(c.Population.Also) == 0 && c.Population.LatestOf == "" && c.Population.End == "" &&
		c.Scope == controls.Each && len(c.Related) == 0 && len(c.Extract) == 0
}

// recorded reports whether records of the kind stand in the pack: claims and derived
// kinds are computed.
func recorded(kind string) bool {
	_, computed := derived.Of(kind)
	return kind != sealed.ClaimKind && !computed
}

// sources are the options by which opa loads the control's policy and, where it
// uses any, the modules of the Rego library.
func (e example) sources() string {
	s := "-d " + ControlsDir + "/" + e.control.ID + "/" + controls.PolicyFile
	if len(e.control.RegoFiles()) > 1 {
		s += " -d " + ModulesDir
	}
	return s
}

// whole takes the record of each identity that was sealed last, as the tests do,
// and lists what the control's rule takes exception to among all records of the
// period, with a stock opa, and compares that with the results.
func (e example) whole() string {
	return fmt.Sprintf(`zstdcat %[2]s | jq -s --slurpfile r results.json '{items: [group_by(.id)[] | last
  | select(.time >= $r[0].period.start and .time < $r[0].period.end)
  | {id, input: {kind: .kind, time: .time, record: .body, related: {}, period: $r[0].period, as_of: $r[0].as_of,
    params: ($r[0].controls[] | select(.id == "%[1]s") | (.judged_by // [.]) | last.params)}}]}' > items.json
cat > whole.rego <<'END'
package whole

found contains item.id if {
  some item in data.items
  some _ in data.%[3]s.exception with input as item.input
}
END
opa eval %[4]s -d whole.rego -d items.json --format json data.whole.found |
  jq -r '.result[0].expressions[0].value[]' | sort -u > found.txt
jq -r '.controls[] | select(.id == "%[1]s") | .exceptions[].id' results.json | sort -u > reported.txt
diff found.txt reported.txt && echo OK
`, e.control.ID, EvidenceFile(e.control.Population.Kind), e.control.Package(), e.sources())
}

// one repeats the test of the item with a stock opa.
func (e example) one() string {
	return fmt.Sprintf(`zstdcat %s | jq -c --arg id '%s' --slurpfile r results.json '
  select(.id == $id) | {kind: .kind, time: .time, record: .body, related: {}, period: $r[0].period, as_of: $r[0].as_of,
    params: ($r[0].controls[] | select(.id == "%s") | (.judged_by // [.]) | last.params)}' | tail -1 > input.json
opa eval %s -i input.json --format pretty data.%s.exception
`, EvidenceFile(e.control.Population.Kind), shellQuoted(e.item), e.control.ID, e.sources(), e.control.Package())
}

// redo draws a sample with sha256sum and sort, and compares it with the pack's.
func (s *Samples) redo(one *Sample) string {
	var lines []string
	for _, line := range s.Basis(one.Control, one.Of).Lines() {
		lines = append(lines, "'"+shellQuoted(line)+"'")
	}
	return fmt.Sprintf(`seed=$(printf '%%s\n' %[2]s |
  sha256sum | cut -d ' ' -f 1)
zstdcat %[3]s | while read -r key id; do
  rank=$(printf '%%s %%s\n' "$seed" "$key" | sha256sum | cut -d ' ' -f 1)
  printf '%%s %%s %%s\n' "$rank" "$key" "$id"
done | LC_ALL=C sort | head -n %[4]d > drawn.txt
cut -d ' ' -f 1,2 drawn.txt > ranks.txt
jq -r '.controls[] | select(.control == "%[1]s" and (.of // "") == "%[6]s") | .drawn[] | "\(.rank) \(.key)"' %[5]s | diff - ranks.txt && echo OK
`, one.Control, strings.Join(lines, " \\\n  "), PopulationFile(one.Control, one.Of), len(one.Drawn), SamplesFile, one.Of)
}

// shellQuoted makes text from outside harmless between single quotes.
func shellQuoted(s string) string { return strings.ReplaceAll(s, "'", `'\''`) }
