package pipeline

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/evidencepack/evidence/controls"
)

// opaChunk is how many sign-ins opa is given at a time. It holds some 60 kB for each
// while it works: a million at once would not fit in the memory of most machines.
const opaChunk = 100_000

// opaSpent is what opa needed, and what it found.
type opaSpent struct {
	elapsed, processor time.Duration
	peakMB             float64
	found              opaCounts
}

type opaCounts struct {
	Exceptions    int64 `json:"exceptions"`
	NotApplicable int64 `json:"not_applicable"`
}

// opa finds the binary; false, and said aloud, when there is none.
func opa(b *testing.B) (string, bool) {
	name := os.Getenv("OPA")
	if name == "" {
		name = "opa"
	}
	path, err := exec.LookPath(name)
	if err != nil {
		b.Logf("NOT COMPARED WITH OPA: %v; install it, or name it in OPA", err)
	}
	return path, err == nil
}

// judgeWithOPA evaluates all sign-ins with stock opa, as somebody would who repeats
// the test: the policy as it is, and a module that takes it through the records of a
// file. Writing the files is not counted.
func judgeWithOPA(b *testing.B, opa string, c *controls.Control, s signIns, asOf time.Time) opaSpent {
	dir := b.TempDir()
	write := func(name string, text []byte) string {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, text, 0o600)); err != nil {
			b.Fatal(err)
		}
		return path
	}
	params, err := json.Marshal(c.Params)
	if err != nil {
		b.Fatal(err)
	}
	args := []string{"eval", "--strict-builtin-errors", "--format", "raw", "--data", write("all.rego", fmt.Appendf(nil, `package all

import data.%[1]s as policy

verdicts := [verdict |
	some record in input.records
	verdict := item with input as {
		"record": record, "kind": "entraid.sign_in", "time": record.createdDateTime, "related": {}, "params": %[2]s,
		"period": {"start": %[3]q, "end": %[4]q}, "as_of": %[5]q,
	}
]

item := {"exception": policy.exception, "not_applicable": not_applicable}

default not_applicable := false

not_applicable := policy.not_applicable

exceptions := [verdict | some verdict in verdicts; count(verdict.exception) > 0]

counts := {
	"exceptions": count(exceptions),
	"not_applicable": count([verdict | some verdict in verdicts; count(verdict.exception) == 0; verdict.not_applicable]),
}
`, c.Package(), params, s.period.Start.Format(time.RFC3339), s.period.End.Format(time.RFC3339), asOf.Format(time.RFC3339)))}
	for _, name := range c.RegoFiles() {
		args = append(args, "--data", write(name, c.Files[name]))
	}
	var spent opaSpent
	for from := 0; from < s.n; from += opaChunk {
		input := filepath.Join(dir, "input.json")
		if err := s.write(input, from, min(from+opaChunk, s.n)); err != nil {
			b.Fatal(err)
		}
		spent.run(b, exec.CommandContext(b.Context(), opa, append(args, "--input", input, "data.all.counts")...))
		if err := os.Remove(input); err != nil {
			b.Fatal(err)
		}
	}
	return spent
}

func (o *opaSpent) run(b *testing.B, cmd *exec.Cmd) {
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	begun := time.Now()
	if err := cmd.Run(); err != nil {
		b.Fatalf("%s: %v: %s%s", strings.Join(cmd.Args, " "), err, problems.Bytes(), out.Bytes())
	}
	o.elapsed += time.Since(begun)
	o.processor += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		o.peakMB = max(o.peakMB, float64(usage.Maxrss)/1024)
	}
	var found opaCounts
	if err := json.Unmarshal(out.Bytes(), &found); err != nil {
		b.Fatalf("opa gave %.200q: %v", out.Bytes(), err)
	}
	o.found.Exceptions += found.Exceptions
	o.found.NotApplicable += found.NotApplicable
}

// write writes sign-ins as a document with a list of them.
func (s signIns) write(path string, from, to int) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	var body []byte
	_, err = w.WriteString(`{"records":[`)
	for i := from; i < to && err == nil; i++ {
		if body = body[:0]; i > from {
			body = append(body, ',')
		}
		body = s.body(body, i)
		_, err = w.Write(body)
	}
	_, end := w.WriteString("]}")
	return errors.Join(err, end, w.Flush(), f.Close())
}
