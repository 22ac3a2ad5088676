package controls

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/tester"
)

// Report is what testing a library's controls came to.
type Report struct {
	Controls []ControlReport // in the order of their IDs
	Modules  []ControlReport `json:",omitempty"` // of the Rego library, in the order of their names
}

// Passed reports whether every test passed and nothing is missing.
func (r Report) Passed() bool {
	for _, c := range slices.Concat(r.Controls, r.Modules) {
		if !c.Passed() {
			return false
		}
	}
	return true
}

// ControlReport is what testing one control, or one module of the Rego library,
// came to.
type ControlReport struct {
	ID       string     // of a module: "lib/text.rego"
	Tests    []TestCase // of policy_test.rego, in the order in which they stand
	Problems []string   // what every control must have and this one does not
}

// Passed reports whether the control or module is as it should be.
func (c ControlReport) Passed() bool {
	for _, t := range c.Tests {
		if !t.Passed {
			return false
		}
	}
	return len(c.Problems) == 0
}

// TestCase is one Rego test.
type TestCase struct {
	Name    string
	Passed  bool
	Message string // where and why it failed; empty otherwise
}

// Test loads the layers and tests every control in them: it runs its Rego
// tests, in which data.testdata holds the files of testdata/ and data.params
// the defaults of its parameters, as they do for
//
//	opa test logging/audit-log-stopped
//
// and it checks what tests cannot: that both verdicts and every exception and
// observation rule are tested, that codes and texts match, and that a framework
// is served. Modules of the Rego library have their tests beside them, and every
// function of a module is called by one. An error means that the layers cannot
// be loaded.
func Test(ctx context.Context, layers ...fs.FS) (Report, error) {
	lib, err := Load(layers...)
	if err != nil {
		return Report{}, err
	}
	var report Report
	for _, c := range lib.Controls {
		report.Controls = append(report.Controls, c.test(ctx, lib))
	}
	for _, name := range slices.Sorted(maps.Keys(lib.modules)) {
		report.Modules = append(report.Modules, lib.modules.test(ctx, name))
	}
	return report, ctx.Err()
}

func (c *Control) test(ctx context.Context, lib *Library) ControlReport {
	report := ControlReport{ID: c.ID}
	policy, err := c.policyModule()
	if err != nil {
		report.Problems = append(report.Problems, err.Error())
		return report
	}
	if _, err := Prepare(ctx, c); err != nil {
		report.Problems = append(report.Problems, err.Error())
		return report
	}
	report.Problems = append(c.textProblems(policy), lib.mappingProblems(c)...)
	results, err := c.runTests(ctx, policy)
	if err != nil {
		report.Problems = append(report.Problems, err.Error())
		return report
	}
	for _, r := range results {
		report.Tests = append(report.Tests, testCase(r))
	}
	report.Problems = append(report.Problems, c.coverageProblems(policy, results)...)
	return report
}

// runTests runs the control's policy_test.rego with a trace of each test.
func (c *Control) runTests(ctx context.Context, policy *ast.Module) ([]*tester.Result, error) {
	tests, err := readTests(c.fsys, path.Join(c.dir, testFile))
	if err != nil {
		return nil, err
	}
	data, err := c.testData()
	if err != nil {
		return nil, err
	}
	compiler, err := c.compiler()
	if err != nil {
		return nil, err
	}
	all, err := c.modules.with(map[string]*ast.Module{PolicyFile: policy, testFile: tests})
	if err != nil {
		return nil, err
	}
	return runTests(ctx, compiler, all, data)
}

func readTests(fsys fs.FS, name string) (*ast.Module, error) {
	src, err := readSource(fsys, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is missing", path.Base(name))
	}
	if err != nil {
		return nil, err
	}
	return parseRego(name, src)
}

// runTests runs every test in the sources, over data.
// testTimeout is how long one Rego test may take: longer than any does, on a slow
// machine and traced, and short of never.
const testTimeout = 5 * time.Minute

func runTests(ctx context.Context, compiler *ast.Compiler, sources map[string]*ast.Module, data map[string]any) ([]*tester.Result, error) {
	store := inmem.NewFromObject(data)
	txn, err := store.NewTransaction(ctx)
	if err != nil {
		return nil, err
	}
	defer store.Abort(ctx, txn)
	ch, err := tester.NewRunner().
		SetCompiler(compiler).
		SetStore(store).
		SetModules(sources).
		RaiseBuiltinErrors(true).
		EnableTracing(true).
		SetTimeout(testTimeout).
		RunTests(ctx, txn)
	if err != nil {
		return nil, err
	}
	var results []*tester.Result
	for r := range ch {
		results = append(results, r)
	}
	return results, nil
}

// testData is the data that tests see: what opa test makes of the folder.
func (c *Control) testData() (map[string]any, error) {
	data := map[string]any{}
	if err := yaml.Unmarshal(c.Files[ControlFile], &data); err != nil {
		return nil, err
	}
	merged, err := readTestData(c.fsys, c.dir)
	if err != nil {
		return nil, err
	}
	data["testdata"] = merged
	return jsonObject(data)
}

// readTestData merges the files of the folder's testdata/.
func readTestData(fsys fs.FS, dir string) (map[string]any, error) {
	merged := map[string]any{}
	names, err := fs.Glob(fsys, path.Join(dir, "testdata", "*.json"))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		var members map[string]any
		if err := json.Unmarshal(b, &members); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for k, v := range members {
			if _, ok := merged[k]; ok {
				return nil, fmt.Errorf("%s: key %q is in another file of testdata already", name, k)
			}
			merged[k] = v
		}
	}
	return merged, nil
}

// jsonObject gives decoded YAML the types of decoded JSON.
func jsonObject(v map[string]any) (map[string]any, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var out map[string]any
	return out, json.Unmarshal(b, &out)
}

func testCase(r *tester.Result) TestCase {
	t := TestCase{Name: r.Name, Passed: r.Pass()}
	switch {
	case r.Error != nil:
		t.Message = fmt.Sprintf("%s: %v", r.Location, r.Error)
	case r.Skip:
		t.Message = fmt.Sprintf("%s: skipped", r.Location)
	case r.Fail:
		t.Message = fmt.Sprintf("%s: failed", r.Location)
	}
	return t
}
