package entraidexport

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/internal/window"
)

// settling is how long after it happened something may still be on its way into
// an export that is written while it is read.
const settling = time.Hour

// settled is until when everything has had the time to arrive.
func (s *source) settled() time.Time { return s.now().UTC().Add(-settling).Truncate(time.Hour) }

// Plan yields a unit for each tenant, kind and day as far as they are settled; for
// the risky users, one for the period. Days begin at midnight where the period's
// first one does.
func (s *source) Plan(ctx context.Context, q evidence.Query) iter.Seq2[evidence.Unit, error] {
	return func(yield func(evidence.Unit, error) bool) {
		l, err := s.look(ctx)
		if err != nil {
			yield(evidence.Unit{}, err)
			return
		}
		tenants, problems := s.present(l)
		for _, err := range problems {
			if !yield(evidence.Unit{}, err) {
				return
			}
		}
		days := s.days(q.Period)
		for _, t := range tenants {
			for _, k := range table {
				want := slices.DeleteFunc(slices.Clone(q.Want), func(w evidence.Selection) bool { return w.Kind != k.name })
				if len(want) == 0 || !s.Yields(k.name) {
					continue
				}
				windows := days
				if !k.daily && len(days) > 0 {
					windows = []evidence.Period{{Start: days[0].Start, End: days[len(days)-1].End}}
				}
				for _, w := range windows {
					if !yield(evidence.Unit{Kinds: []string{k.name}, Scope: evidence.Scope{"tenant": t}, Window: w, Want: want}, nil) {
						return
					}
				}
			}
		}
	}
}

// days cuts a period at midnight in its own location, up to where it is settled.
// Whole days stay the same windows however long the rest of the period gets.
func (s *source) days(p evidence.Period) []evidence.Period {
	end := p.End
	if settled := s.settled(); end.After(settled) {
		end = settled
	}
	return window.Days(evidence.Period{Start: p.Start, End: end})
}

// present lists the tenants to plan for, and names those that are expected and of
// which there is nothing.
func (s *source) present(l *layout) (tenants []string, problems []error) {
	if len(l.roots) == 0 && len(l.loose) == 0 {
		return nil, []error{fmt.Errorf("%s holds no export of Entra ID's logs: there is no insights-logs-signinlogs/tenantId=…/y=…/ and no download of the admin centre in it", s.Location())}
	}
	all := s.tenants(l)
	if len(all) == 0 {
		return nil, []error{fmt.Errorf("%s does not say of which tenant it is: put its ID under tenants in the source's settings", s.Location())}
	}
	// What lies in no tenant's folder may be of any.
	anyones := slices.ContainsFunc(l.loose, func(f file) bool { return f.tenant == "" }) ||
		slices.ContainsFunc(l.roots, func(r root) bool { return r.tenant == "" })
	for _, t := range all {
		if anyones || slices.ContainsFunc(l.roots, func(r root) bool { return r.tenant == t }) || slices.ContainsFunc(l.loose, func(f file) bool { return f.tenant == t }) {
			tenants = append(tenants, t)
			continue
		}
		problems = append(problems, fmt.Errorf("tenant %s is expected, and %s holds nothing of it", t, s.Location()))
	}
	return tenants, problems
}
