package redaction

import (
	"bytes"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/evidencepack/evidence"
)

// Nature is what an account is of. It stands in its pseudonym ("anon-service-…"), where
// records or parameters say it: readers judge a person's sign-in otherwise than a printer's.
// Pseudonyms begin with anon- all the same, so that no pattern of a parameter such as bot-*
// matches one by chance.
type Nature string

// The natures that are told; empty: nothing says it.
const (
	Person     Nature = "person"
	Bot        Nature = "bot"
	Service    Nature = "service"
	BreakGlass Nature = "break-glass"
)

// natures lists them, the weaker first: of an account that has several, the last holds.
var natures = []Nature{"", Person, Service, Bot, BreakGlass}

func stronger(a, b Nature) Nature {
	if slices.Index(natures, b) > slices.Index(natures, a) {
		return b
	}
	return a
}

// Typed is what parameters say of an account, by the letters of its pseudonym: whoever has
// the key and the records, and not the parameters as they were written, makes the same of them.
type Typed struct {
	Letters string `json:"letters"`
	Nature  Nature `json:"nature"`
}

// account is what one record calls an account.
type account struct {
	ids  []string // canonical
	name string   // as it is shown; may be empty
}

// learnNature takes what a record says of whom accounts are of.
func (r *Redactor) learnNature(rec evidence.Record) {
	switch {
	case rec.Kind == "hr.person":
		var b struct {
			Name   string
			Emails []string
		}
		if json.Unmarshal(rec.Body, &b) == nil {
			r.accounts = append(r.accounts, account{locals(b.Emails...), b.Name})
			for _, v := range append(locals(b.Emails...), canonical(b.Name)) {
				r.persons[v] = true
			}
		}
	case rec.Kind == "entraid.user":
		var b struct {
			UserPrincipalName, Mail, MailNickname, OnPremisesSamAccountName, DisplayName string
			EmployeeID, GivenName, Surname                                               string
		}
		if json.Unmarshal(rec.Body, &b) != nil {
			return
		}
		a := account{append(locals(b.UserPrincipalName, b.Mail), present(b.MailNickname, b.OnPremisesSamAccountName)...), b.DisplayName}
		r.accounts = append(r.accounts, a)
		if b.EmployeeID+b.GivenName+b.Surname != "" {
			for _, id := range append(a.ids, present(a.name)...) {
				r.persons[id] = true
			}
		}
	case rec.Kind == "identitystore.user":
		var b struct {
			User struct {
				UserName, DisplayName string
				Emails                []struct{ Value string }
			}
		}
		if json.Unmarshal(rec.Body, &b) == nil {
			ids := append(locals(b.User.UserName), present(b.User.UserName)...)
			for _, e := range b.User.Emails {
				ids = append(ids, locals(e.Value)...)
			}
			r.accounts = append(r.accounts, account{ids, b.User.DisplayName})
		}
	case strings.HasPrefix(rec.Kind, "github.") && bytes.Contains(rec.Body, []byte(`"Bot"`)):
		var b any
		if json.Unmarshal(rec.Body, &b) == nil {
			r.bots(b)
		}
	}
}

// bots finds the accounts that GitHub says are automated.
func (r *Redactor) bots(v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			r.bots(e)
		}
	case map[string]any:
		if login, _ := v["login"].(string); login != "" && (v["type"] == "Bot" || v["__typename"] == "Bot") {
			r.nature[canonical(login)] = stronger(r.nature[canonical(login)], Bot)
		}
		for _, e := range v {
			r.bots(e)
		}
	}
}

// present are those that say something, canonical.
func present(values ...string) []string {
	var all []string
	for _, v := range values {
		if v != "" {
			all = append(all, canonical(v))
		}
	}
	return all
}

// locals are the names in mail addresses that pseudonyms are made of, canonical.
func locals(addresses ...string) []string {
	var all []string
	for _, a := range addresses {
		if _, local, _, ok := splitMail(a); ok {
			all = append(all, canonical(local))
		}
	}
	return all
}

// natureOf are the parameters that name accounts of no person, by the names that shipped
// controls have for them.
var natureOf = map[string]Nature{"break_glass": BreakGlass, "bots": Bot, "service_users": Service, "sync_accounts": Service}

