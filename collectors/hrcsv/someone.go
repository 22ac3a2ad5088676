package hrcsv

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/internal/roster"
)

// someone is a person as one row tells of them, or several rows with a transfer
// each.
type someone struct {
	number string
	place  string
	says   string // all that is recorded of the row, folded: who says the same again says nothing new
	same   string // that, without the columns of the transfer
	turns  []turn
}

// turn is one row of a person.
type turn struct {
	person roster.Person
	move   *roster.Move
}

// someone reads a row; why says what is wrong with one that cannot be read.
func (r *reading) someone(row row) (p *someone, why string) {
	l := r.layout
	switch {
	case row.wrong != "":
		return nil, row.wrong
	case len(row.cells) != l.width:
		return nil, fmt.Sprintf("%d fields, and the header has %d", len(row.cells), l.width)
	}
	cell := func(field string) string {
		var parts []string
		for _, at := range l.of[field] {
			if c := strings.TrimSpace(row.cells[at]); c != "" {
				parts = append(parts, c)
			}
		}
		return strings.Join(parts, l.join[field])
	}
	var t turn
	who := &t.person
	if who.Number = roster.Number(cell("employee_number"), r.settings.NumberWidth); who.Number == "" {
		return nil, "the employee number is missing"
	}
	who.Name, who.Department, who.Employment = cell("name"), cell("department"), cell("employment_type")
	var err error
	if who.Joined, err = r.dates.From(cell("joined_at")); err != nil {
		return nil, "joined_at: " + err.Error()
	}
	if who.Left, err = r.dates.Until(cell("left_at")); err != nil {
		return nil, "left_at: " + err.Error()
	}
	var others int
	if who.Emails, others = roster.Emails(strings.Split(cell("emails"), several)...); others > 0 {
		r.snap.Notes.Add(evidence.Finding{Code: "email_unreadable", Object: r.line(row.line)})
	}
	var known bool
	if who.Status, known = statusOf(cell("status")); !known {
		r.snap.Notes.Add(evidence.Finding{Code: "status_unknown", Object: r.line(row.line)})
	}
	if t.move, why = r.move(row); why != "" {
		return nil, why
	}
	who.Source = object(l, row.cells)
	p = &someone{number: who.Number, place: r.line(row.line)}
	p.says, p.same = l.said(row.cells, who.Number)
	p.turns = []turn{t}
	return p, ""
}

// move reads the transfer of a row, if there is one. The department may stand in
// the transfer's column for those too who were never transferred.
func (r *reading) move(row row) (*roster.Move, string) {
	if r.layout.moveAt < 0 {
		return nil, ""
	}
	at, err := r.dates.From(row.cells[r.layout.moveAt])
	if err != nil {
		return nil, "moves: " + err.Error()
	}
	to := strings.TrimSpace(row.cells[r.layout.moveTo])
	switch {
	case !at.IsZero():
		return &roster.Move{At: at, Department: to}, ""
	case roster.Fold(to) != "" && !slices.Contains(r.layout.of["department"], r.layout.moveTo):
		return nil, "moves: a department without the day"
	}
	return nil, ""
}

// join takes another row of the same person.
func (p *someone) join(other *someone) { p.turns = append(p.turns, other.turns...) }

// whole is the person with all transfers, as of a time: where the department is
// that of the latest transfer, it is that of the latest that has come.
func (p *someone) whole(now time.Time) roster.Person {
	turns := slices.Clone(p.turns)
	slices.SortStableFunc(turns, func(a, b turn) int { return at(a).Compare(at(b)) })
	current := turns[0]
	var moves []roster.Move
	for _, t := range turns {
		if !at(t).After(now) {
			current = t
		}
		if t.move != nil && !slices.Contains(moves, *t.move) {
			moves = append(moves, *t.move)
		}
	}
	who := current.person
	who.Moves = moves
	return who
}

// at is when a row began to be true: at the beginning, for one without a transfer.
func at(t turn) time.Time {
	if t.move == nil {
		return time.Time{}
	}
	return t.move.At
}

// said is what a row says, to compare it with others: all of it, and without its
// transfer.
func (l layout) said(cells []string, number string) (all, common string) {
	var says, same strings.Builder
	for _, b := range []*strings.Builder{&says, &same} {
		b.WriteString(strconv.Quote(number))
	}
	for _, at := range l.at {
		c := strconv.Quote(roster.Fold(cells[at]))
		if slices.Contains(l.of["employee_number"], at) {
			c = ""
		}
		says.WriteString("," + c)
		if at != l.moveAt && at != l.moveTo {
			same.WriteString("," + c)
		}
	}
	return says.String(), same.String()
}

// object is what is recorded of a row, {header: value} as the file has it.
func object(l layout, cells []string) json.RawMessage {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, at := range l.at {
		if i > 0 {
			b.WriteByte(',')
		}
		quote(&b, l.names[i])
		b.WriteByte(':')
		quote(&b, cells[at])
	}
	b.WriteByte('}')
	return b.Bytes()
}

func quote(b *bytes.Buffer, s string) {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a text can be encoded
	b.Truncate(b.Len() - 1)
}

// statuses are how rosters write whether somebody is employed.
var statuses = map[string]string{
	"在職中": roster.Employed, "在職": roster.Employed, "在籍中": roster.Employed, "在籍": roster.Employed, "employed": roster.Employed, "active": roster.Employed,
	"休職中": roster.Absent, "休職": roster.Absent, "休業中": roster.Absent, "absent": roster.Absent, "on leave": roster.Absent,
	"退職済み": roster.Retired, "退職済": roster.Retired, "退職": roster.Retired, "退職者": roster.Retired, "retired": roster.Retired, "terminated": roster.Retired, "left": roster.Retired,
}

// statusOf reads a status; false: there is one, and what it means is not known.
func statusOf(s string) (string, bool) {
	s = strings.ToLower(roster.Fold(s))
	status, known := statuses[s]
	return status, known || s == ""
}
