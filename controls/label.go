package controls

import (
	"fmt"
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
	rest := placeholder.ReplaceAllString(label, "")
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
func (c *Control) ItemLabel(rec evidence.Record) string { return c.label(rec.Kind, getterOf(rec)) }

func (c *Control) label(kind string, get getter) string {
	form := c.Label
	if p := c.Population.part(kind); p != nil && p.Kind != c.Population.Kind {
		form = p.Label
	}
	complete := true
	label := placeholder.ReplaceAllStringFunc(form, func(p string) string {
		v := get(p[1 : len(p)-1])
		if !v.Exists() || v.Type == gjson.Null || v.IsObject() || v.IsArray() || v.String() == "" {
			complete = false
		}
		return v.String()
	})
	if !complete {
		return ""
	}
	return label
}
