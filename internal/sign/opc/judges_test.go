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

// judged are workbooks and what their judges must say of them, a line a signature. The third
// signer's key is on the curve.
func judged(t *testing.T, dir string, curve elliptic.Curve) (paths []string, want string) {
	ca := issue(t, newRSA(t), pkix.Name{CommonName: "Example CA", Organization: []string{"Example, Inc."}, Province: []string{"Tokyo"}, Country: []string{"JP"}}, nil)
	first := issue(t, newRSA(t), pkix.Name{CommonName: "preparer"}, &ca)
	second := issue(t, newECDSA(t, elliptic.P256()), pkix.Name{CommonName: "approver"}, nil)
	third := issue(t, newECDSA(t, curve), pkix.Name{CommonName: "auditor"}, nil)

	one := signed(t, workbook(), Options{Signer: first, At: at, Purpose: "監査証跡パックの作成", Authority: authority{}})
	two := signed(t, one, Options{Signer: second, At: at.AddDate(0, 0, 1)})
	three := signed(t, two, Options{Signer: third, At: at.AddDate(0, 0, 2)})
	edited := zipOf(t, replaced(t, members(t, two), "xl/worksheets/sheet1.xml", "</t>", ".</t>"))
	var lines strings.Builder
	for _, c := range []struct {
		name    string
		data    []byte
		valid   bool
		signers []string
	}{
		{"three.xlsx", three, true, []string{"preparer", "approver", "auditor"}},
		{"later-taken-off.xlsx", strip1(t, three), true, []string{"preparer", "approver"}},
		{"one-cell-edited.xlsx", edited, false, []string{"preparer", "approver"}},
	} {
		path := filepath.Join(dir, c.name)
		if err := os.WriteFile(path, c.data, 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
		for i, s := range c.signers {
			fmt.Fprintf(&lines, "%s %d %t", path, i+1, c.valid)
			if c.valid {
				fmt.Fprintf(&lines, " CN=%s", s)
			}
			lines.WriteByte('\n')
		}
		fmt.Fprintf(&lines, "%s %d signatures\n", path, len(c.signers))
		if list, err := verifyBytes(c.data); (err == nil) != c.valid || c.valid && len(list) != len(c.signers) {
			t.Errorf("%s: %d signatures, %v", c.name, len(list), err)
		}
	}
	if _, err := excelize.OpenReader(bytes.NewReader(edited)); err != nil {
		t.Errorf("the edited workbook is no workbook: %v", err)
	}
	return paths, lines.String()
}

func TestApachePOI(t *testing.T) {
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
	paths, want := judged(t, t.TempDir(), elliptic.P384())
	ask(t, want, "java", append([]string{"-cp", filepath.Join(jars, "*"), "testdata/Judge.java"}, paths...)...)
}

func TestLibreOffice(t *testing.T) {
	const python = "/usr/bin/python3" // the one that Debian's python3-uno is for
	if _, err := exec.LookPath("soffice"); err != nil {
		t.Skip("NOT INSTALLED: LibreOffice: it does not judge the signatures")
	}
	if err := exec.Command(python, "-c", "import uno").Run(); err != nil {
		t.Skip("NOT INSTALLED: python3-uno: LibreOffice does not judge the signatures")
	}
	// LibreOffice 7.4 finds no signature valid that is of ECDSA and not of P-256.
	paths, want := judged(t, t.TempDir(), elliptic.P256())
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
