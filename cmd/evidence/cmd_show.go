package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/derived"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/locker"
	"github.com/evidencepack/evidence/internal/pack"
	"github.com/evidencepack/evidence/internal/pipeline"
	"github.com/evidencepack/evidence/internal/responses"
	"github.com/evidencepack/evidence/internal/sealed"
)

func (a *app) showCommand() *cobra.Command {
	var period periodFlags
	var input bool
	var format, out string
	var mark bool
	c := &cobra.Command{
		Use:   "show CONTROL [ITEM] --period PERIOD",
		Short: "Show a control's test, or one item down to its raw record",
		Long: `Show prints a control's texts, its population and its exceptions. With an item (its
identity, its label, or the beginning of its identity) it prints the verdict with its
reasons, the raw record, the response of the source that held it, what the source
published to prove that, and the leaf of the locker's log that seals it. Of things
that change, such as pull requests, it prints the version that was sealed last and
lists the earlier ones.

With --format csv or jsonl it writes the control's whole population, a row or line an
item with its verdict, to --out or to stdout; JSON Lines have each record as its source
gave it. In CSV, a text that a spreadsheet would take for a formula stands behind an
apostrophe, and one that begins with an apostrophe behind another: take one away and it
is the text again. CSV begins with a byte order mark, by which Excel knows that it is
UTF-8 and shows Japanese; --bom=false is for programs that stumble over it.

With --input it prints the document on which the control judges the item, with all
that it is joined with, so that a stock opa repeats the test out of a pack's folder:

  evidence show CHG-01 acme/app#12 --period 2026-10 --input > input.json
  opa eval -d controls/CHG-01/policy.rego -d controls/lib -i input.json data.evidence.chg_01`,
		Example: "  evidence show LOG-01 --period 2026-10\n  evidence show LOG-01 2f1c --period 2026-10",
		Args:    cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if err := populationFormat(format, out, input, cmd.Flags().Changed("bom"), args); err != nil {
				return err
			}
			run, p, err := a.openFor(&period)
			if err != nil {
				return err
			}
			list, err := run.Select(args[:1])
			if err != nil {
				return usageError{err}
			}
			evaluate := run.Evaluate
			if format == "jsonl" {
				evaluate = run.EvaluateWithRecords
			}
			results, view, cp, err := evaluate(cmd.Context(), p, list)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, results.Close(), view.Close()) }()
			if format != "" {
				if err := a.writePopulation(run, p, results, format, out, mark); err != nil {
					return err
				}
				return resultsOutcome(results)
			}
			s := &shown{app: a, run: run, control: list[0], outcome: &results.Controls[0], view: view, checkpoint: cp}
			var wrong error
			s.answers, wrong = run.Responses(p, results)
			if input {
				return s.tellInput(cmd.Context(), args[1:])
			}
			if len(args) == 1 {
				if err := s.tellTest(results); err != nil || wrong != nil {
					return cmp.Or(err, wrong)
				}
				return resultsOutcome(results)
			}
			return cmp.Or(s.tellItem(cmd.Context(), args[1]), wrong)
		},
	}
	period.add(c)
	c.Flags().StringVar(&format, "format", "", "write the whole population `as` csv or jsonl")
	c.Flags().StringVar(&out, "out", "", "`file` for --format, which must not be there yet (default: stdout)")
	c.Flags().BoolVar(&mark, "bom", true, "begin CSV with a byte order mark, which Excel asks for")
	c.Flags().BoolVar(&input, "input", false, "print the input document of the item's test")
	return c
}

// shown is one control's test, to be shown.
type shown struct {
	*app
	run        *pipeline.Run
	control    *controls.Control
	outcome    *evaluation.Control
	answers    *responses.Answers
	view       *sealed.View
	checkpoint locker.Checkpoint
}

func (s *shown) tellTest(r *evaluation.Results) error {
	if s.json {
		return s.printJSON(s.outcome)
	}
	l := s.run.Config.Lang
	say := words(l)
	c := s.control
	fmt.Fprintf(s.stdout, "%s  %s\n\n", c.ID, c.Title.In(l))
	for _, line := range [][2]string{
		{say("統制活動", "activity"), c.Activity.In(l)},
		{say("検証手続", "procedure"), c.Procedure.In(l)},
		{say("統制責任者", "owner"), c.Owner},
		{say("頻度", "frequency"), c.Frequency.Name().In(l)},
		{say("母集団", "population"), strings.Join(c.Population.Kinds(), ", ") + "  " + strings.ReplaceAll(pack.PopulationDefinition(c.Population).In(l), "\n", " / ")},
	} {
		fmt.Fprintf(s.stdout, "%s: %s\n", line[0], strings.TrimSpace(line[1]))
	}
	for _, name := range c.RegoFiles() {
		fmt.Fprintf(s.stdout, "%s: %s  SHA-256 %s\n", say("判定規則", "rules"), name, c.SourceSHA256(name))
	}
	for _, code := range slices.Sorted(maps.Keys(c.Observations)) {
		fmt.Fprintf(s.stdout, "%s: %s  %d\n", say("参考情報", "note"), oneLine(c.ReasonForm(code, l)), s.outcome.Observed[code])
	}
	fmt.Fprintln(s.stdout)
	if err := s.tellResults(s.run, r); err != nil {
		return err
	}
	return s.tellControl(s.run, r, s.outcome, s.answers, 50)
}

