package controls

import (
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
)

// Column is a key field of a population that readers see.
type Column struct {
	Path  string        `yaml:"path"` // dotted path in the record's body
	Or    []string      `yaml:"or"`   // where the body has nothing at Path: the first of these at which it has
	Title evidence.Text `yaml:"title"`
	Type  ColumnType    `yaml:"type"`  // "" is text
	Width float64       `yaml:"width"` // in characters; 0: by type
}

// ColumnType says how a field is shown.
type ColumnType string

// The types of columns.
const (
	TextColumn   ColumnType = "text"
	TimeColumn   ColumnType = "time"
	NumberColumn ColumnType = "number"

	// DiffColumn is for a list of lines of which "+" begins one that was added, and
	// "-" one that was taken away: shown one below the other, in green and red.
	DiffColumn ColumnType = "diff"
)

// Field is the value of one column: a text, a time or a number by the column's
// type. A value of another type than its column's is shown as text. Set is false
// when the record does not have the field, or has null there.
type Field struct {
	Text   string
	Time   time.Time
	Number float64
	Set    bool
}

// Fields returns an item's key fields, one for each of the control's columns.
func (c *Control) Fields(item Item) []Field { return c.fields(getterOf(item.Record)) }

func (c *Control) fields(get getter) []Field {
	fields := make([]Field, len(c.Columns))
	for i, col := range c.Columns {
		fields[i] = col.field(get)
	}
	return fields
}

func (c Column) field(get getter) Field {
	v := get(c.Path)
	for _, path := range c.Or {
		if v.Exists() && v.Type != gjson.Null {
			break
		}
		v = get(path)
	}
	if !v.Exists() || v.Type == gjson.Null {
		return Field{}
	}
	switch c.Type {
	case TimeColumn:
		if t, err := time.Parse(time.RFC3339Nano, v.Str); err == nil {
			return Field{Time: t, Set: true}
		}
	case NumberColumn:
		if v.Type == gjson.Number {
			return Field{Number: v.Num, Set: true}
		}
	case DiffColumn:
		if v.IsArray() {
			return diffField(v.Array())
		}
	}
	return Field{Text: v.String(), Set: true} // a string's content, else the JSON itself
}

// diffField has the lines that are texts, each on one line.
func diffField(list []gjson.Result) Field {
	var lines []string
	for _, line := range list {
		if line.Type == gjson.String {
			lines = append(lines, strings.Join(strings.FieldsFunc(line.Str, func(r rune) bool { return r == '\n' || r == '\r' }), " "))
		}
	}
	return Field{Text: strings.Join(lines, "\n"), Set: len(lines) > 0}
}

// ItemGroup returns what registers list the record under; empty when the control
// has no group or the record lacks it.
func (c *Control) ItemGroup(rec evidence.Record) string { return c.group(getterOf(rec)) }

func (c *Control) group(get getter) string {
	if c.Group == "" {
		return ""
	}
	group, _ := scalar(get(c.Group))
	return group
}

var placeholder = regexp.MustCompile(`\{([A-Za-z0-9_.-]+)\}`)

// ItemLink returns the URL at which the source system shows the record; empty
// when the control has no link or the record lacks a value that it needs.
func (c *Control) ItemLink(rec evidence.Record) string {
	return parseForm(c.linkForm(rec.Kind)).link(getterOf(rec))
}

func (c *Control) linkForm(kind string) string {
	if p := c.Population.part(kind); p != nil && p.Kind != c.Population.Kind {
		return p.Link
	}
	return c.Link
}

// link fills the form in, as the URL that it is.
func (f form) link(get getter) string {
	var link strings.Builder
	inPath := true
	for _, part := range f {
		link.WriteString(part.text)
		inPath = inPath && !strings.ContainsAny(part.text, "?#")
		if len(part.paths) == 0 {
			continue
		}
		value, ok := part.value(get)
		text, fits := linkText(value, inPath)
		if !ok || !fits {
			return ""
		}
		link.WriteString(text)
	}
	return link.String()
}

// linkText escapes a value for a URL: QueryEscape leaves no character that means
// anything there; its plus is a space in queries alone. Within the path a value
// such as owner/name keeps its slashes, but must not climb.
func linkText(value string, inPath bool) (string, bool) {
	segments := []string{value}
	if inPath {
		segments = strings.Split(value, "/")
	}
	for i, s := range segments {
		if inPath && (s == "." || s == ".." || s == "" && len(segments) > 1) {
			return "", false
		}
		segments[i] = strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
	}
	return strings.Join(segments, "/"), true
}
