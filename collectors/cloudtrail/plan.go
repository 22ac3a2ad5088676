package cloudtrail

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"path"
	"slices"
	"time"

	"github.com/evidencepack/evidence"
)

const (
	// deliveredLate is how long past the period's end its last unit reads on:
	// events are delivered some minutes after they happen.
	deliveredLate = time.Hour

	// settling is how long after the end of a delivery window everything about
	// it has arrived: its last files, and the digests that list them.
	settling = 2 * time.Hour
)

// spec is what a unit needs beyond its scope and window.
type spec struct {
	// Delivery says which log files belong to the unit: those whose names give
	// a time of delivery within it. The windows of a plan tile without overlap.
	Delivery evidence.Period `json:"delivery"`
	// Period is the query's: events outside it are counted.
	Period evidence.Period `json:"period"`
}

// Plan yields one unit for each account, region and UTC day of the period, as
// far as they are settled. The last day's unit also reads what is delivered in
// the hour after the period.
func (a *archive) Plan(ctx context.Context, q evidence.Query) iter.Seq2[evidence.Unit, error] {
	return func(yield func(evidence.Unit, error) bool) {
		places, problems := a.discover(ctx)
		for _, err := range problems {
			if !yield(evidence.Unit{}, err) {
				return
			}
		}
		windows := a.windows(q.Period)
		for _, p := range places {
			for _, w := range windows {
				raw, err := json.Marshal(w.spec)
				if err != nil {
					yield(evidence.Unit{}, fmt.Errorf("plan %s: %w", p, err))
					return
				}
				u := evidence.Unit{Kinds: []string{EventKind}, Scope: p.scope(), Window: w.window, Want: wants(q.Want), Spec: raw}
				if !yield(u, nil) {
					return
				}
			}
		}
	}
}

// wants leaves the selections that this driver can answer.
func wants(all []evidence.Selection) []evidence.Selection {
	return slices.DeleteFunc(slices.Clone(all), func(s evidence.Selection) bool { return s.Kind != EventKind })
}

type unitWindow struct {
	window evidence.Period
	spec   spec
}

// windows cuts a period at midnight UTC, up to the last window that is settled.
// Whole days stay the same windows however long the rest of the period gets.
func (a *archive) windows(p evidence.Period) []unitWindow {
	period := evidence.Period{Start: p.Start.UTC(), End: p.End.UTC()}
	var out []unitWindow
	for start := period.Start; start.Before(period.End); {
		end := minTime(startOfDay(start).AddDate(0, 0, 1), period.End)
		delivery := evidence.Period{Start: start, End: end}
		if end.Equal(period.End) {
			delivery.End = end.Add(deliveredLate)
		}
		if delivery.End.Add(settling).After(a.now()) {
			break
		}
		out = append(out, unitWindow{evidence.Period{Start: start, End: end}, spec{Delivery: delivery, Period: period}})
		start = end
	}
	return out
}

// discover finds the accounts and regions that an archive holds logs or digests
// of, in a stable order, and what hinders it.
func (a *archive) discover(ctx context.Context) (places []place, problems []error) {
	accounts, problems := a.accounts(ctx)
	for _, acc := range accounts {
		found, hindrances := a.regions(ctx, acc)
		for _, err := range hindrances {
			problems = append(problems, fmt.Errorf("account %s: %w", acc.Account, err))
		}
		places = append(places, found...)
	}
	if len(problems) == 0 && len(places) == 0 {
		problems = append(problems, fmt.Errorf("%s holds no CloudTrail logs: there is no %s<account>/%s<region>/ below it", a.Location(), rootFolder, logFolder))
	}
	problems = append(problems, a.absent(places)...)
	return places, problems
}

// accounts lists the accounts of an archive, those of organisation trails included.
func (a *archive) accounts(ctx context.Context) (accounts []place, problems []error) {
	root := path.Join(a.prefix, rootFolder) + "/"
	names, _, err := a.store.Level(ctx, root)
	if err != nil {
		return nil, []error{err}
	}
	for _, name := range names {
		switch {
		case accountPattern.MatchString(name):
			accounts = append(accounts, place{Account: name})
		case orgPattern.MatchString(name):
			members, _, err := a.store.Level(ctx, root+name+"/")
			if err != nil {
				problems = append(problems, fmt.Errorf("organisation %s: %w", name, err))
			}
			for _, m := range members {
				if accountPattern.MatchString(m) {
					accounts = append(accounts, place{Organization: name, Account: m})
				} else {
					problems = append(problems, a.unknown(ctx, root+name+"/"+m)...)
				}
			}
		default:
			problems = append(problems, a.unknown(ctx, root+name)...)
		}
	}
	return accounts, problems
}

// unknown tells of a folder that is named like no account and holds logs of
// CloudTrail all the same: they would be left out.
func (a *archive) unknown(ctx context.Context, folder string) []error {
	for _, tree := range []string{logFolder, digestFolder} {
		within, _, err := a.store.Level(ctx, folder+"/"+tree)
		if err != nil {
			return []error{err}
		}
		if len(within) > 0 {
			return []error{fmt.Errorf("%s/%s is in no account: %q is not an account's twelve digits", folder, tree, path.Base(folder))}
		}
	}
	return nil
}

// regions lists the regions of an account that have logs, digests or both. A
// folder that is named like no region is told of, since it would be left out.
func (a *archive) regions(ctx context.Context, account place) (places []place, problems []error) {
	found := map[place]bool{}
	for _, tree := range []string{logFolder, digestFolder} {
		account.Region = ""
		names, _, err := a.store.Level(ctx, account.folder(a.prefix, tree))
		if err != nil {
			problems = append(problems, err)
			continue
		}
		for _, name := range names {
			if !regionPattern.MatchString(name) {
				problems = append(problems, fmt.Errorf("%s%s/ is no region's folder", tree, name))
				continue
			}
			account.Region = name
			found[account] = true
		}
	}
	return slices.SortedFunc(maps.Keys(found), func(x, y place) int { return cmp.Compare(x.String(), y.String()) }), problems
}

// absent names each account and region that the settings expect and the archive lacks.
func (a *archive) absent(places []place) []error {
	var out []error
	regions := map[string]map[string]bool{}
	for _, p := range places {
		if regions[p.Account] == nil {
			regions[p.Account] = map[string]bool{}
		}
		regions[p.Account][p.Region] = true
	}
	for _, account := range a.settings.Accounts {
		if regions[account] == nil {
			out = append(out, fmt.Errorf("account %s is expected, and %s holds nothing of it", account, a.Location()))
		}
	}
	for _, account := range sortedKeys(regions) {
		for _, region := range a.settings.Regions {
			if !regions[account][region] {
				out = append(out, fmt.Errorf("account %s: region %s is expected, and %s holds nothing of it", account, region, a.Location()))
			}
		}
	}
	return out
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
