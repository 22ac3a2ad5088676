package evidence.net_03_test

import data.evidence.net_03

day := data.testdata["calendar.day"].tuesday

run := data.testdata["github.workflow_run"].run

topic := data.testdata["sns.topic"].topic

arn := topic.Topic.TopicArn

month_end := "2026-11-01T00:00:00+09:00"

ran(fields) := object.union(run, fields)

failed := ran({"id": 18234567002, "conclusion": "failure"})

document(record, jobs, more) := object.union(
	{"record": record, "related": {"jobs": jobs, "topics": []}, "as_of": month_end, "params": data.params},
	more,
)

exceptions(jobs) := found if {
	found := net_03.exception with input as document(day, jobs, {})
}

codes(jobs) := {e.code | some e in exceptions(jobs)}

sent(topics, patterns) := {"related": {"topics": topics}, "params": {"topics": patterns}}

delivery(topics, patterns) := found if {
	found := net_03.exception with input as document(day, [run], sent(topics, patterns))
}

undecided(topics, patterns) := {u.code | some u in found} if {
	found := net_03.undetermined with input as document(day, [run], sent(topics, patterns))
}

seen(jobs) := found if {
	found := net_03.observation with input as document(day, jobs, {})
}

waiting(jobs, as_of) := found if {
	found := net_03.pending with input as document(day, jobs, {"as_of": as_of})
}

why_not(fields) := {n.code | some n in found} if {
	found := net_03.not_applicable_because with input as document(object.union(day, fields), [], {})
}

test_ran if {
	exceptions([run]) == set()
	seen([run]) == set()
}

test_no_run if exceptions([]) == {{"code": "no_run", "detail": {"date": "2026-10-06"}}}

test_failed if exceptions([failed]) == {{
	"code": "not_successful",
	"detail": {"date": "2026-10-06", "runs": 1, "results": "failure"},
}}

test_every_end_but_success_fails if {
	every end in ["cancelled", "timed_out", "skipped", "neutral", "startup_failure", "action_required", "stale", null] {
		codes([ran({"conclusion": end})]) == {"not_successful"}
	}
	codes([json.remove(run, ["conclusion"])]) == {"not_successful"}
}

# A second run, or the same one run again: which keeps its number, and began later.
test_again_on_the_same_day if {
	exceptions([failed, run]) == set()
	seen([failed, run]) == {{"code": "failed_first", "detail": {"date": "2026-10-06", "results": "failure, success"}}}
	exceptions([ran({"run_attempt": 2, "run_started_at": "2026-10-06T14:59:59Z"})]) == set()
}

test_again_on_a_later_day if {
	exceptions([ran({"run_attempt": 2, "run_started_at": "2026-10-06T15:00:00Z"})]) == {{
		"code": "succeeded_later",
		"detail": {"date": "2026-10-06", "began": "2026-10-06T15:00:00Z"},
	}}
}

test_just_before_midnight if {
	late := "2026-10-06T14:59:59Z"
	exceptions([ran({"created_at": late, "run_started_at": late, "updated_at": "2026-10-06T15:03:00Z"})]) == set()
}

test_without_a_start if {
	exceptions([json.remove(run, ["run_started_at"])]) == set()
	exceptions([ran({"run_started_at": null})]) == set()
}

test_other_workflows if {
	codes([ran({"name": "ci", "path": ".github/workflows/ci.yml"})]) == {"no_run"}
	exceptions([ran({"name": "Nightly"})]) == set() # by its path
	exceptions([ran({"name": "SG-Diff of every account", "path": ".github/workflows/nightly.yml"})]) == set()
	codes([ran({"name": null, "path": ".github/workflows/nightly.yml"})]) == {"no_run"}
	codes([json.remove(run, ["name", "path"])]) == {"no_run"}
}

test_another_runner if {
	params := {
		"job_names": ["sg-diff"],
		"runners": [{"relation": "builds", "names": ["job.name"], "began": ["startTime"], "result": "outcome", "succeeded": ["SUCCESS"]}],
	}
	build := {"job": {"name": "sg-diff"}, "startTime": "2026-10-06T01:00:00+09:00", "outcome": "SUCCESS"}
	none := net_03.exception with input as document(day, [], {"related": {"builds": [build]}, "params": params})
	none == set()
	unstable := object.union(build, {"outcome": "UNSTABLE"})
	found := net_03.exception with input as document(day, [], {"related": {"builds": [unstable]}, "params": params})
	{e.code | some e in found} == {"not_successful"}
}

test_day_not_over if {
	now := "2026-10-06T23:59:59+09:00"
	waiting([failed], now) == {{"code": "day_not_over", "detail": {"date": "2026-10-06"}, "until": "2026-10-07T00:00:00+09:00"}}
	waiting([run], now) == set()
	waiting([], "2026-10-06T15:00:00Z") == set()
	none := net_03.exception with input as document(day, [], {"as_of": now})
	none == set()
}

test_not_applicable if {
	why_not({"Whole": false}) == {"part_of_a_day"}
	why_not({}) == set()
	found := net_03.not_applicable_because with input as document(day, [], {"params": {"days": ["Mon", "Fri"]}})
	{n.code | some n in found} == {"not_a_day_of_the_job"}
	none := net_03.exception with input as document(object.union(day, {"Whole": false}), [], {})
	none == set()
	net_03.not_applicable with input as document(object.union(day, {"Whole": false}), [], {})
}

test_delivery if {
	delivery([topic], ["arn:aws:sns:*:sg-diff"]) == set()
	delivery([topic], ["arn:aws:sns:*:security"]) == {{"code": "no_topic", "detail": {"topic": "arn:aws:sns:*:security"}}}
}

test_nobody_subscribed if {
	nobody := {{"code": "nobody_subscribed", "detail": {"topic": arn}}}
	delivery([object.union(topic, {"Subscriptions": []})], [arn]) == nobody
	every word in ["PendingConfirmation", "Deleted"] {
		one := object.union(topic.Subscriptions[0], {"SubscriptionArn": word})
		delivery([object.union(topic, {"Subscriptions": [one]})], [arn]) == nobody
		delivery([object.union(topic, {"Subscriptions": [one, topic.Subscriptions[0]]})], [arn]) == set()
	}
	delivery([object.union(topic, {"Subscriptions": []})], []) == set() # not judged
}

test_subscriptions_unknown if {
	undecided([topic], [arn]) == set()
	undecided([json.remove(topic, ["Subscriptions"])], [arn]) == {"subscriptions_unknown"}
	delivery([json.remove(topic, ["Subscriptions"])], [arn]) == set()
	undecided([], [arn]) == {"topics_unknown"}
	delivery([], [arn]) == set()
	undecided([], []) == set()
}
