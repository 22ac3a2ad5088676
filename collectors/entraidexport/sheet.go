package entraidexport

import (
	"fmt"
	"path"
	"strings"
)

// sheet is one of the CSV files that the admin centre gives.
type sheet struct {
	marks     []string // the columns that tell it
	needs     []string // the columns that the mapping needs
	kind      string   // empty: it is not read
	anonymous bool     // its rows have no identity
	event     func(name string) string
	graph     func(r *row) (body string, doubts []string)
}

// sheets are tried in this order.
var sheets = []*sheet{&auditSheet, &userSheet, &applicationSheet, &detailsSheet}

// detailsSheet lists the steps of sign-ins that another file holds. What it adds to
// them Graph's shape has only in part.
var detailsSheet = sheet{marks: []string{"Date (UTC)", "Request ID", "Authentication method"}}

// sheetOf tells a CSV by its columns.
func sheetOf(c columns, header []string) (*sheet, error) {
	for _, s := range sheets {
		if !c.has(s.marks...) {
			continue
		}
		var missing []string
		for _, n := range s.needs {
			if !c.has(n) {
				missing = append(missing, n)
			}
		}
		if len(missing) > 0 {
			return nil, refused{kind: s.kind, code: "column_missing", what: "it lacks the columns " + strings.Join(missing, ", ") + "; nothing of it is kept: download it again, with the admin centre's language set to English, or as JSON"}
		}
		return s, nil
	}
	first := header[:min(len(header), 5)]
	for i, n := range first {
		first[i] = clip(n)
	}
	return nil, refused{code: "unknown_format", what: fmt.Sprintf("its first columns are %q, which are none of the admin centre's in English: download it again, with the admin centre's language set to English, or as JSON", first)}
}

// clip shortens what is shown of a file's content.
func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// userEvent is the type of the sign-ins in a file of users' sign-ins. The columns of
// both are the same; the admin centre tells them apart by the names that it gives.
func userEvent(name string) string {
	switch base := strings.ToLower(path.Base(name)); {
	case strings.Contains(base, "noninteractivesignins"):
		return "nonInteractiveUser"
	case strings.Contains(base, "interactivesignins"):
		return "interactiveUser"
	}
	return ""
}

// applicationEvent is the same of a file of applications' sign-ins.
func applicationEvent(name string) string {
	switch base := strings.ToLower(path.Base(name)); {
	case strings.Contains(base, "msisignins"):
		return "managedIdentity"
	case strings.Contains(base, "applicationsignins"):
		return "servicePrincipal"
	}
	return ""
}

// draft is an object of Graph's in the making, out of a row.
type draft struct {
	row    *row
	body   strings.Builder
	doubts []string // cells whose value is not known, and so not in the object
}

// set adds a member.
func (d *draft) set(name, raw string) {
	if d.body.Len() == 0 {
		d.body.WriteByte('{')
	} else {
		d.body.WriteByte(',')
	}
	d.body.WriteString(encode(name))
	d.body.WriteByte(':')
	d.body.WriteString(raw)
}

func (d *draft) done() string {
	if d.body.Len() == 0 {
		return "{}"
	}
	return d.body.String() + "}"
}

// value is a cell as JSON: an empty one is null.
func (d *draft) value(column string) string { return orNull(d.row.get(column)) }

func orNull(s string) string {
	if s == "" {
		return "null"
	}
	return encode(s)
}

// optional adds a member if the CSV has its column.
func (d *draft) optional(name, column string, as func(string) string) {
	if d.row.columns.has(column) {
		d.set(name, as(column))
	}
}

// known is a cell whose values are known: one that is not is doubted.
func (d *draft) known(column string, values map[string]string) string {
	cell := d.row.get(column)
	key := letters(cell)
	raw, ok := values[key]
	if !ok || key == "" && strings.TrimSpace(cell) != "" {
		d.doubts = append(d.doubts, fmt.Sprintf("column %s has the unknown value %q", column, clip(cell)))
		return "null"
	}
	return raw
}

// letters are a text's letters and digits, small: the admin centre writes one value
// with and without blanks and hyphens.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r > 127:
			return r
		}
		return -1
	}, s)
}

// numeric is a cell that holds a number.
func (d *draft) numeric(column string) string {
	cell := d.row.get(column)
	switch {
	case cell == "":
		return "null"
	case numberPattern.MatchString(cell):
		return cell
	}
	d.doubts = append(d.doubts, fmt.Sprintf("column %s has %q, which is no number", column, clip(cell)))
	return "null"
}

var yesNo = map[string]string{"": "null", "yes": "true", "true": "true", "no": "false", "false": "false"}

// time is a cell that holds a time; it is checked when the entry is made.
func (d *draft) time(column string) string { return moment(encode(d.row.get(column))) }

// small is a cell with a small first letter, as Graph writes enumerations.
func (d *draft) small(column string) string { return enumerated(d.value(column)) }
