package github

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// List gives all nodes of a connection, in its order. A node may be an Object, or
// a func() Object that makes it when it is sent.
type List func() []any

// Nodes is a List of objects.
func Nodes(o ...Object) List {
	return func() []any {
		out := make([]any, len(o))
		for i := range o {
			out[i] = o[i]
		}
		return out
	}
}

const cursorMark = "cursor:v2:"

func cursor(n int) string {
	return base64.StdEncoding.EncodeToString([]byte(cursorMark + strconv.Itoa(n)))
}

func fromCursor(s string) (int, error) {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil || !strings.HasPrefix(string(b), cursorMark) {
		return 0, fmt.Errorf("`%s` does not appear to be a valid cursor", s)
	}
	return strconv.Atoi(strings.TrimPrefix(string(b), cursorMark))
}

// page cuts a page out of the list: forwards from a cursor, or the last ones. As
// on GitHub a page has a hundred nodes at most, and its size must be given.
func (l List) page(args Args) (Object, error) {
	all := l()
	from, to := 0, len(all)
	if after, ok := args["after"].(string); ok {
		n, err := fromCursor(after)
		if err != nil {
			return nil, err
		}
		from = min(n, len(all))
	}
	first, isFirst := args["first"].(float64)
	last, isLast := args["last"].(float64)
	switch {
	case isFirst && first >= 0 && first <= 100:
		to = min(from+int(first), len(all))
	case isLast && last >= 0 && last <= 100:
		from = max(from, len(all)-int(last))
	case isFirst || isLast:
		return nil, errors.New("requesting more than 100 records on a connection exceeds the `first` limit of 100 records")
	default:
		return nil, errors.New("you must provide a `first` or `last` value to properly paginate the connection")
	}
	info := Object{"hasNextPage": to < len(all), "endCursor": nil, "hasPreviousPage": from > 0, "startCursor": nil}
	if to > from {
		info["startCursor"], info["endCursor"] = cursor(from+1), cursor(to)
	}
	return Object{"totalCount": len(all), "nodes": append([]any{}, all[from:to]...), "pageInfo": info}, nil
}
