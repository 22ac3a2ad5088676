package awsstate

import (
	"fmt"
	"regexp"

	"github.com/evidencepack/evidence/collectors/internal/awsauth"
)

// settings are those of one source entry; sample.yaml documents them.
type settings struct {
	awsauth.Settings `yaml:",inline"`

	Accounts       accountsSetting   `yaml:"accounts"`
	ExceptAccounts []exceptedAccount `yaml:"except_accounts"`
	AccountRole    string            `yaml:"account_role"`
	Regions        []string          `yaml:"regions"`
	Except         []string          `yaml:"except"`
}

// accountsSetting is the word organization, a list of accounts, or nothing: the
// caller's own account.
type accountsSetting struct {
	organization bool
	list         []string
}

// UnmarshalYAML takes a word or a list.
func (a *accountsSetting) UnmarshalYAML(decode func(any) error) error {
	if decode(&a.list) == nil {
		return nil
	}
	var word string
	if err := decode(&word); err != nil || word != "organization" {
		return fmt.Errorf("accounts: want organization or a list of account IDs")
	}
	a.organization = true
	return nil
}

// exceptedAccount is an account that is not read: its ID, or its ID with why and by whose decision.
type exceptedAccount struct {
	ID  string `yaml:"account"`
	Why string `yaml:"why"`
}

// UnmarshalYAML takes an ID, or {account: …, why: …}.
func (l *exceptedAccount) UnmarshalYAML(decode func(any) error) error {
	if decode(&l.ID) == nil {
		return nil
	}
	type plain exceptedAccount
	return decode((*plain)(l))
}

// exceptAccount says whether an account is not to be read, and why.
func (s *settings) exceptAccount(id string) (why string, ok bool) {
	for _, l := range s.ExceptAccounts {
		if l.ID == id {
			why = "except_accounts"
			if l.Why != "" {
				why += ": " + l.Why
			}
			return why, true
		}
	}
	return "", false
}

var (
	accountPattern = regexp.MustCompile(`^\d{12}$`)
	regionPattern  = regexp.MustCompile(`^[a-z]{2,}(-[a-z]+)+-\d{1,2}$`)
	rolePattern    = regexp.MustCompile(`^[\w+=,.@-]+(/[\w+=,.@-]+)*$`)
)

func (s *settings) validate() error {
	var except []string
	for _, l := range s.ExceptAccounts {
		except = append(except, l.ID)
	}
	for name, list := range map[string][]string{"accounts": s.Accounts.list, "except_accounts": except} {
		for _, id := range list {
			if !accountPattern.MatchString(id) {
				return fmt.Errorf("%s: %q: want twelve digits (quote them)", name, id)
			}
		}
	}
	if s.AccountRole != "" && !rolePattern.MatchString(s.AccountRole) {
		return fmt.Errorf("account_role %q: want the name of a role, with its path if it has one", s.AccountRole)
	}
	if s.AccountRole == "" && (s.Accounts.organization || len(s.Accounts.list) > 1) {
		return fmt.Errorf("account_role is missing: it names the role to assume in each account")
	}
	for _, r := range s.Regions {
		if !regionPattern.MatchString(r) {
			return fmt.Errorf("regions: %q is not a region", r)
		}
	}
	for _, name := range s.Except {
		if _, ok := kindOf(name); !ok {
			return fmt.Errorf("except: %q is no kind of this driver: want one such as %s", name, table[0].name)
		}
	}
	own := s.Settings
	if s.AccountRole != "" && own.Role == "" {
		own.ExternalID = "" // it is for the accounts' roles
	}
	return own.Validate()
}
