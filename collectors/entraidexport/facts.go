package entraidexport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/internal/archive"
)

// facts are what there is to know of a part of a file, whichever unit asks.
type facts struct {
	name   string // the key, with "#member" of a zip file's
	origin evidence.Origin
	shape  shape
	rows   int64              // elements that could be read
	held   map[slot]*span     // the records by tenant and category
	left   map[string]int64   // how many are of which category that is not read
	gaps   []evidence.Finding // what of it cannot be read
	kind   string             // what its records would be, where that is known although they cannot be read
}

// slot is a tenant and category. The tenant is empty where records do not say.
type slot struct{ tenant, category string }

// span is how many records there are, and from when to when.
type span struct {
	n           int64
	first, last time.Time
	unsure      int64 // of n, sign-ins whose type neither they nor the file's name say
}

// maxFlaws bounds how many flaws of a file are named: one is enough to make its
// units incomplete.
const maxFlaws = 20

func (f *facts) sound() bool { return len(f.gaps) == 0 }

func (f *facts) gap(code, detail string) {
	f.gaps = append(f.gaps, evidence.Finding{Code: code, Object: f.name, Detail: detail})
}

// concerns reports whether what cannot be read of it may be of a kind.
func (f *facts) concerns(kind string) bool {
	if f.kind != "" {
		return f.kind == kind
	}
	for at := range f.held {
		if c, _ := categoryNamed(at.category); c.kind == kind {
			return true
		}
	}
	return len(f.held) == 0
}

// flaw names a flaw, and that there are more.
func (f *facts) flaw(line int, code, detail string) {
	switch n := len(f.gaps); {
	case n < maxFlaws:
		f.gap(code, fmt.Sprintf("line %d: %s", line, detail))
	case n == maxFlaws:
		f.gap("more_flaws", fmt.Sprintf("from line %d on", line))
	}
}

// add counts an entry.
func (f *facts) add(e entry, tenant string) {
	f.rows++
	f.shape = max(f.shape, e.shape)
	if e.kind == "" {
		f.left[e.category]++
		return
	}
	for _, d := range e.doubts {
		f.flaw(e.line, "value_unknown", d)
	}
	at := slot{tenant, e.category}
	s := f.held[at]
	if s == nil {
		s = &span{first: e.at, last: e.at}
		f.held[at] = s
	}
	s.n++
	if e.at.Before(s.first) {
		s.first = e.at
	}
	if e.at.After(s.last) {
		s.last = e.at
	}
	if e.unsure {
		s.unsure++
	}
}

// visitor is handed every entry of a file, with the tenant that it is of, empty
// where that is not said.
type visitor func(f *facts, e entry, tenant string) error

// stopped is a visitor's error, which is not the file's.
type stopped struct{ err error }

func (s stopped) Error() string { return s.err.Error() }
func (s stopped) Unwrap() error { return s.err }

// scan reads a file to its end and tells what is in it, part by part. What of it
// cannot be read is in there too; an error ends the unit. begin is called whenever
// the file is read from its beginning, which a broken connection makes it be again.
func (s *source) scan(ctx context.Context, o file, begin func(), visit visitor) ([]*facts, error) {
	var all []*facts
	err := s.parts(ctx, o.Key, func() {
		all = nil
		begin()
	}, func(p *part) error {
		f := &facts{name: p.name, held: map[slot]*span{}, left: map[string]int64{}}
		all = append(all, f)
		err := s.scanPart(o, p, f, visit)
		f.origin = evidence.Origin{Request: p.url, Response: p.opened.Response, Date: p.opened.Date, SHA256: p.hash(), Size: p.size}
		return err
	})
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	var own stopped
	if errors.As(err, &own) {
		return nil, own.err
	}
	if err != nil {
		code, ok := codeOf(err)
		if !ok {
			return nil, err
		}
		if len(all) == 0 {
			all = append(all, &facts{name: o.Key})
		}
		all[len(all)-1].gap(code, err.Error())
	}
	return all, nil
}

// codeOf is the finding that an error of a file becomes.
func codeOf(err error) (code string, ok bool) {
	var (
		gone    archive.Unreadable
		damaged corrupt
	)
	switch {
	case errors.As(err, &gone):
		return "file_unreadable", true
	case errors.Is(err, errTooLarge):
		return "file_too_large", true
	case errors.As(err, &damaged):
		return "file_corrupt", true
	}
	return "", false
}

func (s *source) scanPart(o file, p *part, f *facts, visit visitor) error {
	list, err := newElements(p, p.name)
	var no refused
	switch {
	case err == io.EOF:
		f.gap("file_empty", "it holds nothing, which the diagnostic settings and downloads never do")
		return nil
	case errors.As(err, &no):
		f.gap(no.code, no.what)
		f.kind = no.kind
		_, err := io.Copy(io.Discard, p) // its hash is over all of it, whatever it is
		return err
	case err != nil:
		return err
	}
	for {
		e, err := list.next()
		if err == io.EOF {
			_, err := io.Copy(io.Discard, p)
			return err
		}
		var entered entry
		if err == nil {
			entered, err = entryOf(e)
		}
		if bad, ok := errors.AsType[*flaw](err); ok {
			f.flaw(bad.line, bad.code, bad.err.Error())
			continue
		}
		if err != nil {
			return err
		}
		tenant := entered.tenant
		if tenant == "" {
			tenant = o.tenant
		}
		f.add(entered, tenant)
		if entered.kind == "" {
			continue
		}
		if err := s.allowed(entered.shape); err != nil {
			f.flaw(entered.line, "unexpected_format", err.Error())
			continue
		}
		if err := visit(f, entered, tenant); err != nil {
			return stopped{err}
		}
	}
}

// allowed compares a shape with the setting format.
func (s *source) allowed(sh shape) error {
	switch want := s.settings.Format; {
	case want == formatDiagnostics && sh != diagnostic, want == formatPortal && sh == diagnostic:
		return fmt.Errorf("the setting format wants %s", want)
	}
	return nil
}

// mostHours bounds how many files of hours are remembered: those of two months with all
// categories. Units that look at the same hours are read close to one another, and a
// file that was forgotten is read again.
const mostHours = 10_000

// memory is what is known of files that were read to their ends: of all that are no
// hour's, which every unit looks at, and of the hours' files that were read last.
type memory struct {
	mu    sync.Mutex
	files map[string]remembered
	hours [2]map[string]remembered // the newer and the older half; the older one is forgotten in one go
}

type remembered struct {
	mark  string
	parts []*facts
}

func (m *memory) get(o archive.Object) []*facts {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, known := range []map[string]remembered{m.files, m.hours[0], m.hours[1]} {
		if r, ok := known[o.Key]; ok && r.mark == o.Mark {
			return r.parts
		}
	}
	return nil
}

// put remembers a file that could be read; what could not be may be readable later.
func (m *memory) put(f file, parts []*facts) {
	for _, p := range parts {
		for _, g := range p.gaps {
			if g.Code == "file_unreadable" {
				return
			}
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	known := &m.files
	if !f.hour.IsZero() {
		if known = &m.hours[0]; len(*known) >= mostHours/2 {
			m.hours[0], m.hours[1] = nil, m.hours[0]
		}
	}
	if *known == nil {
		*known = map[string]remembered{}
	}
	(*known)[f.Key] = remembered{f.Mark, parts}
}
