package evidence

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// TestTheNounsKnowNobody: everything may import this package, which therefore
// imports no other package of the module.
func TestTheNounsKnowNobody(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range f.Imports {
			if strings.HasPrefix(i.Path.Value, `"github.com/evidencepack/`) {
				t.Errorf("%s imports %s", name, i.Path.Value)
			}
		}
	}
}
