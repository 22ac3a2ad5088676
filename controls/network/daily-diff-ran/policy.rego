# NET-03: one day of the calendar.
package evidence.net_03

exception contains {"code": "no_run", "detail": day} if {
	due
	count(runs) == 0
}

exception contains {"code": "not_successful", "detail": object.union(day, {"runs": count(runs), "results": results})} if {
	due
	count(runs) > 0
	count(later) == 0
}

exception contains {"code": "succeeded_later", "detail": object.union(day, {"began": min(later)})} if {
	due
	count(later) > 0
}

exception contains {"code": "no_topic", "detail": {"topic": pattern}} if {
	applicable
	topics_collected
	some pattern in input.params.topics
	count(topics(pattern)) == 0
}

exception contains {"code": "nobody_subscribed", "detail": {"topic": found.Topic.TopicArn}} if {
	applicable
	some pattern in input.params.topics
	some found in topics(pattern)
	is_array(found.Subscriptions)
	not confirmed(found.Subscriptions)
}

undetermined contains {"code": "subscriptions_unknown", "detail": {"topic": found.Topic.TopicArn}} if {
	applicable
	some pattern in input.params.topics
	some found in topics(pattern)
	not is_array(object.get(found, "Subscriptions", null))
}

undetermined contains {"code": "topics_unknown", "detail": {}} if {
	applicable
	count(input.params.topics) > 0
	not topics_collected
}

pending contains {"code": "day_not_over", "detail": day, "until": input.record.End} if {
	applicable
	not done
	not over
}

not_applicable if count(not_applicable_because) > 0

not_applicable_because contains {"code": "part_of_a_day"} if not input.record.Whole

not_applicable_because contains {"code": "not_a_day_of_the_job"} if not input.record.Weekday in input.params.days

observation contains {"code": "failed_first", "detail": object.union(day, {"results": results})} if {
	applicable
	done
	some run in runs
	not run.succeeded
}

day := {"date": input.record.Date}

applicable if not not_applicable

due if {
	applicable
	over
	not done
}

over if time.parse_rfc3339_ns(input.as_of) >= ends

ends := time.parse_rfc3339_ns(input.record.End)

# done: a run began on the day and succeeded.
done if {
	some run in runs
	run.succeeded
	time.parse_rfc3339_ns(run.began) < ends
}

# later are the beginnings of runs of the day that succeeded, on another one.
later contains run.began if {
	some run in runs
	run.succeeded
	time.parse_rfc3339_ns(run.began) >= ends
}

results := concat(", ", array.slice(sort({run.result | some run in runs}), 0, 10))

# runs are those of the job that belong to the day. What has not ended has no result.
runs contains {"relation": runner.relation, "number": i, "began": began, "result": result, "succeeded": result in runner.succeeded} if {
	some runner in input.params.runners
	some i, record in object.get(input.related, runner.relation, [])
	is_job(record, runner)
	began := [at | some path in runner.began; at := text(record, path); at != ""][0]
	result := text(record, runner.result)
}

is_job(record, runner) if {
	some path in runner.names
	some pattern in input.params.job_names
	glob.match(lower(pattern), null, lower(text(record, path)))
}

# text at a dotted path; empty where there is none.
text(record, path) := value if {
	value := object.get(record, split(path, "."), "")
	is_string(value)
} else := ""

# confirmed: other subscriptions have a word, such as PendingConfirmation, for their ARN.
confirmed(subscriptions) if {
	some s in subscriptions
	startswith(s.SubscriptionArn, "arn:")
}

topics_collected if count(input.related.topics) > 0

topics(pattern) := [record |
	some record in input.related.topics
	glob.match(pattern, null, record.Topic.TopicArn)
]
