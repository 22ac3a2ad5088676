// Package collectors is the contract between the pipeline and the sources of
// evidence. A source is one folder below this one; [all] lists them.
//
// A collector plans a query into units and collects each unit as a series of
// batches. It knows nothing of lockers, controls or reports: what must be kept
// reaches it as selections, what it kept leaves it as records, and how complete
// that is leaves it as claims.
package collectors

import (
	"context"
	"iter"
	"log/slog"
	"time"

	"github.com/evidencepack/evidence"
)

// Collector reads one configured source.
type Collector interface {
	// Plan splits the query into units. It is cheap: it may list a source's
	// accounts, regions or repositories, and reads no records. Units come in a
	// stable order. A part of the source that cannot be planned because it is
	// not readable yields an error that names it, and planning goes on; an
	// error that ends the sequence is the last thing yielded.
	//
	// A plan covers the query's period from its start up to the moment until
	// which the source is settled, at most the period's end: what a source may
	// still deliver is left to the next run. Where a selection reaches further
	// (Before, After), the units stay those of the period, and may give records of
	// that time too; how complete those are is not measured.
	Plan(ctx context.Context, q evidence.Query) iter.Seq2[evidence.Unit, error]

	// Collect reads one unit from a cursor on (nil: from its beginning), in
	// source order. Concatenating the batches after any cursor with those before
	// it gives the records, each once, of an undisturbed run. The last batch of a
	// unit carries its claims; it may hold no records. The first error ends the
	// sequence, and what was yielded before it stays valid. Collect may be called
	// for several units at a time.
	Collect(ctx context.Context, u evidence.Unit, from evidence.Cursor) iter.Seq2[evidence.Batch, error]
}

// Identifier is a collector that can say as whom it reads: "arn:aws:sts::…",
// an application, a user. IPE sheets name it.
type Identifier interface {
	Identity(ctx context.Context) (string, error)
}

// Located is a collector that can say where its source is, without secrets:
// "s3://bucket/prefix", "file:///archive". IPE sheets name it.
type Located interface {
	Location() string
}

// Selective is a collector that, as it is configured, does not yield all kinds of
// its driver: a plan without an audit log, say. Controls that need a kind which no
// source yields are not evaluable, and say so.
type Selective interface {
	Yields(kind string) bool
}

// Parallel is a collector that can say how many of its units to collect at a time,
// where that is not for the machine's processors to tell: it spends its time waiting
// for answers, and keeps to the source's limits by itself.
type Parallel interface {
	AtOnce() int
}

// Driver is a kind of source that a configuration can name.
type Driver struct {
	Name   string        // as written in evidence.yaml: "cloudtrail-archive"
	Title  evidence.Text // the source system, as a reader of packs knows it
	Kinds  []Kind        // the record kinds it yields
	Sample []byte        // sample.yaml: a documented source entry that works
	Readme []byte        // README.md of its folder

	// Permissions are the least privileges that reading each kind needs, by kind.
	// An IPE's "not readable" names them, and `evidence permissions` prints them.
	Permissions map[string][]Permission

	// Texts explains every code that its claims use: of counts, gaps, notes
	// and of what is counted.
	Texts map[string]evidence.Text

	// New makes a collector from the settings of one source entry. It does no
	// I/O. decode fills a struct with yaml tags and refuses fields it does not
	// have, naming the line.
	New func(env Env, decode func(into any) error) (Collector, error)
}

// Kind is a record kind of a driver.
type Kind struct {
	Name    string        // "cloudtrail.event"
	Title   evidence.Text // what such a record is, in an auditor's words
	Form    evidence.Form // what two records under one identity mean; zero: events, which never change
	Methods []evidence.Method

	// Settles is how long after the end of a unit's window its records may still
	// arrive or change. A unit that was read when that had passed is not read again.
	// Zero is for mutable kinds that may change at any time, and for events that do
	// not arrive late.
	Settles time.Duration
}

// Env is what a collector is given of the world.
type Env struct {
	Log     *slog.Logger
	Now     func() time.Time // the clock: ages, settling, clock skew
	Workers int              // how many things a collector may do at a time; at least 1
	BaseDir string           // what relative paths in settings are relative to
}
