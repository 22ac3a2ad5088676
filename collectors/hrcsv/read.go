package hrcsv

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/internal/roster"
	"github.com/evidencepack/evidence/collectors/internal/window"
)

// reading is the reading of one file.
type reading struct {
	*source
	snap   *roster.Snapshot
	file   content
	layout layout

	people []*someone
	said   map[string]bool     // what rows say, each once
	same   map[string]*someone // who several rows may be of, by what they have in common

	rows     int64 // below the header, blank ones apart
	sound    int64 // of these, those that could be read
	repeated int64 // of these, those that say again what another says
	blank    int64
}

// read reads the file that is the roster now.
func (s *source) read(_ context.Context, snap *roster.Snapshot) error {
	name, err := s.chosen()
	if err != nil {
		return err
	}
	file, err := s.load(name)
	if err != nil {
		return err
	}
	r := &reading{source: s, snap: snap, file: file, said: map[string]bool{}, same: map[string]*someone{}}
	if err := r.table(); err != nil {
		return fmt.Errorf("%s: %w", file.name, err)
	}
	r.entries()
	r.measure()
	return nil
}

// table reads the header and the rows below it.
func (r *reading) table() error {
	enc, err := encodingOf(r.file.bytes, r.settings.Encoding)
	if err != nil {
		return err
	}
	header := true
	for row := range rows(r.file.bytes, enc, delimiterOf(r.file.bytes, r.settings.Delimiter)) {
		if header {
			if row.wrong != "" {
				return fmt.Errorf("line %d, its header: %s", row.line, row.wrong)
			}
			if r.layout, err = r.settings.lay(row.cells); err != nil {
				return fmt.Errorf("line %d, its header of %d columns: %w", row.line, len(row.cells), err)
			}
			header = false
			continue
		}
		r.row(row)
	}
	if header {
		return errors.New("it has no header")
	}
	return nil
}

// row reads one row. One that cannot be read is a gap, which says where it is and
// nothing of what is in it.
func (r *reading) row(row row) {
	if row.wrong == "" && blank(row.cells) {
		r.blank++
		return
	}
	r.rows++
	p, why := r.someone(row)
	if why != "" {
		r.snap.Gaps.Add(evidence.Finding{Code: "row_unreadable", Object: r.line(row.line), Detail: why})
		return
	}
	r.sound++
	if r.said[p.says] {
		r.repeated++
		return
	}
	r.said[p.says] = true
	if r.settings.Moves != nil {
		if other := r.same[p.same]; other != nil {
			other.join(p)
			return
		}
		r.same[p.same] = p
	}
	r.people = append(r.people, p)
}

func blank(cells []string) bool {
	for _, c := range cells {
		if roster.Fold(c) != "" {
			return false
		}
	}
	return true
}

// line names a place in the file.
func (r *reading) line(n int) string { return r.file.name + " line " + strconv.Itoa(n) }

// entries hands the people over. Those of one number are told apart by their
// order, and all there.
func (r *reading) entries() {
	uses, keys := map[string]int{}, map[string]bool{}
	for _, p := range r.people {
		uses[p.number] = 0
	}
	for _, p := range r.people {
		uses[p.number]++
		key := p.number
		if n := uses[p.number]; n > 1 {
			key += "#" + strconv.Itoa(n)
			if _, number := uses[key]; number { // of somebody else
				key += "#"
			}
		}
		for keys[key] {
			key += "#"
		}
		keys[key] = true
		r.snap.Entries = append(r.snap.Entries, roster.Entry{Person: p.whole(r.snap.Taken), Key: key, Place: p.place})
	}
}

