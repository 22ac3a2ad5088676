package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/pack"
	"github.com/evidencepack/evidence/internal/pipeline"
	"github.com/evidencepack/evidence/internal/responses"
)

// words chooses between a text's two languages.
func words(l evidence.Lang) func(ja, en string) string {
	return func(ja, en string) string { return evidence.Text{JA: ja, EN: en}.In(l) }
}

// spoken is an error in the reader's language, where it has words in both.
func spoken(l evidence.Lang, err error) error {
	var both interface {
		error
		Text() evidence.Text
	}
	if err == nil || !errors.As(err, &both) {
		return err
	}
	return spokenError{err, both.Text().In(l)}
}

type spokenError struct {
	error
	text string
}

func (e spokenError) Error() string { return e.text }
func (e spokenError) Unwrap() error { return e.error }

func (a *app) printJSON(v any) error {
	enc := json.NewEncoder(a.stdout)
	enc.SetIndent("", " ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// tellResults prints one line a control.
func (a *app) tellResults(run *pipeline.Run, r *evaluation.Results) error {
	l := run.Config.Lang
	say := words(l)
	head := fmt.Sprintf("%s %s (%s – %s)", say("対象期間", "period"), run.Config.Calendar.Name(r.Period),
		clock(r.Period.Start, run.Config.Calendar.Location), clock(r.Period.End, run.Config.Calendar.Location))
	if r.Open {
		head += "  " + say("※期間は終了していない", "— still open")
	}
	fmt.Fprintln(a.stdout, head)
	t := newTable(a.stdout, say("統制", "control"), say("結果", "result"), say("母集団", "population"),
		say("例外", "exceptions"), say("対象外", "n/a"), say("統制の内容", "title"))
	for _, c := range r.Controls {
		ctl, err := run.Library.Find(c.ID)
		if err != nil {
			return err
		}
		t.AppendRow([]any{c.ID, c.Result.Mark() + " " + c.Result.Name().In(l), c.Counts.Total, c.Counts.Exceptions,
			c.Counts.NotApplicable, ctl.Title.In(l)})
	}
	t.Render()
	return nil
}

// tellControl prints why a control came to its result: what is missing, and
// each exception with its reasons and what management answered to it.
func (a *app) tellControl(run *pipeline.Run, r *evaluation.Results, c *evaluation.Control, answers *responses.Answers, most int) error {
	l, loc := run.Config.Lang, run.Config.Calendar.Location
	say := words(l)
	ctl, err := run.Library.Find(c.ID)
	if err != nil {
		return err
	}
	for _, why := range pack.WhyNotEvaluable(c, l, loc) {
		fmt.Fprintf(a.stdout, "%s  %s: %s\n", c.ID, say("評価不能", "not evaluable"), oneLine(why))
	}
	if err := a.tellExemptions(run, ctl, c, r.Period.End); err != nil {
		return err
	}
	if err := a.tellExceptions(ctl, c, answers, most, l, loc); err != nil {
		return err
	}
	return a.tellChanges(ctl, c, most, l, loc)
}

// tellExceptions lists a control's exceptions with their reasons and responses.
func (a *app) tellExceptions(ctl *controls.Control, c *evaluation.Control, answers *responses.Answers, most int, l evidence.Lang, loc *time.Location) error {
	if len(c.Exceptions) == 0 {
		return nil
	}
	say := words(l)
	t := newTable(a.stdout, c.ID+"  "+say("日時", "when"), say("項目", "item"), say("理由", "reason"))
	a.wrapLast(t, 3, 60) // a time and a UUID
	for i, item := range c.Exceptions {
		if i == most {
			break
		}
		for n, r := range item.Reasons {
			when, id := clock(item.Time, loc), oneLine(item.Name())
			if n > 0 {
				when, id = "", ""
			}
			t.AppendRow([]any{when, id, reasonText(ctl, r, l, loc)})
		}
		if r := answers.Of(c.ID, item.ID); r != nil {
			t.AppendRow([]any{"", "", oneLine(responseText(r, l))})
		}
	}
	t.Render()
	if more := len(c.Exceptions) - most; more > 0 {
		fmt.Fprintf(a.stdout, say("ほか%d件(--all ですべて表示)\n", "%d more (--all shows them)\n"), more)
	}
	return nil
}

// responseText writes what management answered, and by whom.
func responseText(r *responses.Response, l evidence.Lang) string {
	say := words(l)
	text := fmt.Sprintf(say("→ 回答（%s）：%s（回答者 %s、承認者 %s、%s", "→ response (%s): %s (by %s, approved by %s, %s"),
		r.Kind.Name().In(l), r.Text.In(l), r.Owner, r.Approver, r.Approved.Format("2006-01-02"))
	if r.Ticket != "" {
		text += say("、", ", ") + r.Ticket
	}
	if !r.Expires.IsZero() {
		text += fmt.Sprintf(say("、期限 %s", ", holds until %s"), r.Expires.AddDate(0, 0, -1).Format("2006-01-02"))
	}
	return text + say("）", ")")
}

func reasonText(c *controls.Control, r controls.Reason, l evidence.Lang, zone *time.Location) string {
	return oneLine(c.ReasonTextIn(r, l, zone))
}

func clock(t time.Time, loc *time.Location) string {
	return t.In(loc).Format("2006-01-02 15:04:05 MST")
}

// resultsOutcome is the exit code of results: what cannot be evaluated weighs
// more than an exception, since it may hide one.
func resultsOutcome(r *evaluation.Results) error {
	code := exitOK
	for _, c := range r.Controls {
		switch {
		case c.Result == evidence.NotEvaluable:
			return outcome(exitIncomplete)
		case c.Result == evidence.ExceptionsNoted:
			code = exitExceptions
		}
	}
	if code == exitOK {
		return nil
	}
	return outcome(code)
}
