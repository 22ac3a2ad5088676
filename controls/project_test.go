package controls

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/open-policy-agent/opa/v1/ast"
)

// places are trees for tests, among names that the texts have too.
var places = []*place{
	{},
	{use: matched},
	{use: matched, texts: map[string]bool{"x": true, "?": true, "日本 \"x\"": true, "\ufffd": true}, numbers: true},
	{use: compared},
	{use: entire},
	{each: &place{use: matched, texts: map[string]bool{"x": true}}},
	{keys: map[string]*place{"a": {}}},
	{keys: map[string]*place{"a": {use: compared}, "name": {use: entire}, "n": {use: compared}}},
	{keys: map[string]*place{"a": {keys: map[string]*place{"a": {use: entire}, "b": {each: &place{use: compared}}}}, "": {use: entire}, "é": {}}},
	{each: &place{keys: map[string]*place{"a": {use: compared}}}, keys: map[string]*place{"b": {use: compared}}},
	{use: compared, each: &place{each: &place{use: compared, keys: map[string]*place{"b": {use: entire}}}}},
}

// kept is what project is to leave of a value, found the slow way.
func kept(v ast.Value, p *place) *ast.Term {
	switch v := v.(type) {
	case ast.Object:
		if p.use == entire {
			return ast.NewTerm(v)
		}
		if p.use == defined && p.keys == nil && p.each == nil {
			return ast.NullTerm()
		}
		left := ast.NewObject()
		v.Foreach(func(k, e *ast.Term) {
			part, ok := p.keys[string(k.Value.(ast.String))]
			if !ok {
				part = p.each
			}
			if part != nil {
				left.Insert(k, kept(e.Value, part))
			}
		})
		return ast.NewTerm(left)
	case *ast.Array:
		if p.use == entire {
			return ast.NewTerm(v)
		}
		if p.use == defined && p.keys == nil && p.each == nil {
			return ast.NullTerm()
		}
		var left []*ast.Term
		if p.each != nil {
			v.Foreach(func(e *ast.Term) { left = append(left, kept(e.Value, p.each)) })
		}
		return ast.ArrayTerm(left...)
	}
	if p.use == defined {
		return ast.NullTerm()
	}
	if text, ok := v.(ast.String); ok && p.use == matched && !p.texts[string(text)] {
		return ast.StringTerm(p.other[1 : len(p.other)-1])
	}
	if _, ok := v.(ast.Number); ok && p.use == matched && !p.numbers {
		return ast.NumberTerm("0")
	}
	return ast.NewTerm(v)
}

// checkProject holds project to the plain way: what that refuses is not taken, and
// of what it accepts no more and no less is left than is read.
func checkProject(t *testing.T, text []byte) (taken bool) {
	t.Helper()
	whole, err := parseValue(text)
	for _, p := range places {
		p = p.settled()
		got, ok := project([]byte("before"), text, p)
		if !ok {
			continue
		}
		taken = true
		if err != nil {
			t.Fatalf("%.200q is taken, and is refused: %v", text, err)
		}
		rest, found := bytes.CutPrefix(got, []byte("before"))
		if !found || bytes.IndexByte(rest, 0) >= 0 {
			t.Fatalf("%.200q became %.200q", text, got)
		}
		value, err := parseValue(rest)
		if err != nil {
			t.Fatalf("%.200q became %.200q: %v", text, rest, err)
		}
		if want := kept(whole, p).Value; ast.Compare(value, want) != 0 && !(escaped(text) && matches(p)) {
			t.Fatalf("%.200q: got %v, want %v", text, value, want)
		}
	}
	return taken
}

// matches reports whether strings are matched at some place.
func matches(p *place) bool {
	is := p.use == matched || p.each != nil && matches(p.each)
	for _, part := range p.keys {
		is = is || matches(part)
	}
	return is
}

// escaped: strings in such texts may be left as they are where another would do.
func escaped(text []byte) bool { return bytes.IndexByte(text, '\\') >= 0 || !utf8.Valid(text) }

