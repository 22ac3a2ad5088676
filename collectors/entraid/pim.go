package entraid

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/internal/graph"
)

// requests reads the requests for roles that were made in the period, with their
// approvals. All that Graph has are gone through: it does not filter them by time.
func (r *run) requests(kind string, q graph.Query, permission string) step {
	return func(ctx context.Context) error {
		what := "requests (" + kind + ")"
		return r.each(ctx, listOf{what: what, query: q, permission: permission}, func(b *batch, item gjson.Result, from evidence.Origin) error {
			id, when := item.Get("id"), instant(item.Get("createdDateTime"))
			if id.Type != gjson.String || id.Str == "" || when.IsZero() {
				r.unnamed(what, item)
				return nil
			}
			if !r.reach().Contains(when) {
				r.outside(id.Str)
				return nil
			}
			approval, origin, err := r.approval(ctx, item.Get("approvalId").Str)
			if err != nil {
				return err
			}
			if origin.Size > 0 {
				b.origin(origin)
			}
			return b.add(id.Str, when, from, fmt.Appendf(nil, `{"type":"%s","request":%s,"approval":%s}`, kind, item.Raw, approval))
		})
	}
}

// approval reads the approval of a request, "null" where there is none or it may
// not be read. Graph's reference gives approvals to approvers alone, and to no
// application; should it give one, the record has it.
func (r *run) approval(ctx context.Context, id string) (string, evidence.Origin, error) {
	const none = "null"
	if id == "" || r.at.NoAsk {
		return none, evidence.Origin{}, nil
	}
	a, err := r.client.Get(ctx, roleApproval(id))
	var e *graph.Error
	switch {
	case err == nil && gjson.ParseBytes(a.Body).IsObject():
		return string(a.Body), a.Origin, nil
	case err == nil:
		return none, evidence.Origin{}, fmt.Errorf("%s: the answer is no object", roleApproval(id).Label)
	case graph.NotFound(err):
		r.count("approvals_not_found")
		return none, evidence.Origin{}, nil
	case graph.Denied(err), graph.Unlicensed(err):
		r.at.NoAsk = true
		r.note(unreadable("approvals", err))
		return none, evidence.Origin{}, nil
	case errors.As(err, &e) && e.Status >= 400 && e.Status < 500 && e.Status != http.StatusTooManyRequests: // of this one alone
		r.note(unreadable("approval "+short(id), err))
		return none, evidence.Origin{}, nil
	}
	return none, evidence.Origin{}, err
}

// unreadable says that approvals are not to be had, by the status and code of Graph's
// answer: its words quote the request at length.
func unreadable(what string, err error) evidence.Finding {
	var e *graph.Error
	f := evidence.Finding{Code: "approvals_not_readable", Object: what}
	if errors.As(err, &e) {
		f.Detail = (&graph.Error{Status: e.Status, Code: e.Code}).Error()
	}
	return f
}
