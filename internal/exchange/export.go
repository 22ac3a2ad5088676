package exchange

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/responses"
)

// byteOrderMark is by what Excel knows UTF-8: without it Japanese is not read as that.
const byteOrderMark = "\ufeff"

// CSV writes the population of a control, a row an item, as RFC 4180 has it and in UTF-8,
// marked as that if mark says so: Excel asks for the mark, other programs may take it for a
// part of the first heading. Times are in the organisation's time zone with their offset.
//
// A text that a spreadsheet would take for a formula stands behind an apostrophe, and one
// that begins with an apostrophe behind another: whoever takes one leading apostrophe away
// has the text again. (A formula begins with = + - or @, in full width too, as Japanese Excel
// takes them, or with a tab or an end of line before them.)
func (c *Check) CSV(w io.Writer, tested *evaluation.Control, mark bool) error {
	control, err := c.Library.Find(tested.ID)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriter(w)
	if err := c.rows(buffered, control, tested.Items(), mark); err != nil {
		return err
	}
	return buffered.Flush()
}

// rows writes the headings and the items as they are read.
func (c *Check) rows(w io.Writer, control *controls.Control, items iter.Seq2[evaluation.Item, error], mark bool) error {
	head := row(c.heads(control))
	if mark {
		head = byteOrderMark + head
	}
	if _, err := io.WriteString(w, head); err != nil {
		return err
	}
	for item, err := range items {
		if err != nil {
			return fmt.Errorf("items of %s: %w", control.ID, err)
		}
		if _, err := io.WriteString(w, row(c.values(control, item))); err != nil {
			return err
		}
	}
	return nil
}

