package awsstate

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/evidencepack/evidence/collectors/internal/awsauth"
)

// caller is as whom AWS is asked.
type caller struct{ account, partition string }

// account is one that is read, with the session that reads it.
type account struct {
	id     string
	closed string // the state that Organizations gives, if it is not an active account
	except string // why it is not to be read; empty: it is

	mu     sync.Mutex
	config *aws.Config
}

// whoami asks AWS as whom requests are made, once.
func (s *source) whoami(ctx context.Context) (caller, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.caller != nil {
		return *s.caller, nil
	}
	name, err := s.session.Identity(ctx)
	if err != nil {
		return caller{}, err
	}
	a, err := arn.Parse(name)
	if err != nil {
		return caller{}, fmt.Errorf("the caller's identity: %w", err)
	}
	s.caller = &caller{account: a.AccountID, partition: a.Partition}
	return *s.caller, nil
}

// of returns what is kept of an account.
func (s *source) of(id string) *account {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.accounts[id] == nil {
		s.accounts[id] = &account{id: id}
	}
	return s.accounts[id]
}

// roleARN is the role that is assumed in an account. The caller's own account is
// read as the caller.
func (s *source) roleARN(me caller, id string) string {
	if s.settings.AccountRole == "" || id == me.account {
		return ""
	}
	return "arn:" + me.partition + ":iam::" + id + ":role/" + s.settings.AccountRole
}

// config is the SDK's configuration for an account. Its credentials renew
// themselves, and all clients made of it keep to the account's budgets.
func (s *source) config(ctx context.Context, id string) (aws.Config, error) {
	me, err := s.whoami(ctx)
	if err != nil {
		return aws.Config{}, err
	}
	base, err := s.session.Config(ctx)
	if err != nil {
		return aws.Config{}, err
	}
	a := s.of(id)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.config == nil {
		cfg := base.Copy()
		cfg.APIOptions = append(slices.Clone(base.APIOptions), s.budgets.hold(id), awsauth.WholeBody, named, pageable)
		switch role := s.roleARN(me, id); {
		case role != "":
			client := sts.NewFromConfig(base, func(o *sts.Options) { o.APIOptions = append(o.APIOptions, awsauth.WholeBody) })
			cfg.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(client, role, s.assume))
		case id != me.account:
			return aws.Config{}, fmt.Errorf("account %s: the caller is of account %s, and account_role is not set", id, me.account)
		}
		a.config = &cfg
	}
	return *a.config, nil
}

const sessionName = "evidence"

func (s *source) assume(o *stscreds.AssumeRoleOptions) {
	o.RoleSessionName = sessionName
	if s.settings.ExternalID != "" {
		o.ExternalID = aws.String(s.settings.ExternalID)
	}
}

// enter makes sure that there are credentials for an account.
func (s *source) enter(ctx context.Context, id string) (aws.Config, error) {
	cfg, err := s.config(ctx, id)
	if err != nil {
		return cfg, err
	}
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		if me, meErr := s.whoami(ctx); meErr == nil && s.roleARN(me, id) != "" {
			return cfg, &entryError{role: s.roleARN(me, id), err: err}
		}
		return cfg, err
	}
	return cfg, nil
}

// entryError: an account's role could not be assumed.
type entryError struct {
	role string
	err  error
}

func (e *entryError) Error() string { return "sts:AssumeRole of " + e.role + ": " + plain(e.err) }
func (e *entryError) Unwrap() error { return e.err }

// listed are the accounts to read, in the order of their IDs.
func (s *source) listed(ctx context.Context) ([]*account, error) {
	me, err := s.whoami(ctx)
	if err != nil {
		return nil, err
	}
	ids := s.settings.Accounts.list
	switch {
	case s.settings.Accounts.organization:
		if ids, err = s.members(ctx, me); err != nil {
			return nil, err
		}
	case len(ids) == 0:
		ids = []string{me.account}
	}
	ids = slices.Clone(ids)
	slices.Sort(ids)
	var list []*account
	for _, id := range slices.Compact(ids) {
		a := s.of(id)
		a.except, _ = s.settings.exceptAccount(id)
		list = append(list, a)
	}
	return list, nil
}

// members asks Organizations for the accounts, and notes those that are closed.
func (s *source) members(ctx context.Context, me caller) ([]string, error) {
	cfg, err := s.config(ctx, me.account)
	if err != nil {
		return nil, err
	}
	var ids []string
	pages := organizations.NewListAccountsPaginator(organizations.NewFromConfig(cfg), &organizations.ListAccountsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("organizations:ListAccounts in account %s: %s: %w", me.account, neededFor("organizations:ListAccounts"), err)
		}
		for _, a := range page.Accounts {
			id := aws.ToString(a.Id)
			if !accountPattern.MatchString(id) {
				return nil, fmt.Errorf("organizations:ListAccounts in account %s: an account without an ID", me.account)
			}
			state := string(a.State)
			if state == "" {
				state = string(a.Status)
			}
			if !strings.EqualFold(state, "ACTIVE") {
				s.of(id).closed = state
			}
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// regions are those to read of an account, in the order of their names.
func (s *source) regions(ctx context.Context, id string) ([]string, error) {
	list := s.settings.Regions
	if len(list) == 0 {
		cfg, err := s.enter(ctx, id)
		if err != nil {
			return nil, err
		}
		out, err := ec2.NewFromConfig(cfg).DescribeRegions(ctx, &ec2.DescribeRegionsInput{})
		if err != nil {
			return nil, fmt.Errorf("ec2:DescribeRegions in %s: %s: %w", cfg.Region, neededFor("ec2:DescribeRegions"), err)
		}
		for _, r := range out.Regions {
			name := aws.ToString(r.RegionName)
			if !regionPattern.MatchString(name) {
				return nil, fmt.Errorf("ec2:DescribeRegions in %s: %q is no name of a region", cfg.Region, short(name))
			}
			list = append(list, name)
		}
		if len(list) == 0 {
			return nil, fmt.Errorf("ec2:DescribeRegions in %s: no region is enabled", cfg.Region)
		}
	} else if _, err := s.enter(ctx, id); err != nil {
		return nil, err
	}
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list), nil
}
