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

// parsePolicy parses one Rego source of the control; name is how errors call it.
func (c *Control) parsePolicy(name string, src []byte) (*ast.Module, error) {
	m, err := ast.ParseModuleWithOpts(path.Join(c.dir, name), string(src), ast.ParserOptions{
		RegoVersion:       ast.RegoV1,
		ProcessAnnotation: true,
		Capabilities:      hermetic(),
	})
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
	return m, c.checkData(m)
}

// checkRules holds the policy's results to the shape that evaluation reads.
func (c *Control) checkRules(m *ast.Module) error {
	found := false
	for _, rule := range m.Rules {
		set := rule.Head.RuleKind() == ast.MultiValue
		switch name := rule.Head.Ref().String(); {
		case (name == "exception" || name == "pending") && !set:
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

// checkData refuses references to data outside the policy's own package: there
// is none at evaluation, so that such a rule would silently never hold.
func (c *Control) checkData(m *ast.Module) error {
	var err error
	ast.WalkRefs(m, func(ref ast.Ref) bool {
		if ref.HasPrefix(ast.DefaultRootRef) && !ref.HasPrefix(m.Package.Path) && err == nil {
			err = fmt.Errorf("control %s: %s: %s: a policy sees its input and its own package, no other data", c.ID, ref[0].Location, ref)
		}
		return false
	})
	return err
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
	return ast.NewCompiler().
		WithCapabilities(hermetic()).
		WithSchemas(set).
		WithUseTypeCheckAnnotations(true).
		WithStrict(true), nil
}

// compile compiles the policy alone: what evaluation runs.
func (c *Control) compile() (*ast.Compiler, *ast.Module, error) {
	m, err := c.policyModule()
	if err != nil {
		return nil, nil, err
	}
	compiler, err := c.compiler()
	if err != nil {
		return nil, nil, err
	}
	if compiler.Compile(map[string]*ast.Module{PolicyFile: m}); compiler.Failed() {
		return nil, nil, fmt.Errorf("control %s: %w", c.ID, compiler.Errors)
	}
	return compiler, m, nil
}
