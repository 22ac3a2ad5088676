package redaction

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// words finds learnt values in texts. A value counts where it stands as a word: a letter,
// digit or underscore beside it makes another word of it. Chinese and Japanese letters are
// words each, since such texts have no spaces.
type words struct {
	byFirst map[string][]word // by the first word of the value; the longest first
}

type word struct {
	value, pseudonym string
	rule             Rule // of the field that it was first found in
	address          bool // before a slash it is a range, which is of a network and no person
}

// add takes a value, folded.
func (w *words) add(value, pseudonym string, rule Rule) {
	w.put(word{value: value, pseudonym: pseudonym, rule: rule})
}

func (w *words) put(n word) {
	value := n.value
	if w.byFirst == nil {
		w.byFirst = map[string][]word{}
	}
	first := value[:wordAt(value, 0)]
	if first == "" {
		return // it begins with no word, and is replaced in its field alone
	}
	list := w.byFirst[first]
	i, found := slices.BinarySearchFunc(list, value, func(o word, v string) int {
		if len(o.value) != len(v) {
			return len(v) - len(o.value)
		}
		return strings.Compare(o.value, v)
	})
	if !found {
		w.byFirst[first] = slices.Insert(list, i, n)
	}
}

// replace replaces the values that stand in a text, and counts them.
func (w *words) replace(text string, t *Tally) string {
	if len(w.byFirst) == 0 {
		return text
	}
	folded := fold(text)
	var out strings.Builder
	done := 0
	for at := 0; at < len(folded); {
		end := wordAt(folded, at)
		if end == at {
			_, n := utf8.DecodeRuneInString(folded[at:])
			at += n
			continue
		}
		if found, ok := w.at(folded, at, end); ok {
			out.WriteString(text[done:at])
			out.WriteString(found.pseudonym)
			t.add(found.rule, found.value)
			at += len(found.value)
			done = at
			continue
		}
		at = end
	}
	if done == 0 {
		return text
	}
	out.WriteString(text[done:])
	return out.String()
}

// at finds the longest value that begins at a word of the text and ends with a word.
func (w *words) at(folded string, at, end int) (word, bool) {
	for _, o := range w.byFirst[folded[at:end]] {
		rest, ok := strings.CutPrefix(folded[at:], o.value)
		if !ok || o.address && strings.HasPrefix(rest, "/") {
			continue
		}
		last, _ := utf8.DecodeLastRuneInString(o.value)
		next, _ := utf8.DecodeRuneInString(folded[at+len(o.value):])
		if at+len(o.value) == len(folded) || !joined(last) || !joined(next) {
			return o, true
		}
	}
	return word{}, false
}

// wordAt is the end of the word that begins at a place of a text: at itself where none does.
func wordAt(s string, at int) int {
	for end := at; ; {
		r, n := utf8.DecodeRuneInString(s[end:])
		switch {
		case n == 0 || !joined(r) && !alone(r):
			return end
		case alone(r) && end == at:
			return end + n
		case alone(r):
			return end
		}
		end += n
	}
}

// joined are the letters of which several make a word.
func joined(r rune) bool {
	return r == '_' || (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)) && !alone(r)
}

// alone are the letters that are words each.
func alone(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || r == 'ー'
}

// fold makes capitals small where that leaves a text as long as it was, so that places in
// both are the same.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if small := unicode.ToLower(r); utf8.RuneLen(small) == utf8.RuneLen(r) {
			return small
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}

// canonical is what is equal for one person: without case and white space.
func canonical(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}
