package opc

import (
	"bytes"
	"crypto/elliptic"
	"crypto/x509/pkix"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

// judged are workbooks that several signers signed in turn, and what a judge must say of
// them, a line a signature.
func judged(t *testing.T, dir string, signers ...signer) (paths []string, want string) {
	t.Helper()
	states := [][]byte{workbook()}
	for i, s := range signers {
		o := Options{Signer: s, At: at.AddDate(0, 0, i), Purpose: "監査証跡パックの作成"}
		if i == 0 {
			o.Authority = authority{}
		}
		states = append(states, signed(t, states[i], o))
	}
	last := states[len(signers)]
	edited := zipOf(t, replaced(t, members(t, last), "xl/worksheets/sheet1.xml", "</t>", ".</t>"))
	if _, err := excelize.OpenReader(bytes.NewReader(edited)); err != nil {
		t.Errorf("the edited workbook is no workbook: %v", err)
	}
	var lines strings.Builder
	for _, c := range []struct {
		name    string
		data    []byte
		valid   bool
		signers []signer
	}{
		{"signed.xlsx", last, true, signers},
		{"later-taken-off.xlsx", strip1(t, last), true, signers[:len(signers)-1]},
		{"one-cell-edited.xlsx", edited, false, signers},
	} {
		path := filepath.Join(dir, c.name)
		if err := os.WriteFile(path, c.data, 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
		for i, s := range c.signers {
			fmt.Fprintf(&lines, "%s %d %t", path, i+1, c.valid)
			if c.valid {
				fmt.Fprintf(&lines, " CN=%s", s.chain[0].Subject.CommonName)
			}
			lines.WriteByte('\n')
		}
		fmt.Fprintf(&lines, "%s %d signatures\n", path, len(c.signers))
		if list, err := verifyBytes(c.data); (err == nil) != c.valid || c.valid && len(list) != len(c.signers) {
			t.Errorf("%s: %d signatures, %v", c.name, len(list), err)
		}
	}
	return paths, lines.String()
}

// signers are three with keys of different kinds, the first below an authority.
func signers(t *testing.T) []signer {
	ca := issue(t, newRSA(t), pkix.Name{CommonName: "Example CA", Organization: []string{"Example, Inc."}, Province: []string{"Tokyo"}, Country: []string{"JP"}}, nil)
	return []signer{
		issue(t, newRSA(t), pkix.Name{CommonName: "preparer"}, &ca),
		issue(t, newECDSA(t, elliptic.P256()), pkix.Name{CommonName: "approver"}, nil),
		issue(t, newECDSA(t, elliptic.P384()), pkix.Name{CommonName: "auditor"}, nil),
	}
}

func TestApachePOI(t *testing.T) {
	if raceDetector {
		t.Skip("the judges are asked without it")
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Skip(err)
	}
	jars := filepath.Join(cache, "evidence-judges", "poi")
	if found, _ := filepath.Glob(filepath.Join(jars, "poi-ooxml-5*.jar")); len(found) == 0 {
		t.Skipf("NOT INSTALLED: Apache POI 5 (testdata/pom.xml says how to get it, to %s): no reader of its kind judges the signatures", jars)
	}
	if _, err := exec.LookPath("java"); err != nil {
		t.Skip("NOT INSTALLED: java: Apache POI does not judge the signatures")
	}
	paths, want := judged(t, t.TempDir(), signers(t)...)
	ask(t, want, "java", append([]string{"-cp", filepath.Join(jars, "*"), "testdata/Judge.java"}, paths...)...)
}

func TestLibreOffice(t *testing.T) {
	if raceDetector {
		t.Skip("the judges are asked without it")
	}
	const python = "/usr/bin/python3" // the one that Debian's python3-uno is for
	if _, err := exec.LookPath("soffice"); err != nil {
		t.Skip("NOT INSTALLED: LibreOffice: it does not judge the signatures")
	}
	if err := exec.Command(python, "-c", "import uno").Run(); err != nil {
		t.Skip("NOT INSTALLED: python3-uno: LibreOffice does not judge the signatures")
	}
	// Of a third signature, Apache POI's own too, LibreOffice 7.4 says that it is not valid.
	paths, want := judged(t, t.TempDir(), signers(t)[1:]...)
	ask(t, want, python, append([]string{"testdata/judge.py"}, paths...)...)
}

// ask compares what a judge prints.
func ask(t *testing.T, want, name string, args ...string) {
	t.Helper()
	c := exec.CommandContext(t.Context(), name, args...)
	var said, rest bytes.Buffer
	c.Stdout, c.Stderr = &said, &rest
	if err := c.Run(); err != nil {
		t.Fatalf("%s: %v\n%s%s", name, err, said.String(), rest.String())
	}
	var lines []string
	for line := range strings.Lines(said.String()) {
		if strings.Contains(line, ".xlsx ") {
			lines = append(lines, strings.TrimRight(line, " \r\n"))
		}
	}
	if diff := cmp.Diff(strings.Split(strings.TrimSpace(want), "\n"), lines); diff != "" {
		t.Error(diff)
	}
}
