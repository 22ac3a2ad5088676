package entraidexport

import (
	"bufio"
	"encoding/json"
	"io"
)

// documents are JSON documents that are read without being held: the members of a
// list, of a list within an object, or objects one after the other.
type documents struct {
	r    *bufio.Reader
	line int
	buf  []byte
	list bool // within a list of elements
	in   bool // that list is a member of an object
	over bool // nothing more can be read
}

func (d *documents) next() (element, error) {
	if d.over {
		return element{}, io.EOF
	}
	e, err := d.read()
	if f, ok := err.(*flaw); ok && f.code == "line_cut_short" {
		d.over = true // there is nothing after it
	}
	return e, err
}

func (d *documents) read() (element, error) {
	for {
		c, err := d.token()
		switch {
		case err == io.EOF && !d.list && !d.in:
			return element{}, io.EOF
		case err == io.EOF:
			return element{}, d.cut(d.line)
		case err != nil:
			return element{}, err
		case c == ',':
			continue
		case d.list && c == ']':
			if d.list = false; d.in {
				d.in = false
				if err := d.rest(); err != nil {
					return element{}, err
				}
			}
			continue
		case d.list:
			return d.element(c)
		case c == '[':
			d.list = true
			continue
		case c == '{':
			e, found, err := d.object()
			if err != nil || found {
				return e, err
			}
			continue
		}
		// Neither a list nor an object: there is no telling where the next begins.
		d.over = true
		return element{}, &flaw{d.line, "line_invalid", errNotJSON}
	}
}

func (d *documents) cut(line int) error { return &flaw{line, "line_cut_short", errCutShort} }

// byte reads one byte and counts lines.
func (d *documents) byte() (byte, error) {
	c, err := d.r.ReadByte()
	if c == '\n' {
		d.line++
	}
	return c, err
}

// token reads the next byte that is no white space.
func (d *documents) token() (byte, error) {
	for {
		c, err := d.byte()
		if err != nil || c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return c, err
		}
	}
}

// element reads the element that begins with c.
func (d *documents) element(c byte) (element, error) {
	line := d.line
	d.buf = d.buf[:0]
	if err := d.value(c); err != nil {
		if err == io.EOF {
			err = d.cut(line)
		}
		return element{}, err
	}
	return d.checked(line)
}

func (d *documents) checked(line int) (element, error) {
	switch {
	case len(d.buf) > elementLimit:
		return element{}, &flaw{line, "line_invalid", errTooLong}
	case !wellFormed(d.buf):
		return element{}, &flaw{line, "line_invalid", errNotJSON}
	}
	return element{line: line, raw: d.buf}, nil
}

// keep adds a byte to the element, as far as it is held.
func (d *documents) keep(c byte) {
	if len(d.buf) <= elementLimit {
		d.buf = append(d.buf, c)
	}
}

// value reads the value that begins with c, and no byte further.
func (d *documents) value(c byte) error {
	switch c {
	case '{', '[':
		return d.nested(c)
	case '"':
		return d.quoted()
	}
	for {
		d.keep(c)
		next, err := d.r.Peek(1)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch next[0] {
		case ',', ']', '}', ' ', '\t', '\r', '\n':
			return nil
		}
		if c, err = d.byte(); err != nil {
			return err
		}
	}
}

func (d *documents) nested(c byte) error {
	depth := 0
	for {
		switch c {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case '"':
			if err := d.quoted(); err != nil {
				return err
			}
		}
		if c != '"' {
			d.keep(c)
		}
		if depth == 0 {
			return nil
		}
		var err error
		if c, err = d.byte(); err != nil {
			return err
		}
	}
}

// quoted reads a string whose first quote is read.
func (d *documents) quoted() error {
	d.keep('"')
	escaped := false
	for {
		c, err := d.byte()
		if err != nil {
			return err
		}
		d.keep(c)
		switch {
		case escaped:
			escaped = false
		case c == '\\':
			escaped = true
		case c == '"':
			return nil
		}
	}
}

// object reads an object whose first brace is read, up to its list of elements; it
// is found when it has none and is an element itself.
func (d *documents) object() (e element, found bool, err error) {
	line := d.line
	d.buf = append(d.buf[:0], '{')
	for {
		list, done, err := d.member()
		switch {
		case err == io.EOF:
			return element{}, false, d.cut(line)
		case err != nil:
			return element{}, false, err
		case list:
			d.list, d.in = true, true
			return element{}, false, nil
		case done:
			e, err := d.checked(line)
			return e, true, err
		}
	}
}

// rest passes over what follows the list of elements in its object.
func (d *documents) rest() error {
	line := d.line
	d.buf = d.buf[:0]
	for {
		list, done, err := d.member()
		switch {
		case err == io.EOF:
			return d.cut(line)
		case err != nil:
			return err
		case list:
			d.list, d.in = true, true
			return nil
		case done:
			return nil
		}
	}
}

// member reads one member of an object, the comma before it or the brace that ends
// the object. Of a member that is a list of elements, it reads the first bracket.
func (d *documents) member() (list, done bool, err error) {
	c, err := d.token()
	if err != nil {
		return false, false, err
	}
	d.keep(c)
	if c != '"' {
		return false, c == '}', nil
	}
	d.buf = d.buf[:max(0, len(d.buf)-1)]
	start := len(d.buf)
	if err := d.quoted(); err != nil {
		return false, false, err
	}
	name := ""
	if len(d.buf) <= elementLimit {
		_ = json.Unmarshal(d.buf[start:], &name) // a name that is none is no list's
	}
	if c, err = d.token(); err != nil {
		return false, false, err
	}
	d.keep(c)
	if c != ':' {
		return false, c == '}', nil
	}
	if c, err = d.token(); err != nil {
		return false, false, err
	}
	if c == '[' && listNames[name] {
		return true, false, nil
	}
	return false, false, d.value(c)
}
