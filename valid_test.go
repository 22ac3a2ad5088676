package evidence

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
)

var jsonTexts = []string{
	`{"a":[1,-2.5,0,1e5,true,false,null,"x\"\\\u00e9",{}],"":{"b":[]}}`,
	`{"long":"` + strings.Repeat("x", 100) + `\n` + strings.Repeat("日本", 20) + `"}`,
	`"` + "\xff" + `"`, `"\u12g4"`, "\"\x01\"", "\"1234567\x01\"", `"\`, `"\u00`, `"`, `-`, `01`, `1.`, `.5`, `1e`, `tru`, `nul`, ``, ` {}`, `{} `, `{"a":1,}`, `[1,]`, `[,]`, `{"a"}`, `{1:2}`,
	strings.Repeat("[", 63) + strings.Repeat("]", 63), strings.Repeat("[", 100) + strings.Repeat("]", 100), strings.Repeat("[", 20000) + strings.Repeat("]", 20000),
}

func checkValid(t *testing.T, text []byte) {
	t.Helper()
	if got, want := validJSON(text), json.Valid(text); got != want {
		t.Errorf("%.200q: got %v, want %v", text, got, want)
	}
	if end, ok := glance(text, 0, maxGlance); ok && end == len(text) && !json.Valid(text) {
		t.Errorf("%.200q is taken at a glance", text)
	}
}

func TestValidJSON(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, text := range jsonTexts {
		checkValid(t, []byte(text))
		for range 3000 {
			b := []byte(text)
			if len(b) == 0 || len(b) > 300 {
				break
			}
			switch i := r.IntN(len(b)); r.IntN(2) {
			case 0:
				b[i] = "\"\\{}[]:,0e-. \x00\xffnt"[r.IntN(17)]
			case 1:
				b = append(b[:i], b[i+1:]...)
			}
			checkValid(t, b)
		}
	}
	if end, ok := glance([]byte(jsonTexts[1]), 0, maxGlance); !ok || end != len(jsonTexts[1]) {
		t.Error("a usual record is not taken at a glance")
	}
}

func FuzzValidJSON(f *testing.F) {
	for _, text := range jsonTexts {
		f.Add([]byte(text))
	}
	f.Fuzz(checkValid)
}
