package evidence.chg_03_test

import data.evidence.chg_03

# landed: the commits that the pull request brought to the default branch.
landed := [commits.first, commits.second, commits.merge]

commits := data.testdata["github.commit"]

pull := data.testdata["github.pull_request"].pull

alice := pull.author

bob := pull.mergedBy

carol := {"__typename": "User", "login": "carol", "id": "U_kgDOAAAAAw"}

team := data.testdata["github.team"].team

file := data.testdata["github.codeowners"].codeowners

changed(fields) := object.union(pull, fields)

list(nodes) := {"totalCount": count(nodes), "nodes": nodes}

related := {"landed": landed, "codeowners": [file], "teams": [team], "teams_within": []}

document(record, fields, params) := {"record": record, "related": object.union(related, fields), "params": object.union(data.params, params)}

found(record, fields, params) := reasons if {
	reasons := chg_03.exception with input as document(record, fields, params)
}

codes(record, fields) := {e.code | some e in found(record, fields, {})}

not_applicable(record, fields) if {
	chg_03.not_applicable with input as document(record, fields, {})
}

touching(paths) := changed({"changedFiles": count(paths), "files": list([{"path": path, "changeType": "MODIFIED"} | some path in paths])})

approved_by(record, who) := object.union(record, {"reviews": list([object.union(pull.reviews.nodes[0], {"author": who})])})

# The file: * is @acme/platform's, /fees/ @bob's, /docs/ nobody's.
text(content) := [object.union(file, {"blob": {"text": content}})]

test_the_owner_approved if {
	codes(pull, {}) == set()
	not not_applicable(pull, {})
}

test_the_owner_did_not_approve if {
	found(approved_by(pull, carol), {}, {}) == {{"code": "owner_not_approved", "detail": {
		"owners": "@bob", "paths": "fees/round.go, fees/round_test.go", "count": 2,
		"author": "alice", "approvers": "carol",
	}}}
}

test_a_member_of_the_owning_team if {
	codes(approved_by(touching(["main.go"]), carol), {}) == set()
	codes(approved_by(touching(["main.go"]), carol), {"teams": []}) == {"owner_not_approved"}
	other := object.union(team, {"id": "T_2", "combinedSlug": "acme/other"})
	codes(approved_by(touching(["main.go"]), carol), {"teams": [other]}) == {"owner_not_approved"}
}

test_another_account_of_the_members_name if {
	namesake := object.union(carol, {"id": "U_other"})
	codes(approved_by(touching(["main.go"]), namesake), {}) == {"owner_not_approved"}
}

test_the_team_at_the_periods_end if {
	without := object.union(team, {"members": list([{"id": bob.id, "login": "bob"}])})
	record := approved_by(touching(["main.go"]), carol)
	codes(record, {"teams": [team, without], "teams_within": [team]}) == {"owner_not_approved"}
	codes(record, {"teams": [without, team], "teams_within": [without]}) == set()

	# What was taken later than the first after the period does not count.
	codes(record, {"teams": [team, team, without], "teams_within": [team]}) == set()
}

test_logins_without_regard_to_case if {
	codes(pull, {"codeowners": text("* @BOB\n")}) == set()
	codes(approved_by(pull, carol), {"codeowners": text("* @Acme/Platform\n")}) == set()
}

test_owner_by_address if {
	by_mail := {"codeowners": text("* bob@example.com\n")}
	codes(pull, by_mail) == {"owner_not_approved"}
	found(pull, by_mail, {"author_emails": {"bob@example.com": "bob"}}) == set()
	codes(pull, {"codeowners": text("* 2+bob@users.noreply.github.com\n")}) == set()
}

test_the_author_owns_but_does_not_approve if {
	own := approved_by(pull, alice)
	codes(own, {"codeowners": text("* @alice\n")}) == {"owner_not_approved"}
	codes(object.union(pull, {"author": null}), {}) == set()
}

test_machines_and_deleted_accounts if {
	every who in [null, object.union(bob, {"__typename": "Bot"})] {
		codes(approved_by(pull, who), {}) == {"owner_not_approved"}
	}
	{e.code | some e in found(pull, {}, {"bots": ["bob"]})} == {"owner_not_approved"}
}

test_approval_after_the_merge if {
	late := changed({"reviews": list([object.union(pull.reviews.nodes[0], {"submittedAt": "2026-10-06T03:00:00Z"})])})
	codes(late, {}) == {"owner_not_approved"}
}

