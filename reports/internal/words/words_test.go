package words_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// texts reads every evidence.Text of the package out of its source, so that
// none can be forgotten.
func texts(t *testing.T) map[string]evidence.Text {
	t.Helper()
	found := map[string]evidence.Text{}
	fset := token.NewFileSet()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, e.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			lit, ok := n.(*ast.CompositeLit)
			if !ok {
				return true
			}
			var text evidence.Text
			keys := 0
			for _, el := range lit.Elts {
				kv, ok := el.(*ast.KeyValueExpr)
				if !ok {
					continue
				}
				key, _ := kv.Key.(*ast.Ident)
				value, _ := kv.Value.(*ast.BasicLit)
				if key == nil || value == nil {
					continue
				}
				s, err := strconv.Unquote(value.Value)
				if err != nil {
					t.Fatal(err)
				}
				switch key.Name {
				case "JA":
					text.JA, keys = s, keys+1
				case "EN":
					text.EN, keys = s, keys+1
				}
			}
			if keys > 0 {
				found[fset.Position(lit.Pos()).String()] = text
			}
			return true
		})
	}
	return found
}

var verb = regexp.MustCompile(`%[a-z]`)

func TestTextsExistInBothLanguages(t *testing.T) {
	all := texts(t)
	if len(all) < 100 {
		t.Fatalf("found only %d texts: are they still written as composite literals?", len(all))
	}
	for at, text := range all {
		if !text.Complete() {
			t.Errorf("%s: a language is missing: %+v", at, text)
		}
		if !utf8.ValidString(text.JA + text.EN) {
			t.Errorf("%s: not UTF-8", at)
		}
		if ja, en := len(verb.FindAllString(text.JA, -1)), len(verb.FindAllString(text.EN, -1)); ja != en {
			t.Errorf("%s: %d values in Japanese, %d in English", at, ja, en)
		}
	}
}

// TestJapaneseStyle holds the document style: no です/ます, full-width brackets
// and colons beside Japanese characters.
func TestJapaneseStyle(t *testing.T) {
	polite := regexp.MustCompile(`です|ます。|ません|ました|ください`)
	half := regexp.MustCompile(`[\p{Han}\p{Hiragana}\p{Katakana}][(:]|[):][\p{Han}\p{Hiragana}\p{Katakana}]`)
	for at, text := range texts(t) {
		if m := polite.FindString(text.JA); m != "" {
			t.Errorf("%s: %q is not written in である: %s", at, text.JA, m)
		}
		if m := half.FindString(text.JA); m != "" {
			t.Errorf("%s: %q has half-width punctuation: %s", at, text.JA, m)
		}
	}
}

// TestMarksDiffer: results, verdicts and days are told apart without colours.
func TestMarksDiffer(t *testing.T) {
	var results, verdicts, days []string
	for _, r := range evidence.Results {
		results = append(results, r.Mark())
	}
	for _, v := range []evidence.Verdict{evidence.Pass, evidence.Exception, evidence.NotApplicable, evidence.Pending, evidence.Undetermined} {
		verdicts = append(verdicts, v.Mark())
	}
	for _, d := range reports.DayStates {
		days = append(days, d.Mark())
	}
	for name, marks := range map[string][]string{"results": results, "verdicts": verdicts, "days": days} {
		seen := map[string]bool{"": true}
		for _, m := range marks {
			if seen[m] {
				t.Errorf("%s: mark %q is empty or used twice", name, m)
			}
			seen[m] = true
		}
		if diff := cmp.Diff(map[string]int{"results": 4, "verdicts": 5, "days": 6}[name], len(marks)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestNotesAreOfOneColumn: no other text reads as a heading that has a note, which is
// found by what the heading says.
func TestNotesAreOfOneColumn(t *testing.T) {
	all := texts(t)
	one := map[string]bool{"Informational note": true, "observation": true} // of what the column of several has
	for _, n := range words.ColumnNotes {
		for at, text := range all {
			if one[text.EN] {
				continue
			}
			if text != n.Heading && (text.JA == n.Heading.JA || text.EN == n.Heading.EN) {
				t.Errorf("%s: %q reads as the heading %q, which has a note", at, text, n.Heading)
			}
		}
	}
}
