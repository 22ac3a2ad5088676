package controls

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
)

// hermetic returns the capabilities of policies: those of this version of OPA
// without any builtin that reads more than its arguments.
var hermetic = sync.OnceValue(func() *ast.Capabilities {
	caps := ast.CapabilitiesForThisVersion()
	caps.Builtins = slices.DeleteFunc(caps.Builtins, func(b *ast.Builtin) bool {
		return b.IsNondeterministic() || reachesOut[b.Name]
	})
	caps.AllowNet = []string{} // no host: for remote references in schemas
	return caps
})

// reachesOut lists builtins that OPA counts as deterministic although they read
// the clock, may fetch remote schemas, or write to a trace. Calls of print are
// erased by the compiler.
var reachesOut = map[string]bool{
	ast.JWTDecodeVerify.Name:                                 true, // checks exp against now
	ast.CryptoX509ParseAndVerifyCertificates.Name:            true, // checks validity against now
	ast.CryptoX509ParseAndVerifyCertificatesWithOptions.Name: true,
	ast.JSONSchemaVerify.Name:                                true, // may follow $ref to a host
	ast.JSONMatchSchema.Name:                                 true,
	ast.Trace.Name:                                           true,
}

// parseRego parses a Rego source; name is how errors call it.
func parseRego(name string, src []byte) (*ast.Module, error) {
	return ast.ParseModuleWithOpts(name, string(src), ast.ParserOptions{
		RegoVersion:       ast.RegoV1,
		ProcessAnnotation: true,
		Capabilities:      hermetic(),
	})
}

// parsePolicy parses one Rego source of the control; name is how errors call it.
func (c *Control) parsePolicy(name string, src []byte) (*ast.Module, error) {
	m, err := parseRego(path.Join(c.dir, name), src)
	if err != nil {
		return nil, fmt.Errorf("control %s: %w", c.ID, err)
	}
	return m, nil
}

// policyModule parses the control's policy and checks what the compiler does not.
func (c *Control) policyModule() (*ast.Module, error) {
	m, err := c.parsePolicy(PolicyFile, c.Files[PolicyFile])
	if err != nil {
		return nil, err
	}
	want := "data." + c.Package()
	if got := m.Package.Path.String(); got != want {
		return nil, fmt.Errorf("control %s: %s: package %s: want %s", c.ID, m.Package.Location, strings.TrimPrefix(got, "data."), c.Package())
	}
	if err := c.checkRules(m); err != nil {
		return nil, err
	}
	if err := c.modules.checkData(m); err != nil {
		return nil, fmt.Errorf("control %s: %w", c.ID, err)
	}
	return m, nil
}

// checkRules holds the policy's results to the shape that evaluation reads.
func (c *Control) checkRules(m *ast.Module) error {
	found := false
	for _, rule := range m.Rules {
		set := rule.Head.RuleKind() == ast.MultiValue
		switch name := rule.Head.Ref().String(); {
		case (slices.Contains(setResults, name) || name == because) && !set:
			return fmt.Errorf("control %s: %s: %s must be a partial set: %s contains {…} if …", c.ID, rule.Location, name, name)
		case name == "not_applicable" && set != (c.Scope == Whole):
			return fmt.Errorf("control %s: %s: not_applicable is true or false with scope each, and a set of item IDs with scope whole", c.ID, rule.Location)
		case name == "exception":
			found = true
		}
	}
	if !found {
		return fmt.Errorf("control %s: %s has no rule exception", c.ID, PolicyFile)
	}
	return nil
}

// compiler returns an empty compiler that type-checks input against the
// control's schemas and knows no builtin that reaches out.
func (c *Control) compiler() (*ast.Compiler, error) {
	schema, err := c.inputSchema()
	if err != nil {
		return nil, fmt.Errorf("control %s: %w", c.ID, err)
	}
	set := ast.NewSchemaSet()
	set.Put(ast.SchemaRootRef, schema)
	return newCompiler().WithSchemas(set).WithUseTypeCheckAnnotations(true), nil
}

// newCompiler returns an empty compiler that knows no builtin that reaches out.
func newCompiler() *ast.Compiler {
	return ast.NewCompiler().WithCapabilities(hermetic()).WithStrict(true)
}

// compile compiles the policy and the library modules that it uses: what
// evaluation runs.
func (c *Control) compile() (*ast.Compiler, *ast.Module, error) {
	m, err := c.policyModule()
	if err != nil {
		return nil, nil, err
	}
	compiler, err := c.compiler()
	if err != nil {
		return nil, nil, err
	}
	all, err := c.modules.with(map[string]*ast.Module{PolicyFile: m})
	if err != nil {
		return nil, nil, fmt.Errorf("control %s: %w", c.ID, err)
	}
	if compiler.Compile(all); compiler.Failed() {
		return nil, nil, fmt.Errorf("control %s: %w", c.ID, compiler.Errors)
	}
	if err := checkUses(compiler); err != nil {
		return nil, nil, fmt.Errorf("control %s: %w", c.ID, err)
	}
	return compiler, m, nil
}
