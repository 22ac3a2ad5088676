package github

import "fmt"

// Account is who does something. A nil one is an account that was deleted: GitHub
// gives null for it.
type Account struct {
	key   string // as it was called first: its identity stays when it is renamed
	kind  string // User, Bot, Mannequin
	Login string
}

// Person is the account of one person.
func Person(login string) *Account { return &Account{login, "User", login} }

// Bot is a GitHub App's account. Its login has no [bot] in GraphQL.
func Bot(login string) *Account { return &Account{login, "Bot", login} }

// Renamed gives the account another login.
func (a *Account) Renamed(login string) *Account {
	a.Login = login
	return a
}

// ID is the account's identity in the graph.
func (a *Account) ID() string {
	prefix := map[string]string{"User": "U", "Bot": "BOT", "Mannequin": "M"}[a.kind]
	return nodeID(prefix, a.key)
}

// Number is the account's identity in REST and in the audit log.
func (a *Account) Number() int { return databaseID("account", a.key) }

// RESTLogin is its login as REST and the audit log write it.
func (a *Account) RESTLogin() string {
	if a.kind == "Bot" {
		return a.Login + "[bot]"
	}
	return a.Login
}

func (a *Account) object() Object {
	if a == nil {
		return nil
	}
	return Object{"__typename": a.kind, "login": a.Login, "id": a.ID()}
}

func (a *Account) rest() map[string]any {
	if a == nil {
		return nil
	}
	return map[string]any{
		"login": a.RESTLogin(), "id": a.Number(), "node_id": a.ID(), "type": a.kind, "site_admin": false,
		"avatar_url": fmt.Sprintf("https://avatars.githubusercontent.com/u/%d?v=4", a.Number()),
	}
}

// Signature is who a commit says made it. GitHub finds the account by the e-mail
// address; one that belongs to nobody has none.
type Signature struct {
	Name, Email string
	Account     *Account
}

// Signature is the account's own.
func (a *Account) Signature() Signature {
	if a.kind == "Bot" { // GitHub links an App's address to no user
		return Signature{Name: a.RESTLogin(), Email: fmt.Sprintf("%d+%s@users.noreply.github.com", a.Number(), a.RESTLogin())}
	}
	return Signature{Name: a.key, Email: a.key + "@example.co.jp", Account: a}
}

func (s Signature) object() Object {
	o := Object{"name": s.Name, "email": s.Email, "user": nil}
	if s.Account != nil {
		o["user"] = s.Account.object()
	}
	return o
}

// webFlow is GitHub itself, as the committer of merges made on its pages.
var webFlow = Signature{Name: "GitHub", Email: "noreply@github.com", Account: Person("web-flow")}
