package controls

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// valuesAt returns the scalar values at a dotted path of a body, sorted and each
// once. Wherever the path meets a list, it goes on in every element; a number in
// the path picks one element. Missing and null values have none. A string and a
// number of the same digits are equal: systems differ in how they write an
// issue's number.
func valuesAt(body []byte, path string) []string {
	var values []string
	scalarsAt(gjson.ParseBytes(body), strings.Split(path, "."), 0, func(v gjson.Result) {
		text := v.Raw
		if v.Type == gjson.String {
			text = v.Str
		}
		values = append(values, strings.Clone(text)) // v shares memory with the whole record
	})
	slices.Sort(values)
	return slices.Compact(values)
}

// maxLists bounds lists within lists: each is read once for every list that it
// is in, and no source nests what identifies something this deep.
const maxLists = 32

// scalarsAt calls visit for every scalar but null at the path; lists counts the
// lists that v is in.
func scalarsAt(v gjson.Result, path []string, lists int, visit func(gjson.Result)) {
	switch {
	case v.IsArray():
		if lists < maxLists {
			elementsAt(v, path, lists+1, visit)
		}
	case v.IsObject():
		if len(path) > 0 {
			scalarsAt(v.Get(path[0]), path[1:], lists, visit) // a name without dots is nothing but a name to gjson
		}
	case len(path) == 0 && v.Exists() && v.Type != gjson.Null:
		visit(v)
	}
}

func elementsAt(list gjson.Result, path []string, lists int, visit func(gjson.Result)) {
	pick := -1
	if len(path) > 0 {
		if n, err := strconv.Atoi(path[0]); err == nil {
			pick, path = n, path[1:]
		}
	}
	i := 0
	list.ForEach(func(_, e gjson.Result) bool {
		if pick < 0 || pick == i {
			scalarsAt(e, path, lists, visit)
		}
		i++
		return pick < 0 || i <= pick
	})
}

// scalarAt returns the one scalar at a path that meets no list; false when there
// is none.
func scalarAt(body []byte, path string) (string, bool) {
	return scalar(gjson.GetBytes(body, path))
}

// scalar is the text of a value that is one; false when it is not.
func scalar(v gjson.Result) (string, bool) {
	if !v.Exists() || v.Type == gjson.Null || v.IsObject() || v.IsArray() {
		return "", false
	}
	if v.Type == gjson.String {
		return v.Str, true
	}
	return v.Raw, true
}
