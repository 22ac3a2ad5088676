package evidence

import (
	"encoding/json"
	"fmt"
)

// Lang is a language that packs, results and notifications are written in.
type Lang string

// The two languages. They are equal: every text that a user sees exists in both.
const (
	Japanese Lang = "ja"
	English  Lang = "en"
)

// ParseLang accepts "ja" and "en".
func ParseLang(s string) (Lang, error) {
	switch l := Lang(s); l {
	case Japanese, English:
		return l, nil
	}
	return "", fmt.Errorf("language %q is neither ja nor en", s)
}

// Text is one text in both languages.
type Text struct {
	JA string `json:"ja" yaml:"ja"`
	EN string `json:"en" yaml:"en"`
}

// In returns the text in language l.
func (t Text) In(l Lang) string {
	if l == Japanese {
		return t.JA
	}
	return t.EN
}

// Complete reports whether the text exists in both languages.
func (t Text) Complete() bool { return t.JA != "" && t.EN != "" }

// Name is a text that may be one in both languages, such as what somebody is called: it
// is written as a string, or as a text {ja, en}.
type Name Text

// OneName is a name that is the same in both languages.
func OneName(s string) Name { return Name{s, s} }

// In returns the name in language l.
func (n Name) In(l Lang) string { return Text(n).In(l) }

// Whole reports whether the name is there in both languages or in neither.
func (n Name) Whole() bool { return (n.JA == "") == (n.EN == "") }

// UnmarshalYAML reads either form.
func (n *Name) UnmarshalYAML(decode func(any) error) error {
	var one string
	if decode(&one) == nil {
		*n = OneName(one)
		return nil
	}
	return decode((*Text)(n))
}

// UnmarshalJSON reads either form.
func (n *Name) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*n = OneName(one)
		return nil
	}
	return json.Unmarshal(b, (*Text)(n))
}

// MarshalJSON writes a name that is one in both languages as a string.
func (n Name) MarshalJSON() ([]byte, error) {
	if n.JA == n.EN {
		return json.Marshal(n.JA)
	}
	return json.Marshal(Text(n))
}
