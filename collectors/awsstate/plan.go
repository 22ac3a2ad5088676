package awsstate

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"

	"github.com/evidencepack/evidence"
)

// settling is how long after it happened something may still be missing from an
// answer.
const settling = time.Hour

// spec is what a unit's collection needs beside its scope and window.
type spec struct {
	Closed string `json:"closed,omitempty"` // the state of an account that is not active: nothing of it is read
	Except string `json:"except,omitempty"` // why the settings leave the account out: nothing of it is read
}

// Plan yields a unit for each kind that is wanted, in each account and region.
func (s *source) Plan(ctx context.Context, q evidence.Query) iter.Seq2[evidence.Unit, error] {
	return func(yield func(evidence.Unit, error) bool) {
		window := s.window(q.Period)
		if !window.Start.Before(window.End) {
			return
		}
		var wanted []kind
		within := map[place]bool{}
		for _, k := range table {
			if len(s.wanted(q.Want, k.name)) > 0 {
				wanted = append(wanted, k)
				within[k.where] = true
			}
		}
		if len(wanted) == 0 {
			return
		}
		me, err := s.whoami(ctx)
		if err != nil {
			yield(evidence.Unit{}, fmt.Errorf("plan: %w", err))
			return
		}
		home := me.account
		if within[organization] {
			if home, err = s.home(ctx, me); err != nil {
				if !yield(evidence.Unit{}, fmt.Errorf("plan: %w", err)) || ctx.Err() != nil {
					return
				}
				wanted = slices.DeleteFunc(wanted, func(k kind) bool { return k.where == organization })
			}
		}
		var found []planned
		if within[regional] || within[global] {
			list, err := s.listed(ctx)
			if err != nil {
				if !yield(evidence.Unit{}, fmt.Errorf("plan: %w", err)) || ctx.Err() != nil {
					return
				}
			}
			found = s.survey(ctx, list, within[regional])
			for _, p := range found {
				if err := cmp.Or(p.err, p.unknown); err != nil && !yield(evidence.Unit{}, fmt.Errorf("plan: account %s: %w", p.account.id, err)) {
					return
				}
			}
		}
		for _, k := range wanted {
			want := s.wanted(q.Want, k.name)
			for _, sc := range scopes(k, home, found) {
				raw, err := json.Marshal(spec{Closed: sc.closed, Except: sc.except})
				if err != nil { // a string
					panic("awsstate: a specification cannot be encoded: " + err.Error())
				}
				u := evidence.Unit{Kinds: []string{k.name}, Scope: sc.Scope, Window: window, Want: want, Spec: raw}
				if !yield(u, nil) {
					return
				}
			}
		}
	}
}

// window is the period as far as it has settled.
func (s *source) window(p evidence.Period) evidence.Period {
	end := p.End
	if settled := s.now().UTC().Add(-settling); end.After(settled) {
		end = settled.Truncate(time.Hour)
	}
	return evidence.Period{Start: p.Start.UTC(), End: end.UTC()}
}

// wanted lists the selections of a kind, as far as the source yields it.
func (s *source) wanted(all []evidence.Selection, kind string) []evidence.Selection {
	if !s.Yields(kind) {
		return nil
	}
	var list []evidence.Selection
	for _, w := range all {
		if w.Kind == kind {
			list = append(list, w)
		}
	}
	return list
}

// planned is an account with its regions, or why it cannot be read.
type planned struct {
	account *account
	regions []string
	err     error // it cannot be entered
	unknown error // its regions cannot be found: kinds without regions are read all the same
}

// survey enters every account, several at a time, and finds its regions.
func (s *source) survey(ctx context.Context, list []*account, regions bool) []planned {
	found := make([]planned, len(list))
	turns := make(chan struct{}, s.workers)
	var all sync.WaitGroup
	for i, a := range list {
		turns <- struct{}{}
		all.Go(func() {
			defer func() { <-turns }()
			p := planned{account: a}
			switch {
			case a.closed != "", a.except != "":
			default:
				if _, p.err = s.enter(ctx, a.id); p.err == nil && regions {
					p.regions, p.unknown = s.regions(ctx, a.id)
				}
			}
			found[i] = p
		})
	}
	all.Wait()
	return found
}

// scoped is a scope, and why nothing can be read there.
type scoped struct {
	evidence.Scope
	closed, except string
}

// scopes are where a kind is read.
func scopes(k kind, home string, found []planned) []scoped {
	if k.where == organization {
		return []scoped{{Scope: evidence.Scope{"account": home}}}
	}
	var list []scoped
	for _, p := range found {
		switch {
		case p.err != nil:
		case p.account.closed != "" || p.account.except != "" || k.where == global:
			list = append(list, scoped{evidence.Scope{"account": p.account.id}, p.account.closed, p.account.except})
		default:
			for _, region := range p.regions {
				list = append(list, scoped{Scope: evidence.Scope{"account": p.account.id, "region": region}})
			}
		}
	}
	return list
}

// home is the account that the organization lives in. Where AWS does not let that be
// known, or there is none, it is the caller's, and collecting there says why.
func (s *source) home(ctx context.Context, me caller) (string, error) {
	cfg, err := s.config(ctx, me.account)
	if err != nil {
		return "", err
	}
	out, err := organizations.NewFromConfig(cfg).DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{})
	switch {
	case refused(err) || coded(err, noOrganization):
		return me.account, nil
	case err != nil:
		return "", fmt.Errorf("organizations:DescribeOrganization in account %s: %w", me.account, err)
	case out.Organization == nil || !accountPattern.MatchString(aws.ToString(out.Organization.MasterAccountId)):
		return "", fmt.Errorf("organizations:DescribeOrganization in account %s: the answer names no management account", me.account)
	}
	return *out.Organization.MasterAccountId, nil
}
