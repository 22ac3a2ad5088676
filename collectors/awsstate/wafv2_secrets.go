package awsstate

import (
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/wafv2/types"
)

// withoutComparedValues takes out of a web ACL what its rules compare requests with and put
// into headers: those are where a secret stands that a caller or an origin has to show. What
// paths and methods are compared with stays, and that there is a comparison, of what and how.
// Statements hold statements, and every action may insert headers: v is walked to its end.
func withoutComparedValues(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		switch s := v.Interface().(type) {
		case *types.ByteMatchStatement:
			if !ofPath(s.FieldToMatch) {
				s.SearchString = []byte{}
			}
		case *types.RegexMatchStatement:
			if !ofPath(s.FieldToMatch) {
				s.RegexString = nil
			}
		}
		withoutComparedValues(v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			withoutComparedValues(v.Index(i))
		}
	case reflect.Struct:
		if h, ok := v.Interface().(types.CustomHTTPHeader); ok {
			h.Value = nil
			v.Set(reflect.ValueOf(h))
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				withoutComparedValues(v.Field(i))
			}
		}
	}
}

func ofPath(f *types.FieldToMatch) bool { return f != nil && (f.UriPath != nil || f.Method != nil) }
