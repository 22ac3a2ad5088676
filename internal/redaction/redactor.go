package redaction

import (
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/evidencepack/evidence"
)

// Policy is what a redaction follows from but for its key.
type Policy struct {
	Levels []Level
	Rules  []Rule
}

// Active lists the rules of the levels that are redacted; those that keep a field count always.
func (p Policy) Active() []Rule {
	var rules []Rule
	for _, r := range p.Rules {
		if r.As == Kept || slices.Contains(p.Levels, r.Level) {
			rules = append(rules, r)
		}
	}
	return rules
}

// Redactor replaces personal data. It first learns all that is to be replaced, which is then
// settled, and then may be used by several at a time.
type Redactor struct {
	key     Key
	rules   []Rule // the active ones, the narrower before the wider
	terms   Terms
	mails   *Rule             // by which addresses are replaced in all texts; nil: they are not
	learnt  map[string]string // by the folded value
	numbers map[string]string // the numbers that stand for numbers, in decimal
	words   *words
	alone   map[string]word // names that are replaced where they are a text's whole alone, by the folded value

	pending  []pending // what is learnt, until it is settled
	met      map[pending]bool
	accounts []account
	persons  map[string]bool   // what records say is a person's, canonical
	nature   map[string]Nature // of accounts, by what they are called, canonical

	fields *sync.Map // *Rule by kind and path: records of a kind have the same few
	tally  *Tally    // nil: nothing is counted
}

// pending is a value that was learnt.
type pending struct {
	s       string
	rule    Rule
	address bool // of a network
	name    bool // as an account is shown, which may be a common word
}

// New makes a redactor that has learnt nothing. The terms are what the rules of controls
// themselves name, which is no secret.
func New(key Key, p Policy, terms Terms) *Redactor {
	r := &Redactor{key: key, rules: p.Active(), terms: terms, learnt: map[string]string{}, numbers: map[string]string{}, words: &words{}, fields: &sync.Map{},
		alone: map[string]word{}, met: map[pending]bool{}, persons: map[string]bool{}, nature: map[string]Nature{}}
	slices.SortStableFunc(r.rules, func(a, b Rule) int { return b.weight() - a.weight() })
	if i := slices.IndexFunc(r.rules, func(x Rule) bool { return x.As == Mail && x.Field == "**" }); i >= 0 {
		r.mails = &r.rules[i]
	}
	return r
}

// Unmatched lists the active rules that no field was of in what has been read so far. One of
// an organisation's own among them may be mistyped, and redacts nothing.
func (r *Redactor) Unmatched() []Rule {
	matched := map[Rule]bool{}
	r.fields.Range(func(_, rule any) bool {
		if rule := rule.(*Rule); rule != nil {
			matched[*rule] = true
		}
		return true
	})
	return slices.DeleteFunc(slices.Clone(r.rules), func(x Rule) bool { return matched[x] || x.Field == "**" })
}

// rule is the rule of a field, or nil. A removed field's rule is that of all below it too.
func (r *Redactor) rule(kind string, path []string) *Rule {
	place := kind + "\x00" + strings.Join(path, "\x00")
	if found, ok := r.fields.Load(place); ok {
		return found.(*Rule)
	}
	found := r.find(kind, path)
	r.fields.Store(place, found)
	return found
}

func (r *Redactor) find(kind string, path []string) *Rule {
	for i := range r.rules {
		x := &r.rules[i]
		if !x.ofKind(kind) {
			continue
		}
		if x.at(path) {
			return x
		}
		for n := range path {
			if x.As == Removed && x.at(path[:n]) {
				return x
			}
		}
	}
	return nil
}

// Learn takes what a record holds in the fields of rules.
func (r *Redactor) Learn(rec evidence.Record) error {
	r.learnNature(rec)
	w := rewriting{in: rec.Body, name: unchanged, text: func(path []string, s string) string {
		r.LearnValue(rec.Kind, path, s)
		return s
	}, bare: func(path []string, raw string) string {
		if now := r.bare(r.rule(rec.Kind, path), raw); now != raw && now != "null" {
			r.numbers[raw] = now
		}
		return raw
	}}
	_, err := w.run()
	return err
}

