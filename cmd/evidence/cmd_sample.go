package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/all"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/pack"
	"github.com/evidencepack/evidence/internal/pipeline"
	"github.com/evidencepack/evidence/internal/sampling"
)

func (a *app) sampleCommand() *cobra.Command {
	var period periodFlags
	var ask sampleFlags
	c := &cobra.Command{
		Use:   "sample CONTROL --period PERIOD | sample CONTROL --pack PACK",
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

With --of exempt it draws out of the items that the control's exemptions leave out, for
the auditor to test that these are justified. Packs have that sample too, wherever there
are such items; in the samples' log what was replaced in it has of: exempt.

A sample is of its period. 25 items of a year are not 25 of each of its months: draw them
with --period FY2026, or any period that is collected, out of all of it (docs/sampling.md).

It ends with 4 when the control is not evaluable, since its population may then be
incomplete, and otherwise with 0, whatever the verdicts are.

With --pack an auditor draws out of a pack, with a nonce of their own and without a
locker, a configuration or a network: the pack is verified first, as by verify, and the
sizes are those of the pack's own samples.`,
		Example: "  evidence sample CHG-01 --period 2026-10 --size 25 --nonce 'a text of the auditor'\n  evidence sample CHG-01 --period FY2026 --out sample.xlsx\n  evidence sample ACC-04 --period 2026-10 --of exempt\n  evidence sample CHG-01 --period 2026-10 --out sample.xlsx\n  evidence sample CHG-01 --pack example-soc1-2026-10.zip --key pack.pub.pem --nonce 'a text of the auditor' --out sample.xlsx",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, ids []string) (err error) {
			if err := ask.check(); err != nil {
				return usageError{err}
			}
			if ask.pack != "" {
				if period != (periodFlags{}) {
					return usage("a pack is of one period: want --pack, or --period")
				}
				return a.samplePack(cmd.Context(), ids[0], ask)
			}
			return a.sampleLocker(cmd.Context(), ids, &period, ask)
		},
	}
	period.add(c)
	ask.add(c)
	return c
}

// sampleFlags say how a sample is to be drawn.
type sampleFlags struct {
	sizing           pipeline.Sizing
	nonce, out, pack string
	trust            trustFlags
}

func (s *sampleFlags) add(c *cobra.Command) {
	f := c.Flags()
	f.Int64Var(&s.sizing.Size, "size", 0, "how many items (default: by the table)")
	f.StringVar(&s.sizing.Table, "table", "", "table of sizes: jsox, aicpa, or one of evidence.yaml (default: the configuration's, or the pack's)")
	f.StringVar(&s.nonce, "nonce", "", "the auditor's text (default: the one in the samples' log)")
	f.StringVar(&s.sizing.Of, "of", "", "draw out of the `exempt` items, those that an exemption leaves out (default: those that the control applies to)")
	f.StringVar(&s.out, "out", "", "write a test sheet to this `file` (.xlsx)")
	f.StringVar(&s.pack, "pack", "", "draw out of this `pack`, a zip or a folder, once it is verified")
	f.StringArrayVar(&s.trust.keys, "key", nil, "with --pack: the signer's public key, a PEM `file`, repeated where several signed")
	s.trust.add(c, "with --pack: ")
}

func (s *sampleFlags) check() error {
	if s.sizing.Size < 0 || s.sizing.Size > 0 && s.sizing.Table != "" {
		return errors.New("want --size above 0, or --table")
	}
	if s.sizing.Of != "" && s.sizing.Of != sampling.Exempt {
		return fmt.Errorf("--of %s: want exempt", s.sizing.Of)
	}
	if s.pack == "" && s.trust.given() {
		return errors.New("--key, --certificate, --trust-root and --tsa-root verify a pack: want --pack")
	}
	return sampling.CheckNonce(s.nonce)
}

// sampleLocker draws out of what is sealed.
func (a *app) sampleLocker(ctx context.Context, ids []string, period *periodFlags, ask sampleFlags) (err error) {
	run, p, err := a.openFor(period)
	if err != nil {
		return err
	}
	run.Nonce = ask.nonce
	if ask.sizing.Table != "" {
		if _, err := run.Config.Samples.FindTable(ask.sizing.Table); err != nil {
			return usageError{err}
		}
	}
	list, err := run.Select(ids)
	if err != nil {
		return usageError{err}
	}
	results, view, cp, err := run.Evaluate(ctx, p, list)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, results.Close(), view.Close()) }()
	sampled, err := run.Sample(ctx, p, results, cp, ask.sizing)
	if err != nil {
		return err
	}
	return a.tellSample(run.Config.Lang, sampled, ask)
}

