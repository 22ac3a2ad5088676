package exchange

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/evaluation"
)

// JUnit writes a test suite for each control and a test case for each item of its
// population: exceptions are failures, items that are pending or undetermined are errors,
// and those that a control does not apply to are skipped. A control that is not evaluable
// has a test case of its own that is an error, so that it fails even without items. Items
// are written as they are read: a population of any size fits.
func (c *Check) JUnit(w io.Writer) error {
	out := &xmlWriter{out: bufio.NewWriter(w)}
	out.raw(xml.Header)
	out.raw("<testsuites>\n")
	for i := range c.Results.Controls {
		if err := c.suite(out, &c.Results.Controls[i]); err != nil {
			return err
		}
	}
	out.raw("</testsuites>\n")
	if out.err != nil {
		return out.err
	}
	return out.out.Flush()
}

func (c *Check) suite(out *xmlWriter, tested *evaluation.Control) error {
	control, err := c.Library.Find(tested.ID)
	if err != nil {
		return err
	}
	n, why := tested.Counts, c.why(tested)
	tests, broken := n.Total, n.Pending+n.Undetermined
	if len(why) > 0 {
		tests++
		broken++
	}
	out.start("testsuite", "name", control.ID+" "+control.Title.In(c.Lang), "id", control.ID, "package", c.Period, "tests", fmt.Sprint(tests),
		"failures", fmt.Sprint(n.Exceptions), "errors", fmt.Sprint(broken), "skipped", fmt.Sprint(n.NotApplicable))
	out.raw(">\n")
	if len(why) > 0 {
		out.start("testcase", "classname", control.ID, "name", tested.Result.Name().In(c.Lang))
		out.raw(">")
		out.element("error", tested.Result.Name().In(c.Lang), string(tested.Result), strings.Join(why, "\n"))
		out.raw("</testcase>\n")
	}
	for item, err := range tested.Items() {
		if err != nil {
			return fmt.Errorf("items of %s: %w", control.ID, err)
		}
		c.testcase(out, control, item)
	}
	out.raw("</testsuite>\n")
	return nil
}

func (c *Check) testcase(out *xmlWriter, control *controls.Control, item evaluation.Item) {
	name := item.ID
	if item.Label != "" {
		name = item.Label + " (" + item.ID + ")"
	}
	out.start("testcase", "classname", control.ID, "name", name)
	texts := c.reasons(control, item)
	switch item.Verdict {
	case evidence.Pass:
		out.raw("/>\n")
		return
	case evidence.Exception:
		out.raw(">")
		if r := c.Answers.Of(control.ID, item.ID); r != nil {
			texts = append(texts, r.Kind.Name().In(c.Lang)+": "+r.Text.In(c.Lang))
		}
		out.element("failure", texts[0], code(item), strings.Join(texts, "\n"))
	case evidence.NotApplicable:
		out.raw(">")
		out.start("skipped", "message", texts[0])
		out.raw("/>")
	default:
		out.raw(">")
		out.element("error", texts[0], string(item.Verdict), strings.Join(texts, "\n"))
	}
	out.raw("</testcase>\n")
}

// code is the item's first reason.
func code(item evaluation.Item) string {
	if len(item.Reasons) == 0 {
		return string(item.Verdict)
	}
	return item.Reasons[0].Code
}

// xmlWriter keeps its first error.
type xmlWriter struct {
	out *bufio.Writer
	err error
}

func (x *xmlWriter) raw(s string) {
	if x.err == nil {
		_, x.err = x.out.WriteString(s)
	}
}

// text escapes; what XML cannot hold becomes U+FFFD.
func (x *xmlWriter) text(s string) {
	if x.err == nil {
		x.err = xml.EscapeText(x.out, []byte(s))
	}
}

// start writes a start tag but for its end.
func (x *xmlWriter) start(name string, attributes ...string) {
	x.raw("<" + name)
	for i := 0; i+1 < len(attributes); i += 2 {
		x.raw(" " + attributes[i] + `="`)
		x.text(attributes[i+1])
		x.raw(`"`)
	}
}

func (x *xmlWriter) element(name, message, kind, text string) {
	x.start(name, "message", message, "type", kind)
	x.raw(">")
	x.text(text)
	x.raw("</" + name + ">")
}
