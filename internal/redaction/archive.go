package redaction

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/locker"
	"github.com/evidencepack/evidence/internal/sealed"
)

// LearnFrom learns from the records of all batches that entries name, each object once. What
// is learnt has yet to be settled.
func (r *Redactor) LearnFrom(ctx context.Context, a sealed.Archive, entries []locker.Entry) error {
	seen := map[string]bool{}
	for _, e := range entries {
		m := e.Manifest
		if m.Object == "" || seen[m.Object] {
			continue
		}
		seen[m.Object] = true
		for rec, err := range a.Records(ctx, m) {
			if err == nil {
				err = r.Learn(rec)
			}
			if err != nil {
				return fmt.Errorf("batch %s: %w", m.Object, err)
			}
		}
	}
	return nil
}

// Archive is an archive as an auditor's copy tells of it: its entries and records in the
// same number and order, redacted.
type Archive struct {
	Of sealed.Archive
	By *Redactor
}

// Entries yields the redacted entries.
func (a Archive) Entries(ctx context.Context) iter.Seq2[locker.Entry, error] {
	return func(yield func(locker.Entry, error) bool) {
		for e, err := range a.Of.Entries(ctx) {
			if err == nil {
				e, err = a.By.Entry(e)
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// Records yields the redacted records of a batch.
func (a Archive) Records(ctx context.Context, m locker.Manifest) iter.Seq2[evidence.Record, error] {
	return func(yield func(evidence.Record, error) bool) {
		for rec, err := range a.Of.Records(ctx, m) {
			if err == nil {
				rec, err = a.By.Record(rec)
			}
			if !yield(rec, err) || err != nil {
				return
			}
		}
	}
}

// Entry replaces what was learnt in what a manifest tells of persons: who collected, what was
// asked and answered, what is missing. What ties it to the log and to other manifests stays. An
// entry in which nothing is to be replaced is returned as it is.
func (r *Redactor) Entry(e locker.Entry) (locker.Entry, error) {
	m, changed := r.manifest(e.Manifest)
	if !changed {
		return e, nil
	}
	raw, err := locker.Encode(m)
	if err != nil {
		return e, err
	}
	return locker.Entry{Index: e.Index, Manifest: m, Raw: raw,
		Original: &locker.Original{Leaf: tlog.RecordHash(e.Raw), SHA256: e.Manifest.Hash()}}, nil
}

func (r *Redactor) manifest(m locker.Manifest) (_ locker.Manifest, changed bool) {
	replace := func(into *string) {
		if now := r.Text(*into); now != *into {
			*into, changed = now, true
		}
	}
	replace(&m.Collected.Identity)
	replace(&m.Collected.Host)
	replace(&m.Location)
	replace(&m.Error)
	m.Unreadable = slices.Clone(m.Unreadable)
	for i := range m.Unreadable {
		replace(&m.Unreadable[i])
	}
	m.Origins = slices.Clone(m.Origins)
	for i := range m.Origins {
		o := &m.Origins[i]
		replace(&o.Request)
		replace(&o.Response)
		replace(&o.Proof)
	}
	m.Claims = slices.Clone(m.Claims)
	for i := range m.Claims {
		c := &m.Claims[i]
		c.Gaps, c.Notes = slices.Clone(c.Gaps), slices.Clone(c.Notes)
		for _, findings := range [][]evidence.Finding{c.Gaps, c.Notes} {
			for j := range findings {
				replace(&findings[j].Object)
				replace(&findings[j].Detail)
			}
		}
	}
	if cursor := string(m.Cursor); r.Text(cursor) != cursor {
		m.Cursor, changed = nil, true // it resumes a collection, and nothing is collected from a pack
	}
	return m, changed
}
