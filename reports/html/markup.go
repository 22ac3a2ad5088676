package html

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/evidencepack/evidence/reports/internal/visible"
)

// name is the name of an element, of an attribute or of a class. Names are
// constants of this package: no text of a pack is ever converted to one.
type name string

// attr is an attribute. Its value may be any text: it is escaped and quoted.
type attr struct {
	name  name
	value string
}

// source is markup that is written as it is: the style and the script, which
// are files of this package.
type source string

// markup writes elements. Text from outside reaches the file through [markup.text]
// and the values of attributes alone, and both are escaped; so no text can
// become an element, an attribute or a script, whatever it holds.
type markup struct {
	out     *bufio.Writer
	open    []name
	running int // how many of the open elements keep the ends of lines that are in them
	err     error
}

func newMarkup(w io.Writer) *markup { return &markup{out: bufio.NewWriterSize(w, 64<<10)} }

// finish reports what went wrong, an element left open included.
func (m *markup) finish() error {
	if len(m.open) > 0 {
		m.fail(fmt.Errorf("elements %v are not closed", m.open))
	}
	if err := m.out.Flush(); m.err == nil {
		m.err = err
	}
	return m.err
}

func (m *markup) fail(err error) {
	if m.err == nil {
		m.err = err
	}
}

func (m *markup) raw(s string) {
	if m.err != nil {
		return
	}
	if _, err := m.out.WriteString(s); err != nil {
		m.fail(err)
	}
}

// ownLine lists elements that begin a line of the file, so that people can read
// it, and keepsLines those in which the end of a line would be shown as one.
var (
	ownLine = []name{"head", "body", "header", "main", "nav", "footer", "section", "div", "h1", "h2", "h3", "h4", "h5", "p", "ul", "dl",
		"table", "tr", "td", "li", "svg", "g", "details", "style", "script", "meta", "title", "form"}
	keepsLines = []name{"td", "dd", "p"}
)

// start opens an element.
func (m *markup) start(tag name, attrs ...attr) {
	m.tag(tag, attrs)
	m.raw(">")
	m.open = append(m.open, tag)
	if slices.Contains(keepsLines, tag) {
		m.running++
	}
}

// end closes the element that was opened last, which must be tag.
func (m *markup) end(tag name) {
	n := len(m.open) - 1
	if n < 0 || m.open[n] != tag {
		m.fail(fmt.Errorf("element %q is closed within %v", tag, m.open))
		return
	}
	m.open = m.open[:n]
	if slices.Contains(keepsLines, tag) {
		m.running--
	}
	m.raw("</" + string(tag) + ">")
}

// void writes an element that has no content.
func (m *markup) void(tag name, attrs ...attr) {
	m.tag(tag, attrs)
	m.raw("/>")
}

func (m *markup) tag(tag name, attrs []attr) {
	if m.running == 0 && slices.Contains(ownLine, tag) {
		m.raw("\n")
	}
	m.raw("<" + string(tag))
	for _, a := range attrs {
		m.raw(" " + string(a.name) + `="` + escape(visible.Line(a.value, nil)) + `"`)
	}
}

// text writes s, which may be of several lines.
func (m *markup) text(s string) { m.raw(escape(visible.Text(s, nil))) }

// leaf is an element with nothing but text in it.
func (m *markup) leaf(tag name, s string, attrs ...attr) {
	m.start(tag, attrs...)
	m.text(s)
	m.end(tag)
}

// verbatim is an element with a source in it.
func (m *markup) verbatim(tag name, s source) {
	m.start(tag)
	m.raw(string(s))
	m.end(tag)
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;", "\r", "&#13;")

func escape(s string) string { return escaper.Replace(s) }

func class(c name) attr     { return attr{"class", string(c)} }
func id(s string) attr      { return attr{"id", s} }
func within(id string) attr { return attr{"href", "#" + id} } // a link to a place of this file
func label(s string) attr   { return attr{"aria-label", s} }
