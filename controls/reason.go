package controls

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
)

// Reason is why an item did not pass, or what was observed of it.
type Reason struct {
	Code   string          `json:"code"`             // a key of the control's Reasons, Observations or NotApplicable
	Detail json.RawMessage `json:"detail,omitempty"` // what was seen: a JSON object or string; nil when there is none
}

// absent stands in a text for a detail that the policy did not give.
const absent = "—"

// text is what a code says, whatever it is the code of.
func (c *Control) text(code string) (evidence.Text, bool) {
	if t, ok := c.Reasons[code]; ok {
		return t, true
	}
	if t, ok := c.Observations[code]; ok {
		return t, true
	}
	if t, ok := c.NotApplicable[code]; ok {
		return t, true
	}
	return lapsedText, code == LapsedCode
}

// ReasonText explains a reason or an observation in language l. Placeholders are
// filled from the members of the detail; {detail} is the whole of a detail that
// is a string.
func (c *Control) ReasonText(r Reason, l evidence.Lang) string {
	return c.ReasonTextIn(r, l, nil)
}

// ReasonTextIn is ReasonText with the times among the details, which policies give
// in RFC 3339, as a reader in a time zone sees them: "2026-10-16 00:00:00 JST".
func (c *Control) ReasonTextIn(r Reason, l evidence.Lang, zone *time.Location) string {
	text, ok := c.text(r.Code)
	if !ok {
		return r.Code
	}
	detail := gjson.ParseBytes(r.Detail)
	return placeholder.ReplaceAllStringFunc(text.In(l), func(p string) string {
		name := p[1 : len(p)-1]
		if name == "detail" && detail.Type == gjson.String {
			return detail.Str
		}
		return detailText(detail.Get(name), zone)
	})
}

// ReasonForm is what a count of items with a reason or an observation is headed
// by: the code's heading or, without one, its text with the details of items left out.
func (c *Control) ReasonForm(code string, l evidence.Lang) string {
	if heading, ok := c.Headings[code]; ok {
		return heading.In(l)
	}
	if code == LapsedCode {
		return lapsedHeading.In(l)
	}
	text, ok := c.text(code)
	if !ok {
		return code
	}
	return placeholder.ReplaceAllString(text.In(l), "…")
}

// detailText writes a value as a reader would: lists with commas, the rest as it is.
func detailText(v gjson.Result, zone *time.Location) string {
	switch {
	case !v.Exists() || v.Type == gjson.Null:
		return absent
	case v.IsArray():
		var parts []string
		v.ForEach(func(_, e gjson.Result) bool {
			parts = append(parts, detailText(e, zone))
			return true
		})
		if len(parts) == 0 {
			return absent
		}
		return strings.Join(parts, ", ")
	}
	s := v.String()
	if s == "" {
		return absent
	}
	if zone != nil && v.Type == gjson.String {
		if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
			return t.In(zone).Format("2006-01-02 15:04:05 MST")
		}
	}
	return s
}

// placeholders lists the names in a text that are to be filled in.
func placeholders(text string) []string {
	var names []string
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
	}
	return names
}
