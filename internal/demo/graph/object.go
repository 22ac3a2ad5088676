package graph

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Object is a resource, or a part of one, as Graph writes it.
type Object map[string]any

// identity makes the GUID of a thing out of what it is: the same names, the same
// GUID, however often and beside whatever else a story is told.
func identity(of ...string) string {
	space := uuid.NameSpaceOID
	for _, name := range of {
		space = uuid.NewSHA1(space, []byte(name))
	}
	return space.String()
}

// id is the GUID of a thing of this tenant.
func (t *Tenant) id(of ...string) string { return identity(append([]string{t.ID}, of...)...) }

// stamp is a time as Graph writes it, in UTC; null for the zero time. Fractions of
// a second are kept up to seven digits, without zeros at their end.
func stamp(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at.UTC().Format("2006-01-02T15:04:05.9999999Z07:00")
}

// hundredths gives a time of an event a fraction, as those of real logs have, that
// depends on the event alone.
func hundredths(at time.Time, of string) time.Time {
	sum := uuid.NewSHA1(uuid.NameSpaceOID, []byte(of))
	ticks := (int(sum[0])<<16 | int(sum[1])<<8 | int(sum[2])) % 10_000_000
	return at.Truncate(time.Second).Add(time.Duration(ticks) * 100)
}

// null is v, or nil for the empty string.
func null(v string) any {
	if v == "" {
		return nil
	}
	return v
}

// quoted is a value as directory audits write old and new values: as JSON in a string.
func quoted(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil { // strings, lists and maps of them
		panic(fmt.Sprintf("graph: a value of an audit cannot be written: %v", err))
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// list is a list that is never null.
func list[T any](of ...T) []T { return append([]T{}, of...) }

// With is a copy of the object with more fields.
func (o Object) With(more Object) Object {
	c := maps.Clone(o)
	maps.Copy(c, more)
	return c
}

// at is the value at a path such as "status/errorCode"; nil where there is none.
func (o Object) at(path string) any {
	var v any = o
	for name := range strings.SplitSeq(path, "/") {
		part, ok := v.(Object)
		if !ok {
			return nil
		}
		v = part[name]
	}
	return v
}

// deep copies objects and lists, so that later changes leave the copy alone.
func deep(v any) any {
	switch v := v.(type) {
	case Object:
		c := Object{}
		for k, x := range v {
			c[k] = deep(x)
		}
		return c
	case []Object:
		c := make([]Object, len(v))
		for i := range v {
			c[i] = deep(v[i]).(Object)
		}
		return c
	case []string:
		return list(v...)
	}
	return v
}
