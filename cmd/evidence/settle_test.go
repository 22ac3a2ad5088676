package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/pipeline"
	"github.com/evidencepack/evidence/internal/sealed"
)

func TestWhatIsToldOfWhatWasReadAgain(t *testing.T) {
	for _, tt := range []struct {
		settled pipeline.Settled
		ja, en  string
	}{
		{
			pipeline.Settled{Windows: 3, New: 1},
			"2026-10: 遅れて到着するレコードが見込まれる間に読み取った3区間を再度読み取った(新規1件、変更0件)。封印後にこの期間のパックを作り直すこと: evidence pack --period 2026-10",
			"2026-10: windows read again, since they had been read before they had settled: 3 (records new: 1, changed: 0); once they are sealed, make the period's packs again: evidence pack --period 2026-10",
		},
		{
			pipeline.Settled{Windows: 3, Forgotten: 2, WithGaps: 1, Failed: 4, Unplanned: 5},
			"2026-10: 遅れて到着するレコードが見込まれる間に読み取った3区間を再度読み取った(新規0件、変更0件)。うち2区間は証跡元の保存期間を過ぎており、当初の読取結果を維持する。うち1区間に欠落があり、次回の実行で再度読み取る。4件の読取りに失敗し、次回の実行で再度読み取る。5区間は現在の設定では読み取れない(evidence collect --period 2026-10 で収集し直す)",
			"2026-10: windows read again, since they had been read before they had settled: 3 (records new: 0, changed: 0); no longer kept by the source, so that the earlier reading stays: 2; with gaps, and read again by the next run: 1; not readable, and tried again by the next run: 4; no longer planned as they were: 5 (evidence collect --period 2026-10 collects the period as it is planned now)",
		},
	} {
		got := []string{settledLine(evidence.Japanese, "2026-10", tt.settled), settledLine(evidence.English, "2026-10", tt.settled)}
		if d := cmp.Diff([]string{tt.ja, tt.en}, got); d != "" {
			t.Error(d)
		}
	}
}

func TestStatusListsWhatHasNotSettled(t *testing.T) {
	day := func(source string, d int, forgotten bool) sealed.Unsettled {
		start := time.Date(2026, 10, d, 0, 0, 0, 0, time.UTC)
		return sealed.Unsettled{Source: source, Kind: "entraid.sign_in", Scope: evidence.Scope{"tenant": "t"}, Forgotten: forgotten,
			Window: evidence.Period{Start: start, End: start.AddDate(0, 0, 1)}, Until: start.AddDate(0, 0, 4)}
	}
	all := []sealed.Unsettled{day("entra", 31, false), day("other", 1, false), day("entra", 30, false), day("entra", 2, true)}
	want := []string{
		"not settled entraid.sign_in tenant=t, windows: 2 (2026-10-30 00:00:00 UTC – 2026-11-01 00:00:00 UTC); read again by a run or collection of this period or the next from 2026-11-04 00:00:00 UTC on",
		"not settled entraid.sign_in tenant=t, windows: 1 (2026-10-02 00:00:00 UTC – 2026-10-03 00:00:00 UTC); no longer kept by the source, so that the earlier reading stays",
	}
	if d := cmp.Diff(want, unsettledLines(evidence.English, time.UTC, "entra", all)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"未確定 entraid.sign_in tenant=t: 1区間(2026-10-01 00:00:00 UTC ～ 2026-10-02 00:00:00 UTC)。2026-10-05 00:00:00 UTC以降に、この期間又は翌期間を実行又は収集すると再度読み取る"},
		unsettledLines(evidence.Japanese, time.UTC, "other", all)); d != "" {
		t.Error(d)
	}
}