// TypedBy is what a control's parameters say of the accounts that were learnt.
func (r *Redactor) TypedBy(control string, params map[string]any) []Typed {
	var list []Typed
	for _, name := range slices.Sorted(maps.Keys(params)) {
		nature, ok := natureOf[name]
		if control == "ACC-04" && name == "exempt" {
			nature, ok = Service, true // "accounts of no individual"
		}
		if !ok {
			continue
		}
		for _, text := range namesIn(params[name]) {
			glob := globOf(text)
			if glob == nil {
				continue
			}
			for _, v := range r.pending {
				if v.address || v.name || !glob.MatchString(fold(v.s)) {
					continue
				}
				id := canonical(v.s)
				if _, local, _, ok := splitMail(v.s); ok {
					id = canonical(local)
				}
				list = append(list, Typed{r.key.letters(id), nature})
			}
		}
	}
	return list
}

// Types are what several parameters say, each account once, in an order that tells nothing.
func Types(all []Typed) []Typed {
	of := map[string]Nature{}
	for _, t := range all {
		of[t.Letters] = stronger(of[t.Letters], t.Nature)
	}
	list := []Typed{}
	for _, l := range slices.Sorted(maps.Keys(of)) {
		list = append(list, Typed{l, of[l]})
	}
	return list
}

// prose are the members of a parameter's entry that say something of it, and name no account.
var prose = []string{"why", "approved_by", "until"}

// namesIn are the texts of a parameter that name something.
func namesIn(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var all []string
		for _, e := range v {
			all = append(all, namesIn(e)...)
		}
		return all
	case map[string]any:
		var all []string
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if !slices.Contains(prose, name) {
				all = append(all, namesIn(v[name])...)
			}
		}
		return all
	}
	return nil
}

// globOf is a pattern in which * stands for anything, of folded texts; nil: it would name all, or is too long.
func globOf(pattern string) *regexp.Regexp {
	if strings.Trim(pattern, "*@.") == "" {
		return nil
	}
	glob := strings.ReplaceAll(regexp.QuoteMeta(fold(pattern)), `\*`, ".*")
	matches, err := regexp.Compile(`(?s)^` + glob + `$`)
	if err != nil {
		return nil
	}
	return matches
}

// settleNatures decides what each account is of, out of all that was learnt. What a record
// says of a person outranks what parameters say: whom the roster has is one, whatever list
// names their account, and their name is searched for as a person's.
func (r *Redactor) settleNatures(said []Typed) {
	for p := range r.persons {
		r.nature[p] = stronger(r.nature[p], Person)
	}
	r.spread(nil)
	recorded := maps.Clone(r.nature)
	by := map[string]Nature{}
	for _, t := range said {
		by[t.Letters] = t.Nature
	}
	saidOf := func(id string) Nature {
		if recorded[id] == Person {
			return ""
		}
		return by[r.key.letters(id)]
	}
	for _, v := range r.pending {
		if v.address || v.name {
			continue
		}
		id := canonical(v.s)
		if _, local, _, ok := splitMail(v.s); ok {
			id = canonical(local)
		}
		if n := saidOf(id); n != "" {
			r.nature[id] = stronger(r.nature[id], n)
		}
	}
	r.spread(saidOf)
	for _, a := range r.accounts {
		n, name := r.natureOfAccount(a, saidOf), canonical(a.name)
		if name == "" || n == "" {
			continue
		}
		// A name that a person bears too is searched for as a person's.
		if r.persons[name] {
			n = Person
		}
		if !slices.Contains(a.ids, name) {
			r.nature[name] = stronger(r.nature[name], n)
		}
	}
}

// natureOfAccount is the strongest that its identifiers have, or that is said of them.
func (r *Redactor) natureOfAccount(a account, said func(id string) Nature) (n Nature) {
	for _, id := range a.ids {
		n = stronger(n, r.nature[id])
		if said != nil {
			n = stronger(n, said(id))
		}
	}
	return n
}

// spread gives all identifiers of an account, and of those that share one, the same nature.
func (r *Redactor) spread(said func(id string) Nature) {
	for changed := true; changed; {
		changed = false
		for _, a := range r.accounts {
			n := r.natureOfAccount(a, said)
			for _, id := range a.ids {
				if n != r.nature[id] {
					r.nature[id], changed = n, true
				}
			}
		}
	}
}
