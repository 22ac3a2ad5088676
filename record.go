package evidence

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"
)

// Record is one thing a source told us, as the source told it.
type Record struct {
	Kind   string          // "cloudtrail.event": source.noun; names a JSON Schema
	ID     string          // the source's own identity: overlapping windows deduplicate on (Kind, ID)
	Time   time.Time       // when it happened, by the source's clock
	Origin int             // index into the batch's Origins: the response it came from
	Body   json.RawMessage // the source's JSON, insignificant white space removed, otherwise verbatim
}

// NewRecord makes a record of a body as it came from the source: it removes
// insignificant white space and refuses what is not a JSON object, has no
// identity or has no time.
func NewRecord(kind, id string, t time.Time, origin int, body []byte) (Record, error) {
	if kind == "" || id == "" {
		return Record{}, fmt.Errorf("record of kind %q with id %q: both are needed", kind, id)
	}
	if t.IsZero() {
		return Record{}, fmt.Errorf("%s %s: no time", kind, id)
	}
	var compact bytes.Buffer
	compact.Grow(len(body))
	if err := json.Compact(&compact, body); err != nil {
		return Record{}, fmt.Errorf("%s %s: body: %w", kind, id, err)
	}
	b := compact.Bytes()
	if len(b) == 0 || b[0] != '{' {
		return Record{}, fmt.Errorf("%s %s: body is not a JSON object", kind, id)
	}
	return Record{Kind: kind, ID: id, Time: t.UTC(), Origin: origin, Body: b}, nil
}

// BodySHA256 returns the lower-case hex SHA-256 of the body's bytes: the hash
// that packs print beside an item.
func (r Record) BodySHA256() string {
	sum := sha256.Sum256(r.Body)
	return hex.EncodeToString(sum[:])
}

// AppendLine appends the record as one line of JSON, newline included:
//
//	{"kind":"…","id":"…","time":"2026-10-01T00:00:00Z","origin":0,"body":{…}}
//
// The keys stand in this order and the body's bytes are kept, so that equal
// records give equal lines. Times are RFC 3339 in UTC, to the nanosecond where needed.
func (r Record) AppendLine(dst []byte) []byte {
	dst = append(dst, `{"kind":`...)
	dst = appendString(dst, r.Kind)
	dst = append(dst, `,"id":`...)
	dst = appendString(dst, r.ID)
	dst = append(dst, `,"time":"`...)
	dst = r.Time.UTC().AppendFormat(dst, time.RFC3339Nano)
	dst = append(dst, `","origin":`...)
	dst = fmt.Appendf(dst, "%d", r.Origin)
	dst = append(dst, `,"body":`...)
	dst = append(dst, r.Body...)
	return append(dst, '}', '\n')
}

// ParseLine reads a line that AppendLine wrote, with or without its newline.
// The record keeps no reference to line.
func ParseLine(line []byte) (Record, error) {
	if r, ok := parsePlain(line); ok {
		return r, nil
	}
	var l struct {
		Kind   string          `json:"kind"`
		ID     string          `json:"id"`
		Time   time.Time       `json:"time"`
		Origin int             `json:"origin"`
		Body   json.RawMessage `json:"body"`
	}
	if err := json.Unmarshal(line, &l); err != nil {
		return Record{}, fmt.Errorf("record line: %w", err)
	}
	if l.Kind == "" || l.ID == "" || l.Time.IsZero() || l.Origin < 0 || len(l.Body) == 0 || l.Body[0] != '{' {
		return Record{}, errors.New("record line: kind, id, time, origin and an object as body are needed")
	}
	return Record(l), nil
}

// appendString appends s as a JSON string without escaping <, > and &.
func appendString(dst []byte, s string) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	// Encoding a string cannot fail: invalid UTF-8 becomes U+FFFD.
	_ = enc.Encode(s)
	return append(dst, bytes.TrimRight(b.Bytes(), "\n")...)
}

// parsePlain reads a line exactly as AppendLine writes it when its strings need
// no escapes: nearly all lines, at a fraction of the cost of the general way. It
// leaves every other line, and every doubt, to that.
func parsePlain(line []byte) (Record, bool) {
	line = bytes.TrimSuffix(line, []byte("\n"))
	var r Record
	var kind, id, when, origin []byte
	var ok bool
	rest := line
	for _, part := range []struct {
		before, after string
		into          *[]byte
	}{
		{`{"kind":"`, `"`, &kind}, {`,"id":"`, `"`, &id}, {`,"time":"`, `"`, &when}, {`,"origin":`, `,`, &origin},
	} {
		if rest, ok = bytes.CutPrefix(rest, []byte(part.before)); !ok {
			return r, false
		}
		if *part.into, rest, ok = bytes.Cut(rest, []byte(part.after)); !ok || !plain(*part.into) {
			return r, false
		}
	}
	if rest, ok = bytes.CutPrefix(rest, []byte(`"body":`)); !ok || len(rest) < 3 || rest[0] != '{' || rest[len(rest)-1] != '}' {
		return r, false
	}
	body := rest[:len(rest)-1]
	at, err := time.Parse(time.RFC3339Nano, string(when))
	n, nErr := strconv.Atoi(string(origin))
	if err != nil || nErr != nil || strconv.Itoa(n) != string(origin) || n < 0 || len(kind) == 0 || len(id) == 0 || at.IsZero() || !validJSON(body) {
		return r, false
	}
	return Record{Kind: string(kind), ID: string(id), Time: at, Origin: n, Body: bytes.Clone(body)}, true
}

// plain reports whether a string's characters stand for themselves in JSON.
func plain(s []byte) bool {
	for _, c := range s {
		if c < ' ' || c == '\\' || c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
