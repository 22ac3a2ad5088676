package pades

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/evidencepack/evidence"
)

// judged is a file for other programs to judge, and what they should find.
type judged struct {
	name       string
	data       []byte
	signatures int
	stamped    bool
	altered    bool // no judge may accept it as it is
}

// judgedFiles are signed at each level and with each kind of key, by one signer and by
// two, and then altered: in what was rendered, in the update, in the signature, and by
// an update that nobody signed.
func judgedFiles(t *testing.T, a *authority) []judged {
	t.Helper()
	tsa := newStamps(t, a)
	var files []judged
	add := func(name string, data []byte, signatures int, stamped bool) {
		files = append(files, judged{name: name, data: data, signatures: signatures, stamped: stamped})
	}
	approver := options(a.signer(t, "approver", "Approver"), evidence.English)
	for _, key := range []string{"RSA", "P-256", "P-384", "P-521"} {
		lang := evidence.English
		if key == "RSA" || key == "P-384" {
			lang = evidence.Japanese
		}
		o := options(a.signer(t, key, "作成 花子"), lang)
		basic := signOnce(t, rendered()[lang], o)
		add("basic-"+key, basic, 1, false)
		o.Authority = tsa
		stamped := signOnce(t, rendered()[lang], o)
		add("stamped-"+key, stamped, 1, true)
		if key != "P-256" {
			continue
		}
		add("approved", signOnce(t, basic, approver), 2, false)
		o.Validation = Validation{CRLs: a.revoked(t), Certificates: [][]byte{a.issuer.Raw, a.root.Raw}}
		lasting := signOnce(t, rendered()[lang], o)
		add("lasting", lasting, 1, true)
		later := approver
		later.Authority, later.Validation = tsa, Validation{CRLs: a.revoked(t)}
		add("lasting-approved", signOnce(t, lasting, later), 2, true)
		for _, at := range []int{2_000, len(rendered()[lang]) / 2, len(rendered()[lang]) + 150, len(basic) - 1_000} {
			changed := slices.Clone(basic)
			changed[at] ^= 2
			files = append(files, judged{name: fmt.Sprintf("altered-%d", at), data: changed, signatures: 1, altered: true})
		}
		files = append(files, judged{name: "altered-signature", data: otherSignature(t, basic), signatures: 1, altered: true},
			judged{name: "updated", data: unsignedUpdate(t, basic), signatures: 1, altered: true})
	}
	for _, f := range files {
		a.file(t, f.name+".pdf", f.data)
		if _, err := Verify(f.data, tsa.check); (err == nil) == f.altered {
			t.Errorf("%s: our own verdict is %v", f.name, err)
		}
	}
	return files
}

// otherSignature changes a bit of the signature itself.
func otherSignature(t *testing.T, file []byte) []byte {
	t.Helper()
	d, err := parse(file)
	if err != nil {
		t.Fatal(err)
	}
	_, u, c, err := d.said(1)
	if err != nil {
		t.Fatal(err)
	}
	_, s, err := readUpdate(d, 1)
	if err != nil {
		t.Fatal(err)
	}
	c.signature[len(c.signature)-1] ^= 1
	if u.cms, err = c.encode(); err != nil {
		t.Fatal(err)
	}
	changed := slices.Clone(file)
	u.fill(changed, 0, s)
	return changed
}

func (a *authority) path(f judged) string { return filepath.Join(a.dir, f.name+".pdf") }

// TestJudges has other programs judge the files, each where it is installed.
func TestJudges(t *testing.T) {
	a := newAuthority(t)
	files := judgedFiles(t, a)
	for name, judge := range map[string]func(*testing.T, *authority, []judged){
		"pdfsig": pdfsig, "pdfcpu": pdfcpu, "pyHanko": pyHanko, "veraPDF": veraPDF,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			judge(t, a, files)
		})
	}
}

// pdfsig is poppler's.
func pdfsig(t *testing.T, a *authority, files []judged) {
	program, err := exec.LookPath("pdfsig")
	if err != nil {
		t.Skip("NOT JUDGED: pdfsig is not installed (poppler-utils), so that poppler has not judged the signatures")
	}
	for _, f := range files {
		c := exec.Command(program, a.path(f))
		c.Env = append(os.Environ(), "HOME="+t.TempDir(), "LC_ALL=C.UTF-8")
		out, err := c.CombinedOutput()
		text := string(out)
		valid := strings.Count(text, "Signature Validation: Signature is Valid.")
		whole := strings.Count(text, "- Total document signed")
		switch {
		case f.altered && valid > 0 && whole > 0:
			t.Errorf("%s is accepted:\n%s", f.name, text)
		case !f.altered && (err != nil || valid != f.signatures || whole != 1 || strings.Count(text, "Signature Type: ETSI.CAdES.detached") != f.signatures):
			t.Errorf("%s: %v\n%s", f.name, err, text)
		}
	}
}

