# Whose an account of the directory is: by the employee number, and by the mail
# address only where no number says it.
package evidence.lib.accounts

# number by which a person is known, for comparison: spreadsheets take leading
# zeros away. A blank one is none.
number(text) := normal if {
	is_string(text)
	normal := trim_left(lower(trim_space(text)), "0")
	normal != ""
}

# same_number: both are known and equal.
same_number(a, b) if number(a) == number(b)

# numbered are those of the records whose number at the path is not blank.
numbered(records, path) := {record |
	some record in records
	number(object.get(record, path, null))
}

# addressed are the records of several relations, each once, of those that a mail
# address leads to.
addressed(relations) := {record | some records in relations; some record in records}

# first_by_number: the records that the number leads to, if there are any, and
# otherwise those that the address does.
first_by_number(by_number, _) := by_number if count(by_number) > 0

first_by_number(by_number, by_address) := by_address if count(by_number) == 0

# employed: the person had joined and not left at a time in nanoseconds, with so
# many hours of grace: an account is made a little before, and closed a little
# after. A person without a joining date joined before anybody remembers.
employed(person, ns, before_hours, after_hours) if {
	joined(person, ns, before_hours)
	not left(person, ns, after_hours)
}

joined(person, ns, before_hours) if {
	is_string(person.joined_at)
	time.parse_rfc3339_ns(person.joined_at) - hours(before_hours) <= ns
}

joined(person, _, _) if not is_string(object.get(person, "joined_at", null))

left(person, ns, after_hours) if {
	is_string(person.left_at)
	time.parse_rfc3339_ns(person.left_at) + hours(after_hours) < ns
}

# The roster says so, and not when.
left(person, _, _) if {
	not is_string(object.get(person, "left_at", null))
	person.status == "retired"
}

hours(n) := n * 3600000000000

# person_name and account_name: by what readers know them.
person_name(person) := trim_space(person.employee_number) if number(person.employee_number)

person_name(person) := concat(", ", sort([mail | some mail in person.emails])) if {
	not number(object.get(person, "employee_number", null))
}

# account_name is without the 32 digits that the directory puts before the name of
# what was deleted.
account_name(account) := regex.replace(account.userPrincipalName, `^[0-9a-fA-F]{32}`, "") if {
	is_string(account.userPrincipalName)
	is_string(account.deletedDateTime)
}

account_name(account) := account.userPrincipalName if {
	is_string(account.userPrincipalName)
	not is_string(object.get(account, "deletedDateTime", null))
}

account_name(account) := account.id if not is_string(object.get(account, "userPrincipalName", null))

# names of several, as one text, each with the roster that it is from: numbers are
# one roster's own.
names(persons) := concat(", ", sort([sprintf("%s (%s)", [person_name(person), person.roster]) | some person in persons]))
