package graph

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/evidencepack/evidence/internal/demo/graph/published"
)

// Searches of Microsoft 365's audit log: a query is made, runs for a while, and then
// has records.

// auditSearchState is a query that somebody made.
type auditSearchState struct {
	body    Object
	search  search
	slow    bool // it is running when it is looked at for the first time
	asked   int  // how often its state was asked
	records []Object
}

func searchEndpoints() []endpoint {
	denied := func(roles []string) *failure {
		return refuse(http.StatusForbidden, "Forbidden", "User does not have the required permission scope: "+roles[0]+".")
	}
	return []endpoint{
		{path: "/security/auditLog/queries", resource: "SecurityNamespace.AuditLogQuery", class: auditSearch, roles: searchRoles, denied: denied, page: [2]int{100, 999}, list: (*ask).searches},
		{path: "/security/auditLog/queries/{}", resource: "SecurityNamespace.AuditLogQuery", class: auditSearch, roles: searchRoles, denied: denied, one: (*ask).search},
		{path: "/security/auditLog/queries/{}/records", resource: "SecurityNamespace.AuditLogRecord", class: auditSearch, roles: searchRoles, denied: denied, page: [2]int{150, 999}, list: (*ask).found},
	}
}

// startSearch answers a POST: the query is not started yet.
func (a *ask) startSearch(e *endpoint) (Object, int, *failure) {
	if e.path != "/security/auditLog/queries" {
		return nil, 0, refuse(http.StatusMethodNotAllowed, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
	}
	raw, err := io.ReadAll(io.LimitReader(a.r.Body, 1<<20))
	if err != nil {
		return nil, 0, badRequest("The request body could not be read.")
	}
	state, f := newSearch(raw)
	if f != nil {
		return nil, 0, f
	}
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	id := identity("audit search", fmt.Sprint(len(a.s.searches)))
	state.body["id"], state.body["status"], state.slow = id, "notStarted", len(a.s.searches)%a.s.opt.Running == 0
	a.s.searches[id] = state
	return state.body.With(Object{"@odata.context": a.base() + "/$metadata#security/auditLog/queries/$entity"}), http.StatusCreated, nil
}

// newSearch reads the body of a query.
func newSearch(raw []byte) (*auditSearchState, *failure) {
	var in map[string]any
	if err := json.Unmarshal(raw, &in); err != nil {
		return nil, badRequest("Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.")
	}
	state := &auditSearchState{body: Object{
		"displayName": "", "filterStartDateTime": nil, "filterEndDateTime": nil, "recordTypeFilters": []string{}, "keywordFilter": nil, "serviceFilters": []string{}, "operationFilters": []string{},
		"userPrincipalNameFilters": []string{}, "ipAddressFilters": []string{}, "objectIdFilters": []string{}, "administrativeUnitIdFilters": []string{},
	}}
	for name, v := range in {
		if strings.HasPrefix(name, "@") {
			continue
		}
		if _, known := state.body[name]; !known {
			return nil, badRequest("The property '" + name + "' does not exist on type 'microsoft.graph.security.auditLogQuery'. Make sure to only use property names that are defined by the type.")
		}
		state.body[name] = v
	}
	return state, state.understand()
}

// understand reads the filters that are simulated, and refuses the others.
func (q *auditSearchState) understand() *failure {
	for name, to := range map[string]*time.Time{"filterStartDateTime": &q.search.from, "filterEndDateTime": &q.search.to} {
		said, _ := q.body[name].(string)
		at, err := time.Parse(time.RFC3339Nano, said)
		if err != nil {
			return badRequest("Cannot convert the value of '" + name + "' to the expected type 'Edm.DateTimeOffset'.")
		}
		*to = at
	}
	if !q.search.from.Before(q.search.to) {
		return badRequest("filterStartDateTime must be before filterEndDateTime.")
	}
	for name, to := range map[string]*[]string{
		"recordTypeFilters": &q.search.kinds, "operationFilters": &q.search.operations, "serviceFilters": &q.search.services, "userPrincipalNameFilters": &q.search.people,
	} {
		values, _ := q.body[name].([]any)
		for _, v := range values {
			s, ok := v.(string)
			if !ok {
				return badRequest("Cannot convert a value of '" + name + "' to the expected type 'Edm.String'.")
			}
			*to = append(*to, s)
		}
	}
	known := published.In("beta").Enums["SecurityNamespace.AuditLogRecordType"]
	for i, kind := range q.search.kinds { // the reference spells them with small letters at their beginning
		at := slices.IndexFunc(known, func(x string) bool { return strings.EqualFold(x, kind) })
		if at < 0 {
			return badRequest("Requested value '" + kind + "' was not found.")
		}
		q.search.kinds[i] = known[at]
	}
	q.body["recordTypeFilters"] = list(q.search.kinds...)
	for _, name := range []string{"keywordFilter", "ipAddressFilters", "objectIdFilters", "administrativeUnitIdFilters"} {
		if v, some := q.body[name].([]any); some && len(v) > 0 || name == "keywordFilter" && q.body[name] != nil && q.body[name] != "" {
			return badRequest("The filter '" + name + "' is not simulated.")
		}
	}
	return nil
}

// searches are all queries.
func (a *ask) searches() ([]Object, *failure) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	out := []Object{}
	for n := range len(a.s.searches) {
		out = append(out, a.s.searches[identity("audit search", fmt.Sprint(n))].body.With(nil))
	}
	return out, nil
}

// search is one query. A slow one is running when it is looked at for the first time,
// and has succeeded after that.
func (a *ask) search() (Object, *failure) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	q, ok := a.s.searches[a.id]
	if !ok {
		return nil, noResource(a.id)
	}
	q.asked++
	q.body["status"] = "running"
	if q.asked > 1 || !q.slow {
		q.body["status"] = "succeeded"
		q.records = a.s.opt.Tenant.recordsAt(a.now, q.search)
	}
	return q.body.With(nil), nil
}

// found are a query's records: of the workloads that the application may read.
func (a *ask) found() ([]Object, *failure) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	q, ok := a.s.searches[a.id]
	switch {
	case !ok:
		return nil, noResource(a.id)
	case q.body["status"] != "succeeded":
		return nil, badRequest("The audit log query has not completed.")
	}
	out := []Object{}
	for _, r := range q.records {
		if a.may("AuditLogsQuery.Read.All", "AuditLogsQuery-"+r["service"].(string)+".Read.All") {
			out = append(out, r)
		}
	}
	return out, nil
}
