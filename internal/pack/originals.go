package pack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/locker"
	"github.com/evidencepack/evidence/internal/redaction"
	"github.com/evidencepack/evidence/internal/sealed"
)

// Originals are what an auditor's copy was made of.
type Originals struct {
	Archive func(root tlog.Hash) (sealed.Archive, error) // of the checkpoint with that root
	Key     redaction.Key
}

// redaction says what the pack is, and that only an auditor's copy has redacted manifests.
func (w *verifier) redaction() error {
	if w.redacted == nil {
		if i := slices.IndexFunc(w.entries, func(e locker.Entry) bool { return e.Original != nil }); i >= 0 {
			return fmt.Errorf("leaf %d is redacted, and there is no %s", w.entries[i].Index, RedactionFile)
		}
		return nil
	}
	w.begin(CheckRedaction)
	w.report(Noted, fmt.Sprintf(w.say(
		"監査人用の写し: 個人情報を規則(%d件)により仮名等に置き換えている。各行が封印された記録から作成されたものであることは、ロッカーと鍵を用いて確認できる(evidence verify --locker --redaction-key)",
		"an auditor's copy: %d rules replaced personal data by pseudonyms. That each line is made of the sealed record can be checked with the locker and the key (evidence verify --locker --redaction-key)"), len(w.redacted.Rules)))
	return nil
}

// originals redacts the sealed records again and compares them with the pack's, line for line.
func (w *verifier) originals(ctx context.Context) error {
	if w.Originals == nil {
		return nil
	}
	w.begin(CheckOriginals)
	if w.redacted == nil {
		return errors.New("the pack is no redacted copy: it holds the originals")
	}
	if w.Originals.Key.ID() != w.redacted.Key {
		return fmt.Errorf("the key given is %s, and the pack was redacted with %s", w.Originals.Key.ID(), w.redacted.Key)
	}
	archive, err := w.Originals.Archive(w.cp.Root)
	if err != nil {
		return err
	}
	sealedOnes, err := w.sameLeaves(ctx, archive)
	if err != nil {
		return err
	}
	list, err := testedBy(w.contents.library, w.results)
	if err != nil {
		return err
	}
	by := redaction.New(w.Originals.Key, w.redacted.policy(), termsOf(list))
	if err := by.LearnFrom(ctx, archive, sealedOnes); err != nil {
		return err
	}
	for _, c := range list {
		by.LearnNetworks(c.Params)
	}
	by.Settle(w.redacted.Types)
	if !slices.EqualFunc(by.Zones(), w.redacted.Zones, redaction.Zone.Equal) {
		return fmt.Errorf("%s has other networks than the sealed records and the parameters", RedactionFile)
	}
	for i, e := range sealedOnes {
		again, err := by.Entry(e)
		if err != nil {
			return err
		}
		if !bytes.Equal(again.Raw, w.entries[i].Raw) {
			return fmt.Errorf("the manifest of leaf %d is not what redacting it gives", e.Index)
		}
	}
	var added []AddedValue
	for _, c := range w.results.Controls {
		of, err := by.Additions(c.Params)
		if err != nil {
			return fmt.Errorf("%s: control %s: %w", RedactionFile, c.ID, err)
		}
		for _, a := range of {
			added = append(added, AddedValue{c.ID, a})
		}
	}
	if !slices.Equal(added, w.redacted.Added) {
		return fmt.Errorf("%s marks other values of parameters as added than redaction adds", RedactionFile)
	}
	tally := redaction.NewTally()
	again := redaction.Archive{Of: archive, By: by.Counting(tally)}
	var lines int64
	for _, kind := range kindsOf(sealedOnes) {
		for _, m := range batchesOf(sealedOnes, kind) {
			if _, carried := w.archive.at[m.Object]; !carried {
				continue
			}
			n, err := w.sameLines(ctx, again, m)
			if err != nil {
				return fmt.Errorf("%s: batch %s: %w", EvidenceFile(kind), m.Object, err)
			}
			lines += n
		}
	}
	for _, x := range w.redacted.Rules {
		if n := tally.Of(x.Rule); n != x.Count {
			return fmt.Errorf("%s: rule %s replaces %d values in %d places, and not %d in %d", RedactionFile, x.Rule, n.Values, n.Occurrences, x.Values, x.Occurrences)
		}
	}
	w.ok(w.say("封印された%d件の記録を同じ規則と鍵で再度秘匿化し、本パックの全ての行と一致", "%d sealed records, redacted again by the same rules and key, are the lines of the pack"), lines)
	return nil
}

// sameLeaves finds the pack's entries in the archive, each the leaf that the pack proves.
func (w *verifier) sameLeaves(ctx context.Context, archive sealed.Archive) ([]locker.Entry, error) {
	var found []locker.Entry
	for e, err := range archive.Entries(ctx) {
		if err != nil {
			return nil, err
		}
		n := len(found)
		if n == len(w.entries) || w.entries[n].Index != e.Index {
			continue
		}
		said := w.entries[n]
		leaf, sum := tlog.RecordHash(said.Raw), said.Hash()
		if said.Original != nil {
			leaf = said.Original.Leaf
		}
		if tlog.RecordHash(e.Raw) != leaf || e.Hash() != sum {
			return nil, fmt.Errorf("leaf %d of the locker is another one", e.Index)
		}
		found = append(found, e)
	}
	if len(found) != len(w.entries) {
		return nil, fmt.Errorf("the locker has %d of the pack's %d entries", len(found), len(w.entries))
	}
	return found, nil
}

// sameLines compares a batch, redacted again, with the pack's lines of it, and counts them.
func (w *verifier) sameLines(ctx context.Context, again redaction.Archive, m locker.Manifest) (n int64, err error) {
	r, err := w.archive.open(m)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	next, stop := pull(locker.DecodeObject(r))
	defer stop()
	for want, err := range again.Records(ctx, m) {
		if err != nil {
			return n, err
		}
		n++
		got, err := next()
		if err != nil {
			return n, fmt.Errorf("line %d: %w", n, err)
		}
		if !bytes.Equal(got.AppendLine(nil), want.AppendLine(nil)) {
			return n, fmt.Errorf("line %d is not what redacting the sealed record gives", n)
		}
	}
	if _, err := next(); err != io.EOF {
		return n, fmt.Errorf("there are more lines than the %d that were sealed", n)
	}
	return n, nil
}

// pull reads records one at a time; io.EOF: there is no more.
func pull(all func(func(evidence.Record, error) bool)) (next func() (evidence.Record, error), stop func()) {
	pulled, stop := iter.Pull2(all)
	return func() (evidence.Record, error) {
		r, err, ok := pulled()
		if !ok {
			return evidence.Record{}, io.EOF
		}
		return r, err
	}, stop
}
