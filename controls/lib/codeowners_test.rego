package evidence.lib.codeowners_test

import data.evidence.lib.codeowners

# Every answer of hmarr/codeowners.
test_patterns if {
	count(data.testdata.codeowners) == 30
	answers := [answer |
		some example in data.testdata.codeowners
		some path, answer in example.paths
	]
	count(answers) == 153
	wrong := [[example.pattern, path] |
		some example in data.testdata.codeowners
		some path, answer in example.paths
		regex.match(codeowners.expression(example.pattern), path) != answer
	]
	wrong == []
}

test_patterns_beyond_the_examples if {
	every example in [
		["**", "a/b", true],
		["**/", "a/b", true],
		["**/**", "a/b", true],
		["a/**/**/b", "a/x/b", true],
		["a+b.txt", "a+b.txt", true],
		["a+b.txt", "aab.txt", false],
		["a.b", "axb", false],
		[`docs/my\ file.md`, "docs/my file.md", true],
		[`\*`, "*", true],
		[`\*`, "a", false],
		[`a\\b`, `a\b`, true],
		[`a\`, "a", true],
		["/", "a", false],
		[`my\ *.m?`, "my file.md", true],
		[`my\ *.m?`, "my file.m", false],
		["日本/*.md", "日本/語.md", true],
		[`日\本`, "日本", true],
		["(x)|y", "(x)|y", true],
		["(x)|y", "y", false],
		["{a,b}$", "{a,b}$", true],
		["DOCS", "docs", false],
		["a?", "a\n", true],
	] {
		regex.match(codeowners.expression(example[0]), example[1]) == example[2]
	}
}

# What is passed over as unlikely would not have matched.
test_unlikely_paths_do_not_match if {
	passed_over := [[example.pattern, path] |
		some example in data.testdata.codeowners
		some path, answer in example.paths
		answer
		not path in codeowners.likely(example.pattern, [path])
	]
	passed_over == []
	codeowners.likely("**/foo/*.go", ["foo/a.go", "bar/a.go", "foo/a.rs"]) == ["foo/a.go"]
	codeowners.likely(`a\*`, ["x"]) == ["x"]
}

owners(text, path) := codeowners.owned(text, [path])[path]

test_the_last_rule_counts if {
	text := "* @acme/all\n/docs/ @acme/docs\n*.md bob@example.com @carol\n"
	owners(text, "main.go") == ["@acme/all"]
	owners(text, "docs/index.html") == ["@acme/docs"]
	owners(text, "docs/index.md") == ["bob@example.com", "@carol"]
}

test_a_rule_without_owners_frees if {
	text := "/apps/ @acme/apps\n/apps/github\n"
	owners(text, "apps/x") == ["@acme/apps"]
	not owners(text, "apps/github")
	not owners(text, "README")
}

test_comments if {
	text := "# * @all\n   # indented\n\n\t\n*.js @js #an inline comment @nobody\n*.ts @ts#close\n*.c # nobody\nC# @sharp\n"
	owners(text, "a.js") == ["@js"]
	owners(text, "a.ts") == ["@ts"]
	not owners(text, "a.c")
	owners(text, "C#") == ["@sharp"]
	not owners(text, "README")
}

test_line_ends_blanks_and_byte_order_mark if {
	owners("\ufeff*.go\t@go  @acme/go \r\n*.rs @rs\r\n", "a.go") == ["@go", "@acme/go"]
	owners("*.go @go\r\n*.rs @rs", "a.rs") == ["@rs"]
	owners(`my\ docs/ @docs`, "my docs/a") == ["@docs"]
	codeowners.owned("", ["a"]) == {}
}

test_lines_that_are_not_valid_are_skipped if {
	every line in ["* nobody", "* @acme/all @", "!* @x", "*** @x", "* @acme/", "* @acme/a/b", "[Section] name @x"] {
		owners(concat("\n", ["* @all", line]), "a") == ["@all"]
	}
}

test_brackets_are_characters if {
	text := "[Docs] @docs\n[ab] @ab"
	owners(text, "[Docs]") == ["@docs"]
	not owners(text, "a")
}

test_owners if {
	codeowners.is_user("@octo-cat_acme")
	not codeowners.is_user("@acme/team")
	codeowners.is_team("@acme/team.one_2")
	not codeowners.is_team("@octo")
	codeowners.is_email("a.b+c@example.co.jp")
	not codeowners.is_email("@octo")
	not codeowners.is_owner("octo")
}
