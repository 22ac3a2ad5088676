package exchange

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/responses"
)

// byteOrderMark is by what Excel knows UTF-8: without it Japanese is not read as that.
const byteOrderMark = "\ufeff"

// CSV writes the population of a control, a row an item, as RFC 4180 has it and in UTF-8
// with a byte order mark. Times are in the organisation's time zone with their offset.
//
// A text that a spreadsheet would take for a formula (it begins with = + - @, a tab or a
// carriage return) stands behind an apostrophe, and one that begins with an apostrophe behind
// another: whoever takes one leading apostrophe away has the text again.
func (c *Check) CSV(w io.Writer, tested *evaluation.Control) error {
	control, err := c.Library.Find(tested.ID)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriter(w)
	if _, err := buffered.WriteString(byteOrderMark); err != nil {
		return err
	}
	out := csv.NewWriter(buffered)
	out.UseCRLF = true
	if err := out.Write(c.heads(control)); err != nil {
		return err
	}
	for item, err := range tested.Items() {
		if err != nil {
			return fmt.Errorf("items of %s: %w", control.ID, err)
		}
		if err := out.Write(c.row(control, item)); err != nil {
			return err
		}
	}
	if out.Flush(); out.Error() != nil {
		return out.Error()
	}
	return buffered.Flush()
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

func (c *Check) row(control *controls.Control, item evaluation.Item) []string {
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
	row := []string{item.Verdict.Name().In(c.Lang), inert(strings.Join(why, "\n")), inert(strings.Join(notes, "\n")), kind, inert(answer), c.stamp(item.Time), inert(item.Label)}
	for i := range control.Columns {
		value := ""
		if i < len(item.Fields) && item.Fields[i].Set {
			value = c.field(control.Columns[i].Type, item.Fields[i])
		}
		row = append(row, value)
	}
	return append(row, inert(item.ID), inert(item.Link), item.SHA256)
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

// inert keeps a spreadsheet from taking a text for a formula.
func inert(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r'", rune(s[0])) {
		return "'" + s
	}
	return s
}

// exported is a line of a population in JSON.
type exported struct {
	Control      string         `json:"control"`
	ID           string         `json:"id"`
	Label        string         `json:"label,omitempty"`
	Time         time.Time      `json:"time"`
	Verdict      string         `json:"verdict"`
	Reasons      []told         `json:"reasons,omitempty"`
	Observations []told         `json:"observations,omitempty"`
	Response     *exportedReply `json:"response,omitempty"`
	Fields       map[string]any `json:"fields"`
	Link         string         `json:"link,omitempty"`
	SHA256       string         `json:"sha256"`
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
// titles of their columns, times in UTC.
func (c *Check) JSONLines(w io.Writer, tested *evaluation.Control) error {
	control, err := c.Library.Find(tested.ID)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriter(w)
	enc := json.NewEncoder(buffered)
	enc.SetEscapeHTML(false)
	for item, err := range tested.Items() {
		if err != nil {
			return fmt.Errorf("items of %s: %w", control.ID, err)
		}
		if err := enc.Encode(c.exported(control, item)); err != nil {
			return err
		}
	}
	return buffered.Flush()
}

func (c *Check) exported(control *controls.Control, item evaluation.Item) exported {
	e := exported{Control: control.ID, ID: item.ID, Label: item.Label, Time: item.Time.UTC(), Verdict: string(item.Verdict), Fields: map[string]any{}, Link: item.Link, SHA256: item.SHA256,
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
