package pack

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/evidencepack/evidence/internal/locker"
)

// vouched is a checkpoint with where it is from.
type vouched struct {
	locker.Checkpoint
	from string
}

// known holds the pack's checkpoint to those that are known from elsewhere. A pack
// has no log, so consistency is proven as far as the copies carry proofs.
func (w *verifier) known(context.Context) error {
	if len(w.Known) == 0 {
		return nil
	}
	w.begin(CheckKnown)
	key, err := note.NewVerifier(w.manifest.Checkpoint.Key)
	if err != nil {
		return err
	}
	all := []vouched{{Checkpoint: w.cp, from: w.say("パック", "the pack")}}
	proofs := map[int64]tlog.TreeProof{} // by size: that of a copy serves the pack's own checkpoint too
	for _, k := range w.Known {
		cp, err := locker.ParseCheckpoint(k.Note, key)
		if err == nil && cp.Origin != w.cp.Origin {
			err = fmt.Errorf(w.say("%s のチェックポイントである", "it is a checkpoint of %s"), cp.Origin)
		}
		if err != nil {
			return fmt.Errorf(w.say("%s: 封印した鍵又はロッカーがパックのものと異なる: %w", "%s: the key that sealed it, or its locker, is not the pack's: %w"), k.From, err)
		}
		all = append(all, vouched{cp, k.From})
		if k.Proof != nil {
			proofs[cp.Size] = k.Proof
		}
	}
	slices.SortStableFunc(all, func(a, b vouched) int { return cmp.Compare(a.Size, b.Size) })
	for i, newer := range all[1:] {
		if err := w.extends(newer, all[i], proofs[newer.Size]); err != nil {
			return err
		}
	}
	return nil
}

// extends proves that the log of a checkpoint begins with that of an older one. The
// proof is that it extends the one that it names as the one before; nil: not at hand.
func (w *verifier) extends(newer, older vouched, proof tlog.TreeProof) error {
	if newer.Size == older.Size {
		if newer.Root != older.Root || !newer.SealedAt.Equal(older.SealedAt) || newer.PreviousSHA256 != older.PreviousSHA256 {
			return fmt.Errorf(w.say("%sと%sは、いずれも葉 %d のチェックポイントでありながら内容が異なる(封印 %s と %s)",
				"%s and %s are different checkpoints of %d leaves (sealed %s and %s)"),
				newer.from, older.from, newer.Size, newer.SealedAt.Format(time.RFC3339), older.SealedAt.Format(time.RFC3339))
		}
		w.ok(w.say("%sと%sは同じチェックポイントである(葉 %d)", "%s and %s are the same checkpoint (%d leaves)"), newer.from, older.from, newer.Size)
		return nil
	}
	switch {
	case newer.PreviousSize < older.Size:
		return fmt.Errorf(w.say("%s(葉 %d)の直前は葉 %d であり、%s(葉 %d)はその間に存在しない",
			"%s (%d leaves) follows a checkpoint of %d leaves: %s (%d leaves) is not between them"),
			newer.from, newer.Size, newer.PreviousSize, older.from, older.Size)
	case newer.PreviousSize > older.Size:
		w.report(Noted, fmt.Sprintf(w.say("%s(葉 %d)から%s(葉 %d)まで: 間のチェックポイントが与えられていないため、整合性は証明されていない",
			"from %s (%d leaves) to %s (%d leaves): the checkpoints between them are not at hand, so consistency is not proven"),
			older.from, older.Size, newer.from, newer.Size))
		return nil
	}
	if sum := sha256.Sum256(older.Note); hex.EncodeToString(sum[:]) != newer.PreviousSHA256 {
		return fmt.Errorf(w.say("%s が直前のものとして挙げるチェックポイントは%sと異なる", "the checkpoint that %s names as the one before is not %s"), newer.from, older.from)
	}
	if proof == nil {
		w.report(Noted, fmt.Sprintf(w.say("%s は%sを直前のものとして挙げる。整合性証明は与えられていない",
			"%s names %s as the one before; there is no consistency proof at hand"), newer.from, older.from))
		return nil
	}
	if err := tlog.CheckTree(proof, newer.Size, newer.Root, older.Size, older.Root); err != nil {
		return fmt.Errorf(w.say("%s は%sを含まない(整合性証明が成立しない): %w", "%s does not extend %s: the consistency proof does not hold: %w"),
			newer.from, older.from, err)
	}
	w.ok(w.say("%s(葉 %d)は%s(葉 %d)を含む(整合性証明)", "%s (%d leaves) extends %s (%d leaves), by a consistency proof"),
		newer.from, newer.Size, older.from, older.Size)
	return nil
}
