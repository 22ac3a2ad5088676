package controls

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
)

// TestDisplay: what is found at one reading is what is found path by path.
func TestDisplay(t *testing.T) {
	lib := withSignIns(t)
	p := newPool(t, lib, 2)
	p.add("entraid.sign_in", signIn(t))
	shown := 0
	for _, c := range lib.Controls {
		d := c.Display()
		for i := range 300 {
			rec := p.record(c.Population.Kinds()[0], i)
			if _, err := parseValue(rec.Body); err != nil {
				continue
			}
			item := Item{Record: rec}
			want := Shown{c.ItemLabel(rec), c.ItemLink(rec), c.ItemGroup(rec), c.Fields(item)}
			if diff := cmp.Diff(want, d.Of(item)); diff != "" {
				t.Fatalf("%s: %s\n%s", c.ID, rec.Body, diff)
			}
			for _, f := range want.Fields {
				if f.Set {
					shown++
				}
			}
		}
	}
	if shown < 10_000 {
		t.Errorf("%d fields: the test tests little", shown)
	}
}

// lookupPaths are such that some lead to, and some through, others' values.
var lookupPaths = []string{"a", "a.b", "a.b.c", "b", "c.0", "name", "n", "a.b.d-e", "", "a..b", "é", "@this", "c.#", "*"}

func checkLookup(t *testing.T, body []byte) {
	t.Helper()
	if bytes.Count(body, []byte("["))+bytes.Count(body, []byte("{")) > 300 {
		return // parseValue takes long
	}
	if _, err := parseValue(body); err != nil || len(body) == 0 || body[0] != '{' {
		return
	}
	get := newLookup(lookupPaths).in(body)
	for _, path := range append(lookupPaths, "other") {
		want, got := gjson.GetBytes(body, path), get(path)
		if got.Type != want.Type || got.Str != want.Str || got.Num != want.Num || got.Raw != want.Raw || got.Exists() != want.Exists() {
			t.Errorf("%q in %.300q: got %v %q, want %v %q", path, body, got.Type, got.Raw, want.Type, want.Raw)
		}
	}
}

func TestLookup(t *testing.T) {
	for _, body := range []string{
		`{}`, `{"a":1}`, `{"a":{"b":{"c":"x\"y\\"}},"b":[1,{"a":"}"}],"name":null}`, `{"a":[{"b":1}],"b":2}`, `{"a":{"b":[1,2]},"n":-1.50e3}`,
		`{"a": {"b": {"c": 1}}, "b": 2 , "n":3 }`, `{ "a":1}`, `{"a":1 ,"b":2}`, `{"a" :1}`, "{\"b\":\n[1],\"n\":1}", `{"n":1, "name":null}`,
		`{"a\u0062":1,"b":2}`, `{"\u0061":{"b":1},"b":2}`, `{"c":["x","y"]}`, `{"a":"{\"b\":1}","b":true}`, `{"":{"":1},"a":{"b":{}}}`, `{"a":{"b":{"c":1,"d-e":2}},"b":3,"n":4,"name":"5"}`,
	} {
		checkLookup(t, []byte(body))
	}
	var v map[string]any
	for i := range 500 {
		p := pool{values: []any{"x", 1, nil}, r: newPool(t, &Library{}, uint64(i)).r}
		if err := json.Unmarshal([]byte(`{"a":{"b":{"c":1,"d-e":[1]}},"b":"\"}{","c":["x",{"y":1}],"n":1.5,"name":"日本"}`), &v); err != nil {
			t.Fatal(err)
		}
		body, err := json.Marshal(p.vary(v, 0.2))
		if err != nil {
			t.Fatal(err)
		}
		checkLookup(t, body)
	}
}

func FuzzLookup(f *testing.F) {
	f.Add([]byte(`{"a":{"b":{"c":"x\"y\\"}},"b":[1,{"a":"}"}],"name":null,"c":[0]}`))
	f.Add([]byte(`{"a":[{"b":1}],"b":2,"\u006e":1}`))
	for _, body := range hostile {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := evidence.NewRecord("k", fmt.Sprint(len(body)), noon, 0, body)
		if err == nil {
			checkLookup(t, r.Body)
			checkLookup(t, body)
		}
	})
}