func unchanged(s string) string { return s }

// LearnValue takes what a field of a kind holds.
func (r *Redactor) LearnValue(kind string, path []string, s string) {
	if r.mails != nil {
		for _, m := range addresses.FindAllString(s, -1) {
			r.meet(pending{s: m, rule: *r.mails})
		}
	}
	x := r.rule(kind, path)
	switch {
	case x == nil:
	case x.As == Address:
		r.meet(pending{s: s, rule: *x, address: true})
	case x.As == Pseudonym && r.personal(s) && !addresses.MatchString(s):
		r.meet(pending{s: s, rule: *x, name: shown(path)})
	}
}

func (r *Redactor) meet(v pending) {
	if !r.met[v] {
		r.met[v] = true
		r.pending = append(r.pending, v)
	}
}

// shown reports whether a field has the name that an account is shown by, and not one that it is
// told from others by.
func shown(path []string) bool {
	if len(path) == 0 {
		return false
	}
	last := fold(path[len(path)-1])
	return last == "name" || strings.HasSuffix(last, "displayname")
}

// Settle decides what is replaced, out of all that was learnt and of what parameters say of
// accounts.
func (r *Redactor) Settle(said []Typed) {
	r.settleNatures(said)
	ids := map[string]bool{}
	for _, v := range r.pending {
		if !v.address && !v.name {
			ids[fold(strings.TrimSpace(v.s))] = true
		}
	}
	for _, v := range r.pending {
		switch {
		case v.address:
			if now := r.ip(v.s); now != v.s {
				r.words.put(word{value: fold(v.s), pseudonym: now, address: true, rule: v.rule})
			}
		case addresses.MatchString(v.s):
			r.learnAddress(v.s)
		default:
			r.learn(v, v.name && !ids[fold(strings.TrimSpace(v.s))])
		}
	}
	r.pending = nil
}

// pseudonym stands for a name or login.
func (r *Redactor) pseudonym(s string) string { return r.key.pseudonym(r.nature[canonical(s)], s) }

// learn has a value replaced wherever it stands as a word.
//
// The name that an account is shown by is one where the account may be a person's: of an
// account of none, such as a printer's, it is a common word ("printer") and no personal data, and
// in texts that people wrote, such as why there is an exemption, it is not that account. It
// is replaced where a field or a text is that name and nothing else.
func (r *Redactor) learn(v pending, name bool) {
	value := fold(strings.TrimSpace(v.s))
	if r.learnt[value] != "" || !r.telling(value) {
		return
	}
	p := r.pseudonym(v.s)
	r.learnt[value] = p
	if n := r.nature[canonical(v.s)]; name && n != "" && n != Person {
		r.alone[value] = word{value: value, pseudonym: p, rule: v.rule}
		return
	}
	r.words.add(value, p, v.rule)
	// "山田 太郎" is "山田太郎" elsewhere.
	if together := strings.Join(strings.Fields(value), ""); together != value && r.telling(together) {
		r.words.add(together, p, v.rule)
		r.words.add(strings.Join(strings.Fields(value), "　"), p, v.rule)
	}
}

// learnAddress has the forms that products make of an address replaced: SharePoint's
// folder of a person is the address with underscores, and names are often its first part.
func (r *Redactor) learnAddress(s string) {
	if !r.personal(s) || r.learnt[fold(s)] != "" {
		return
	}
	now := r.uncounted().mail(s)
	r.learnt[fold(s)] = now
	if folder := underscored(fold(s)); r.telling(folder) {
		r.words.add(folder, underscored(now), *r.mails)
	}
	local, _, _ := strings.Cut(s, "@")
	if first := fold(local); strings.ContainsAny(first, ".-_0123456789") && !strings.ContainsAny(first, "+#%") && r.telling(first) {
		r.words.add(first, r.pseudonym(local), *r.mails)
	}
}

func underscored(s string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			return c
		}
		return '_'
	}, s)
}

