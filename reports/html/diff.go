package html

import "strings"

// diff shows lines of text as a change of code is shown: what was added and what
// was taken away differ by their signs and by their colours.
func (d *document) diff(text string) {
	d.start("ul", class("diff"))
	for line := range strings.SplitSeq(d.cut(text), "\n") {
		d.start("li")
		switch {
		case strings.HasPrefix(line, "+"):
			d.signed("ins", "+", line[1:])
		case strings.HasPrefix(line, "-"):
			d.signed("del", "−", line[1:])
		default:
			d.text(line)
		}
		d.end("li")
	}
	d.end("ul")
}

// signed is a line with its sign, which the style puts in a column of its own.
func (d *document) signed(tag name, sign, line string) {
	d.start(tag)
	d.leaf("b", sign)
	d.text(" " + strings.TrimPrefix(line, " "))
	d.end(tag)
}
