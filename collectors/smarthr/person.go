package smarthr

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence/collectors/internal/roster"
)

// asked are the items of an employee that are asked for. Of what SmartHR has
// beside them (addresses, birth dates, bank accounts, families, telephone numbers,
// custom fields) nothing is asked for, and nothing recorded even where an answer
// has it.
var asked = []string{
	"id", "emp_code", "emp_status", "emp_type", "employment_type",
	"last_name", "first_name", "business_last_name", "business_first_name", "email",
	"department", "departments", "entered_at", "resigned_at", "updated_at",
}

// fields are what this source asks for.
func (s *source) fields() []string {
	if len(s.settings.CustomEmails) == 0 {
		return asked
	}
	return append(slices.Clone(asked), "custom_fields")
}

// problems are codes of what is missing or odd in one person's items.
type problems struct{ gaps, notes []string }

// person reads an employee.
func (s *source) person(c gjson.Result) (roster.Person, problems) {
	var found problems
	custom := s.custom(c)
	p := roster.Person{
		Number:     roster.Number(c.Get("emp_code").String(), s.settings.NumberWidth),
		Name:       name(c),
		Department: department(c),
		Employment: first(c.Get("employment_type.name").Str, c.Get("emp_type").Str),
		Source:     s.reduced(c, custom),
	}
	switch status := c.Get("emp_status").Str; status {
	case roster.Employed, roster.Absent, roster.Retired:
		p.Status = status
	default:
		found.gaps = append(found.gaps, "status_unknown")
	}
	mails := []string{c.Get("email").Str}
	for _, f := range custom {
		mails = append(mails, f.Get("value").String())
	}
	var others int
	if p.Emails, others = roster.Emails(mails...); others > 0 {
		found.notes = append(found.notes, "email_unreadable")
	}
	var err error
	if p.Joined, err = s.dates.From(c.Get("entered_at").String()); err != nil {
		found.gaps = append(found.gaps, "date_unreadable")
	}
	if p.Left, err = s.dates.Until(c.Get("resigned_at").String()); err != nil {
		found.gaps = append(found.gaps, "date_unreadable")
	}
	return p, found
}

// name is the one that a person goes by at work: the business name, in the part
// that there is one of.
func name(c gjson.Result) string {
	last := first(c.Get("business_last_name").Str, c.Get("last_name").Str)
	given := first(c.Get("business_first_name").Str, c.Get("first_name").Str)
	return strings.TrimSpace(last + " " + given)
}

// department is the first of a person's departments, with those above it. The
// item department is what SmartHR had before there could be several.
func department(c gjson.Result) string {
	of := c.Get("departments.0")
	return first(of.Get("full_name").Str, of.Get("name").Str, c.Get("department").Str)
}

// first returns the first text with something in it.
func first(texts ...string) string {
	for _, t := range texts {
		if t = strings.TrimSpace(t); t != "" {
			return t
		}
	}
	return ""
}

// custom lists the custom fields that hold e-mail addresses, as settings name them.
func (s *source) custom(c gjson.Result) []gjson.Result {
	var list []gjson.Result
	for _, f := range c.Get("custom_fields").Array() {
		for _, wanted := range s.settings.CustomEmails {
			if named(f, wanted) {
				list = append(list, f)
				break
			}
		}
	}
	return list
}

// named reports whether a custom field is the one that settings name, by its name or
// its ID.
func named(f gjson.Result, wanted string) bool {
	t := f.Get("template")
	return t.Get("id").Str == wanted || roster.Fold(t.Get("name").Str) == roster.Fold(wanted)
}

// reduced is an employee as SmartHR gave it, without the items that were not asked
// for, and of the custom fields with those alone that settings name.
func (s *source) reduced(c gjson.Result, custom []gjson.Result) json.RawMessage {
	var b bytes.Buffer
	b.WriteByte('{')
	seen := map[string]bool{}
	c.ForEach(func(key, value gjson.Result) bool {
		if !slices.Contains(asked, key.Str) || seen[key.Str] {
			return true
		}
		seen[key.Str] = true
		field(&b, key.Str, value.Raw)
		return true
	})
	if len(custom) > 0 {
		var parts []string
		for _, f := range custom {
			var part bytes.Buffer
			part.WriteByte('{')
			field(&part, "template", `{"id":`+raw(f.Get("template.id"))+`,"name":`+raw(f.Get("template.name"))+`}`)
			field(&part, "value", raw(f.Get("value")))
			part.WriteByte('}')
			parts = append(parts, part.String())
		}
		field(&b, "custom_fields", "["+strings.Join(parts, ",")+"]")
	}
	b.WriteByte('}')
	return b.Bytes()
}

func raw(v gjson.Result) string {
	if !v.Exists() {
		return "null"
	}
	return v.Raw
}

// field appends one member to an object under construction. Keys are plain words.
func field(b *bytes.Buffer, key, value string) {
	if b.Len() > 1 {
		b.WriteByte(',')
	}
	b.WriteString(`"` + key + `":` + value)
}