// pdfcpu calls no signature valid without having asked the authority for revocations, so
// what counts is what it finds amiss. With --all it ends at fields that nobody has signed,
// which ISO 32000-1, 12.7.4.5, allows; and it does not look at updates after a signature.
func pdfcpu(t *testing.T, a *authority, files []judged) {
	program, err := exec.LookPath("pdfcpu")
	if err != nil {
		t.Skip("NOT JUDGED: pdfcpu is not installed, so that it has not judged the signatures")
	}
	config := t.TempDir()
	run := func(args ...string) string {
		c := exec.Command(program, args...)
		c.Env = append(os.Environ(), "XDG_CONFIG_HOME="+config, "HOME="+config)
		out, _ := c.CombinedOutput() // its verdict is in what it prints
		return string(out)
	}
	if out := run("certificates", "import", filepath.Join(a.dir, "root.pem")); !strings.Contains(out, "imported 1") {
		t.Fatal(out)
	}
	for _, f := range files {
		args := []string{"signatures", "validate", "--full", a.path(f)}
		if f.signatures == 2 {
			args = append(args, "--all")
		}
		out := run(args...)
		sound := strings.Count(out, "Local Path: Status: ok") >= 3*f.signatures &&
			!strings.Contains(out, "signature is invalid") && !strings.Contains(out, "mismatch") && !strings.Contains(out, "malformed")
		if sound == f.altered && f.name != "updated" {
			t.Errorf("%s: sound: %v\n%s", f.name, sound, out)
		}
	}
}

// found is what testdata/judge.py prints.
type found struct {
	Error      string
	Signatures []struct {
		Field, Subfilter, Coverage, Changes            string
		Intact, Valid, Trusted, Fine, Stamped, Lasting bool
	}
}

// pyHanko has rules of what may change in a signed document.
func pyHanko(t *testing.T, a *authority, files []judged) {
	if err := exec.Command("python3", "-c", "import pyhanko.sign.validation").Run(); err != nil {
		t.Skip("NOT JUDGED: pyHanko is not installed (pip install pyhanko), so that it has not judged the signatures")
	}
	args := []string{filepath.Join("testdata", "judge.py"), filepath.Join(a.dir, "root.pem")}
	for _, f := range files {
		args = append(args, a.path(f))
	}
	var log bytes.Buffer
	c := exec.Command("python3", args...)
	c.Stderr = &log
	out, err := c.Output()
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if err != nil || len(lines) != len(files) {
		t.Fatalf("%v: %d verdicts on %d files\n%s", err, len(lines), len(files), log.Bytes())
	}
	for i, f := range files {
		var verdict found
		if err := json.Unmarshal([]byte(lines[i]), &verdict); err != nil {
			t.Fatal(err)
		}
		fine := verdict.Error == "" && len(verdict.Signatures) == f.signatures
		for n, s := range verdict.Signatures {
			last := n == len(verdict.Signatures)-1
			fine = fine && s.Fine && s.Intact && s.Valid && s.Trusted && s.Subfilter == "/ETSI.CAdES.detached" && s.Stamped == f.stamped &&
				s.Lasting == strings.HasPrefix(f.name, "lasting") && (s.Coverage == "ENTIRE_FILE") == last && (s.Changes == "NONE") == last && (last || s.Changes == "FORM_FILLING")
		}
		if fine == f.altered {
			t.Errorf("%s: %s", f.name, lines[i])
		}
	}
}

// veraPDF judges whether a signed report is PDF/A-3b as before. It takes its time, so
// that it sees one with all that this package can write, and one in Japanese.
func veraPDF(t *testing.T, a *authority, files []judged) {
	validator, err := exec.LookPath("verapdf")
	if err != nil {
		t.Skip("NOT JUDGED: verapdf is not installed, so that no independent validator has judged whether a signed report is PDF/A-3b (https://verapdf.org)")
	}
	args := []string{"--flavour", "3b", "--format", "text", "-v"}
	files = slices.DeleteFunc(slices.Clone(files), func(f judged) bool { return f.name != "lasting-approved" && f.name != "basic-RSA" })
	for _, f := range files {
		args = append(args, a.path(f))
	}
	out, err := exec.Command(validator, args...).CombinedOutput()
	for _, f := range files {
		if err != nil || !strings.Contains(string(out), "PASS "+a.path(f)) {
			t.Errorf("%s is not PDF/A-3b: %v\n%s", f.name, err, out)
		}
	}
}
