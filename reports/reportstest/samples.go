package reportstest

import (
	"cmp"
	"slices"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
)

// sampling is with a nonce in the Japanese pack, and without one in the English.
func (b builder) sampling() reports.Sampling {
	return reports.Sampling{Method: "evidence-sample/v1", Root: Hash("root"), Size: 1284 - int64(len(b.in("", "x"))), Nonce: b.in("鶴亀 <b>2026-11-20</b>", "")}
}

// sample draws up to 25 items of a control's population. The third of them was
// replaced, for a reason that attacks whoever prints it.
func (b builder) sample(c *reports.Control) *reports.Sample {
	s := &reports.Sample{Population: c.Counts.Total - c.Counts.NotApplicable, NotApplicable: c.Counts.NotApplicable, Seed: Hash(c.ID + " seed"),
		SizedBy: b.sizedBy()}
	return b.draw(c, s, 25, func(item reports.Item) bool { return item.Verdict != evidence.NotApplicable })
}

// exemptSample draws out of the control's exempt items, which the first of those are that
// are not applicable.
func (b builder) exemptSample(c *reports.Control) *reports.Sample {
	n := int64(0)
	s := &reports.Sample{Exempt: true, Population: c.Exempt, NotApplicable: c.Counts.NotApplicable - c.Exempt, Seed: Hash(c.ID + " exempt seed"), SizedBy: b.sizedBy()}
	return b.draw(c, s, 5, func(item reports.Item) bool {
		if item.Verdict == evidence.NotApplicable {
			n++
		}
		return item.Verdict == evidence.NotApplicable && n <= c.Exempt
	})
}

func (b builder) sizedBy() string {
	return b.in("実施基準（日常反復継続する取引25件、信頼度90%）：発生の都度", "Japanese implementation standard (25 of what recurs daily, 90 % confidence): per occurrence")
}

func (b builder) draw(c *reports.Control, s *reports.Sample, size int64, from func(reports.Item) bool) *reports.Sample {
	if s.Population == 0 {
		return nil
	}
	s.Size = min(size, s.Population)
	for item, err := range c.Items() {
		if err != nil {
			panic(err)
		}
		if from(item) {
			s.Drawn = append(s.Drawn, reports.DrawnItem{Item: item, Rank: Hash(s.Seed + item.ID), State: reports.InSample})
		}
	}
	slices.SortFunc(s.Drawn, func(x, y reports.DrawnItem) int { return cmp.Compare(x.Rank, y.Rank) })
	if s.Population > s.Size+1 {
		d := &s.Drawn[2]
		d.State, d.By, d.Date = reports.Replaced, b.in("監査人", "the auditor"), "2026-11-20"
		d.Reason = b.in("承認者の退職により確認できない。", "The approver has left. ") + Hostile[0]
		for i := s.Size + 1; i < s.Population; i++ {
			s.Drawn[i].State = reports.Reserve
		}
	}
	s.Drawn = slices.Clone(s.Drawn[:min(s.Population, s.Size+6)]) // the rest is not kept alive
	return s
}
