package graph

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/evidencepack/evidence/internal/demo/graph/published"
)

// query are the query options of a request.
type query struct {
	top     int // 0: the default
	token   string
	filter  condition
	selects []string
	expands []string
	order   string
	down    bool
	count   bool
}

// asksFor reports whether the filter compares a property.
func (q *query) asksFor(property string) bool {
	found := false
	if q.filter != nil {
		q.filter.uses(func(path, _ string) { found = found || path == property })
	}
	return found
}

// understand reads the options strictly: what the endpoint does not have is a 400.
func (e *endpoint) understand(version string, values url.Values) (*query, *failure) {
	q := &query{}
	for name, v := range values {
		if !strings.HasPrefix(name, "$") {
			continue // not of OData: Graph leaves it alone
		}
		if len(v) != 1 {
			return nil, badRequest("Query option '" + name + "' was specified more than once, but it must be specified at most once.")
		}
		if f := e.option(q, version, strings.ToLower(name), v[0]); f != nil {
			return nil, f
		}
	}
	return q, nil
}

func (e *endpoint) option(q *query, version, name, v string) *failure {
	paged := e.list != nil && (name == "$top" || name == "$skiptoken")
	if !paged && !slices.Contains(e.options, name) {
		return badRequest("Query option '" + strings.TrimPrefix(name, "$") + "' is not allowed. To allow it, set the 'AllowedQueryOptions' property on EnableQueryAttribute or QueryValidationSettings.")
	}
	switch name {
	case "$top":
		return e.setTop(q, v)
	case "$skiptoken":
		q.token = v
	case "$count":
		q.count = v == "true"
	case "$filter":
		return e.setFilter(q, v)
	case "$select":
		return e.setSelect(q, version, v)
	case "$expand":
		return e.setExpand(q, v)
	case "$orderby":
		return e.setOrder(q, v)
	}
	return nil
}

func (e *endpoint) setTop(q *query, v string) *failure {
	n, err := strconv.Atoi(v)
	switch {
	case err != nil || n < 1:
		return refuse(http.StatusBadRequest, "Request_BadRequest", "Invalid value '"+v+"' for $top query option found. The $top query option requires a non-negative integer value.")
	case n > e.page[1] && e.page[1] == 999:
		return refuse(http.StatusBadRequest, "Request_UnsupportedQuery", fmt.Sprintf("Invalid page size specified: '%d'. Must be between 1 and 999 inclusive.", n))
	case n > e.page[1]:
		return badRequest(fmt.Sprintf("The limit of '%d' for Top query has been exceeded. The value from the incoming request is '%d'.", e.page[1], n))
	}
	q.top = n
	return nil
}

func (e *endpoint) setFilter(q *query, v string) *failure {
	c, err := parseFilter(v)
	if err != nil {
		return badRequest(err.Error())
	}
	var f *failure
	c.uses(func(path, operator string) {
		allowed, known := e.filters[path]
		if !known {
			f = refuse(http.StatusBadRequest, "Request_UnsupportedQuery", "Unsupported or invalid query filter clause specified for property '"+path+"' of resource '"+e.resource+"'.")
			return
		}
		words := strings.Fields(allowed)
		if inner, ok := strings.CutPrefix(operator, "any "); ok {
			if !strings.Contains(allowed, "any "+inner) {
				f = badRequest("The operator '" + inner + "' is not supported for property '" + path + "'.")
			}
		} else if !slices.Contains(words, operator) || slices.Contains(words, "any") {
			f = badRequest("The operator '" + operator + "' is not supported for property '" + path + "'.")
		}
	})
	q.filter = c
	return f
}

// setSelect: any property that Microsoft publishes of the type.
func (e *endpoint) setSelect(q *query, version, v string) *failure {
	for name := range strings.SplitSeq(v, ",") {
		name = strings.TrimSpace(name)
		if !e.has(version, name) {
			return refuse(http.StatusBadRequest, "Request_BadRequest", "Could not find a property named '"+name+"' on type 'microsoft.graph."+lowerFirst(e.resource)+"'.")
		}
		q.selects = append(q.selects, name)
	}
	return nil
}

// has: members and owners may be asked for properties of users, groups and service principals.
func (e *endpoint) has(version, name string) bool {
	types := []string{e.resource}
	switch e.resource {
	case "DirectoryObject":
		types = append(types, "User", "Group", "ServicePrincipal")
	case "NamedLocation":
		types = append(types, "IpNamedLocation", "CountryNamedLocation")
	}
	return slices.ContainsFunc(types, func(of string) bool {
		_, ok := published.In(version).Property(of, name)
		if !ok { // beta has what v1.0 has
			_, ok = published.In("v1.0").Property(of, name)
		}
		return ok
	})
}

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }

func (e *endpoint) setExpand(q *query, v string) *failure {
	for name := range strings.SplitSeq(v, ",") {
		name, _, _ = strings.Cut(strings.TrimSpace(name), "(") // ($select=…) is left alone
		if !slices.Contains(e.expands, name) {
			return badRequest("Parsing OData Select and Expand failed: Could not find a property named '" + name + "' on type 'microsoft.graph." + lowerFirst(e.resource) + "'.")
		}
		q.expands = append(q.expands, name)
	}
	return nil
}

func (e *endpoint) setOrder(q *query, v string) *failure {
	name, direction, _ := strings.Cut(strings.TrimSpace(v), " ")
	if !slices.Contains(e.orders, name) || direction != "" && direction != "asc" && direction != "desc" {
		return refuse(http.StatusBadRequest, "Request_UnsupportedQuery", "Sorting not supported for current query.")
	}
	q.order, q.down = name, direction == "desc"
	return nil
}

// sorted puts objects into the order that is asked for.
func (q *query) sorted(list []Object) []Object {
	if q.order == "" {
		return list
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(x, y Object) int {
		a, _ := x[q.order].(string)
		b, _ := y[q.order].(string)
		if q.down {
			a, b = b, a
		}
		return strings.Compare(a, b)
	})
	return list
}

// selected leaves of an object what is asked for; what is published but not simulated
// is null, or an empty list.
func (e *endpoint) selected(q *query, o Object) Object {
	names := q.selects
	if len(names) == 0 {
		if names = e.gives; names == nil {
			return o
		}
	}
	out := Object{}
	for _, name := range append(slices.Clone(names), q.expands...) {
		v, ok := o[name]
		if p, known := published.In("v1.0").Property(e.resource, name); !ok && known && p.List {
			v = []any{}
		}
		out[name] = v
	}
	if kind, ok := o["@odata.type"]; ok {
		out["@odata.type"], out["id"] = kind, o["id"]
	}
	return out
}
