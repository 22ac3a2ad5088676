package graph

import (
	"fmt"
	"net/http"
	"time"
)

// pages are the lists that are being read: what a $skiptoken stands for.
type pages struct {
	open  map[string]openPage
	given int
}

type openPage struct {
	endpoint string // path and query without the token
	rest     []Object
	offset   int
	issued   time.Time
}

// page sends a page of a list, with a link to the next one.
func (a *ask) page(e *endpoint, list []Object, from int) (Object, *failure) {
	size := e.page[0]
	if a.top > 0 {
		size = a.top
	}
	end := min(from+size, len(list))
	answer := Object{"@odata.context": a.base() + "/$metadata#" + a.r.URL.Path[len(a.version)+2:], "value": list[from:end]}
	if a.count {
		answer["@odata.count"] = len(list)
	}
	if end < len(list) {
		answer["@odata.nextLink"] = a.base() + a.r.URL.Path[len(a.version)+1:] + "?" + a.nextQuery(list, end)
	}
	return answer, nil
}

// base is Graph's address as the client knows it, with the version.
func (a *ask) base() string { return "http://" + a.r.Host + "/" + a.version }

// nextQuery is the query of the next page.
func (a *ask) nextQuery(list []Object, offset int) string {
	values := a.r.URL.Query()
	values.Del("$skiptoken")
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pages.given++
	token := identity("skiptoken", fmt.Sprint(s.pages.given), a.r.URL.Path)
	s.pages.open[token] = openPage{a.r.URL.Path + "?" + values.Encode(), list, offset, a.now}
	values.Set("$skiptoken", token)
	return values.Encode()
}

// resume finds the list that a token belongs to. A token of another list, and one
// that has been kept for too long, is refused.
func (a *ask) resume(e *endpoint) ([]Object, int, *failure) {
	values := a.r.URL.Query()
	values.Del("$skiptoken")
	a.s.mu.Lock()
	p, ok := a.s.pages.open[a.token]
	a.s.mu.Unlock()
	if !ok || p.endpoint != a.r.URL.Path+"?"+values.Encode() {
		return nil, 0, e.badToken("Directory_InvalidPageToken", "The specified page token value is not valid.")
	}
	if life := a.s.opt.PageLifetime; life > 0 && a.now.Sub(p.issued) > life {
		return nil, 0, e.badToken("Directory_ExpiredPageToken", "The specified page token value has expired and can no longer be included in your request.")
	}
	return p.rest, p.offset, nil
}

// badToken: reports call every bad token invalid.
func (e *endpoint) badToken(code, message string) *failure {
	if e.class == reports {
		return refuse(http.StatusBadRequest, "", "Invalid Skip Token")
	}
	return refuse(http.StatusBadRequest, code, message)
}

// answer is what the endpoint gives of a request.
func (a *ask) answer(e *endpoint) (Object, *failure) {
	if e.one != nil {
		o, f := e.one(a)
		if f != nil {
			return nil, f
		}
		a.expand(e, o)
		return e.selected(a.query, o).With(Object{"@odata.context": a.base() + "/$metadata#" + e.context() + "/$entity"}), nil
	}
	if a.token != "" {
		list, from, f := a.resume(e)
		if f != nil {
			return nil, f
		}
		return a.page(e, list, from)
	}
	all, f := e.list(a)
	if f != nil {
		return nil, f
	}
	list := []Object{}
	for _, o := range a.sorted(all) {
		if a.filter == nil || e.resource == "SignIn" || a.filter.holds(o) {
			a.expand(e, o)
			list = append(list, e.selected(a.query, o))
		}
	}
	return a.page(e, list, 0)
}

// context is the endpoint as metadata calls it.
func (e *endpoint) context() string { return e.path[1:] }
