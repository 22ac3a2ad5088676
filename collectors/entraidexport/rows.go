package entraidexport

import (
	"bufio"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// columns are those of a CSV, by their names without the differences of case and
// white space that the admin centre's own have.
type columns map[string]int

// normal is a column's name as columns are looked up.
func normal(name string) string { return strings.ToLower(strings.Join(strings.Fields(name), " ")) }

func (c columns) has(names ...string) bool {
	return !slices.ContainsFunc(names, func(n string) bool { _, ok := c[normal(n)]; return !ok })
}

// row is a row of a CSV with what there is to know of the file it is in.
type row struct {
	columns columns
	sheet   *sheet
	event   string // of sign-ins: their type, where the file's name says it
	cells   []string
	hash    string // over the cells
	nth     int    // how many rows of the file were the same so far, this one included
}

// get is the text of a column's cell, empty where there is none.
func (r *row) get(name string) string {
	i, ok := r.columns[normal(name)]
	if !ok {
		return ""
	}
	return r.cells[i]
}

// rows are the rows of a CSV.
type rows struct {
	r     *csv.Reader
	meter *meter
	of    row
	seen  map[string]int // of rows without an identity: how often they were met
	over  bool
}

// newRows reads the header. A CSV that is none of the admin centre's is refused,
// and one that lacks columns, by their names.
func newRows(r *bufio.Reader, m *meter, name string) (elements, error) {
	c := csv.NewReader(r)
	c.ReuseRecord = true
	m.left = elementLimit
	header, err := c.Read()
	var malformed *csv.ParseError
	switch {
	case errors.As(err, &malformed), errors.Is(err, errTooLong):
		return nil, refused{code: "unknown_format", what: "it is neither JSON nor CSV: " + err.Error()}
	case err != nil:
		return nil, err
	}
	of := columns{}
	for i, n := range header {
		// One name stands twice in the admin centre's own headers; both columns say the same.
		if _, ok := of[normal(n)]; !ok {
			of[normal(n)] = i
		}
	}
	s, err := sheetOf(of, header)
	if err != nil {
		return nil, err
	}
	list := &rows{r: c, meter: m, of: row{columns: of, sheet: s}, seen: map[string]int{}}
	if s.event != nil {
		list.of.event = s.event(name)
	}
	return list, nil
}

func (r *rows) next() (element, error) {
	if r.over {
		return element{}, io.EOF
	}
	r.meter.left = elementLimit
	cells, err := r.r.Read()
	var malformed *csv.ParseError
	switch {
	case errors.Is(err, csv.ErrFieldCount):
		line, _ := r.r.FieldPos(0)
		return element{}, &flaw{line, "line_invalid", fmt.Errorf("it has %d columns, the header has another number", len(cells))}
	case errors.As(err, &malformed):
		// Where a quote is missing there is no telling where the next row begins.
		r.over = true
		return element{}, &flaw{malformed.StartLine, "line_invalid", fmt.Errorf("%w; what follows it is not read", malformed.Err)}
	case errors.Is(err, errTooLong):
		r.over = true
		return element{}, &flaw{0, "line_invalid", fmt.Errorf("a row has more than %d bytes; what follows it is not read", elementLimit)}
	case err != nil:
		return element{}, err
	}
	line, _ := r.r.FieldPos(0)
	of := r.of
	of.cells = cells
	if of.sheet.anonymous {
		sum := sha256.Sum256([]byte(strings.Join(cells, "\x1f")))
		of.hash = hex.EncodeToString(sum[:16])
		r.seen[of.hash]++
		of.nth = r.seen[of.hash]
	}
	return element{line: line, row: &of}, nil
}

// refused is the error of a file that is not read, with the code of the finding
// that it becomes, and the kind whose records it would hold if that is known.
type refused struct{ code, what, kind string }

func (e refused) Error() string { return e.what }
