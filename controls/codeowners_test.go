package controls

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
)

// TestCodeowners gives every example of hmarr/codeowners to the Rego library, each
// as a file of one rule.
func TestCodeowners(t *testing.T) {
	b, err := fs.ReadFile(shipped, "lib/testdata/codeowners.json")
	if err != nil {
		t.Fatal(err)
	}
	var examples struct {
		Codeowners []struct {
			Name, Pattern string
			Paths         map[string]bool
		}
	}
	if err := json.Unmarshal(b, &examples); err != nil {
		t.Fatal(err)
	}
	owned := libraryFunction(t, "codeowners", "owned", "text", "paths")
	answers := 0
	for _, x := range examples.Codeowners {
		var paths []any
		for path := range x.Paths {
			paths = append(paths, path)
		}
		got, ok := owned(map[string]any{"text": x.Pattern + " @octo", "paths": paths}).(map[string]any)
		if !ok {
			t.Fatalf("%s: no object", x.Name)
		}
		for path, want := range x.Paths {
			answers++
			if _, ok := got[path]; ok != want {
				t.Errorf("%s: %q matches %q: %v, want %v", x.Name, x.Pattern, path, ok, want)
			}
		}
	}
	if answers != 153 {
		t.Errorf("%d answers, not 153", answers)
	}
}

// TestCodeownersOfManyRules: a file of more rules than OPA keeps expressions of,
// and a change of many files, are judged all the same.
func TestCodeownersOfManyRules(t *testing.T) {
	text := "* @all\n"
	var paths []any
	for i := range 300 {
		text += fmt.Sprintf("/dir%d/ @owner%d\n", i, i)
		paths = append(paths, fmt.Sprintf("dir%d/a", i), fmt.Sprintf("dir%d/b.go", i))
	}
	got, ok := libraryFunction(t, "codeowners", "owned", "text", "paths")(map[string]any{"text": text, "paths": paths}).(map[string]any)
	if !ok || len(got) != len(paths) {
		t.Fatalf("%d of %d paths have owners", len(got), len(paths))
	}
	if owner := fmt.Sprint(got["dir299/b.go"]); owner != "[@owner299]" {
		t.Errorf("dir299/b.go is owned by %s", owner)
	}
}

// libraryFunction returns a function of the shipped Rego library, to be called
// with its arguments by name.
func libraryFunction(t *testing.T, module, name string, args ...string) func(map[string]any) any {
	t.Helper()
	ms := modules{}
	if err := ms.load(Shipped()); err != nil {
		t.Fatal(err)
	}
	parsed, err := ms.parse(module)
	if err != nil {
		t.Fatal(err)
	}
	sources, err := ms.with(map[string]*ast.Module{ms[module].file(): parsed})
	if err != nil {
		t.Fatal(err)
	}
	compiler := newCompiler()
	if compiler.Compile(sources); compiler.Failed() {
		t.Fatal(compiler.Errors)
	}
	call := ""
	for i, arg := range args {
		if i > 0 {
			call += ", "
		}
		call += "input." + arg
	}
	query, err := rego.New(
		rego.Query(fmt.Sprintf("data.evidence.lib.%s.%s(%s)", module, name, call)),
		rego.Compiler(compiler),
		rego.StrictBuiltinErrors(true),
	).PrepareForEval(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return func(input map[string]any) any {
		rs, err := query.Eval(t.Context(), rego.EvalInput(input))
		if err != nil {
			t.Fatal(err)
		}
		if len(rs) != 1 {
			t.Fatalf("%s.%s gave %d answers", module, name, len(rs))
		}
		return rs[0].Expressions[0].Value
	}
}
