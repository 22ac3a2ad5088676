package controls

import (
	"strings"

	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
)

// checkLabel refuses labels that would be the same for every item, or that hold
// something that looks like a placeholder and is none.
func (c *Control) checkLabel(src source) error {
	if c.Label == "" {
		return nil
	}
	rest := placeholder.ReplaceAllString(c.Label, "")
	switch {
	case rest == c.Label:
		return src.errorf("$.label", "label %q: a {path} of the record is needed: items would all be called the same", c.Label)
	case strings.ContainsAny(rest, "{}\n"):
		return src.errorf("$.label", "label %q: want one line with {path} placeholders", c.Label)
	}
	return nil
}

// ItemLabel is what people call the record, "acme/app#12"; empty when the control
// has no label or the record lacks a value that it needs. It identifies nothing:
// two records may have one label.
func (c *Control) ItemLabel(rec evidence.Record) string {
	complete := true
	label := placeholder.ReplaceAllStringFunc(c.Label, func(p string) string {
		v := gjson.GetBytes(rec.Body, p[1:len(p)-1])
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
