package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/pipeline"
	"github.com/evidencepack/evidence/internal/sealed"
)

// settle reads again what of the period before p was read before it had settled, and
// tells of it on stderr. Of what an earlier run read, and nobody sealed yet, it tells
// where that is asked for.
func (a *app) settle(ctx context.Context, run *pipeline.Run, p evidence.Period, waiting bool) error {
	s, err := run.Settle(ctx, p)
	if err != nil {
		return err
	}
	if s.Read+s.Failed+s.Unplanned > 0 || waiting && s.Windows > 0 {
		fmt.Fprintln(a.stderr, settledLine(run.Config.Lang, run.Config.Calendar.Name(s.Period), s))
	}
	return nil
}

// settledLine says on one line what was read again of a period, and what follows.
func settledLine(l evidence.Lang, period string, s pipeline.Settled) string {
	say := words(l)
	line := fmt.Sprintf(say("%s: 遅れて到着するレコードが見込まれる間に読み取った%d区間を再度読み取った(新規%d件、変更%d件)",
		"%s: windows read again, since they had been read before they had settled: %d (records new: %d, changed: %d)"),
		period, s.Windows, s.New, s.Changed)
	add := func(n int, ja, en string) {
		if n > 0 {
			line += fmt.Sprintf(say("。"+ja, "; "+en), n)
		}
	}
	add(s.Forgotten, "うち%d区間は証跡元の保存期間を過ぎており、当初の読取結果を維持する", "no longer kept by the source, so that the earlier reading stays: %d")
	add(s.WithGaps, "うち%d区間に欠落があり、次回の実行で再度読み取る", "with gaps, and read again by the next run: %d")
	add(s.Failed, "%d件の読取りに失敗し、次回の実行で再度読み取る", "not readable, and tried again by the next run: %d")
	if s.Unplanned > 0 {
		line += fmt.Sprintf(say("。%d区間は現在の設定では読み取れない(evidence collect --period %s で収集し直す)",
			"; no longer planned as they were: %d (evidence collect --period %s collects the period as it is planned now)"), s.Unplanned, period)
	}
	if s.New+s.Changed > 0 {
		line += fmt.Sprintf(say("。封印後にこの期間のパックを作り直すこと: evidence pack --period %s",
			"; once they are sealed, make the period's packs again: evidence pack --period %s"), period)
	}
	return line
}

// unsettledLines say, a line for each kind and scope of a source, which windows were
// read before they had settled.
func unsettledLines(l evidence.Lang, loc *time.Location, source string, all []sealed.Unsettled) []string {
	say := words(l)
	var lines []string
	for len(all) > 0 {
		u, n := all[0], 0
		same := func(o sealed.Unsettled) bool {
			return o.Source == u.Source && o.Kind == u.Kind && o.Scope.Key() == u.Scope.Key() && o.Forgotten == u.Forgotten
		}
		for _, o := range all {
			if !same(o) {
				continue
			}
			n++
			if o.Window.Start.Before(u.Window.Start) {
				u.Window.Start = o.Window.Start
			}
			if o.Window.End.After(u.Window.End) {
				u.Window.End = o.Window.End
			}
			if o.Until.After(u.Until) {
				u.Until = o.Until
			}
		}
		all = slices.DeleteFunc(slices.Clone(all), same)
		if u.Source != source {
			continue
		}
		from, to := clock(u.Window.Start, loc), clock(u.Window.End, loc)
		form := say("未確定 %s %s: %d区間(%s ～ %s)。%s以降に、この期間又は翌期間を実行又は収集すると再度読み取る",
			"not settled %s %s, windows: %d (%s – %s); read again by a run or collection of this period or the next from %s on")
		args := []any{oneLine(u.Kind), oneLine(u.Scope.String()), n, from, to, clock(u.Until, loc)}
		if u.Forgotten {
			form = say("未確定 %s %s: %d区間(%s ～ %s)。証跡元の保存期間を過ぎており、当初の読取結果を維持する",
				"not settled %s %s, windows: %d (%s – %s); no longer kept by the source, so that the earlier reading stays")
			args = args[:5]
		}
		lines = append(lines, fmt.Sprintf(form, args...))
	}
	return lines
}
