package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/pack"
	"github.com/evidencepack/evidence/internal/pipeline"
	"github.com/evidencepack/evidence/internal/sampling"
)

func (a *app) sampleCommand() *cobra.Command {
	var period periodFlags
	var sizing pipeline.Sizing
	var nonce, out string
	c := &cobra.Command{
		Use:   "sample CONTROL --period PERIOD",
		Short: "Draw the items of a control that an auditor inspects",
		Long: `Sample draws items out of a control's population, all but those to which the control
does not apply. Which ones follows from the sealed checkpoint, the control, the period
and a nonce, a text that the auditor chooses after the sealing: neither side can steer
it, and sha256sum and sort give the same (VERIFY.md in a pack has the commands). Packs
have the same samples.

How many is by a table, by how often the control operates and how large its population
is; evidence.yaml chooses it (samples:), --table and --size override it. What was agreed
with the auditor on a period, the checkpoint's root, the nonce and which items were
replaced, why and by whom, stands in the file that evidence.yaml names as the samples'
log:

  2026-10:
    checkpoint: "41e44c61…"    # in full: sealing again leaves the sample as it is
    nonce: a text of the auditor
    replaced:
      - {control: CHG-01, item: PR_kw…, reason: …, by: …, date: 2026-11-20}

With --out it writes a test sheet, a workbook with a row an item and cells for the
auditor's result, initials, date and remarks.

It ends with 4 when the control is not evaluable, since its population may then be
incomplete, and otherwise with 0, whatever the verdicts are.`,
		Example: "  evidence sample CHG-01 --period 2026-10 --size 25 --nonce 'a text of the auditor'\n  evidence sample CHG-01 --period 2026-10 --out sample.xlsx",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, ids []string) (err error) {
			if sizing.Size < 0 || sizing.Size > 0 && sizing.Table != "" {
				return usage("want --size above 0, or --table")
			}
			if err := sampling.CheckNonce(nonce); err != nil {
				return usageError{err}
			}
			run, p, err := a.openFor(&period)
			if err != nil {
				return err
			}
			run.Nonce = nonce
			if sizing.Table != "" {
				if _, err := run.Config.Samples.FindTable(sizing.Table); err != nil {
					return usageError{err}
				}
			}
			list, err := run.Select(ids)
			if err != nil {
				return usageError{err}
			}
			results, view, cp, err := run.Evaluate(cmd.Context(), p, list)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, results.Close(), view.Close()) }()
			samples, err := run.Sample(cmd.Context(), p, results, cp, sizing)
			if err != nil {
				return err
			}
			if out != "" {
				err := writeWhole(out, func(w io.Writer) error { return pack.WriteTestSheet(w, run.TestSheet(p, results, cp, samples)) })
				if err != nil {
					return err
				}
			}
			if err := a.tellSamples(run, list[0], results, samples); err != nil {
				return err
			}
			if results.Controls[0].Result == evidence.NotEvaluable {
				return outcome(exitIncomplete)
			}
			return nil
		},
	}
	period.add(c)
	f := c.Flags()
	f.Int64Var(&sizing.Size, "size", 0, "how many items (default: by the table)")
	f.StringVar(&sizing.Table, "table", "", "table of sizes: jsox, aicpa, or one of evidence.yaml (default: the configuration's)")
	f.StringVar(&nonce, "nonce", "", "the auditor's text (default: the one in the samples' log)")
	f.StringVar(&out, "out", "", "write a test sheet to this `file` (.xlsx)")
	return c
}

// writeWhole makes a file that appears whole or not at all.
func writeWhole(path string, fill func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".making-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if err := errors.Join(fill(f), f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

func (a *app) tellSamples(run *pipeline.Run, ctl *controls.Control, r *evaluation.Results, samples *pack.Samples) error {
	if a.json {
		return a.printJSON(samples)
	}
	l, loc := run.Config.Lang, run.Config.Calendar.Location
	say := words(l)
	c := &r.Controls[0]
	if r.Open {
		fmt.Fprintln(a.stdout, say("※期間は終了していない。母集団は収集日時までのものである。", "The period is still open: the population is up to when it was collected."))
	}
	for _, why := range pack.WhyNotEvaluable(c, l, loc) {
		fmt.Fprintf(a.stdout, "%s  %s: %s\n", c.ID, say("評価不能", "not evaluable"), oneLine(why))
	}
	s := samples.Find(c.ID)
	if s == nil {
		fmt.Fprintf(a.stdout, "%s  %s\n", c.ID, say("抽出元となる項目がない。", "there is nothing to draw from."))
		return nil
	}
	fmt.Fprintf(a.stdout, "%s  %s\n", c.ID, ctl.Title.In(l))
	nonce := samples.Nonce
	if nonce == "" {
		nonce = say("指定なし(封印をやり直してサンプルを選ぶことを防げない)", "none (nothing rules out sealing again until a sample suits)")
	}
	for _, line := range [][2]string{
		{say("抽出元", "drawn from"), fmt.Sprintf(say("%d件(ほかに対象外 %d件)", "%d items (another %d are not applicable)"), s.Population, s.NotApplicable)},
		{say("サンプル数", "size"), fmt.Sprintf("%d  (%s)", s.Size, s.SizeText(ctl.Frequency).In(l))},
		{say("チェックポイント", "checkpoint"), fmt.Sprintf(say("%s(サイズ %d)", "%s (size %d)"), samples.Checkpoint.Root, samples.Checkpoint.Size)},
		{say("ナンス", "nonce"), oneLine(nonce)},
		{say("抽出方法", "method"), samples.Method},
		{say("シード", "seed"), fmt.Sprintf("%s = SHA-256(%s)", s.Seed, oneLine(strings.Join(samples.Basis(c.ID).Lines(), " ⏎ "))+" ⏎")},
	} {
		fmt.Fprintf(a.stdout, "%s: %s\n", line[0], line[1])
	}
	t := newTable(a.stdout, "#", say("区分", "drawn as"), say("日時", "when"), say("項目", "item"), say("判定", "verdict"), "ID")
	for i, d := range s.Items() {
		t.AppendRow([]any{i + 1, drawnAs(d.State).In(l), clock(d.Item.Time, loc), oneLine(d.Item.Label), d.Item.Verdict.Mark() + " " + d.Item.Verdict.Name().In(l), oneLine(d.Item.ID)})
	}
	t.Render()
	for _, d := range s.Items() {
		if d.State == sampling.Replaced {
			r := d.Replacement
			fmt.Fprintf(a.stdout, "%s  %s: %s (%s, %s)\n", say("差替え", "replaced"), oneLine(d.Item.Name()), oneLine(r.Reason), oneLine(r.By), r.Date)
		}
	}
	return nil
}

func drawnAs(s sampling.State) evidence.Text {
	return map[sampling.State]evidence.Text{
		sampling.Sampled:  {JA: "サンプル", EN: "sample"},
		sampling.Replaced: {JA: "差替え済み", EN: "replaced"},
		sampling.Reserve:  {JA: "予備", EN: "reserve"},
	}[s]
}
