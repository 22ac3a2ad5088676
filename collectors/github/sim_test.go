package github

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// obj is a node: fields are values, or functions of their arguments.
type obj map[string]any

// list is a connection of nodes with real cursors.
type list func() []any

type args map[string]any

// sim answers GraphQL over plain objects, and REST by a function.
type sim struct {
	t     testing.TB
	root  obj
	rest  func(w http.ResponseWriter, r *http.Request)
	fault func(w http.ResponseWriter, r *http.Request, operation, body string, v args) bool

	mu       sync.Mutex
	requests []string
	broken   []map[string]any // errors of the answer at hand
}

func (s *sim) start() string {
	server := httptest.NewServer(s)
	s.t.Cleanup(server.Close)
	return server.URL
}

func (s *sim) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	w.Header().Set("X-GitHub-Request-Id", "A1:B2")
	if r.URL.Path != "/graphql" {
		s.count(r.Method + " " + r.URL.Path)
		if s.fault != nil && s.fault(w, r, "", "", nil) {
			return
		}
		s.rest(w, r)
		return
	}
	var in struct {
		Query     string
		Variables args
	}
	if err := json.Unmarshal(body, &in); err != nil {
		s.t.Error(err)
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: in.Query})
	if err != nil {
		s.t.Errorf("%v\n%s", err, in.Query)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.count(doc.Operations[0].Name)
	if s.fault != nil && s.fault(w, r, doc.Operations[0].Name, in.Query, in.Variables) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = nil
	data := s.object(doc, doc.Operations[0].SelectionSet, s.root, in.Variables, nil)
	answer := map[string]any{"data": data}
	if len(s.broken) > 0 {
		answer["errors"] = s.broken
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func (s *sim) count(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, name)
}

func (s *sim) object(doc *ast.QueryDocument, set ast.SelectionSet, o obj, v args, path []any) map[string]any {
	out := map[string]any{}
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			if !included(sel.Directives, v) {
				continue
			}
			at := append(append([]any{}, path...), sel.Alias)
			out[sel.Alias] = s.field(doc, sel, o, v, at)
		case *ast.InlineFragment:
			if included(sel.Directives, v) && applies(sel.TypeCondition, o) {
				merge(out, s.object(doc, sel.SelectionSet, o, v, path))
			}
		case *ast.FragmentSpread:
			f := doc.Fragments.ForName(sel.Name)
			if f == nil {
				s.t.Errorf("no fragment %s", sel.Name)
			} else if included(sel.Directives, v) && applies(f.TypeCondition, o) {
				merge(out, s.object(doc, f.SelectionSet, o, v, path))
			}
		}
	}
	return out
}

func merge(into, from map[string]any) {
	for k, v := range from {
		into[k] = v
	}
}

func included(d ast.DirectiveList, v args) bool {
	for _, x := range d {
		on, _ := value(x.Arguments[0].Value, v).(bool)
		if on != (x.Name == "include") {
			return false
		}
	}
	return true
}

var abstract = map[string]bool{"Actor": true, "Node": true, "PullRequestTimelineItems": true, "StatusCheckRollupContext": true}

func applies(condition string, o obj) bool {
	return abstract[condition] || o["__typename"] == nil || o["__typename"] == condition
}

func value(x *ast.Value, v args) any {
	switch x.Kind {
	case ast.Variable:
		return v[x.Raw]
	case ast.IntValue:
		n, _ := strconv.ParseFloat(x.Raw, 64)
		return n
	case ast.BooleanValue:
		return x.Raw == "true"
	case ast.ListValue, ast.ObjectValue:
		return x.String()
	}
	return x.Raw
}

func (s *sim) field(doc *ast.QueryDocument, f *ast.Field, o obj, v args, path []any) any {
	x, ok := o[f.Name]
	if !ok {
		s.t.Errorf("%v: the simulation has no field %s", path, f.Name)
		return nil
	}
	a := args{}
	for _, arg := range f.Arguments {
		a[arg.Name] = value(arg.Value, v)
	}
	if fn, ok := x.(func(args) any); ok {
		x = fn(a)
	}
	if l, ok := x.(list); ok {
		x = page(l(), a)
	}
	return s.value(doc, f, x, v, path)
}

func (s *sim) value(doc *ast.QueryDocument, f *ast.Field, x any, v args, path []any) any {
	if make, ok := x.(func() obj); ok {
		x = make()
	}
	switch x := x.(type) {
	case obj:
		if x == nil {
			return nil
		}
		return s.object(doc, f.SelectionSet, x, v, path)
	case error:
		s.broken = append(s.broken, map[string]any{"type": x.Error(), "message": "simulated", "path": path})
		return nil
	case []any:
		out := []any{}
		for i, e := range x {
			out = append(out, s.value(doc, f, e, v, append(append([]any{}, path...), i)))
		}
		return out
	}
	return x
}

// page cuts a page out of a list: forwards from a cursor, or the last ones.
func page(all []any, a args) obj {
	from, to := 0, len(all)
	if after, ok := a["after"].(string); ok {
		n, err := strconv.Atoi(strings.TrimPrefix(after, "c"))
		if err != nil {
			panic(after)
		}
		from = n
	}
	if n, ok := a["first"].(float64); ok {
		to = min(from+int(n), len(all))
	} else if n, ok := a["last"].(float64); ok {
		from = max(0, len(all)-int(n))
	}
	from = min(from, to)
	end := any(nil)
	if to > from {
		end = fmt.Sprintf("c%d", to)
	}
	return obj{"totalCount": len(all), "nodes": append([]any{}, all[from:to]...),
		"pageInfo": obj{"hasNextPage": to < len(all), "endCursor": end}}
}

func writeJSON(w http.ResponseWriter, v any) { _ = json.NewEncoder(w).Encode(v) }