// tellInput prints the input document of an item's test. A control that judges its
// population as a whole has one document for all items.
func (s *shown) tellInput(ctx context.Context, names []string) error {
	id := ""
	if s.control.Scope == controls.Each {
		if len(names) == 0 {
			return usage("--input: name an item of %s", s.control.ID)
		}
		item, err := pipeline.Match(s.outcome.Items(), names[0])
		if err != nil {
			return usageError{err}
		}
		id = item.ID
	}
	doc, err := evaluation.Document(ctx, s.view, s.control, id)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.stdout, "%s\n", doc)
	return err
}

func (s *shown) tellItem(ctx context.Context, name string) error {
	item, err := pipeline.Match(s.outcome.Items(), name)
	if err != nil {
		return usageError{err}
	}
	traces, earlier, err := s.traces(ctx, item)
	if err != nil {
		return err
	}
	if s.json {
		return s.printJSON(s.itemJSON(item, traces, earlier))
	}
	l, loc := s.run.Config.Lang, s.run.Config.Calendar.Location
	say := words(l)
	fmt.Fprintf(s.stdout, "%s  %s  %s\n", s.control.ID, oneLine(item.Name()), item.Verdict.Name().In(l))
	if item.Label != "" {
		fmt.Fprintf(s.stdout, "%s: %s\n", say("識別子", "identity"), oneLine(item.ID))
	}
	fmt.Fprintf(s.stdout, "%s: %s\n", say("日時", "when"), clock(item.Time, loc))
	for _, r := range item.Reasons {
		fmt.Fprintf(s.stdout, "%s: %s (%s)\n", say("理由", "reason"), reasonText(s.control, r, l, loc), r.Code)
	}
	for _, o := range item.Observations {
		fmt.Fprintf(s.stdout, "%s: %s (%s)\n", say("参考情報", "note"), reasonText(s.control, o, l, loc), o.Code)
	}
	if r := s.answers.Of(s.control.ID, item.ID); r != nil {
		fmt.Fprintln(s.stdout, oneLine(responseText(r, l)))
	}
	for i, f := range item.Fields {
		if f.Set && s.control.Columns[i].Type == controls.DiffColumn {
			fmt.Fprintf(s.stdout, "%s:\n%s", s.control.Columns[i].Title.In(l), s.diff(f.Text))
			continue
		}
		if f.Set {
			fmt.Fprintf(s.stdout, "%s: %s\n", s.control.Columns[i].Title.In(l), fieldText(f))
		}
	}
	if item.Link != "" {
		fmt.Fprintf(s.stdout, "%s: %s\n", say("リンク", "link"), safe(item.Link))
	}
	for _, t := range traces {
		s.tellTrace(t)
	}
	s.tellEarlier(earlier)
	return nil
}

// tellEarlier lists what the record was before, oldest first.
func (s *shown) tellEarlier(versions []sealed.Version) {
	if len(versions) == 0 {
		return
	}
	say := words(s.run.Config.Lang)
	fmt.Fprintf(s.stdout, say("\n更新前の版 %d件(封印されているが、検証の対象は最新の版)\n", "\n%d earlier versions (sealed; the latest is the one that is tested)\n"), len(versions))
	for _, v := range versions {
		first := v.Sightings[0]
		fmt.Fprintf(s.stdout, "  %s: %s  SHA-256 %s  %s\n", say("収集", "collected"),
			clock(first.Entry.Manifest.Collected.At, s.run.Config.Calendar.Location), first.Record.BodySHA256(),
			fmt.Sprintf(say("葉 %d", "leaf %d"), first.Entry.Index))
	}
}

