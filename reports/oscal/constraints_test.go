package oscal_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/oscal"
)

// TestConstraints holds the documents to the rules of OSCAL's model that its JSON schema
// cannot say, by the library that NIST's oscal-cli is made of, and sees that it follows
// import-ap.
func TestConstraints(t *testing.T) {
	classpath := constraintsClasspath(t)
	dir := t.TempDir()
	var files []string
	write := func(name string, r reports.Renderer, p *reports.Pack) string {
		file := filepath.Join(dir, strings.ReplaceAll(name, " ", "-"), filepath.FromSlash(r.Name()))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, renderBy(t, r, p), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
		return file
	}
	all := packs()
	for _, name := range []string{"Japanese", "hostile", "without controls"} {
		for _, r := range both {
			write(name, r, all[name])
		}
	}
	alone := write("alone", oscal.Renderer{}, all["of nothing"]) // import-ap leads to no catalog here
	out := constraints(t, classpath, files...)
	found, rest, _ := strings.Cut(out, "\n")
	if !strings.HasPrefix(found, alone+": ") || !strings.Contains(found, "import-ap") || rest != "checked "+strconv.Itoa(len(files)) {
		t.Errorf("%s", out)
	}
}

// constraintsClasspath is where Maven has the processor.
func constraintsClasspath(t *testing.T) string {
	t.Helper()
	for _, tool := range []string{"java", "mvn"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("no %s: no processor of OSCAL's constraints judges the documents", tool)
		}
	}
	file := filepath.Join(t.TempDir(), "classpath")
	if out, err := exec.CommandContext(t.Context(), "mvn", "-q", "-o", "-f", "testdata/constraints/pom.xml", "dependency:build-classpath", "-Dmdep.outputFile="+file).CombinedOutput(); err != nil {
		t.Skipf("liboscal-java is not in Maven's repository (.ci/run fetches it): no processor of OSCAL's constraints judges the documents: %v\n%s", err, out)
	}
	classpath, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(classpath)
}

// constraints is what the processor says of files.
func constraints(t *testing.T, classpath string, files ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "java", append([]string{"-cp", classpath, "testdata/constraints/Constraints.java"}, files...)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var lines []string
	for line := range strings.Lines(string(out)) {
		if !strings.Contains(line, "Log4j API could not find") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return strings.Join(lines, "\n")
}
