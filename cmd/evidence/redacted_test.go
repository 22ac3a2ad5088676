package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"github.com/rogpeppe/go-internal/testscript"
)

// redacted COPY PACK: of the people in PACK's evidence, COPY tells neither name, login nor
// address in any of its files, and its controls count what PACK's count.
func redacted(t *testing.T) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) != 2 {
			ts.Fatalf("usage: redacted COPY PACK")
		}
		dir, original := ts.MkAbs(args[0]), ts.MkAbs(args[1])
		secrets := peopleOf(ts, original)
		if len(secrets) < 150 {
			ts.Fatalf("the evidence tells of %d names, logins and addresses: this tests nothing", len(secrets))
		}
		files := readable(t, ts, dir)
		for _, name := range slices.Sorted(keysOf(files)) {
			for _, s := range held(files[name], secrets) {
				ts.Logf("%s tells %q", name, s)
				t.Errorf("%s tells %q", name, s)
			}
		}
		if diff := cmp.Diff(countsOf(ts, original), countsOf(ts, dir)); diff != "" {
			ts.Fatalf("results of the originals and of the copy: %s", diff)
		}
	}
}

func keysOf(m map[string]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

var mailAddress = regexp.MustCompile(`[A-Za-z0-9._+'-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}`)

// peopleOf finds whom the evidence of a pack tells of, by itself: what the rules are is not
// asked. An organisation and accounts of automation are no people.
func peopleOf(ts *testscript.TestScript, dir string) map[string]bool {
	found := map[string]bool{}
	add := func(v any) {
		if s, _ := v.(string); s != "" && s != "sample-payments" && !strings.HasSuffix(s, "[bot]") {
			found[strings.ToLower(s)] = true
		}
	}
	var logins func(v any)
	logins = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			add(v["login"])
			for _, e := range v {
				logins(e)
			}
		case []any:
			for _, e := range v {
				logins(e)
			}
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "evidence", "*.zst"))
	ts.Check(err)
	for _, f := range files {
		text := inflate(ts, f)
		for _, m := range mailAddress.FindAllString(text, -1) {
			add(m)
		}
		for line := range strings.Lines(text) {
			var r struct {
				Kind string
				Body map[string]any
			}
			ts.Check(json.Unmarshal([]byte(line), &r))
			switch {
			case r.Kind == "hr.person":
				add(r.Body["name"])
			case r.Kind == "entraid.user":
				// What a device and an account for emergencies are shown as are common words.
				login, _ := r.Body["userPrincipalName"].(string)
				if !strings.HasPrefix(login, "svc-") && !strings.HasPrefix(login, "break-glass-") {
					add(r.Body["displayName"])
				}
			case strings.HasPrefix(r.Kind, "github."):
				logins(r.Body)
			}
		}
	}
	return found
}

// held lists the secrets that stand in a text as words.
func held(text string, secrets map[string]bool) []string {
	text = strings.ToLower(text)
	var all []string
	for s := range secrets {
		for rest, before := text, 0; ; {
			i := strings.Index(rest, s)
			if i < 0 {
				break
			}
			before += i
			if alone(text, before, before+len(s)) {
				all = append(all, s)
				break
			}
			before += len(s)
			rest = text[before:]
		}
	}
	slices.Sort(all)
	return all
}

// alone reports whether neither a Latin letter, a digit nor a hyphen is beside what stands in a text.
func alone(text string, from, to int) bool {
	joined := func(r rune) bool {
		return r < 0x250 && (unicode.IsLetter(r) || unicode.IsDigit(r)) || r == '-' || r == '_'
	}
	before, _ := utf8.DecodeLastRuneInString(text[:from])
	after, _ := utf8.DecodeRuneInString(text[to:])
	return !joined(before) && !joined(after)
}

func inflate(ts *testscript.TestScript, path string) string {
	f, err := os.Open(path)
	ts.Check(err)
	defer f.Close()
	z, err := zstd.NewReader(f)
	ts.Check(err)
	defer z.Close()
	b, err := io.ReadAll(z)
	ts.Check(err)
	return string(b)
}

// readable gives what a reader finds in the files of a pack: workbooks unzipped, the PDF as text.
func readable(t *testing.T, ts *testscript.TestScript, dir string) map[string]string {
	files := map[string]string{}
	ts.Check(filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		switch filepath.Ext(path) {
		case ".zst":
			files[name] = inflate(ts, path)
		case ".xlsx":
			z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
			if err != nil {
				return err
			}
			for _, part := range z.File {
				r, err := part.Open()
				if err != nil {
					return err
				}
				text, err := io.ReadAll(r)
				if err != nil {
					return err
				}
				files[name+"!"+part.Name] = string(text)
			}
		case ".pdf":
			files[name] = string(b) // names in its metadata
			if _, err := exec.LookPath("pdftotext"); err != nil {
				t.Log("SKIPPED: the text of report.pdf is not searched for people, since pdftotext (poppler-utils) is not installed")
				return nil
			}
			text, err := exec.Command("pdftotext", "-raw", path, "-").Output()
			if err != nil {
				return err
			}
			files[name+"!text"] = string(text)
		default:
			files[name] = string(b)
		}
		return nil
	}))
	return files
}

// countsOf reads each control's result and counts.
func countsOf(ts *testscript.TestScript, dir string) any {
	b, err := os.ReadFile(filepath.Join(dir, "results.json"))
	ts.Check(err)
	var results struct {
		Controls []struct {
			ID       string           `json:"id"`
			Result   string           `json:"result"`
			Counts   map[string]int64 `json:"counts"`
			ByReason map[string]int64 `json:"exceptions_by_reason"`
			Observed map[string]int64 `json:"items_by_observation"`
		}
	}
	ts.Check(json.Unmarshal(b, &results))
	if len(results.Controls) == 0 {
		ts.Fatalf("%s has no results", dir)
	}
	return results
}