// row ends as RFC 4180 has it and keeps the ends of lines within texts as they are, which
// encoding/csv does not do at once.
func row(values []string) string {
	var b strings.Builder
	for i, s := range values {
		if i > 0 {
			b.WriteByte(',')
		}
		if strings.ContainsAny(s, "\",\r\n") {
			s = `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
		}
		b.WriteString(s)
	}
	b.WriteString("\r\n")
	return b.String()
}

func (c *Check) say(ja, en string) string { return evidence.Text{JA: ja, EN: en}.In(c.Lang) }

func (c *Check) heads(control *controls.Control) []string {
	heads := []string{c.say("判定", "verdict"), c.say("理由", "reasons"), c.say("参考情報", "notes"), c.say("回答の区分", "kind of response"), c.say("経営者の回答", "response"),
		c.say("発生日時又は取得日時", "time (event or reading)"), c.say("項目", "item")}
	for _, col := range control.Columns {
		heads = append(heads, inert(col.Title.In(c.Lang)))
	}
	return append(heads, c.say("項目ID", "item ID"), c.say("証跡元", "link"), "SHA-256")
}

func (c *Check) values(control *controls.Control, item evaluation.Item) []string {
	var why, notes []string
	for _, r := range item.Reasons {
		why = append(why, control.ReasonTextIn(r, c.Lang, c.Location))
	}
	for _, o := range item.Observations {
		notes = append(notes, control.ReasonTextIn(o, c.Lang, c.Location))
	}
	kind, answer := "", ""
	if r := c.Answers.Of(control.ID, item.ID); r != nil {
		kind, answer = r.Kind.Name().In(c.Lang), r.Text.In(c.Lang)
	}
	values := []string{item.Verdict.Name().In(c.Lang), inert(strings.Join(why, "\n")), inert(strings.Join(notes, "\n")), kind, inert(answer), c.stamp(item.Time), inert(item.Label)}
	for i := range control.Columns {
		value := ""
		if i < len(item.Fields) && item.Fields[i].Set {
			value = c.field(control.Columns[i].Type, item.Fields[i])
		}
		values = append(values, value)
	}
	return append(values, inert(item.ID), inert(item.Link), item.SHA256)
}

func (c *Check) field(t controls.ColumnType, f controls.Field) string {
	switch t {
	case controls.TimeColumn:
		if !f.Time.IsZero() {
			return c.stamp(f.Time)
		}
	case controls.NumberColumn:
		return strconv.FormatFloat(f.Number, 'f', -1, 64)
	}
	return inert(f.Text)
}

func (c *Check) stamp(t time.Time) string { return t.In(c.Location).Format(time.RFC3339) }

// formula is what a text begins with that a spreadsheet takes for a formula, and the
// apostrophe that inert puts before it.
const formula = "=+-@\t\r\n'＝＋－＠"

// inert keeps a spreadsheet from taking a text for a formula.
func inert(s string) string {
	if first, _ := utf8.DecodeRuneInString(s); s != "" && strings.ContainsRune(formula, first) {
		return "'" + s
	}
	return s
}

// exported is a line of a population in JSON.
type exported struct {
	Control      string         `json:"control"`
	Kind         string         `json:"kind"`
	ID           string         `json:"id"`
	Label        string         `json:"label,omitempty"`
	Time         time.Time      `json:"time"`
	Verdict      string         `json:"verdict"`
	Reasons      []told         `json:"reasons,omitempty"`
	Observations []told         `json:"observations,omitempty"`
	Response     *exportedReply `json:"response,omitempty"`
	Fields       map[string]any `json:"fields"`
	Link         string         `json:"link,omitempty"`
	SHA256       string         `json:"sha256"` // of the record

	Record json.RawMessage `json:"record"` // as the source gave it; null where it was not kept
}

type told struct {
	Code   string          `json:"code"`
	Text   string          `json:"text"`
	Detail json.RawMessage `json:"detail,omitempty"`
}

type exportedReply struct {
	Kind     responses.Kind `json:"kind"`
	Text     string         `json:"text"`
	Owner    string         `json:"owner"`
	Approver string         `json:"approver"`
}

// JSONLines writes the population of a control, an item a line: fields are by the English
// titles of their columns, times in UTC. Items that have their records give them as the
// source gave them; see [evaluation.RunWithRecords].
func (c *Check) JSONLines(w io.Writer, tested *evaluation.Control) error {
	control, err := c.Library.Find(tested.ID)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriter(w)
	if err := c.lines(buffered, control, tested.Items()); err != nil {
		return err
	}
	return buffered.Flush()
}

// lines writes the items as they are read.
func (c *Check) lines(w io.Writer, control *controls.Control, items iter.Seq2[evaluation.Item, error]) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for item, err := range items {
		if err != nil {
			return fmt.Errorf("items of %s: %w", control.ID, err)
		}
		if err := enc.Encode(c.exported(control, item)); err != nil {
			return err
		}
	}
	return nil
}

func (c *Check) exported(control *controls.Control, item evaluation.Item) exported {
	e := exported{Control: control.ID, Kind: item.Kind, ID: item.ID, Label: item.Label, Time: item.Time.UTC(), Verdict: string(item.Verdict), Fields: map[string]any{}, Link: item.Link, SHA256: item.SHA256, Record: item.Record,
		Reasons: c.told(control, item.Reasons), Observations: c.told(control, item.Observations)}
	if r := c.Answers.Of(control.ID, item.ID); r != nil {
		e.Response = &exportedReply{r.Kind, r.Text.In(c.Lang), r.Owner, r.Approver}
	}
	for i, col := range control.Columns {
		if i >= len(item.Fields) || !item.Fields[i].Set {
			continue
		}
		f := item.Fields[i]
		var value any = f.Text
		switch {
		case col.Type == controls.TimeColumn && !f.Time.IsZero():
			value = f.Time.UTC()
		case col.Type == controls.NumberColumn:
			value = f.Number
		}
		e.Fields[col.Title.EN] = value
	}
	return e
}

func (c *Check) told(control *controls.Control, reasons []controls.Reason) []told {
	var list []told
	for _, r := range reasons {
		list = append(list, told{r.Code, control.ReasonTextIn(r, c.Lang, c.Location), r.Detail})
	}
	return list
}