func (s *shown) tellTrace(t pipeline.Trace) {
	say := words(s.run.Config.Lang)
	loc := s.run.Config.Calendar.Location
	title := say("記録(原本)", "record, as the source gave it")
	if t.Batch == "" {
		title = say("記録(封印された証跡から算出)", "record, as computed from sealed evidence")
	}
	fmt.Fprintf(s.stdout, "\n%s (%s, SHA-256 %s)\n", title, t.Record.Kind, t.Record.BodySHA256())
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, t.Record.Body, "", "  "); err == nil {
		fmt.Fprintln(s.stdout, safe(pretty.String()))
	}
	if o := t.Origin; o != nil {
		fmt.Fprintf(s.stdout, "%s: %s\n  SHA-256 %s (%d bytes)\n", say("取得元", "from"), safe(o.Request), o.SHA256, o.Size)
		if o.Proof != "" {
			fmt.Fprintf(s.stdout, "%s: %s\n", say("証跡元による証明(ダイジェスト)", "proven by the source's digest"), safe(o.Proof))
		}
	}
	if t.Batch != "" {
		fmt.Fprintf(s.stdout, "%s: %s, %s\n", say("収集", "collected"), clock(t.Manifest.Collected.At, loc), t.Source)
		fmt.Fprintf(s.stdout, "%s: batches/%s.jsonl.zst\n", say("バッチ", "batch"), t.Batch)
		fmt.Fprintf(s.stdout, "%s: %s %s\n", say("封印", "sealed as"),
			fmt.Sprintf(say("葉 %d", "leaf %d of"), t.Leaf), fmt.Sprintf("%s %d, %s", s.checkpoint.Origin, s.checkpoint.Size, clock(s.checkpoint.SealedAt, loc)))
	}
}

// traces finds where the item's record came from. A derived record has no
// response of its own: it is shown as it was derived.
func (s *shown) traces(ctx context.Context, item evaluation.Item) ([]pipeline.Trace, []sealed.Version, error) {
	id, kind, want := item.ID, item.Kind, s.control.Selections()
	if _, computed := derived.Of(kind); !computed && kind != sealed.ClaimKind {
		return pipeline.Traces(ctx, s.view, want, kind, id)
	}
	for r, err := range s.view.For(want).Records(ctx, kind) {
		if err != nil {
			return nil, nil, err
		}
		if r.ID == id {
			sources, err := s.computedFrom(ctx, r)
			return append([]pipeline.Trace{{Record: r}}, sources...), nil, err
		}
	}
	return nil, nil, fmt.Errorf("%s %s is not held", kind, id)
}

// computedFrom traces the records that a derived record names as what it was computed
// from.
func (s *shown) computedFrom(ctx context.Context, r evidence.Record) ([]pipeline.Trace, error) {
	var body struct{ Sources []struct{ Kind, ID string } }
	if _, computed := derived.Of(r.Kind); !computed {
		return nil, nil
	}
	if err := json.Unmarshal(r.Body, &body); err != nil {
		return nil, fmt.Errorf("%s %s: %w", r.Kind, r.ID, err)
	}
	var all []pipeline.Trace
	for _, from := range body.Sources {
		traces, _, err := pipeline.Traces(ctx, s.view, s.control.Selections(), from.Kind, from.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, traces...)
	}
	return all, nil
}

type itemJSON struct {
	evaluation.Item
	Kind   string      `json:"kind"`
	Texts  []string    `json:"texts"` // of the reasons and then the observations, in the chosen language
	Link   string      `json:"link,omitempty"`
	Traces []traceJSON `json:"records"`

	Earlier []versionJSON `json:"earlier_versions,omitempty"` // oldest first
}

// versionJSON is what a record was before it changed.
type versionJSON struct {
	Collected time.Time       `json:"collected_at"`
	SHA256    string          `json:"sha256"`
	Batch     string          `json:"batch"`
	Leaf      int64           `json:"leaf"`
	Body      json.RawMessage `json:"body"`
}

type traceJSON struct {
	Body   json.RawMessage  `json:"body"`
	Origin *evidence.Origin `json:"origin,omitempty"`
	Batch  string           `json:"batch,omitempty"`
	Leaf   int64            `json:"leaf"`
}

func (s *shown) itemJSON(item evaluation.Item, traces []pipeline.Trace, earlier []sealed.Version) itemJSON {
	out := itemJSON{Item: item, Kind: item.Kind, Link: item.Link, Texts: []string{}}
	for _, r := range slices.Concat(item.Reasons, item.Observations) {
		out.Texts = append(out.Texts, s.control.ReasonTextIn(r, s.run.Config.Lang, s.run.Config.Calendar.Location))
	}
	for _, t := range traces {
		out.Traces = append(out.Traces, traceJSON{t.Record.Body, t.Origin, t.Batch, t.Leaf})
	}
	for _, v := range earlier {
		first := v.Sightings[0]
		out.Earlier = append(out.Earlier, versionJSON{
			first.Entry.Manifest.Collected.At, first.Record.BodySHA256(), first.Entry.Manifest.Object, first.Entry.Index, first.Record.Body,
		})
	}
	return out
}

func fieldText(f controls.Field) string {
	switch {
	case !f.Time.IsZero():
		return f.Time.Format("2006-01-02T15:04:05Z07:00")
	case f.Text != "":
		return oneLine(f.Text)
	}
	return fmt.Sprint(f.Number)
}
