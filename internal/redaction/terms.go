package redaction

import (
	"encoding/json"
	"regexp"
)

// Terms are the words that controls' rules and records' schemas use for themselves, such as
// "Root" or "merged". A person's login may be one of them: it is replaced in its own
// fields and nowhere else, or every "root" would become that person.
type Terms struct {
	whole map[string]bool // literals of rules: such a value is no secret even in a person's field
	words map[string]bool
}

var (
	literals = regexp.MustCompile("\"(?:[^\"\\\\\\n]|\\\\.)*\"|`[^`]*`")
	inside   = regexp.MustCompile(`[\p{L}\p{N}_-]+`)
)

// NewTerms reads the sources of policies and the schemas of records.
func NewTerms(policies, schemas [][]byte) Terms {
	t := Terms{map[string]bool{}, map[string]bool{}}
	for _, p := range policies {
		for _, quoted := range literals.FindAllString(string(p), -1) {
			text := fold(quoted[1 : len(quoted)-1])
			t.whole[text] = true
			for _, w := range inside.FindAllString(text, -1) {
				t.words[w] = true
			}
		}
	}
	for _, s := range schemas {
		var document any
		if json.Unmarshal(s, &document) == nil {
			t.schema(document)
		}
	}
	return t
}

// schema takes the names of members and the values that they are said to have.
func (t Terms) schema(v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			t.schema(e)
		}
	case map[string]any:
		for name, e := range v {
			t.words[fold(name)] = true
			t.schema(e)
		}
	case string:
		for _, w := range inside.FindAllString(fold(v), -1) {
			t.words[w] = true
		}
	}
}
