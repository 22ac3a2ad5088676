package awsstate

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/aws/smithy-go/document"
)

// encode writes a value of the SDK as the AWS CLI prints it: members by the names of
// the API reference in the order that the SDK declares them, so that equal answers
// give equal bytes. Members that the answer did not have are left out, empty lists
// stay; times are RFC 3339 in UTC, blobs base64. Of the few truth values and numbers
// that the SDK has no pointers for, what the answer did not have is false or 0.
func encode(b *bytes.Buffer, v any) error {
	rv := reflect.ValueOf(v)
	switch {
	case !rv.IsValid():
		b.WriteString("null")
		return nil
	case rv.Kind() == reflect.Slice && rv.IsNil() && rv.Type() != rawType:
		b.WriteString("[]")
		return nil
	}
	return encodeValue(b, rv)
}

// shape is a value of the SDK with further nouns before its own members.
func shape(v any, before ...noun) (json.RawMessage, error) {
	head, err := object(before)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := encode(&b, v); err != nil {
		return nil, err
	}
	body := b.Bytes()
	switch {
	case len(before) == 0:
		return body, nil
	case len(body) < 2 || body[0] != '{':
		return nil, fmt.Errorf("%T is no structure", v)
	case len(body) == 2:
		return head, nil
	}
	return slices.Concat(head[:len(head)-1], []byte{','}, body[1:]), nil
}

var (
	rawType      = reflect.TypeFor[json.RawMessage]()
	timeType     = reflect.TypeFor[time.Time]()
	documentType = reflect.TypeFor[document.Marshaler]()
)

func encodeValue(b *bytes.Buffer, v reflect.Value) error {
	switch {
	case v.Type() == rawType:
		b.Write(v.Bytes())
		return nil
	case v.Type() == timeType:
		return encodeJSON(b, v.Interface().(time.Time).UTC().Format(time.RFC3339Nano))
	case v.Type().Implements(documentType) && (v.Kind() != reflect.Pointer && v.Kind() != reflect.Interface || !v.IsNil()):
		text, err := v.Interface().(document.Marshaler).MarshalSmithyDocument()
		if err != nil {
			return err
		}
		b.Write(text)
		return nil
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			b.WriteString("null")
			return nil
		}
		return encodeValue(b, v.Elem())
	case reflect.Interface:
		if v.IsNil() {
			b.WriteString("null")
			return nil
		}
		return encodeUnion(b, v)
	case reflect.Struct:
		return encodeStruct(b, v)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return encodeJSON(b, base64.StdEncoding.EncodeToString(v.Bytes()))
		}
		b.WriteByte('[')
		for i := range v.Len() {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := encodeValue(b, v.Index(i)); err != nil {
				return err
			}
		}
		b.WriteByte(']')
		return nil
	case reflect.Map:
		return encodeMap(b, v)
	case reflect.String:
		return encodeString(b, v.String())
	case reflect.Bool:
		b.WriteString(strconv.FormatBool(v.Bool()))
		return nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		b.WriteString(strconv.FormatInt(v.Int(), 10))
		return nil
	case reflect.Float32, reflect.Float64:
		return encodeJSON(b, v.Interface())
	}
	return fmt.Errorf("a value of type %s cannot be told in JSON", v.Type())
}

// member is a field of a structure that may be told.
type member struct {
	field int
	name  string // as it stands in an object: "<Name>":
}

// membersOf keeps the members of each type of structure, []member by reflect.Type:
// finding their names takes longer than writing their values.
var membersOf sync.Map

func members(t reflect.Type) ([]member, error) {
	if kept, ok := membersOf.Load(t); ok {
		return kept.([]member), nil
	}
	list := []member{}
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() || f.Name == "ResultMetadata" {
			continue
		}
		var name bytes.Buffer
		if err := encodeJSON(&name, memberName(t, f.Name)); err != nil {
			return nil, err
		}
		list = append(list, member{i, name.String() + ":"})
	}
	membersOf.Store(t, list)
	return list, nil
}

// encodeStruct leaves out what the answer did not have: nil pointers, lists and maps,
// and the empty string of an enumeration.
func encodeStruct(b *bytes.Buffer, v reflect.Value) error {
	list, err := members(v.Type())
	if err != nil {
		return err
	}
	b.WriteByte('{')
	first := true
	for _, m := range list {
		value := v.Field(m.field)
		if missing(value) {
			continue
		}
		if !first {
			b.WriteByte(',')
		}
		first = false
		b.WriteString(m.name)
		if err := encodeValue(b, value); err != nil {
			return fmt.Errorf("%s: %w", v.Type().Field(m.field).Name, err)
		}
	}
	b.WriteByte('}')
	return nil
}

func missing(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Map:
		return v.IsNil()
	case reflect.String:
		return v.Len() == 0
	}
	return false
}

// lowerServices have members that begin with a small letter, which the SDK's fields
// cannot.
var lowerServices = []string{"/service/apigateway", "/service/apigateway/types", "/service/configservice/types"}

func memberName(t reflect.Type, field string) string {
	if slices.ContainsFunc(lowerServices, func(s string) bool { return strings.HasSuffix(t.PkgPath(), s) }) {
		r := []rune(field)
		r[0] = unicode.ToLower(r[0])
		return string(r)
	}
	return field
}

// encodeUnion writes {"<Variant>": …}: the SDK has a type <Union>Member<Variant> for
// each variant, whose Value is the variant's.
func encodeUnion(b *bytes.Buffer, v reflect.Value) error {
	inner := v.Elem()
	if inner.Kind() == reflect.Pointer && !inner.IsNil() && inner.Elem().Kind() == reflect.Struct {
		s := inner.Elem()
		variant, ok := strings.CutPrefix(s.Type().Name(), v.Type().Name()+"Member")
		if value := s.FieldByName("Value"); ok && value.IsValid() {
			b.WriteByte('{')
			if err := encodeJSON(b, memberName(s.Type(), variant)); err != nil {
				return err
			}
			b.WriteByte(':')
			if err := encodeValue(b, value); err != nil {
				return err
			}
			b.WriteByte('}')
			return nil
		}
	}
	return encodeValue(b, inner)
}

func encodeMap(b *bytes.Buffer, v reflect.Value) error {
	if v.Type().Key().Kind() != reflect.String {
		return fmt.Errorf("a map of keys %s cannot be told in JSON", v.Type().Key())
	}
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	b.WriteByte('{')
	for i, k := range keys {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := encodeJSON(b, k.String()); err != nil {
			return err
		}
		b.WriteByte(':')
		if err := encodeValue(b, v.MapIndex(k)); err != nil {
			return err
		}
	}
	b.WriteByte('}')
	return nil
}

// encodeString writes a string. Most need no escapes, which spares them the encoder.
func encodeString(b *bytes.Buffer, s string) error {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return encodeJSON(b, s)
		}
	}
	b.WriteByte('"')
	b.WriteString(s)
	b.WriteByte('"')
	return nil
}

// encodeJSON writes a string or number, and leaves < > & as they are.
func encodeJSON(b *bytes.Buffer, v any) error {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	b.Truncate(b.Len() - 1) // the line break
	return nil
}
