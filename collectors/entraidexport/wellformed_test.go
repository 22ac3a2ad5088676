package entraidexport

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestWellFormed(t *testing.T) {
	for text, want := range map[string]bool{
		`{"a":"]}\"["}`:             true,
		`"\\"`:                      true,
		`{"a":1`:                    false,
		"":                          false,
		"\x00":                      false,
		"\"a\nb\"":                  false,
		`{"a":01}`:                  false,
		"{\"a\":\"\xff\"}":          true,
		strings.Repeat("[", 10_000): false,
		strings.Repeat("[", maxNesting) + strings.Repeat("]", maxNesting):     true,
		strings.Repeat("[", maxNesting+1) + strings.Repeat("]", maxNesting+1): false,
	} {
		if got := wellFormed([]byte(text)); got != want {
			t.Errorf("%.20q: %t", text, got)
		}
	}
}

// FuzzWellFormed holds it against the standard library's judgement.
func FuzzWellFormed(f *testing.F) {
	for _, p := range pairs(f) {
		f.Add(p.line)
	}
	f.Add([]byte(`[1e5,-0,"\u00e9\/",[{}],true,null]`))
	f.Add([]byte(`{"a":{"b":[1,2,{"c":"d"}]},"a":-1.5E+3} `))
	f.Fuzz(func(t *testing.T, text []byte) {
		if got, want := wellFormed(text), json.Valid(text); got != want && (got || strings.Count(string(text), "[")+strings.Count(string(text), "{") <= maxNesting) {
			t.Fatalf("%q: %t, want %t", text, got, want)
		}
	})
}
