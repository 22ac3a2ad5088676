package controls

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// moduleDir is the folder, of a layer and of a pack's controls, that holds the
// Rego library: <name>.rego in package evidence.lib.<name>, each with its tests
// beside it in <name>_test.rego.
const moduleDir = "lib"

// libraryRoot is above all packages of the Rego library.
var libraryRoot = ast.MustParseRef("data.evidence.lib")

// module is a file of the Rego library: functions and tables that policies share.
type module struct {
	name string // "text"
	src  []byte
	fsys fs.FS // the layer that it came from, for its tests
}

// file is how errors, and a control's Files, call the module: "lib/text.rego".
func (m *module) file() string { return path.Join(moduleDir, m.name+".rego") }

func (m *module) testFile() string { return path.Join(moduleDir, m.name+"_test.rego") }

// modules holds the Rego library by name.
type modules map[string]*module

// load reads the layer's lib/*.rego. A module replaces one of the same name.
func (ms modules) load(layer fs.FS) error {
	names, err := fs.Glob(layer, path.Join(moduleDir, "*.rego"))
	if err != nil {
		return err
	}
	for _, file := range names {
		name := strings.TrimSuffix(path.Base(file), ".rego")
		if tested, isTest := strings.CutSuffix(name, "_test"); isTest {
			if !slices.Contains(names, path.Join(moduleDir, tested+".rego")) {
				return fmt.Errorf("%s: there is no %s.rego beside it to test", file, tested)
			}
			continue
		}
		if !namePattern.MatchString(name) {
			return fmt.Errorf("%s: want a name of lower-case letters, digits and underscores", file)
		}
		src, err := readSource(layer, file)
		if err != nil {
			return err
		}
		ms[name] = &module{name, src, layer}
	}
	return nil
}

// parse parses a module and holds it to what a library may do: it computes from
// its arguments alone.
func (ms modules) parse(name string) (*ast.Module, error) {
	m := ms[name]
	parsed, err := parseRego(m.file(), m.src)
	if err != nil {
		return nil, err
	}
	want := libraryRoot.Append(ast.StringTerm(name)).String()
	if got := parsed.Package.Path.String(); got != want {
		return nil, fmt.Errorf("%s: package %s: want %s", parsed.Package.Location, strings.TrimPrefix(got, "data."), strings.TrimPrefix(want, "data."))
	}
	if err := checkNoInput(parsed); err != nil {
		return nil, err
	}
	return parsed, ms.checkData(parsed)
}

// checkNoInput refuses a module that looks at input: what it gives would depend
// on whose policy asks.
func checkNoInput(m *ast.Module) error {
	var err error
	ast.WalkTerms(m, func(t *ast.Term) bool {
		if t.Equal(ast.InputRootDocument) && err == nil {
			err = fmt.Errorf("%s: a library module sees its arguments, no input", t.Location)
		}
		return false
	})
	return err
}

// checkData refuses references to data outside a source's own package and the
// library: there is none at evaluation, so that such a rule would silently
// never hold.
func (ms modules) checkData(m *ast.Module) error {
	var err error
	ast.WalkRefs(m, func(ref ast.Ref) bool {
		if err != nil || !ref.HasPrefix(ast.DefaultRootRef) || ref.HasPrefix(m.Package.Path) {
			return false
		}
		if !ref.HasPrefix(libraryRoot) {
			err = fmt.Errorf("%s: %s: a policy sees its input, its own package and the library data.evidence.lib, no other data", ref[0].Location, ref)
		} else if name := moduleOf(ref); ms[name] == nil {
			err = fmt.Errorf("%s: %s: name a module of the library: there are %v", ref[0].Location, ref, slices.Sorted(maps.Keys(ms)))
		}
		return false
	})
	return err
}

// moduleOf is the name of the module that a reference into the library names;
// empty when it names none.
func moduleOf(ref ast.Ref) string {
	if !ref.HasPrefix(libraryRoot) || len(ref) == len(libraryRoot) {
		return ""
	}
	name, _ := ref[len(libraryRoot)].Value.(ast.String)
	return string(name)
}

// reached lists the modules that a source uses, directly and through others. A
// module that does not parse is listed, and uses none: compiling tells why.
func (ms modules) reached(from *ast.Module) []string {
	found := map[string]bool{}
	var walk func(*ast.Module)
	walk = func(m *ast.Module) {
		ast.WalkRefs(m, func(ref ast.Ref) bool {
			name := moduleOf(ref)
			if ms[name] == nil || found[name] {
				return false
			}
			found[name] = true
			if used, err := parseRego(ms[name].file(), ms[name].src); err == nil {
				walk(used)
			}
			return false
		})
	}
	walk(from)
	return slices.Sorted(maps.Keys(found))
}

// with returns the sources, by file, together with the modules that they use.
func (ms modules) with(sources map[string]*ast.Module) (map[string]*ast.Module, error) {
	all := maps.Clone(sources)
	for _, source := range sources {
		for _, name := range ms.reached(source) {
			if all[ms[name].file()] != nil {
				continue
			}
			parsed, err := ms.parse(name)
			if err != nil {
				return nil, err
			}
			all[ms[name].file()] = parsed
		}
	}
	return all, nil
}

// checkUses refuses references into the library that lead to no rule of it,
// which the compiler takes for data that may come. The sources are compiled, so
// that imports have been resolved.
func checkUses(compiler *ast.Compiler) error {
	var err error
	for _, file := range slices.Sorted(maps.Keys(compiler.Modules)) {
		m := compiler.Modules[file]
		ast.WalkRefs(m, func(ref ast.Ref) bool {
			if err != nil || !ref.HasPrefix(libraryRoot) || ref.Equal(m.Package.Path) {
				return false
			}
			const rule = 4 // data.evidence.lib.<name>.<rule>
			if len(ref) <= rule || !isConstant(ref[rule]) || len(compiler.GetRulesWithPrefix(ref[:rule+1])) == 0 {
				err = fmt.Errorf("%s: %s: the library has no such rule", ref[0].Location, ref)
			}
			return false
		})
	}
	return err
}

func isConstant(t *ast.Term) bool {
	_, ok := t.Value.(ast.String)
	return ok
}