// texts that readers of JSON stumble over, and whether project may take them.
var stumbling = map[string]bool{
	`{"a":1,"b":{"a":[1,2,{"b":null}]},"name":"x"}`: true,
	`{"a":1,"a":2}`:           false,
	`{"x":{"y":1,"y":1}}`:     false,
	`{"a":1,"\u0061":2}`:      false,
	`{"\u0061":1}`:            false, // taken the slow way
	`{"a\"b":1}`:              false,
	"{\"\xff\":1,\"\xfe\":2}": false, // both become U+FFFD
	`{"é":1,"":2}`:            true,
	"{\"name\":\"\xff\xfe \\u0000 \\ud800 \\\"\\\\/\"}": true,
	`{"name":"\x"}`:                          false,
	`{"name":"\u12g4"}`:                      false,
	"{\"name\":\"\n\"}":                      false,
	"{\"name\":\"\x1f............\"}":        false,
	"{\"name\":\"............\x00\"}":        false,
	`{"name":"`:                              false,
	`{"name":"\`:                             false,
	`{"name":"\u12`:                          false,
	`{"n":01}`:                               false,
	`{"n":-}`:                                false,
	`{"n":1.}`:                               false,
	`{"n":.5}`:                               false,
	`{"n":+1}`:                               false,
	`{"n":1e5}`:                              false, // taken the slow way
	`{"n":1e400}`:                            false,
	`{"n":-0.0}`:                             true,
	`{"n":123456789012345678901234567890}`:   true,
	`{"n":` + strings.Repeat("9", 300) + `}`: true,
	`{"n":` + strings.Repeat("9", 400) + `}`: false, // out of range
	`{"n":0.` + strings.Repeat("9", 400) + `}`: false, // taken the slow way
	`{"a":tru}`:   false,
	`{"a":nullx}`: false,
	`{"a":1,}`:    false,
	`{,"a":1}`:    false,
	`{"a" :1}`:    false, // taken the slow way
	`{"a":[1,]}`:  false,
	`{"a":[1 ]}`:  false,
	`{"a":[1`:     false,
	`{"a":1`:      false,
	`{"a"`:        false,
	`{"a":`:       false,
	`{a:1}`:       false,
	`{} `:         false,
	`{}{}`:        false,
	``:            false,
	`[]`:          true,
	`"x"`:         true,
	strings.Repeat(`{"a":`, 99) + `1` + strings.Repeat(`}`, 99):                true,
	strings.Repeat(`{"a":`, 5000) + `1` + strings.Repeat(`}`, 5000):            false,
	`{"deep":` + strings.Repeat(`[`, 20000) + strings.Repeat(`]`, 20000) + `}`: false,
}

func TestProjectHostileJSON(t *testing.T) {
	for text, want := range stumbling {
		if got := checkProject(t, []byte(text)); got != want {
			t.Errorf("%.60q: taken: %v, want %v", text, got, want)
		}
	}
	many := make([]string, 200)
	for i := range many {
		many[i] = fmt.Sprintf(`"key%d":%d`, i, i)
	}
	text := "{" + strings.Join(many, ",") + "}"
	if !checkProject(t, []byte(text)) {
		t.Error("an object with many keys is not taken")
	}
	for i := range many {
		if checkProject(t, []byte(text[:len(text)-1]+fmt.Sprintf(`,"key%d":0}`, i))) {
			t.Errorf("key %d stands there twice, and is taken", i)
		}
	}
}

// TestProjectAlterations alters texts byte by byte.
func TestProjectAlterations(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const text = `{"a":{"a":[true,false,null],"b":[1.5,-2,{"b":"\u00e9\\"}]},"name":"日本 \"x\"","n":0,"":{}}`
	taken := 0
	for range 30_000 {
		b := []byte(text)
		for range 1 + r.IntN(2) {
			i := r.IntN(len(b))
			switch r.IntN(3) {
			case 0:
				b[i] = "\"\\{}[]:,0e-. \x00\xffnt"[r.IntN(17)]
			case 1:
				b = append(b[:i], b[i+1:]...)
			case 2:
				j := r.IntN(len(b))
				b = append(append(append([]byte{}, b[:i]...), b[min(i, j):max(i, j)]...), b[i:]...)
			}
		}
		if checkProject(t, b) {
			taken++
		}
	}
	if taken < 1000 {
		t.Errorf("%d texts were taken: the test tests little", taken)
	}
}

func FuzzProject(f *testing.F) {
	for _, body := range hostile {
		f.Add([]byte(body))
	}
	for text := range stumbling {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		checkProject(t, text)
		var compact bytes.Buffer
		if json.Compact(&compact, text) == nil {
			checkProject(t, compact.Bytes())
		}
	})
}
