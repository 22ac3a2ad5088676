package redaction

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// rewriting replaces the scalars of a JSON document and keeps every other byte.
type rewriting struct {
	in   []byte
	at   int
	out  []byte
	path []string
	text func(path []string, s string) string   // of a string
	name func(s string) string                  // of a member
	bare func(path []string, raw string) string // of a number, true, false or null, as JSON
}

// run rewrites the document; the result is valid JSON if the document was.
func (w *rewriting) run() ([]byte, error) {
	if !json.Valid(w.in) {
		return nil, fmt.Errorf("body is not JSON")
	}
	w.out = make([]byte, 0, len(w.in)+64)
	w.value()
	w.space()
	return w.out, nil
}

// space copies white space.
func (w *rewriting) space() {
	for w.at < len(w.in) && bytes.IndexByte([]byte(" \t\r\n"), w.in[w.at]) >= 0 {
		w.copy(1)
	}
}

func (w *rewriting) copy(n int) {
	w.out = append(w.out, w.in[w.at:w.at+n]...)
	w.at += n
}

func (w *rewriting) value() {
	w.space()
	switch w.in[w.at] {
	case '{':
		w.members()
	case '[':
		w.elements()
	case '"':
		w.string(func(s string) string { return w.text(w.path, s) })
	default:
		w.literal()
	}
}

func (w *rewriting) members() {
	w.copy(1)
	for w.space(); w.in[w.at] != '}'; w.space() {
		if w.in[w.at] == ',' {
			w.copy(1)
			w.space()
		}
		name := w.string(w.name)
		w.space()
		w.copy(1) // the colon
		w.path = append(w.path, name)
		w.value()
		w.path = w.path[:len(w.path)-1]
	}
	w.copy(1)
}

func (w *rewriting) elements() {
	w.copy(1)
	for w.space(); w.in[w.at] != ']'; w.space() {
		if w.in[w.at] == ',' {
			w.copy(1)
		}
		w.value()
	}
	w.copy(1)
}

// string rewrites the string at hand and returns what it was.
func (w *rewriting) string(change func(string) string) string {
	end := w.at + 1
	for w.in[end] != '"' {
		if w.in[end] == '\\' {
			end++
		}
		end++
	}
	raw := w.in[w.at : end+1]
	w.at = end + 1
	was := string(raw[1 : len(raw)-1])
	if bytes.IndexByte(raw, '\\') >= 0 {
		_ = json.Unmarshal(raw, &was) // the document is valid
	}
	now := change(was)
	if now == was {
		w.out = append(w.out, raw...)
		return was
	}
	w.out = append(w.out, quoted(now)...)
	return was
}

// literal copies a number, true, false or null.
func (w *rewriting) literal() {
	end := w.at
	for end < len(w.in) && bytes.IndexByte([]byte(",]} \t\r\n"), w.in[end]) < 0 {
		end++
	}
	raw := string(w.in[w.at:end])
	if w.bare != nil {
		raw = w.bare(w.path, raw)
	}
	w.out = append(w.out, raw...)
	w.at = end
}

// quoted is a string as records write it: <, > and & unescaped.
func quoted(s string) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string can always be encoded
	return bytes.TrimRight(b.Bytes(), "\n")
}
