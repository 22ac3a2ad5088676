package controls

import (
	"context"
	"fmt"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/tester"
)

// test runs the tests of a module of the Rego library.
func (ms modules) test(ctx context.Context, name string) ControlReport {
	m := ms[name]
	report := ControlReport{ID: m.file()}
	results, parsed, err := ms.runTests(ctx, m)
	if err != nil {
		report.Problems = append(report.Problems, err.Error())
		return report
	}
	for _, r := range results {
		report.Tests = append(report.Tests, testCase(r))
	}
	report.Problems = append(report.Problems, functionProblems(parsed, results)...)
	return report
}

func (ms modules) runTests(ctx context.Context, m *module) ([]*tester.Result, *ast.Module, error) {
	parsed, err := ms.parse(m.name)
	if err != nil {
		return nil, nil, err
	}
	// Alone first: a test must not lend it what it lacks.
	all, err := ms.with(map[string]*ast.Module{m.file(): parsed})
	if err != nil {
		return nil, nil, err
	}
	alone := newCompiler()
	if alone.Compile(all); alone.Failed() {
		return nil, nil, alone.Errors
	}
	if err := checkUses(alone); err != nil {
		return nil, nil, err
	}
	tests, err := readTests(m.fsys, m.testFile())
	if err != nil {
		return nil, nil, err
	}
	if all, err = ms.with(map[string]*ast.Module{m.file(): parsed, m.testFile(): tests}); err != nil {
		return nil, nil, err
	}
	testdata, err := readTestData(m.fsys, moduleDir)
	if err != nil {
		return nil, nil, err
	}
	results, err := runTests(ctx, newCompiler(), all, map[string]any{"testdata": testdata})
	return results, parsed, err
}

// functionProblems lists the module's functions that no passing test had a value
// of. Of several rules for one function, each must have given one.
func functionProblems(m *ast.Module, results []*tester.Result) []string {
	isFunction := func(r *ast.Rule) bool {
		return len(r.Head.Args) > 0 && !r.Default && r.Module != nil && r.Module.Package.Equal(m.Package)
	}
	held := map[int]bool{}
	for _, r := range results {
		if r.Pass() {
			for line := range linesHeld(r.Trace, isFunction) {
				held[line] = true
			}
		}
	}
	var problems []string
	for _, rule := range m.Rules {
		if isFunction(rule) && !held[rule.Location.Row] {
			problems = append(problems, fmt.Sprintf("%s: no test has a value of this function", rule.Location))
		}
	}
	return problems
}
