package hrcsv

import (
	"context"
	_ "embed"
	"fmt"
	"iter"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/collectors/internal/roster"
)

var (
	//go:embed sample.yaml
	sample []byte
	//go:embed README.md
	readme []byte
)

// Driver is a roster in a CSV file as a kind of source.
func Driver() collectors.Driver {
	return collectors.Driver{
		Name:   "hr-csv",
		Title:  evidence.Text{JA: "人事システムの CSV 名簿", EN: "CSV roster of an HR system"},
		Kinds:  []collectors.Kind{roster.KindOf(evidence.FileChecksum, evidence.SourceCount, evidence.PagesExhausted)},
		Sample: sample,
		Readme: readme,
		// Who may read the file needs nobody's permission beside.
		Permissions: map[string][]collectors.Permission{roster.Kind: {}},
		Texts:       texts,
		New: func(env collectors.Env, decode func(any) error) (collectors.Collector, error) {
			return open(env, decode)
		},
	}
}

// source is one configured roster.
type source struct {
	settings settings
	maxAge   time.Duration
	dates    roster.Dates
	dir      string // what relative paths are relative to
	log      *slog.Logger
	now      func() time.Time
}

// open makes a collector without touching the file.
func open(env collectors.Env, decode func(any) error) (*source, error) {
	s := &source{dir: env.BaseDir, log: env.Log, now: env.Now}
	if err := decode(&s.settings); err != nil {
		return nil, err
	}
	var err error
	if s.maxAge, err = s.settings.validate(); err != nil {
		return nil, fmt.Errorf("hr-csv: %w", err)
	}
	location, err := time.LoadLocation(s.settings.Timezone)
	if err != nil {
		return nil, fmt.Errorf("hr-csv: timezone: %q is no name of the IANA time zone database, such as Asia/Tokyo", s.settings.Timezone)
	}
	s.dates = roster.Dates{Location: location}
	return s, nil
}

// Location names the file, or the files of which one is read.
func (s *source) Location() string { return "file://" + filepath.ToSlash(s.path(s.settings.File)) }

// path is where a file named in the settings is.
func (s *source) path(name string) string {
	name = filepath.FromSlash(name)
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(s.dir, name)
}

// Plan yields one unit: the roster, whichever file it is now. Scope and unit stay
// the same when the next month's file comes.
func (s *source) Plan(ctx context.Context, q evidence.Query) iter.Seq2[evidence.Unit, error] {
	return func(yield func(evidence.Unit, error) bool) {
		if err := ctx.Err(); err != nil {
			yield(evidence.Unit{}, err)
			return
		}
		if _, err := s.chosen(); err != nil {
			yield(evidence.Unit{}, fmt.Errorf("roster %s is not readable: %w", s.settings.Roster, err))
			return
		}
		roster.Plan(q, s.now(), s.settings.Roster, s.settings)(yield)
	}
}

// Collect reads the file.
func (s *source) Collect(ctx context.Context, u evidence.Unit, from evidence.Cursor) iter.Seq2[evidence.Batch, error] {
	return roster.Collect(ctx, u, from, s.now(), s.settings, s.read)
}
