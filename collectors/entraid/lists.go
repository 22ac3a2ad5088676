package entraid

import (
	"context"
	"slices"

	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/internal/graph"
)

// listOf is a list whose elements are snapshots as they stand.
type listOf struct {
	what       string // in words
	query      graph.Query
	clean      func(raw []byte) ([]byte, error) // takes out what must not enter a record; nil: nothing
	permission string
	instead    func(refusal error) bool // deals with a refusal in another way than by a gap, or says that it does not
}

// list reads all of a list.
func (r *run) list(l listOf) step {
	return func(ctx context.Context) error {
		return r.each(ctx, l, func(b *batch, item gjson.Result, from evidence.Origin) error {
			id := item.Get("id")
			if id.Type != gjson.String || id.Str == "" {
				r.unnamed(l.what, item)
				return nil
			}
			body := []byte(item.Raw)
			if l.clean != nil {
				var err error
				if body, err = l.clean(body); err != nil {
					return err
				}
			}
			return b.add(id.Str+r.taken(), r.at.Taken, from, body)
		})
	}
}

// each calls f with every element of a list, page by page.
func (r *run) each(ctx context.Context, l listOf, f func(*batch, gjson.Result, evidence.Origin) error) error {
	for {
		p := r.at.Place
		a, err := r.page(ctx, l.query, &p, &r.ahead)
		switch {
		case expired(err, r.at.Place):
			return r.again(err)
		case refused(err):
			if l.instead == nil || !l.instead(err) {
				r.refuse(l.what, err, l.permission)
			}
			return nil
		case err != nil:
			return err
		}
		b := r.batch()
		for _, item := range a.Value.Array() {
			if !item.IsObject() {
				r.unnamed(l.what, item)
				continue
			}
			if err := f(b, item, a.Origin); err != nil {
				return err
			}
		}
		if r.at.Place = p; p.Link == "" {
			return b.last()
		}
		if err := b.flush(); err != nil {
			return err
		}
	}
}

// users reads the accounts that are not deleted. Some properties are refused, and
// the whole list with them, to those who may not read them: it is asked for again
// without, and the claim says so.
func (r *run) users(ctx context.Context) error {
	if r.at.Place.Link == "" {
		if err := r.fields(ctx); err != nil {
			return err
		}
	}
	return r.list(listOf{what: "users", query: allUsers(r.userFields()), permission: readUsers})(ctx)
}

func (r *run) userFields() []string {
	return append(slices.Clone(userFields), slices.DeleteFunc(slices.Clone(optionalUserFields), func(f string) bool { return slices.Contains(r.at.Without, f) })...)
}

// fields finds out which of the optional properties may be read.
func (r *run) fields(ctx context.Context) error {
	activity, leaving := optionalUserFields[0], optionalUserFields[1]
	var errs []error
	for _, without := range [][]string{nil, {activity}, {leaving}, {activity, leaving}} {
		r.at.Without = without
		_, err := r.client.Get(ctx, oneUser(r.userFields()))
		if err != nil && !refused(err) {
			return err
		}
		if errs = append(errs, err); err != nil {
			continue
		}
		for _, f := range without {
			why := errs[0]
			if len(without) > 1 { // each by the answer that the other one was left out of
				why = errs[map[string]int{leaving: 1, activity: 2}[f]]
			}
			r.note(evidence.Finding{Code: "property_not_readable", Object: f, Detail: r.why(why, optionalPermissions[f])})
		}
		return nil
	}
	return nil // what is refused is the list itself, as its reading will tell
}

var optionalPermissions = map[string]string{"signInActivity": readAuditLog + " and " + p1.EN, "employeeLeaveDateTime": readLeaving}
