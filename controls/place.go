package controls

import (
	"maps"

	"github.com/open-policy-agent/opa/v1/ast"
)

// place is a part of the input that a policy reads, and what it reads of it: a tree
// along the members of objects and the elements of lists.
type place struct {
	use  use
	keys map[string]*place // members by name
	each *place            // every member of an object, every element of a list

	// What a value is matched with: these strings, and some numbers. Other is a string
	// that is none of them, in quotes, where the place is settled.
	texts   map[string]bool
	numbers bool
	other   string

	// lengths has a bit for the length of each name in keys, where the place is
	// settled; those of 63 and more share one.
	lengths uint64

	depth int
	id    int // tells places apart
}

// same reports whether the same is read at two settled places.
func (p *place) same(o *place) bool {
	if p.use != o.use || p.numbers != o.numbers || !maps.Equal(p.texts, o.texts) || len(p.keys) != len(o.keys) || (p.each == nil) != (o.each == nil) || p.each != nil && !p.each.same(o.each) {
		return false
	}
	for name, part := range p.keys {
		if o.keys[name] == nil || !part.same(o.keys[name]) {
			return false
		}
	}
	return true
}

// member is what is read of the member of that name; nil when it is not read.
func (p *place) member(name []byte) *place {
	if p.lengths>>min(len(name), 63)&1 == 1 {
		if part, ok := p.keys[string(name)]; ok {
			return part
		}
	}
	return p.each
}

// use says how much of a value a policy can tell apart. What it cannot tell apart
// may be left out, or be another value.
type use int

const (
	// defined: whether there is a value at all. Null is one.
	defined use = iota

	// matched: what kind of value it is, which boolean, and whether it is one of some
	// strings and numbers. Of a list or an object only as much as is read of its elements
	// and members.
	matched

	// compared: the same, and which string or number it is.
	compared

	// entire: the value and all that is in it.
	entire
)

// maxPlaceDepth ends what functions that call each other could make endless.
const maxPlaceDepth = 24

// read says that the place is used that much.
func (p *place) read(u use) { p.use = max(p.use, u) }

// match says that the place is compared with a string, a number, a boolean or null.
func (p *place) match(scalar ast.Value) {
	p.read(matched)
	switch v := scalar.(type) {
	case ast.String:
		if p.texts == nil {
			p.texts = map[string]bool{}
		}
		p.texts[string(v)] = true
	case ast.Number:
		p.numbers = true
	}
}

// open reports whether what is in the place is told apart: what is read entirely
// has no parts of its own.
func (p *place) open() bool { return p.use < entire }

// merge adds what is read at another place to this one.
func (p *place) merge(o *place) {
	p.read(o.use)
	p.numbers = p.numbers || o.numbers
	for text := range o.texts {
		p.match(ast.String(text))
	}
	for name, part := range o.keys {
		if p.keys == nil {
			p.keys = map[string]*place{}
		}
		if p.keys[name] == nil {
			p.keys[name] = &place{}
		}
		p.keys[name].merge(part)
	}
	if o.each != nil {
		if p.each == nil {
			p.each = &place{}
		}
		p.each.merge(o.each)
	}
}

// settled is the place with every member's part complete: what is read of each
// member is read of the named ones too. Where all is read there are no parts.
func (p *place) settled() *place {
	s := &place{use: p.use}
	if p.use == entire {
		return s
	}
	if p.use == matched {
		s.texts, s.numbers = p.texts, p.numbers
		for s.other = "?"; s.texts[s.other]; {
			s.other += "?"
		}
		s.other = `"` + s.other + `"`
	}
	if p.each != nil {
		s.each = p.each.settled()
	}
	for name, part := range p.keys {
		if p.each != nil {
			both := &place{}
			both.merge(part)
			both.merge(p.each)
			part = both
		}
		if s.keys == nil {
			s.keys = map[string]*place{}
		}
		s.keys[name] = part.settled()
		s.lengths |= 1 << min(len(name), 63)
	}
	return s
}
