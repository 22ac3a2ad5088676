package controls

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
)

// checkLabel refuses labels that would be the same for every item, or that hold
// something that looks like a placeholder and is none.
func (c *Control) checkLabel(src source) error {
	if err := checkLabel(src, "$.label", c.Label); err != nil {
		return err
	}
	for i, p := range c.Population.Also {
		if err := checkLabel(src, fmt.Sprintf("$.population.also[%d].label", i), p.Label); err != nil {
			return err
		}
	}
	return nil
}

func checkLabel(src source, at, label string) error {
	rest := alternatives.ReplaceAllString(label, "")
	switch {
	case label == "":
	case rest == label:
		return src.errorf(at, "label %q: a {path} of the record is needed: items would all be called the same", label)
	case strings.ContainsAny(rest, "{}\n"):
		return src.errorf(at, "label %q: want one line with {path} placeholders", label)
	}
	return nil
}

// ItemLabel is what people call the record, "acme/app#12"; empty when the control
// has no label or the record lacks a value that it needs. It identifies nothing:
// two records may have one label.
func (c *Control) ItemLabel(rec evidence.Record) string {
	return parseForm(c.labelForm(rec.Kind)).label(getterOf(rec))
}

func (c *Control) labelForm(kind string) string {
	if p := c.Population.part(kind); p != nil && p.Kind != c.Population.Kind {
		return p.Label
	}
	return c.Label
}

// alternatives are the placeholders of a form: {path}, or {path|other} for the first of
// several paths at which the record has a value.
var alternatives = regexp.MustCompile(`\{([A-Za-z0-9_.-]+(?:\|[A-Za-z0-9_.-]+)*)\}`)

// form is a text with such placeholders, taken apart.
type form []formPart

// formPart is a piece of a form: what stands before a placeholder, and its paths, of
// which there are none at the end.
type formPart struct {
	text  string
	paths []string
}

// value is the first that can be shown, and whether there is one.
func (p formPart) value(get getter) (string, bool) {
	for _, path := range p.paths {
		if v := get(path); v.Exists() && v.Type != gjson.Null && !v.IsObject() && !v.IsArray() && v.String() != "" {
			return v.String(), true
		}
	}
	return "", false
}

func parseForm(text string) form {
	var f form
	end := 0
	for _, at := range alternatives.FindAllStringIndex(text, -1) {
		f = append(f, formPart{text[end:at[0]], strings.Split(text[at[0]+1:at[1]-1], "|")})
		end = at[1]
	}
	if end < len(text) {
		f = append(f, formPart{text: text[end:]})
	}
	return f
}

// label fills the form in; it is empty when a value is missing.
func (f form) label(get getter) string {
	var label strings.Builder
	for _, part := range f {
		label.WriteString(part.text)
		if len(part.paths) == 0 {
			continue
		}
		value, ok := part.value(get)
		if !ok {
			return ""
		}
		label.WriteString(value)
	}
	return label.String()
}
