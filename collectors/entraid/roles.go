package entraid

import (
	"context"
	"fmt"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/internal/graph"
)

// roles reads assignments of roles, active or eligible ones, as PIM knows them.
// Without a licence for PIM the first of these lists, that of active ones, is refused,
// and plainRoles reads.
func (r *run) roles(state string, q graph.Query, permission string) step {
	return func(ctx context.Context) error {
		if r.at.NoPIM {
			return nil
		}
		l := listOf{what: state + " role assignments", query: q, permission: permission}
		l.instead = func(err error) bool {
			// Once PIM has given something, a refusal is a gap: plain assignments are the
			// same active ones under other identities.
			if !graph.Unlicensed(err) || state != "active" || r.at.Place != (place{}) || r.at.Backs > 0 {
				return false
			}
			r.at.NoPIM = true
			r.note(evidence.Finding{Code: "no_pim_licence", Object: r.unit.Scope.String(), Detail: r.why(err, permission)})
			return true
		}
		return r.each(ctx, l, func(b *batch, item gjson.Result, from evidence.Origin) error {
			return r.assignment(b, state, item, item.Raw, from)
		})
	}
}

// assignment adds one assignment of a role.
func (r *run) assignment(b *batch, state string, item gjson.Result, raw string, from evidence.Origin) error {
	id := item.Get("id")
	if id.Type != gjson.String || id.Str == "" {
		r.unnamed(state+" role assignments", item)
		return nil
	}
	body := fmt.Appendf(nil, `{"state":"%s","assignment":%s}`, state, raw)
	return b.add(state+":"+id.Str+r.taken(), r.at.Taken, from, body)
}

// plainRoles reads the assignments of a tenant without PIM: all are active, and
// for good. What the roles are called is read apart and put beside them, as PIM's
// lists have it.
func (r *run) plainRoles(ctx context.Context) error {
	if !r.at.NoPIM {
		return nil
	}
	names, origins, err := r.roleNames(ctx)
	if err != nil {
		return err
	}
	return r.each(ctx, listOf{what: "role assignments", query: plainRoles(), permission: readRoles}, func(b *batch, item gjson.Result, from evidence.Origin) error {
		for _, o := range origins {
			b.origin(o)
		}
		raw := item.Raw
		if !item.Get("roleDefinition").Exists() {
			name, ok := names[item.Get("roleDefinitionId").Str]
			if !ok {
				name = "null"
			}
			raw = with(raw, "roleDefinition", name)
		}
		return r.assignment(b, "active", item, raw, from)
	})
}

// with adds a member to a JSON object.
func with(object, name, value string) string {
	inner := strings.TrimRight(strings.TrimSuffix(strings.TrimSpace(object), "}"), " \t\r\n")
	if inner != "{" {
		inner += ","
	}
	return inner + `"` + name + `":` + value + "}"
}

// mostRoles bounds the roles whose names are kept: Entra ID has a hundred or so of
// its own, and allows as many again.
const mostRoles = 5000

// roleNames reads the definitions of all roles, by their ID.
func (r *run) roleNames(ctx context.Context) (map[string]string, []evidence.Origin, error) {
	list, origins, err := r.directory(ctx, roleDefinitions(), batchBytes)
	switch {
	case refused(err):
		r.refuse("role definitions", err, readRoles)
		return nil, nil, nil
	case err != nil:
		return nil, nil, err
	}
	names := map[string]string{}
	gjson.ParseBytes(list).ForEach(func(_, d gjson.Result) bool {
		names[d.Get("id").String()] = d.Raw
		return len(names) < mostRoles
	})
	return names, origins, nil
}
