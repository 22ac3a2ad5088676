package entraid

import (
	"bytes"
	"errors"

	"github.com/tidwall/gjson"
)

// Applications have lists of credentials. Graph gives no secret of them, but parts:
// hint is how a password begins, key is a certificate; and secretText is a password
// where it was just made. None of it enters a record.
var (
	credentialLists = map[string]bool{"passwordCredentials": true, "keyCredentials": true}
	secretParts     = map[string]bool{"hint": true, "key": true, "secretText": true}
)

var errNotJSON = errors.New("an application that is no JSON")

// withoutSecrets takes the parts of secrets out of an application or service
// principal, wherever in it a list of credentials stands. All else keeps its bytes,
// apart from white space.
func withoutSecrets(raw []byte) ([]byte, error) {
	if !gjson.ValidBytes(raw) {
		return nil, errNotJSON
	}
	var out bytes.Buffer
	out.Grow(len(raw))
	copyWithout(&out, gjson.ParseBytes(raw), false)
	return out.Bytes(), nil
}

// copyWithout writes a value. within: it belongs to a list of credentials.
func copyWithout(out *bytes.Buffer, v gjson.Result, within bool) {
	switch {
	case v.IsObject():
		out.WriteByte('{')
		first := true
		v.ForEach(func(key, value gjson.Result) bool {
			if within && secretParts[key.Str] {
				return true
			}
			if !first {
				out.WriteByte(',')
			}
			first = false
			out.WriteString(key.Raw)
			out.WriteByte(':')
			copyWithout(out, value, within || credentialLists[key.Str])
			return true
		})
		out.WriteByte('}')
	case v.IsArray():
		out.WriteByte('[')
		first := true
		v.ForEach(func(_, value gjson.Result) bool {
			if !first {
				out.WriteByte(',')
			}
			first = false
			copyWithout(out, value, within)
			return true
		})
		out.WriteByte(']')
	default:
		out.WriteString(v.Raw)
	}
}
