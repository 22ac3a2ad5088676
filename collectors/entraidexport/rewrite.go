package entraidexport

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// A rule turns a value's JSON into the JSON that Graph writes in its place. What
// it does not know it returns as it is.
type rule func(raw string) string

// rules are those of an object's members, by name.
type rules map[string]rule

// as is the value itself.
func as(raw string) string { return raw }

// parsed reads objects and lists that were written as a string of JSON.
func parsed(then rule) rule {
	return func(raw string) string {
		if strings.HasPrefix(raw, `"`) {
			text := strings.TrimSpace(gjson.Parse(raw).Str)
			if (strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[")) && wellFormed([]byte(text)) {
				raw = text
			}
		}
		return then(raw)
	}
}

// each applies a rule to the elements of a list.
func each(then rule) rule {
	return func(raw string) string {
		list := gjson.Parse(raw)
		if !list.IsArray() {
			return raw
		}
		var b strings.Builder
		b.WriteByte('[')
		list.ForEach(func(_, v gjson.Result) bool {
			if b.Len() > 1 {
				b.WriteByte(',')
			}
			b.WriteString(then(v.Raw))
			return true
		})
		b.WriteByte(']')
		return b.String()
	}
}

// members applies rules to the members of an object. Those without a rule stay as
// they are, all of them in their order.
func members(r rules) rule { return filled(r, nil) }

// member is one to add to an object that lacks it or has null there.
type member struct{ name, raw string }

// filled applies rules, and then adds what is lacking.
func filled(r rules, lacking []member) rule {
	return func(raw string) string {
		object := gjson.Parse(raw)
		if !object.IsObject() {
			return raw
		}
		var b strings.Builder
		b.Grow(len(raw) + 64)
		has := map[string]bool{}
		b.WriteByte('{')
		write := func(name, raw string) {
			if b.Len() > 1 {
				b.WriteByte(',')
			}
			b.WriteString(name)
			b.WriteByte(':')
			b.WriteString(raw)
		}
		object.ForEach(func(k, v gjson.Result) bool {
			out := v.Raw
			if f := r[k.Str]; f != nil {
				out = f(out)
			}
			for _, m := range lacking {
				if m.name == k.Str && v.Type == gjson.Null {
					out = m.raw
				}
			}
			has[k.Str] = true
			write(k.Raw, out)
			return true
		})
		for _, m := range lacking {
			if !has[m.name] {
				write(strconv.Quote(m.name), m.raw)
			}
		}
		b.WriteByte('}')
		return b.String()
	}
}

// moment writes a time in UTC.
func moment(raw string) string {
	if !strings.HasPrefix(raw, `"`) {
		return raw
	}
	if _, text, ok := instant(gjson.Parse(raw).Str); ok {
		return `"` + text + `"`
	}
	return raw
}

var numberPattern = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

// number reads a number that was written as a string.
func number(raw string) string {
	if strings.HasPrefix(raw, `"`) {
		if text := gjson.Parse(raw).Str; numberPattern.MatchString(text) {
			return text
		}
	}
	return raw
}

// boolean reads one that was written as a string.
func boolean(raw string) string {
	if strings.HasPrefix(raw, `"`) {
		switch text := strings.ToLower(gjson.Parse(raw).Str); text {
		case "true", "false":
			return text
		}
	}
	return raw
}

// enumerated writes a member of an enumeration as Graph does, with a small first letter.
func enumerated(raw string) string {
	text := gjson.Parse(raw)
	if text.Type != gjson.String || text.Str == "" {
		return raw
	}
	first, size := utf8.DecodeRuneInString(text.Str)
	if !unicode.IsUpper(first) {
		return raw
	}
	return encode(string(unicode.ToLower(first)) + text.Str[size:])
}

// text writes JSON into the string that Graph has in its place.
func text(raw string) string {
	if strings.HasPrefix(raw, "{") || strings.HasPrefix(raw, "[") {
		return encode(raw)
	}
	return raw
}

// conditions are the flags of conditionalAccessConditions, from the lowest on. The
// diagnostic settings write the sum of them, Graph their names.
var conditions = []string{
	"application", "users", "devicePlatform", "location", "clientType", "signInRisk", "userRisk", "time", "deviceState", "client",
	"ipAddressSeenByAzureAD", "ipAddressSeenByResourceProvider", "unknownFutureValue", "servicePrincipals", "servicePrincipalRisk",
	"authenticationFlows", "insiderRisk",
}

// flags writes a sum of conditions by their names. A sum with a flag that is not
// known here stays a number.
func flags(raw string) string {
	sum, err := strconv.ParseUint(number(raw), 10, 32)
	switch {
	case err != nil || sum >= 1<<len(conditions):
		return raw
	case sum == 0:
		return `"none"`
	}
	var names []string
	for i, name := range conditions {
		if sum&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return encode(strings.Join(names, ","))
}

// encode writes a string as JSON, with <, > and & as they are.
func encode(s string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	// Encoding a string cannot fail: invalid UTF-8 becomes U+FFFD.
	_ = enc.Encode(s)
	return strings.TrimSuffix(b.String(), "\n")
}