// personal reports whether a value of a person's field is to be replaced: what the
// controls' own rules name is not, and an automation account of GitHub is no person.
func (r *Redactor) personal(s string) bool {
	f := fold(strings.TrimSpace(s))
	return f != "" && !strings.HasSuffix(f, "[bot]") && !r.terms.whole[f]
}

// telling reports whether a value, folded, is to be replaced outside of its fields: it must be
// long enough, no number, and no word that rules of controls or schemas use for themselves.
func (r *Redactor) telling(f string) bool {
	long := 3
	if first, _ := utf8.DecodeRuneInString(f); alone(first) {
		long = 2
	}
	return utf8.RuneCountInString(f) >= long && strings.Trim(f, "0123456789.-/: ") != "" && !r.terms.words[f]
}

// addresses are mail addresses in a text; those of guests hold their own with _ for @.
var addresses = regexp.MustCompile(`[\p{L}\p{M}\p{N}._+'~-]+(?i:#EXT#)?(?:@|%40)` + label + `(?:\.` + label + `)*\.(?:xn--[A-Za-z0-9-]+|[A-Za-z]{2,})`)

// label is a part of a domain's name: in one script, since in Japanese text words follow an
// address without a space.
const label = `(?:[A-Za-z0-9-]+|[\p{Han}\p{Hiragana}\p{Katakana}ー]+)`

// Text replaces what was learnt, and addresses, in any text.
func (r *Redactor) Text(s string) string {
	if w, ok := r.alone[fold(strings.TrimSpace(s))]; ok {
		r.tally.add(w.rule, w.value)
		return w.pseudonym
	}
	return r.Prose(s)
}

// Prose is Text of what somebody wrote of accounts, which is the name of none.
func (r *Redactor) Prose(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\ufffd")
	}
	if r.mails == nil || !strings.Contains(s, "@") && !strings.Contains(s, "%40") {
		return r.words.replace(s, r.tally)
	}
	var out strings.Builder
	done := 0
	for _, at := range addresses.FindAllStringIndex(s, -1) {
		out.WriteString(r.words.replace(s[done:at[0]], r.tally))
		out.WriteString(r.mail(s[at[0]:at[1]]))
		done = at[1]
	}
	out.WriteString(r.words.replace(s[done:], r.tally))
	return out.String()
}

var (
	guest   = regexp.MustCompile(`(?i)^(.+)(_[^_]+#EXT#(?:@|%40).+)$`)
	deleted = regexp.MustCompile(`(?i)^([0-9a-f]{32})(.+)$`) // Entra ID puts the object's id before a deleted user's name
	private = regexp.MustCompile(`(?i)^(?:[0-9]+\+)?(.+)((?:@|%40)users\.noreply\.github\.com)$`)
	parts   = regexp.MustCompile(`^(.+?)((?:@|%40).+)$`)
)

// splitMail finds in an address the name that a pseudonym stands for, and what is before and
// behind it.
func splitMail(s string) (before, local, behind string, ok bool) {
	for _, form := range []*regexp.Regexp{guest, private, parts} {
		m := form.FindStringSubmatch(s)
		if m == nil {
			continue
		}
		if d := deleted.FindStringSubmatch(m[1]); d != nil {
			return d[1], d[2], m[2], true
		}
		return "", m[1], m[2], true
	}
	return "", "", "", false
}

// mail replaces an address's part before the @. A login that is the same has the same
// pseudonym, so that both go on being joined. What is the address's form stays: controls
// and readers tell guests, deleted users and GitHub's private addresses by it.
func (r *Redactor) mail(s string) string {
	before, local, behind, ok := splitMail(s)
	if !ok || !r.personal(s) || strings.HasSuffix(fold(local), "[bot]") {
		return s
	}
	r.tally.add(*r.mails, s)
	return before + r.pseudonym(local) + behind
}

// mark stands for what is removed.
const mark = "[redacted]"

