package github

import (
	"context"
	"fmt"
	"strconv"

	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
)

// connection is a list within a pull request that may go on beyond its first page.
type connection struct {
	name string // as the query "more" calls it
	path string // in the pull request
}

const checksPath = "head.nodes.0.commit.statusCheckRollup.contexts"

var connections = []connection{
	{"reviews", "reviews"}, {"commits", "commits"}, {"files", "files"}, {"timelineItems", "timelineItems"},
	{"comments", "comments"}, {"labels", "labels"}, {"closingIssuesReferences", "closingIssuesReferences"},
	{"checks", checksPath},
}

// completed reads the further pages of a pull request's lists, and joins them to
// the first ones. It returns the pull request and the answers that were needed.
func (r *run) completed(ctx context.Context, pull gjson.Result) ([]byte, []evidence.Origin, error) {
	body := []byte(pull.Raw)
	var origins []evidence.Origin
	for page := 2; ; page++ {
		v := vars{"id": pull.Get("id").Str}
		open := 0
		for _, c := range connections {
			if page == 2 && c.path != checksPath && !gjson.GetBytes(body, c.path).IsObject() {
				r.gap(PullRequest, evidence.Finding{Code: "pull_request_incomplete", Object: pull.Get("url").Str, Detail: c.name})
			}
			info := gjson.GetBytes(body, c.path+".pageInfo")
			more := info.Get("hasNextPage").Bool()
			v[c.name], v[c.name+"After"] = more, optional(info.Get("endCursor").Str)
			if more {
				open++
			}
		}
		if open == 0 {
			r.short(body)
			return body, origins, nil
		}
		a, err := r.whole(ctx, fmt.Sprintf("GraphQL lists of %s#%s, page %d", r.name(), pull.Get("number").Raw, page), query("more"), v)
		if err != nil {
			return nil, nil, err
		}
		r.refusedParts(a)
		origins = append(origins, a.origin)
		node := a.data.Get("node")
		for _, c := range connections {
			if v[c.name] == false {
				continue
			}
			if body, err = joined(body, c.path, node.Get(c.path)); err != nil {
				return nil, nil, fmt.Errorf("%s#%s: %w", r.name(), pull.Get("number").Raw, err)
			}
		}
	}
}

// short notes lists that GitHub ends before their count: it gives 3,000 files and
// 250 commits of a pull request. The records show it, and policies judge them so.
func (r *run) short(body []byte) {
	for _, c := range connections {
		list := gjson.GetBytes(body, c.path)
		if n := int64(len(list.Get("nodes").Array())); list.IsObject() && n < list.Get("totalCount").Int() {
			r.note(PullRequest, evidence.Finding{Code: "list_cut_short", Object: gjson.GetBytes(body, "url").Str, Detail: fmt.Sprintf("%s: %d of %d", c.name, n, list.Get("totalCount").Int())})
		}
	}
}

// joined appends a page to the list at path: its nodes after those that are
// there, its pageInfo instead of theirs. All else stays as GitHub wrote it.
func joined(body []byte, path string, page gjson.Result) ([]byte, error) {
	list := gjson.GetBytes(body, path)
	have, more := list.Get("nodes"), page.Get("nodes")
	if !have.IsArray() || !more.IsArray() {
		return nil, fmt.Errorf("%s: a further page is missing", path)
	}
	if page.Get("pageInfo.hasNextPage").Bool() && page.Get("pageInfo.endCursor").Str == list.Get("pageInfo.endCursor").Str {
		return nil, fmt.Errorf("%s: a further page ends where it began", path)
	}
	nodes := append([]byte(nil), have.Raw[:len(have.Raw)-1]...)
	if len(have.Array()) > 0 && len(more.Array()) > 0 {
		nodes = append(nodes, ',')
	}
	nodes = append(nodes, more.Raw[1:]...)
	whole := fmt.Appendf(nil, `{"totalCount":%s,"pageInfo":%s,"nodes":%s}`, strconv.FormatInt(page.Get("totalCount").Int(), 10), page.Get("pageInfo").Raw, nodes)
	at := list.Index
	if at <= 0 || at+len(list.Raw) > len(body) || string(body[at:at+len(list.Raw)]) != list.Raw {
		return nil, fmt.Errorf("%s: its place in the answer is not known", path)
	}
	out := make([]byte, 0, len(body)+len(whole))
	out = append(out, body[:at]...)
	out = append(out, whole...)
	return append(out, body[at+len(list.Raw):]...), nil
}
