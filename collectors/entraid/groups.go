package entraid

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/internal/graph"
)

// batchBytes is how much of groups is handed over at a time: one may have any
// number of members.
const batchBytes = 8 << 20

// groupBytes is how large a group with all its members and owners may be: a record is
// held whole, and a locker keeps none of more than 16 MiB. It is some 50,000 members.
const groupBytes = 15 << 20

// groups reads every group that settings name, with its members and owners.
func (r *run) groups(ctx context.Context) error {
	if len(r.spec.Groups) > 0 {
		r.note(evidence.Finding{Code: "limited_by_settings", Object: strings.Join(r.spec.Groups, ", ")})
		if r.at.Place == (place{}) && len(r.at.Groups) == 0 {
			r.at.Missing = slices.DeleteFunc(slices.Clone(r.spec.Groups), func(g string) bool { return !guid.MatchString(g) })
		}
	}
	q := allGroups()
	for {
		p := r.at.Place
		a, err := r.page(ctx, q, &p, &r.ahead)
		switch {
		case expired(err, r.at.Place):
			return r.again(err)
		case refused(err):
			r.refuse("groups", err, readGroups)
			return nil
		case err != nil:
			return err
		}
		b := r.batch()
		size := 0
		for _, g := range a.Value.Array() {
			id := g.Get("id")
			if id.Type != gjson.String || id.Str == "" {
				r.unnamed("groups", g)
				continue
			}
			r.at.Missing = slices.DeleteFunc(r.at.Missing, func(m string) bool { return strings.EqualFold(m, id.Str) })
			if slices.Contains(r.at.Groups, id.Str) || !chosen(r.spec.Groups, id.Str, g.Get("displayName").Str) {
				continue
			}
			n, err := r.group(ctx, b, g, a.Origin)
			if err != nil {
				return err
			}
			r.at.Groups = append(r.at.Groups, id.Str)
			if size += n; size > batchBytes {
				if err := b.flush(); err != nil {
					return err
				}
				size = 0
			}
		}
		if r.at.Place, r.at.Groups = p, nil; p.Link == "" {
			for _, m := range r.at.Missing {
				r.note(evidence.Finding{Code: "no_such_group", Object: m})
			}
			return b.last()
		}
		if err := b.flush(); err != nil {
			return err
		}
	}
}

// group adds one group and returns how large it is.
func (r *run) group(ctx context.Context, b *batch, g gjson.Result, from evidence.Origin) (int, error) {
	id, hidden := g.Get("id").Str, strings.EqualFold(g.Get("visibility").Str, "HiddenMembership")
	var body bytes.Buffer
	fmt.Fprintf(&body, `{"group":%s`, g.Raw)
	for _, l := range []struct {
		name  string
		query graph.Query
	}{{"members", groupMembers(id)}, {"owners", groupOwners(id)}} {
		what := l.name + " of group " + short(g.Get("displayName").Str) + " (" + short(id) + ")"
		list, origins, err := r.directory(ctx, l.query, groupBytes-body.Len())
		var e *graph.Error
		switch {
		case errors.As(err, &e) && graph.NotFound(err):
			r.note(evidence.Finding{Code: "gone_meanwhile", Object: what})
			return 0, nil
		case refused(err):
			permission := readGroups
			if hidden {
				permission = readHidden
			}
			r.refuse(what, err, permission)
			list = []byte("null")
		case errors.Is(err, errTooLong):
			r.gap(evidence.Finding{Code: "group_too_large", Object: what, Detail: "the rest of the group is recorded; if nothing depends on this one, name those that are needed under groups in the settings"})
			list = []byte("null")
		case err != nil:
			return 0, err
		case hidden && l.name == "members" && string(list) == "[]":
			r.note(evidence.Finding{Code: "hidden_membership", Object: what, Detail: "needed: " + readHidden})
		}
		for _, permission := range nameless(list) {
			r.gap(evidence.Finding{Code: "not_readable", Object: what, Detail: "some are given by their IDs alone; needed: " + permission})
		}
		fmt.Fprintf(&body, `,"%s":%s`, l.name, list)
		for _, o := range origins {
			b.origin(o)
		}
	}
	body.WriteByte('}')
	return body.Len(), b.add(id+r.taken(), r.at.Taken, from, body.Bytes())
}

// nameless lists the permissions that are missing where Graph gives members: of those
// whose type the application may not read it gives type and ID, and refuses nothing.
func nameless(list []byte) (permissions []string) {
	types := []struct{ name, permission string }{{"#microsoft.graph.user", readUsers}, {"#microsoft.graph.servicePrincipal", readApplications}}
	missing := make([]bool, len(types))
	gjson.ParseBytes(list).ForEach(func(_, o gjson.Result) bool {
		for i, t := range types {
			if !missing[i] && o.Get(`@odata\.type`).Str == t.name {
				missing[i] = !slices.ContainsFunc(memberFields, func(f string) bool { return f != "id" && o.Get(f).Type != gjson.Null })
			}
		}
		return slices.Contains(missing, false)
	})
	for i, t := range types {
		if missing[i] {
			permissions = append(permissions, t.permission)
		}
	}
	return permissions
}

// directory reads all of a list of directory objects as one JSON list, of so many
// bytes at most; a longer one is errTooLong.
func (r *run) directory(ctx context.Context, q graph.Query, most int) ([]byte, []evidence.Origin, error) {
	for tries := 0; ; tries++ {
		list, origins, err := r.objects(ctx, q, most)
		if err == nil || tries >= mostBacks || !errors.Is(err, errExpired) {
			return list, origins, err
		}
	}
}

var (
	errExpired = errors.New("a link to the next page has expired")
	errTooLong = errors.New("the list is longer than a record can be")
)

func (r *run) objects(ctx context.Context, q graph.Query, most int) ([]byte, []evidence.Origin, error) {
	out := bytes.NewBufferString("[")
	var origins []evidence.Origin
	met := seen{}
	var ahead headway
	for p := (place{}); ; {
		link := p
		a, err := r.page(ctx, q, &p, &ahead)
		if expired(err, link) {
			return nil, nil, fmt.Errorf("%w: %w", errExpired, err)
		}
		if err != nil {
			return nil, nil, err
		}
		origins = append(origins, a.Origin)
		for _, o := range a.Value.Array() {
			if id := o.Get("id").Str; id != "" && met.meet(id) == repeated {
				continue
			}
			if out.Len() > 1 {
				out.WriteByte(',')
			}
			out.WriteString(o.Raw)
		}
		if out.Len() >= most {
			return nil, nil, errTooLong
		}
		if p.Link == "" {
			out.WriteByte(']')
			return out.Bytes(), origins, nil
		}
	}
}
