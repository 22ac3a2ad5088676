// Package kind has the types that derived kinds and their list share.
package kind

import (
	"context"
	"iter"

	"github.com/evidencepack/evidence"
)

// Kind is a kind of records computed from recorded ones at evaluation and never
// stored. Derive is a pure function: equal input gives equal records.
type Kind struct {
	Name  string
	Title evidence.Text
	From  []evidence.Selection // the recorded kinds it is computed from; none: from the period alone

	// Derive yields the records whose time lies in the period, in time order. An
	// error beside a zero record tells of a source record that could not be
	// understood; whoever goes on reading gets what the others tell.
	Derive func(ctx context.Context, in Input) iter.Seq2[evidence.Record, error]
}

// Input is what a derivation may look at.
type Input struct {
	Period evidence.Period

	// Records gives the records of a kind selected by From, in time order, as far as
	// the evidence reaches. Their bodies are JSON objects,
	// as evidence.ParseLine sees to.
	Records func(ctx context.Context, kind string) iter.Seq2[evidence.Record, error]
}
