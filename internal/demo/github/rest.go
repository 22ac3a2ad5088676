package github

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// REST answers the paths of GitHub's REST API that the organisation has: its audit
// log, and the activity and the workflow runs of its repositories.
func (o *Organization) REST(w http.ResponseWriter, r *http.Request) {
	o.settle()
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	if len(parts) == 3 && parts[0] == "orgs" && parts[2] == "audit-log" && strings.EqualFold(parts[1], o.Login) {
		o.auditLog(w, r)
		return
	}
	if len(parts) < 4 || parts[0] != "repos" {
		fail(w, http.StatusNotFound, "Not Found")
		return
	}
	repo := o.find(parts[1], parts[2])
	if repo != nil && parts[3] == "compare" && len(parts) == 5 {
		repo.compare(w, r, parts[4])
		return
	}
	switch strings.Join(parts[3:], "/") {
	case "branches":
		if repo != nil {
			repo.protectedBranches(w, r)
			return
		}
	case "activity":
		if repo != nil {
			repo.activities(w, r)
			return
		}
	case "actions/runs":
		if repo != nil {
			repo.workflowRuns(w, r)
			return
		}
	}
	fail(w, http.StatusNotFound, "Not Found")
}

func (o *Organization) auditLog(w http.ResponseWriter, r *http.Request) {
	from, to, _ := strings.Cut(strings.TrimPrefix(r.URL.Query().Get("phrase"), "created:"), "..")
	first, last := instantOf(from), instantOf(to)
	var found []map[string]any
	for _, e := range o.events {
		at := e["@timestamp"].(int64)
		if (first.IsZero() || at >= first.UnixMilli()) && (last.IsZero() || at <= last.UnixMilli()) {
			found = append(found, e)
		}
	}
	sendPage(w, r, found)
}

func (r *Repository) activities(w http.ResponseWriter, req *http.Request) {
	q := req.URL.Query()
	var found []map[string]any
	for _, a := range r.activity {
		if (q.Get("ref") == "" || a["ref"] == q.Get("ref")) && (q.Get("activity_type") == "" || a["activity_type"] == q.Get("activity_type")) {
			found = append(found, a)
		}
	}
	sendPage(w, req, found)
}

func (r *Repository) workflowRuns(w http.ResponseWriter, req *http.Request) {
	q := req.URL.Query()
	from, to, _ := strings.Cut(q.Get("created"), "..")
	found := []map[string]any{}
	for _, x := range r.runs {
		if at := x["created_at"].(string); (from == "" || at >= from) && (to == "" || at <= to) {
			found = append(found, x)
		}
	}
	page, size := number(q.Get("page"), 1), number(q.Get("per_page"), 30)
	first := min(max(page-1, 0)*size, len(found))
	send(w, map[string]any{"total_count": len(found), "workflow_runs": found[first:min(first+size, len(found))]})
}

// sendPage sends a page of a list that goes on where after says, and the link to
// the next one.
func sendPage(w http.ResponseWriter, r *http.Request, all []map[string]any) {
	q := r.URL.Query()
	from := min(number(q.Get("after"), 0), len(all))
	end := min(from+number(q.Get("per_page"), 30), len(all))
	if end < len(all) {
		q.Set("after", strconv.Itoa(end))
		w.Header().Set("Link", fmt.Sprintf(`<http://%s%s?%s>; rel="next"`, r.Host, r.URL.Path, q.Encode()))
	}
	send(w, append([]map[string]any{}, all[from:end]...))
}

func number(s string, otherwise int) int {
	if n, err := strconv.Atoi(s); err == nil && n >= 0 {
		return n
	}
	return otherwise
}
