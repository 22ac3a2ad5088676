package controls

import (
	"bufio"
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/evidencepack/evidence"
)

// keyDisagreements explains every labelled row of a credential report that ACC-09 judges
// differently.
var keyDisagreements = map[string]string{
	"User Access Key 1 Used Less Than 90 Days Ago": "Panther asks whether a key is used; ACC-09 also how old it is, and this one is of 2019",
	"User Access Key 2 Used Less Than 90 Days Ago": "the key is active and nothing tells when it was made: ACC-09 does not decide, and does not pass it",
}

var wordBegin = regexp.MustCompile(`[A-Z0-9]`)

// reportedRow is a row of a credential report as the collector gives it. Panther writes
// a column access_key_1_active as AccessKey1Active, a date that is not there as that of
// the year 1, and one that is recent, at whatever time its tests run, as that of the year
// 3000.
func reportedRow(t *testing.T, report map[string]any) string {
	t.Helper()
	recent := noon.AddDate(0, 0, -3).UTC().Format("2006-01-02T15:04:05+00:00")
	values := strings.NewReplacer("0001-01-01T00:00:00Z", "N/A", "3000-01-01T00:00:00Z", recent)
	row := map[string]string{"user": "Bobert"}
	for name, value := range report {
		column := strings.TrimPrefix(strings.ToLower(wordBegin.ReplaceAllString(name, "_$0")), "_")
		if name == "ARN" {
			column = "arn"
		}
		switch v := value.(type) {
		case string:
			row[column] = values.Replace(v)
		case bool:
			row[column] = map[bool]string{true: "true", false: "false"}[v]
		}
	}
	body, err := json.Marshal(map[string]any{"AccountId": "123456789012", "Row": row, "GeneratedTime": noon})
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// TestLabelledAccessKeys compares verdicts with those that others gave to the same rows
// of credential reports.
func TestLabelledAccessKeys(t *testing.T) {
	lib, err := Load(Shipped())
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open("testdata/panther/keys.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	differed, n := map[string]bool{}, 0
	for lines := bufio.NewScanner(f); lines.Scan(); n++ {
		var labelled struct {
			Test     string
			Expected bool // that it complies
			Event    struct{ CredentialReport map[string]any }
		}
		if err := json.Unmarshal(lines.Bytes(), &labelled); err != nil {
			t.Fatal(err)
		}
		body := reportedRow(t, labelled.Event.CredentialReport)
		m := memory{}
		m.add("iam.credential_report", "row", body)
		verdicts := verdictsOf(t, lib, "ACC-09", m)
		if len(verdicts) != 1 {
			t.Fatalf("%s: %d items of %s", labelled.Test, len(verdicts), body)
		}
		if differs := (verdicts[0] == evidence.Pass) != labelled.Expected; differs {
			differed[labelled.Test] = true
			if keyDisagreements[labelled.Test] == "" {
				t.Errorf("%s: %s, labelled %v: %s", labelled.Test, verdicts[0], labelled.Expected, body)
			}
		}
		if strings.HasPrefix(labelled.Test, "User Access Key 2 Used Less") && !slices.Equal(verdicts, []evidence.Verdict{evidence.Undetermined}) {
			t.Errorf("%s: %s", labelled.Test, verdicts)
		}
	}
	if n != 8 || len(differed) != len(keyDisagreements) {
		t.Errorf("%d cases, of which these are judged differently: %v", n, differed)
	}
}