test_one_of_several_owners_is_enough if {
	codes(pull, {"codeowners": text("* @nobody @acme/none @bob\n")}) == set()
}

test_each_set_of_owners if {
	record := approved_by(touching(["fees/a", "main.go"]), object.union(carol, {"id": "U_9", "login": "dave"}))
	{e.detail.owners | some e in found(record, {}, {})} == {"@bob", "@acme/platform"}
}

test_details_are_bounded if {
	many := approved_by(touching([sprintf("fees/%d", [i]) | some i in numbers.range(1, 50)]), carol)
	some e in found(many, {}, {})
	e.detail.count == 50
	count(split(e.detail.paths, ", ")) == 10
	rules := concat("\n", [sprintf("/fees/%d @owner-%d", [i, i]) | some i in numbers.range(1, 50)])
	count(found(many, {"codeowners": text(rules)}, {})) == 20
}

test_nothing_owned if {
	not_applicable(touching(["docs/a.md"]), {})
	codes(touching(["docs/a.md"]), {}) == set()
	not_applicable(pull, {"codeowners": text("# none\n")})
	not_applicable(changed({"baseRefName": "feature"}), {"landed": []})
}

at_base(entries) := [object.union(record, {"commit": {"parents": {"nodes": parents}}}) |
	some record in landed
	parents := [object.union(parent, entries) | some parent in record.commit.parents.nodes]
]

test_no_file_on_the_base if {
	none := {"landed": at_base({"github": null, "root": null, "docs": null})}
	codes(approved_by(pull, carol), none) == set()
	not_applicable(approved_by(pull, carol), none)
}

test_first_place_counts if {
	entry := {"path": "CODEOWNERS", "oid": "f00d"}
	root := object.union(file, {"path": "CODEOWNERS", "blob": {"oid": "f00d", "text": "* @carol\n"}})
	codes(pull, {"landed": at_base({"github": null, "root": entry}), "codeowners": [file, root]}) == {"owner_not_approved"}
	codes(pull, {"landed": at_base({"root": entry}), "codeowners": [file, root]}) == set()
	codes(pull, {"landed": at_base({"github": null, "docs": object.union(entry, {"path": "docs/CODEOWNERS"})}), "codeowners": [file, root]}) == {"codeowners_unreadable"}
}

test_content_that_cannot_be_read if {
	found(pull, {"codeowners": []}, {}) == {{"code": "codeowners_unreadable", "detail": {
		"file": ".github/CODEOWNERS", "oid": file.blob.oid,
		"why": "not collected",
	}}}
	every example in [
		[{"isTruncated": true}, "isTruncated"],
		[{"isTruncated": null}, "isTruncated"],
		[{"isBinary": true, "text": null}, "isBinary"],
		[{"text": null}, "text null"],
	] {
		some e in found(pull, {"codeowners": [object.union(file, {"blob": example[0]})]}, {})
		e.code == "codeowners_unreadable"
		e.detail.why == example[1]
	}
}

test_binary_is_not_always_said if {
	codes(pull, {"codeowners": [object.union(file, {"blob": {"isBinary": null}})]}) == set()
}

test_base_that_is_not_known if {
	codes(pull, {"landed": []}) == {"base_unknown"}
}

test_base_of_another_branch if {
	moved := changed({"baseRefName": "master"})
	codes(moved, {}) == set()
	codes(approved_by(moved, carol), {}) == {"owner_not_approved"}
}

test_base_branch_before_others if {
	elsewhere := [object.union(landed[2], {"branch": "release/1", "commit": {"oid": "9", "parents": {"nodes": [{"oid": "8", "github": null, "root": null, "docs": null}]}}})]
	codes(approved_by(pull, carol), {"landed": array.concat(elsewhere, landed)}) == {"owner_not_approved"}
}

test_first_commit_of_a_repository if {
	root := [object.union(landed[2], {"commit": {"parents": {"totalCount": 0, "nodes": []}}})]
	codes(pull, {"landed": root}) == set()
}

test_paths_that_are_cut_off if {
	found(changed({"changedFiles": 4000}), {}, {}) == {{"code": "files_incomplete", "detail": {"held": 2, "total": 4000}}}
	codes(changed({"files": {"totalCount": 3}}), {}) == {"files_incomplete"}
	codes(changed({"files": null}), {}) == {"files_incomplete"}
}
