package reports_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// element is an element of a page, as a browser's parser makes it.
type element struct{ *html.Node }

func parsePage(t *testing.T, page []byte) element {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return element{root}
}

func (e element) attr(name string) string {
	for _, a := range e.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func (e element) is(tag, class string) bool {
	return e.Type == html.ElementNode && (tag == "" || e.Data == tag) && (class == "" || slices.Contains(strings.Fields(e.attr("class")), class))
}

// all are the elements below, in the order of the page, that have the name and
// the class; an empty one is any.
func (e element) all(tag, class string) (found []element) {
	for n := range e.Descendants() {
		if d := (element{n}); d.is(tag, class) {
			found = append(found, d)
		}
	}
	return found
}

// byID finds the element that links to it lead to.
func (e element) byID(t *testing.T, id string) element {
	t.Helper()
	for _, d := range e.all("", "") {
		if d.attr("id") == id {
			return d
		}
	}
	t.Fatalf("the page has no element %q", id)
	return element{}
}

// text is what a reader sees of it, with single spaces.
func (e element) text() string {
	var b strings.Builder
	for n := range e.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "script" && n.Parent.Data != "style" {
			b.WriteString(n.Data)
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func (e element) texts(tag, class string) (texts []string) {
	for _, d := range e.all(tag, class) {
		texts = append(texts, d.text())
	}
	return texts
}

// rows are the texts of the cells of a table's body.
func (e element) rows() (rows [][]string) {
	for _, tr := range e.all("tr", "") {
		if cells := tr.texts("td", ""); len(cells) > 0 {
			rows = append(rows, cells)
		}
	}
	return rows
}

// table finds the one that is named so.
func (e element) table(t *testing.T, name string) element {
	t.Helper()
	for _, table := range e.all("table", "") {
		if table.attr("aria-label") == name {
			return table
		}
	}
	t.Fatalf("no table %q", name)
	return element{}
}