// field replaces the text of a field.
func (r *Redactor) field(kind string, path []string, s string) string {
	x := r.rule(kind, path)
	switch {
	case s == "" || x == nil:
		return r.Text(s)
	case x.As == Kept:
		return s
	case x.As == Removed:
		r.tally.add(*x, s)
		return mark
	case x.As == Address:
		now := r.uncounted().ip(s)
		if now != s {
			r.tally.add(*x, s)
		}
		return now
	case x.As == Pseudonym && !addresses.MatchString(s) && r.personal(s):
		r.tally.add(*x, s)
		return r.pseudonym(s)
	}
	return r.Text(s)
}

// ip replaces an IP address, with a port or without; other texts, such as the name of the service
// that made a call, stay.
func (r *Redactor) ip(s string) string {
	if a, err := netip.ParseAddr(s); err == nil {
		return r.key.address(a).String()
	}
	if a, err := netip.ParseAddrPort(s); err == nil {
		return netip.AddrPortFrom(r.key.address(a.Addr()), a.Port()).String()
	}
	return addressLike.ReplaceAllStringFunc(r.Text(s), func(token string) string {
		bare, _, _ := strings.Cut(strings.Trim(token, "[]"), "/")
		if a, err := netip.ParseAddr(bare); err == nil {
			if a.Is6() && a.As16()[0] == 0xfd {
				return token // a pseudonym already
			}
			return r.key.address(a).String()
		}
		return mark
	})
}

// addressLike is what may be an address among other text: of several, in brackets, of a
// network, or with something behind it.
var addressLike = regexp.MustCompile(`\[?(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7})\]?(?:/[0-9]{1,3})?`)

// Record replaces a record's personal data: in its fields, and what was learnt also in its
// identity and in any other text of it.
func (r *Redactor) Record(rec evidence.Record) (evidence.Record, error) {
	w := rewriting{
		in:   rec.Body,
		text: func(path []string, s string) string { return r.field(rec.Kind, path, s) },
		name: r.name,
		bare: func(path []string, raw string) string { return r.bare(r.rule(rec.Kind, path), raw) },
	}
	body, err := w.run()
	if err != nil {
		return evidence.Record{}, err
	}
	rec.ID, rec.Body = r.Text(rec.ID), body
	return rec, nil
}

// bare replaces a number, true or false, given as JSON. A number's pseudonym is a number.
func (r *Redactor) bare(x *Rule, raw string) string {
	switch {
	case x == nil || raw == "null":
		return raw
	case x.As == Removed:
		r.tally.add(*x, raw)
		return "null"
	case x.As == Pseudonym && raw != "true" && raw != "false":
		r.tally.add(*x, raw)
		return r.key.number(raw)
	}
	return raw
}

// name replaces addresses in the name of a member: other words there are the format's.
func (r *Redactor) name(s string) string {
	if r.mails != nil && strings.Contains(s, "@") {
		return addresses.ReplaceAllStringFunc(s, r.mail)
	}
	return s
}

// JSON replaces what was learnt in all texts of a document.
func (r *Redactor) JSON(document []byte) ([]byte, error) {
	w := rewriting{in: document, name: r.name, text: func(_ []string, s string) string { return r.Text(s) }}
	return w.run()
}

// ResponseKind is the kind by which rules name the fields of management's responses.
const ResponseKind = "evidence.response"

// Clone learns on its own.
func (r *Redactor) Clone() *Redactor {
	c := &Redactor{key: r.key, rules: r.rules, terms: r.terms, mails: r.mails, learnt: maps.Clone(r.learnt), numbers: r.numbers, fields: &sync.Map{}, words: &words{byFirst: map[string][]word{}},
		alone: maps.Clone(r.alone), met: maps.Clone(r.met), accounts: r.accounts, persons: maps.Clone(r.persons), nature: maps.Clone(r.nature)}
	for first, list := range r.words.byFirst {
		c.words.byFirst[first] = slices.Clone(list)
	}
	return c
}

// HoldsLearntAddress reports whether an address stands in a text that records hold too and that
// is replaced in them.
func (r *Redactor) HoldsLearntAddress(text string) bool {
	return slices.ContainsFunc(addresses.FindAllString(text, -1), func(m string) bool { return r.learnt[fold(m)] != "" })
}
