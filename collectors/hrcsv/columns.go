package hrcsv

import (
	"fmt"
	"slices"

	"github.com/evidencepack/evidence/collectors/internal/roster"
)

// field is something that a roster may tell of a person, and where.
type field struct {
	name   string
	given  headers   // by settings; empty: the first of standard that is there
	needed bool      // a roster without it is refused, unless settings say none
	joined string    // what several columns are joined with; empty: there is one
	usual  []headers // as SmartHR's export and others call it
}

// several marks a field whose columns are each read by itself.
const several = "\n"

// fields lists what is mapped.
func (c *columns) fields() []field {
	return []field{
		{"employee_number", c.Number, true, "", []headers{{"社員番号"}}},
		{"name", c.Name, true, " ", []headers{{"姓", "名"}, {"氏名"}}},
		{"emails", c.Emails, false, several, []headers{{"メールアドレス"}}},
		{"department", c.Department, false, "/", []headers{{"部署1 部署"}, {"部署1"}, {"部署"}}},
		{"employment_type", c.Employment, false, "", []headers{{"雇用形態"}}},
		{"joined_at", c.Joined, true, "", []headers{{"入社年月日"}}},
		{"left_at", c.Left, true, "", []headers{{"退職年月日"}}},
		{"status", c.Status, false, "", []headers{{"在籍状況"}}},
	}
}

// layout says in which columns of one file things stand.
type layout struct {
	width  int              // of the header
	names  []string         // the headers that are recorded, in the order of the file
	at     []int            // and where each stands
	of     map[string][]int // columns by field
	join   map[string]string
	absent []string // fields that the roster does not tell of
	moveAt int      // the columns of a transfer; -1: none
	moveTo int
}

// lay finds the columns in a header. An error names columns of the settings alone:
// what is taken for a header may be somebody's row.
func (s *settings) lay(header []string) (layout, error) {
	l := layout{width: len(header), of: map[string][]int{}, join: map[string]string{}, moveAt: -1, moveTo: -1}
	for _, f := range s.Columns.fields() {
		l.join[f.name] = f.joined
		at, err := f.find(header)
		if err != nil {
			return l, err
		}
		if at == nil {
			l.absent = append(l.absent, f.name)
		}
		l.of[f.name] = at
		l.record(at...)
	}
	if s.Moves != nil {
		at, err := locate(header, headers{s.Moves.At, s.Moves.Department})
		if err != nil {
			return l, fmt.Errorf("moves: %w", err)
		}
		l.moveAt, l.moveTo = at[0], at[1]
		l.record(at...)
	}
	kept, err := locate(header, s.Keep)
	if err != nil {
		return l, fmt.Errorf("keep: %w", err)
	}
	l.record(kept...)
	slices.Sort(l.at)
	for _, at := range l.at {
		l.names = append(l.names, header[at])
	}
	return l, nil
}

// record adds columns to those that are recorded.
func (l *layout) record(columns ...int) {
	for _, at := range columns {
		if !slices.Contains(l.at, at) {
			l.at = append(l.at, at)
		}
	}
}

// find returns the field's columns; nil where the roster does not have it.
func (f field) find(header []string) ([]int, error) {
	if f.given.off() {
		return nil, nil
	}
	if len(f.given) > 0 {
		at, err := locate(header, f.given)
		if err != nil {
			return nil, fmt.Errorf("columns: %s: %w", f.name, err)
		}
		return at, nil
	}
	for _, usual := range f.usual {
		at, err := locate(header, usual)
		if err == nil {
			return at, nil
		}
		if twice(err) {
			return nil, fmt.Errorf("columns: %s: %w", f.name, err)
		}
	}
	if f.needed {
		return nil, fmt.Errorf("there is no column %s for %s: name it in the settings (columns: {%s: …})%s", f.usual[0][0], f.name, f.name, f.without())
	}
	return nil, nil
}

// without says how to do without a column that is needed.
func (f field) without() string {
	if f.name == "employee_number" {
		return ""
	}
	return ", or say that the roster has none (" + f.name + ": none)"
}

// columnError is a header that is not there once.
type columnError struct {
	header string
	times  int
}

func (e *columnError) Error() string {
	if e.times == 0 {
		return fmt.Sprintf("there is no column %s", e.header)
	}
	return fmt.Sprintf("there are %d columns %s: which one is meant is not known", e.times, e.header)
}

func twice(err error) bool {
	e, ok := err.(*columnError)
	return ok && e.times > 1
}

// locate finds each of some headers. Full-width and half-width letters are one.
func locate(header []string, wanted headers) ([]int, error) {
	var list []int
	for _, w := range wanted {
		var found []int
		for i, h := range header {
			if roster.Fold(h) == roster.Fold(w) {
				found = append(found, i)
			}
		}
		if len(found) != 1 {
			return nil, &columnError{w, len(found)}
		}
		list = append(list, found[0])
	}
	return list, nil
}
