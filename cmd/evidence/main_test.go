package main

import (
	"context"
	"crypto/rand"
	"encoding/xml"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/evidencepack/evidence/internal/s3test"
)

var update = flag.Bool("update", false, "write what is generated")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"evidence": main})
}

// TestScripts is the contract of the command line: what is typed, what is
// printed, and the exit codes.
func TestScripts(t *testing.T) {
	endpoint := ""
	if ok, how := s3test.Installed(); ok {
		endpoint = s3test.Start(t)
	} else {
		t.Logf("NOT TESTED against versitygw: it is not installed (%s)", how)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Condition: func(name string) (bool, error) {
			if name != "versitygw" {
				return false, fmt.Errorf("no condition is called %q", name)
			}
			return endpoint != "", nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"authorities":  authorities(t),
			"bucket":       bucket(endpoint),
			"exits":        exits,
			"expand":       expand,
			"flip":         flip,
			"instructions": instructions,
			"junit":        junit,
			"mode":         mode,
			"redacted":     redacted(t),
			"sarif":        valid(t, "testdata/schemas/sarif-schema-2.1.0.json"),
			"verification": valid(t, "../../docs/verify.schema.json"),
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("LANG", "C")
			e.Setenv("TMPDIR", e.WorkDir)
			for name, value := range s3test.Environment() {
				e.Setenv(name, value)
			}
			e.Setenv("S3", endpoint)
			return nil
		},
	})
}

// bucket NAME [FILE KEY]: makes a bucket with Object Lock and sets the variable of
// that name to what it is called; with a file, writes that over an object of it.
func bucket(endpoint string) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		switch {
		case neg || len(args) != 1 && len(args) != 3:
			ts.Fatalf("usage: bucket NAME [FILE KEY]")
		case len(args) == 1:
			name := "bucket-" + strings.ToLower(rand.Text())
			_, err := s3test.Client(endpoint).CreateBucket(context.Background(), s3test.Creation(name))
			ts.Check(err)
			ts.Setenv(args[0], name)
		default:
			name := ts.Getenv(args[0])
			_, err := s3test.Client(endpoint).PutObject(context.Background(),
				&s3.PutObjectInput{Bucket: &name, Key: &args[2], Body: strings.NewReader(ts.ReadFile(args[1]))})
			ts.Check(err)
		}
	}
}

// expand FILE: writes the script's variables into a file that names them.
func expand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: expand FILE")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(os.Expand(ts.ReadFile(args[0]), ts.Getenv)), 0o644))
}

// exits CODE COMMAND…: the command ends with the exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := err.(*exec.ExitError)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("%v: exit code %d, want %d", args[1:], got, want)
	}
}

// junit FILE: every test suite has as many cases, failures, errors and skipped ones as it says.
func junit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: junit FILE")
	}
	var suites struct {
		Suite []struct {
			Name     string `xml:"name,attr"`
			Tests    int    `xml:"tests,attr"`
			Failures int    `xml:"failures,attr"`
			Errors   int    `xml:"errors,attr"`
			Skipped  int    `xml:"skipped,attr"`
			Case     []struct {
				Failure *struct{} `xml:"failure"`
				Error   *struct{} `xml:"error"`
				Skipped *struct{} `xml:"skipped"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	ts.Check(xml.Unmarshal([]byte(ts.ReadFile(args[0])), &suites))
	if len(suites.Suite) == 0 {
		ts.Fatalf("no test suite")
	}
	for _, s := range suites.Suite {
		var failures, errors, skipped int
		for _, c := range s.Case {
			if c.Failure != nil {
				failures++
			}
			if c.Error != nil {
				errors++
			}
			if c.Skipped != nil {
				skipped++
			}
		}
		if len(s.Case) != s.Tests || failures != s.Failures || errors != s.Errors || skipped != s.Skipped {
			ts.Fatalf("%s says %d, %d, %d, %d and has %d cases, %d failures, %d errors, %d skipped", s.Name, s.Tests, s.Failures, s.Errors, s.Skipped, len(s.Case), failures, errors, skipped)
		}
	}
}

// valid makes a command that checks a FILE by a schema.
func valid(t *testing.T, path string) func(*testscript.TestScript, bool, []string) {
	schema, err := jsonschema.NewCompiler().Compile(path)
	if err != nil {
		t.Fatal(err)
	}
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) != 1 {
			ts.Fatalf("usage: sarif FILE, verification FILE")
		}
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(ts.ReadFile(args[0])))
		ts.Check(err)
		ts.Check(schema.Validate(doc))
	}
}

// mode OCTAL FILE: the file has exactly these permissions.
func mode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: mode OCTAL FILE")
	}
	info, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if got := strconv.FormatUint(uint64(info.Mode().Perm()), 8); got != args[0] {
		ts.Fatalf("%s has mode %s, want %s", args[1], got, args[0])
	}
}

// flip FILE OFFSET: one bit of the file's byte is changed; a negative offset
// counts from the end.
func flip(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: flip FILE OFFSET")
	}
	path := ts.MkAbs(args[0])
	b, err := os.ReadFile(path)
	ts.Check(err)
	at, err := strconv.Atoi(args[1])
	ts.Check(err)
	if at < 0 {
		at += len(b)
	}
	b[at] ^= 1
	ts.Check(os.WriteFile(path, b, 0o644))
}
