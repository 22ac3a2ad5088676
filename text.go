package evidence

import "fmt"

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