// measure says how complete the people are: by the file's checksum, by how many
// rows it should have, or else by no more than that it was read to its end.
func (r *reading) measure() {
	snap := r.snap
	snap.Method, snap.Counts, snap.Expected, snap.Found = evidence.PagesExhausted, "lists_read", 1, 1
	proof := ""
	rows, counted := r.expectedRows()
	if counted {
		snap.Method, snap.Counts, snap.Expected, snap.Found = evidence.SourceCount, "rows_of_the_roster", rows, r.sound
		if rows != r.rows {
			snap.Gaps.Add(evidence.Finding{Code: "rows_differ", Object: r.file.name, Detail: fmt.Sprintf("%d rows are expected, and %d are there", rows, r.rows)})
		}
	}
	if r.settings.Checksum != "" {
		snap.Method, snap.Counts, snap.Expected, snap.Found = evidence.FileChecksum, "files_checked", 1, 1
		proof = r.verify()
	}
	if !counted && r.settings.Checksum == "" {
		r.note("no_proof_of_completeness", "")
	}
	snap.Origins = []evidence.Origin{r.file.origin(proof)}
	snap.More = []evidence.Count{{Code: "rows_read", N: r.rows}, {Code: "rows_repeated", N: r.repeated}, {Code: "rows_blank", N: r.blank}}
	for _, f := range r.layout.absent {
		code := "column_absent"
		if f == "left_at" {
			code = "no_leaving_dates"
		}
		snap.Notes.Add(evidence.Finding{Code: code, Object: f})
	}
	r.age()
}

func (r *reading) note(code, detail string) {
	r.snap.Notes.Add(evidence.Finding{Code: code, Object: r.file.name, Detail: detail})
}

// expectedRows is how many rows settings, or a file beside the roster, say that
// there are.
func (r *reading) expectedRows() (int64, bool) {
	if r.settings.Rows != nil {
		return *r.settings.Rows, true
	}
	if r.settings.RowsFile == "" {
		return 0, false
	}
	name := companion(r.settings.RowsFile, r.file.name)
	text, err := r.small(name)
	if err != nil {
		r.snap.Gaps.Add(evidence.Finding{Code: "row_count_missing", Object: name, Detail: err.Error()})
		return 0, false
	}
	n, err := strconv.ParseInt(strings.ReplaceAll(roster.Fold(text), ",", ""), 10, 64)
	if err != nil || n < 0 {
		r.snap.Gaps.Add(evidence.Finding{Code: "row_count_missing", Object: name, Detail: "it holds no number of rows"})
		return 0, false
	}
	return n, true
}

// verify holds the file's SHA-256 against the one that was given with it, and
// returns what it was held against.
func (r *reading) verify() string {
	name := companion(r.settings.Checksum, r.file.name)
	text, err := r.small(name)
	if err != nil {
		r.snap.Gaps.Add(evidence.Finding{Code: "checksum_missing", Object: name, Detail: err.Error()})
		return ""
	}
	sum, err := checksumIn(text, r.file.name)
	switch {
	case err != nil:
		r.snap.Gaps.Add(evidence.Finding{Code: "checksum_missing", Object: name, Detail: err.Error()})
	case sum != r.file.sha256:
		r.snap.Gaps.Add(evidence.Finding{Code: "checksum_mismatch", Object: r.file.name, Detail: "its SHA-256 is " + r.file.sha256 + ", and " + name + " says " + sum})
	}
	return "file " + name
}

// age says for what of the window the file is too old. It tells of the time up to
// when it was written: who left since is not in it.
func (r *reading) age() {
	w := r.snap.Unit.Window
	written := r.file.modified.Truncate(time.Second)
	if !written.Before(w.End) {
		return
	}
	f := evidence.Finding{
		Code: "roster_before_end", Object: r.file.name, Window: evidence.Period{Start: window.Later(written, w.Start), End: w.End},
		Detail: fmt.Sprintf("last written at %s; what was entered in the HR system since is not in it", written.Format(time.RFC3339)),
	}
	if written.Before(w.End.Add(-r.maxAge)) {
		f.Code = "roster_too_old"
		f.Detail += fmt.Sprintf("; max_age is %s: export it again", r.settings.MaxAge)
		r.snap.Gaps.Add(f)
		return
	}
	r.snap.Notes.Add(f)
}
