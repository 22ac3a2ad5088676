# CODEOWNERS files as GitHub reads them.
#
# A line is a pattern and its owners, apart by blanks; \ before a blank makes it
# part of the pattern. What follows # at the line's beginning, or among the
# owners, is a comment; within a pattern it is a character. A line with an owner
# that is neither @user, @organisation/team nor an e-mail address, one whose
# pattern begins with ! and one with *** are not valid, and GitHub skips them.
# Brackets are characters: CODEOWNERS knows neither ranges nor sections.
package evidence.lib.codeowners

# owned: the owners of each path that has any: {path: ["@octo", …]}. Of the rules
# that match a path the last one counts, and it may name no owners.
owned(text, paths) := {path: owners |
	list := rules(text)
	matched := matches(list, paths)
	some path in paths
	last := max({i | some i, found in matched; path in found})
	owners := list[last].owners
	count(owners) > 0
}

# matches: for each rule the paths that it matches.
matches(list, paths) := [found |
	some rule in list
	found := matched(rule.pattern, likely(rule.pattern, paths))
]

matched(_, paths) := set() if count(paths) == 0

matched(pattern, paths) := found if {
	count(paths) > 0
	regular := expression(pattern)
	found := {path | some path in paths; regex.match(regular, path)}
}

# likely: the paths that hold all that a pattern names. Few do, and to look for it
# costs less than an expression.
likely(pattern, paths) := [path |
	parts := fixed(pattern)
	some path in paths
	every part in parts {
		contains(path, part)
	}
]

fixed(pattern) := [trim(part, "/") | some part in split(replace(pattern, "?", "*"), "*")] if not contains(pattern, "\\")

fixed(pattern) := [] if contains(pattern, "\\")

# rules of a file, in its order.
rules(text) := [rule |
	some line in split(trim_prefix(text, "\ufeff"), "\n")
	rule := parsed(trim_suffix(line, "\r"))
]

parsed(line) := {"pattern": pattern, "owners": owners} if {
	tokens := regex.find_n(`(?:\\.|[^ \t])+`, line, -1)
	pattern := tokens[0]
	not startswith(pattern, "#")
	not startswith(pattern, "!")
	not contains(pattern, "***")
	named := split(concat(" ", array.slice(tokens, 1, count(tokens))), "#")[0]
	owners := [owner | some owner in split(named, " "); owner != ""]
	every owner in owners {
		is_owner(owner)
	}
}

is_owner(owner) if is_user(owner)

is_owner(owner) if is_team(owner)

is_owner(owner) if is_email(owner)

is_user(owner) if regex.match(`^@[A-Za-z0-9_-]+$`, owner)

is_team(owner) if regex.match(`^@[A-Za-z0-9-]+/[A-Za-z0-9._-]+$`, owner)

is_email(owner) if regex.match(`^[^@\s]+@[^@\s]+\.[^@\s]+$`, owner)

# expression is a pattern as a regular expression of whole paths. It follows
# https://github.com/hmarr/codeowners, whose examples it is tested against.
expression(pattern) := concat("", array.concat(["(?s)^"], array.concat(
	[part |
		segments := folded(trailed(rooted(split(pattern, "/"))))
		some i, segment in segments
		part := piece(segments, i, segment)
	],
	["$"],
)))

# rooted: a leading slash, or one within the pattern, ties it to the root. Any
# other pattern holds at every depth.
rooted(segments) := array.slice(segments, 1, count(segments)) if segments[0] == ""

rooted(segments) := array.concat(["**"], segments) if {
	segments[0] != ""
	single(segments)
}

rooted(segments) := segments if {
	segments[0] != ""
	not single(segments)
}

single(segments) if count(segments) == 1

single(segments) if {
	count(segments) == 2
	segments[1] == ""
}

# trailed: a slash at the end stands for everything below.
trailed(segments) := array.concat(array.slice(segments, 0, count(segments) - 1), ["**"]) if {
	count(segments) > 1
	segments[count(segments) - 1] == ""
}

trailed(segments) := segments if not ends_open(segments)

ends_open(segments) if {
	count(segments) > 1
	segments[count(segments) - 1] == ""
}

# folded: ** after ** adds nothing.
folded(segments) := [segment |
	some i, segment in segments
	not repeated(segments, i)
]

repeated(segments, i) if {
	segments[i] == "**"
	segments[i - 1] == "**"
}

piece(segments, _, "**") := ".+" if count(segments) == 1

piece(segments, 0, "**") := "(?:.+/)?" if count(segments) > 1

piece(segments, i, "**") := "(?:/.+)?" if {
	i > 0
	i < count(segments) - 1
}

piece(segments, i, "**") := "/.*" if {
	i > 0
	i == count(segments) - 1
}

piece(segments, i, "*") := concat("", [slash(segments, i), "[^/]+"])

piece(segments, i, segment) := concat("", [slash(segments, i), literal(segment), below(segments, i)]) if {
	not segment in {"*", "**"}
}

# slash before a segment: none at the beginning, nor after a leading **, which
# brings its own.
slash(_, 0) := ""

slash(segments, 1) := "" if segments[0] == "**"

slash(segments, 1) := "/" if segments[0] != "**"

slash(_, i) := "/" if i > 1

# below: a last segment that names something names all that is below it, too.
below(segments, i) := "(?:/.*)?" if i == count(segments) - 1

below(segments, i) := "" if i < count(segments) - 1

# literal: * and ? match within a segment; all else is itself, and so is what
# stands after a backslash.
literal(segment) := replace(replace(quoted, "?", "[^/]"), "*", "[^/]*") if {
	not contains(segment, "\\")
	quoted := regex.replace(segment, `[.+^$|(){}\[\]]`, `\$0`)
}

literal(segment) := concat("", [part |
	some token in regex.find_n(`(?s)\\.|.`, segment, -1)
	part := character(token)
]) if {
	contains(segment, "\\")
}

character("*") := "[^/]*"

character("?") := "[^/]"

character("\\") := ""

character(token) := regex.replace(trim_prefix(token, "\\"), `[^A-Za-z0-9_\x{80}-\x{10FFFF}]`, `\$0`) if {
	not token in {"*", "?", "\\"}
}
