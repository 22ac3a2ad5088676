package securitygroup

import "github.com/tidwall/gjson"

// members are those of a JSON object, read in one pass: nearly all of a record is asked
// for, and much of it under two spellings.
type members []member

type member struct{ name, raw string }

// membersOf reads an object; anything else has no members.
func membersOf(v gjson.Result) members {
	if !v.IsObject() {
		return nil
	}
	all := make(members, 0, 8)
	v.ForEach(func(name, value gjson.Result) bool {
		all = append(all, member{name.Str, value.Raw})
		return true
	})
	return all
}

// get finds a member by the first of its spellings that is there and not null.
func (m members) get(names ...string) gjson.Result {
	for _, n := range names {
		for i := range m {
			if m[i].name == n && m[i].raw != "null" {
				return gjson.Parse(m[i].raw)
			}
		}
	}
	return gjson.Result{}
}

func (m members) text(names ...string) string { return m.get(names...).String() }

// items gives the elements of a list in any of the ways CloudTrail writes one:
// {"items":[…]}, {"items":{…}}, an array, or the only element in place of it.
func items(v gjson.Result) []gjson.Result {
	if v.IsObject() {
		if of := v.Get("items"); of.Exists() {
			v = of
		}
	}
	switch {
	case v.IsArray():
		return v.Array()
	case v.IsObject() && v.Raw != "{}", v.Type == gjson.String:
		return []gjson.Result{v}
	}
	return nil
}
