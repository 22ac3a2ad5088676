# Who is who on GitHub's records: {"__typename", "login", "id"} in GraphQL,
# {"type", "login", "id"} in REST, null when the account was deleted.
package evidence.lib.people

# person: an account that stands for one person. A deleted account (null) and the
# placeholder of an imported person (Mannequin) are nobody, and so is a machine:
# an App, a login that ends in [bot], and the accounts that bots lists.
person(actor, bots) if {
	kind(actor) == "User"
	is_string(actor.id)
	is_string(actor.login)
	not endswith(lower(actor.login), "[bot]")
	not named(actor, bots)
}

# named: the account is one of those that the list of logins names, whatever the
# case of their letters. GitHub writes an App's account x in GraphQL and x[bot] in
# REST: for an App both are the same, and x[bot] names nobody but the App.
named(actor, logins) if {
	is_string(actor.login)
	some login in logins
	lower(login) == lower(actor.login)
}

named(actor, logins) if {
	kind(actor) == "Bot"
	is_string(actor.login)
	some login in logins
	bare(login) == bare(actor.login)
}

# kind of account: User, Bot, Mannequin, Organization.
kind(actor) := object.get(actor, "__typename", object.get(actor, "type", "")) if is_object(actor)

# bare is the login of an App's account as GraphQL writes it.
bare(login) := trim_suffix(lower(login), "[bot]")

# name by which readers know the account. GitHub shows a deleted one as ghost.
name(actor) := actor.login if is_string(actor.login)

name(actor) := "ghost" if not is_object(actor)

name(actor) := "ghost" if {
	is_object(actor)
	not is_string(object.get(actor, "login", null))
}

# names of several accounts, as one text.
names(actors) := concat(", ", sort({name(actor) | some actor in actors}))

# by_email: whose e-mail address a commit names that GitHub links to no account:
# {"login"} of a person, {"bot"}, or {"unknown"}. emails maps addresses to
# logins; the addresses that GitHub itself gives to accounts name them, at
# users.noreply.<host>.
by_email(author, emails, _) := {"login": lower(login)} if {
	login := mapped(author, emails)
}

by_email(author, emails, host) := {"bot": address} if {
	is_string(author.email)
	not mapped(author, emails)
	address := lower(author.email)
	suffix := sprintf("[bot]@users.noreply.%s", [lower(host)])
	endswith(address, suffix)
	regex.match(`^([0-9]+\+)?[a-z0-9-]+$`, trim_suffix(address, suffix))
}

by_email(author, emails, host) := {"login": found[2]} if {
	is_string(author.email)
	not mapped(author, emails)
	address := lower(author.email)
	suffix := sprintf("@users.noreply.%s", [lower(host)])
	endswith(address, suffix)
	found := regex.find_all_string_submatch_n(`^([0-9]+\+)?([a-z0-9_-]+)$`, trim_suffix(address, suffix), 1)[0]
}

mapped(author, emails) := login if {
	is_string(author.email)
	some address, login in emails
	lower(address) == lower(author.email)
}

# address names an author of a commit by what the commit says.
address(author) := sprintf("%s <%s>", [text(author, "name"), text(author, "email")])

text(thing, field) := value if {
	value := thing[field]
	is_string(value)
}

text(thing, field) := "" if not is_string(object.get(thing, field, null))
