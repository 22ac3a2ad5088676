package securitygroup

import (
	"strconv"
	"strings"
)

// lines writes a change as a diff that needs no translation: what went, what
// came, what is another than before, and the rules nobody told the content of.
func (c *change) lines() []string {
	out := []string{}
	switch {
	case c.born:
		out = append(out, "+ "+c.g.line())
	case c.died:
		out = append(out, "- "+c.g.line())
	case c.what == "unresolved":
		out = append(out, "? "+c.g.line())
	}
	for _, r := range c.removed {
		out = append(out, "- "+r.line())
	}
	for _, r := range c.added {
		out = append(out, "+ "+r.line())
	}
	for _, p := range c.changed {
		out = append(out, "- "+p[0].line(), "+ "+p[1].line())
	}
	for _, id := range c.unknown {
		out = append(out, "? "+printable(id))
	}
	return out
}

func (g *group) line() string {
	out := "group"
	if g.id != "" {
		out += " " + printable(g.id)
	}
	if g.name != "" {
		out += " " + strconv.Quote(g.name)
	}
	return out
}

// line writes a rule: ingress tcp 22-23 10.0.0.0/8 "web". ICMP has its type and,
// after a slash, its code in place of the ports.
func (r rule) line() string {
	words := []string{"ingress", r.protocol()}
	if r.egress {
		words[0] = "egress"
	}
	from, to := strconv.Itoa(int(r.from)), strconv.Itoa(int(r.to))
	switch icmp := strings.HasPrefix(r.protocol(), "icmp"); {
	case !r.ported || r.from == -1: // any
	case icmp && r.to == -1, !icmp && r.from == r.to:
		words = append(words, from)
	case icmp:
		words = append(words, from+"/"+to)
	default:
		words = append(words, from+"-"+to)
	}
	words = append(words, printable(r.target()))
	if text := r.text(); text != "" {
		words = append(words, strconv.Quote(text))
	}
	return strings.Join(words, " ")
}

// printable gives a name as it is, unless it has what a line must not.
func printable(s string) string {
	if q := strconv.Quote(s); q != `"`+s+`"` || strings.ContainsRune(s, ' ') {
		return q
	}
	return s
}