// samplePack draws out of a pack, on the auditor's machine. What is wrong with the
// pack, or must be known of it, is told on stderr.
func (a *app) samplePack(ctx context.Context, control string, ask sampleFlags) error {
	l, err := a.language()
	if err != nil {
		return err
	}
	trust, err := ask.trust.load()
	if err != nil {
		return err
	}
	v := pack.Verification{Trust: trust, Drivers: all.Drivers(), Tool: toolVersion(), Lang: l, Report: func(c pack.Check) {
		if c.State != pack.OK {
			fmt.Fprintf(a.stderr, "%-6s %s: %s\n", c.State, c.Name, oneLine(c.Detail))
		}
	}}
	wanted := pack.Ask{Control: control, Nonce: ask.nonce, Size: ask.sizing.Size, Table: ask.sizing.Table, Of: ask.sizing.Of, Lang: l}
	err = pack.SampleFrom(ctx, ask.pack, v, wanted, func(s pack.Sampled) error { return a.tellSample(l, s, ask) })
	if errors.Is(err, pack.ErrNotAsked) {
		return usageError{err}
	}
	return err
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

// tellSample prints a control's sample, and writes its test sheet where one is wanted.
func (a *app) tellSample(l evidence.Lang, in pack.Sampled, ask sampleFlags) error {
	if ask.out != "" {
		if err := writeWhole(ask.out, in.WriteTestSheet); err != nil {
			return err
		}
	}
	c := &in.Results.Controls[0]
	if a.json {
		if err := a.printJSON(in.Samples); err != nil {
			return err
		}
	} else if err := a.listSample(l, in, c, ask.sizing.Of); err != nil {
		return err
	}
	if c.Result == evidence.NotEvaluable {
		return outcome(exitIncomplete)
	}
	return nil
}

func (a *app) listSample(l evidence.Lang, in pack.Sampled, c *evaluation.Control, of string) error {
	say, loc, samples := words(l), in.Location, in.Samples
	ctl, err := in.Library.Find(c.ID)
	if err != nil {
		return err
	}
	if in.Results.Open {
		fmt.Fprintln(a.stdout, say("※期間は終了していない。母集団は収集日時までのものである。", "The period is still open: the population is up to when it was collected."))
	}
	for _, why := range pack.WhyNotEvaluable(c, l, loc) {
		fmt.Fprintf(a.stdout, "%s  %s: %s\n", c.ID, say("評価不能", "not evaluable"), oneLine(why))
	}
	s := samples.FindOf(c.ID, of)
	if s == nil {
		fmt.Fprintf(a.stdout, "%s  %s\n", c.ID, say("抽出元となる項目がない。", "there is nothing to draw from."))
		return nil
	}
	fmt.Fprintf(a.stdout, "%s  %s\n", c.ID, ctl.Title.In(l))
	nonce := samples.Nonce
	if nonce == "" {
		nonce = say("指定なし(封印をやり直してサンプルを選ぶことを防げない)", "none (nothing rules out sealing again until a sample suits)")
	}
	from := say("%d件(ほかに対象外 %d件)", "%d items (another %d are not applicable)")
	if of == sampling.Exempt {
		from = say("適用除外の項目 %d件(ほかに対象外 %d件)", "%d exempt items (another %d are not applicable)")
	}
	for _, line := range [][2]string{
		{say("抽出元", "drawn from"), fmt.Sprintf(from, s.Population, s.NotApplicable)},
		{say("サンプル数", "size"), fmt.Sprintf("%d  (%s)", s.Size, s.SizeText(ctl.Frequency).In(l))},
		{say("チェックポイント", "checkpoint"), fmt.Sprintf(say("%s(サイズ %d)", "%s (size %d)"), samples.Checkpoint.Root, samples.Checkpoint.Size)},
		{say("ナンス", "nonce"), oneLine(nonce)},
		{say("抽出方法", "method"), samples.Method},
		{say("シード", "seed"), fmt.Sprintf("%s = SHA-256(%s)", s.Seed, oneLine(strings.Join(samples.Basis(c.ID, of).Lines(), " ⏎ "))+" ⏎")},
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
