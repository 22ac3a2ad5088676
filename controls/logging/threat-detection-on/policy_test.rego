package evidence.log_04_test

import data.evidence.log_04

shaped := object.union_n([
	data.testdata["guardduty.detector"], data.testdata["guardduty.finding"],
	data.testdata["securityhub.finding"], data.testdata["cloudtrail.event"],
])

none := {"archived": [], "hub": [], "updated": [], "updated_own": [], "original": []}

document(record, related, params) := {
	"record": record, "related": object.union(none, related), "params": object.union(data.params, params),
	"as_of": "2026-11-02T09:00:00+09:00", "period": {"start": "2026-10-01T00:00:00+09:00", "end": "2026-11-01T00:00:00+09:00"},
}

reasons(record, related, params) := found if {
	found := log_04.exception with input as document(record, related, params)
}

codes(record, related) := {e.code | some e in reasons(record, related, {})}

waiting(record, related) := found if {
	found := log_04.pending with input as document(record, related, {})
}

seen(record, related, params) := codes_seen if {
	found := log_04.observation with input as document(record, related, params)
	codes_seen := {o.code | some o in found}
}

left_out(record, related) := because if {
	found := log_04.not_applicable_because with input as document(record, related, {})
	because := {b.code | some b in found}
}

passes(record, related) if {
	codes(record, related) == set()
	waiting(record, related) == set()
	left_out(record, related) == set()
}

# Members are replaced whole: object.union alone would merge what is in them.
with_finding(record, fields) := object.union(object.remove(record, ["Finding"]), {"Finding": object.union(object.remove(record.Finding, object.keys(fields)), fields)})

archived := object.union(shaped.escalation, {"Finding": {"Service": {"Archived": true}}})

with_detector(fields) := json.patch(shaped.detector, [{"op": "add", "path": sprintf("/Detectors/0/%s", [name]), "value": value} | some name, value in fields])

ticketed(record) := with_finding(record, {"Note": {"Text": "see https://corp.example/browse/SEC-41", "UpdatedBy": "sato", "UpdatedAt": "2026-10-11T00:00:00.000Z"}})

later(event, at) := object.union(event, {"eventTime": at})

test_detectors if {
	passes(shaped.detector, {})
	seen(shaped.detector, {}, {}) == set()
	reasons(shaped.off, {}, {}) == {{"code": "no_detector", "detail": {"account": "111122223333", "region": "ap-northeast-3"}}}
	some e in reasons(with_detector({"Status": "DISABLED"}), {}, {})
	e == {"code": "detector_off", "detail": {"account": "111122223333", "region": "ap-northeast-1", "status": "DISABLED"}}
	codes(json.patch(shaped.detector, [{"op": "remove", "path": "/Detectors/0/Status"}]), {}) == {"detector_off"}
}

test_required_features if {
	some e in reasons(shaped.detector, {}, {"required_features": ["CLOUD_TRAIL", "S3_DATA_EVENTS", "RUNTIME_MONITORING"]})
	e.code == "feature_off"
	e.detail.features == ["RUNTIME_MONITORING", "S3_DATA_EVENTS"]
	reasons(shaped.detector, {}, {"required_features": ["CLOUD_TRAIL"]}) == set()
}

test_detector_of_the_period if {
	seen(with_detector({"CreatedAt": "2026-10-20T00:00:00.000Z"}), {}, {}) == {"created_in_period"}
	every at in ["2026-09-30T14:59:59Z", "2026-10-31T15:00:00Z", null] {
		seen(with_detector({"CreatedAt": at}), {}, {}) == set()
	}
}

test_exempt_places if {
	params := {"exempt": [{"region": "ap-northeast-3", "why": "not used"}]}
	reasons(shaped.off, {}, params) == set()
	log_04.not_applicable with input as document(shaped.off, {}, params)
	seen(shaped.off, {}, params) == {"exempt_place"}

	# A finding is one wherever it is.
	everywhere := {"exempt": [{"account": "*", "why": "x"}]}
	{e.code | some e in reasons(shaped.escalation, {}, everywhere)} == {"not_handled"}
	reasons(shaped.suspend, {}, everywhere) == set()
}

test_calls if {
	some e in reasons(shaped.suspend, {}, {})
	e == {"code": "detector_suspended", "detail": {
		"account": "111122223333", "region": "ap-northeast-1", "by": "arn:aws:sts::111122223333:assumed-role/security/sato", "at": "2026-10-12T03:00:00Z",
	}}
	codes(object.union(shaped.suspend, {"requestParameters": {"enable": "false"}}), {}) == {"detector_suspended"}
	passes(object.union(shaped.suspend, {"requestParameters": {"enable": true}}), {})
	passes(object.union(object.remove(shaped.suspend, ["requestParameters"]), {"requestParameters": null}), {})
	codes(object.union(shaped.suspend, {"eventName": "DeleteDetector"}), {}) == {"detector_deleted"}
	codes(object.remove(object.union(shaped.suspend, {"eventName": "DeleteDetector"}), ["userIdentity", "requestParameters"]), {}) == {"detector_deleted"}
	some m in reasons(object.union(shaped.suspend, {"eventName": "StopMonitoringMembers", "requestParameters": {"accountIds": ["777788889999"]}}), {}, {})
	m.code == "members_not_monitored"
	m.detail.members == ["777788889999"]
}

test_failed_calls_changed_nothing if {
	every name in ["DeleteDetector", "UpdateDetector", "StopMonitoringMembers"] {
		passes(object.union(shaped.suspend, {"eventName": name, "errorCode": "AccessDenied"}), {})
	}
	codes(object.union(shaped.suspend, {"errorCode": ""}), {}) == {"detector_suspended"}
}

test_not_handled if {
	reasons(shaped.escalation, {}, {}) == {{"code": "not_handled", "detail": {
		"account": "111122223333", "region": "ap-northeast-1", "type": "PrivilegeEscalation:IAMUser/AdministrativePermissions", "severity": 8,
		"due": "2026-10-13T03:00:00Z", "status": "-",
	}}}
	codes(shaped.sensitive, {}) == {"not_handled"}

	# What somebody wrote names no ticket.
	codes(with_finding(shaped.sensitive, {"Workflow": {"Status": "NOTIFIED"}, "Note": {"Text": "CVE-2024-1234", "UpdatedBy": "sato", "UpdatedAt": "2026-10-11T00:00:00Z"}}), {}) == {"not_handled"}
}

test_not_due_yet if {
	fresh := with_finding(shaped.escalation, {"CreatedAt": "2026-10-31T00:00:00.000Z"})
	codes(fresh, {}) == set()
	{p.until | some p in waiting(fresh, {})} == {"2026-11-03T00:00:00Z"}

	# Due at the very moment of the collection.
	codes(with_finding(shaped.escalation, {"CreatedAt": "2026-10-30T00:00:00.000Z"}), {}) == {"not_handled"}

	# Archived, and the record of it may still arrive.
	count(waiting(with_finding(archived, {"CreatedAt": "2026-10-31T00:00:00.000Z"}), {})) == 1
	codes(with_finding(archived, {"CreatedAt": "2026-10-31T00:00:00.000Z"}), {}) == set()

	# Closed without a note, which may still be written.
	count(waiting(with_finding(shaped.sensitive, {"CreatedAt": "2026-10-31T00:00:00.000Z", "Workflow": {"Status": "RESOLVED"}}), {})) == 1
}

test_archived if {
	passes(archived, {"archived": [shaped.archive]})
	seen(archived, {"archived": [shaped.archive]}, {}) == {"handled"}
	some e in reasons(archived, {"archived": [later(shaped.archive, "2026-10-13T03:00:01Z")]}, {})
	e.code == "handled_late"
	e.detail.at == "2026-10-13T03:00:01Z"
	e.detail.by == "arn:aws:sts::111122223333:assumed-role/security/sato"

	# The first call counts, and a failed one does not.
	passes(archived, {"archived": [later(shaped.archive, "2026-10-20T00:00:00Z"), shaped.archive]})
	codes(archived, {"archived": [object.union(shaped.archive, {"errorCode": "AccessDenied"})]}) == {"archived_without_record"}

	# It was taken out of the archive again.
	codes(shaped.escalation, {"archived": [shaped.archive]}) == {"not_handled"}
}

test_archived_without_a_record if {
	codes(archived, {}) == {"archived_without_record"}
	params := {"suppressed_types": ["PrivilegeEscalation:*"]}
	reasons(archived, {}, params) == set()
	seen(archived, {}, params) == {"suppressed"}

	# What is not archived, no rule suppresses.
	{e.code | some e in reasons(shaped.escalation, {}, params)} == {"not_handled"}
	{e.code | some e in reasons(archived, {}, {"suppressed_types": ["Recon:*"]})} == {"archived_without_record"}
}

test_tickets if {
	passes(ticketed(shaped.sensitive), {})
	passes(shaped.escalation, {"hub": [ticketed(shaped.escalation_in_hub)]})
	late := with_finding(shaped.sensitive, {"Note": {"Text": "https://corp.example/issues/4", "UpdatedBy": "sato", "UpdatedAt": "2026-10-20T00:00:00.000Z"}})
	codes(late, {}) == {"handled_late"}

	# When a field was filled in, an event tells.
	field := with_finding(shaped.sensitive, {"UserDefinedFields": {"ticket": "https://corp.example/browse/SEC-41"}})
	codes(field, {}) == {"handling_time_unknown"}
	told := object.union(shaped.resolve, {"requestParameters": {"userDefinedFields": {"ticket": "HIDDEN_DUE_TO_SECURITY_REASONS"}}})
	passes(field, {"updated_own": [told]})
	codes(field, {"updated_own": [object.union(shaped.resolve, {"requestParameters": {"userDefinedFields": null}})]}) == {"handling_time_unknown"}

	# Without a pattern there are no tickets.
	{e.code | some e in reasons(ticketed(shaped.sensitive), {}, {"ticket_pattern": ""})} == {"not_handled"}
}

test_closed_in_security_hub if {
	noted := with_finding(shaped.sensitive, {"Workflow": {"Status": "RESOLVED"}, "Note": {"Text": "deleted the object", "UpdatedBy": "sato", "UpdatedAt": "2026-10-12T03:00:00Z"}})
	passes(noted, {"updated_own": [shaped.resolve]})
	codes(noted, {}) == {"handling_time_unknown"}
	codes(noted, {"updated_own": [later(shaped.resolve, "2026-10-14T00:00:00Z")]}) == {"handled_late"}
	every note in [{"Text": " "}, {"Text": ""}, {}] {
		codes(with_finding(noted, {"Note": note}), {"updated_own": [shaped.resolve]}) == {"closed_without_note"}
	}
	codes(with_finding(shaped.sensitive, {"Workflow": {"Status": "SUPPRESSED"}}), {}) == {"closed_without_note"}

	# A finding of GuardDuty, closed there.
	in_hub := with_finding(shaped.escalation_in_hub, {"Workflow": {"Status": "SUPPRESSED"}, "Note": {"Text": "expected", "UpdatedBy": "sato", "UpdatedAt": "2026-10-12T03:00:00Z"}})
	passes(shaped.escalation, {"hub": [in_hub], "updated": [object.union(shaped.resolve, {"requestParameters": {"workflow": {"status": "SUPPRESSED"}}})]})
	codes(shaped.escalation, {"hub": [with_finding(shaped.escalation_in_hub, {"Workflow": {"Status": "SUPPRESSED"}})]}) == {"closed_without_note"}
}

test_archived_by_the_provider if {
	passes(with_finding(shaped.sensitive, {"RecordState": "ARCHIVED", "UpdatedAt": "2026-10-12T00:00:00.000Z"}), {})
	codes(with_finding(shaped.sensitive, {"RecordState": "ARCHIVED", "UpdatedAt": "2026-10-20T00:00:00.000Z"}), {}) == {"handled_late"}
	codes(with_finding(shaped.sensitive, {"RecordState": "ARCHIVED", "UpdatedAt": ""}), {}) == {"handling_time_unknown"}
}

test_what_need_not_be_handled if {
	left_out(with_finding(shaped.escalation, {"Severity": 6.9}), {}) == {"below_severity"}
	codes(with_finding(shaped.escalation, {"Severity": 6.9}), {}) == set()
	codes(with_finding(shaped.escalation, {"Severity": 7}), {}) == {"not_handled"}
	left_out(with_finding(shaped.sensitive, {"Severity": {"Label": "MEDIUM"}}), {}) == {"below_severity"}
	left_out(shaped.check, {}) == {"no_threat"}
	codes(shaped.check, {}) == set()
	left_out(with_finding(shaped.sensitive, {"Sample": true}), {}) == {"sample"}
	sample := object.union(shaped.escalation, {"Finding": {"Service": {"AdditionalInfo": {"Value": `{"threatListName":"x","sample":true}`}}}})
	left_out(sample, {}) == {"sample"}
	codes(sample, {}) == set()
	waiting(sample, {}) == set()
}

test_what_is_told_twice_is_judged_once if {
	left_out(shaped.escalation_in_hub, {"original": [shaped.escalation]}) == {"judged_as_guardduty"}
	codes(shaped.escalation_in_hub, {"original": [shaped.escalation]}) == set()

	# Where GuardDuty's own findings are not read, it is judged here.
	codes(shaped.escalation_in_hub, {}) == {"not_handled"}
}

test_severities_that_are_not_known if {
	codes(object.union(shaped.escalation, {"Finding": object.remove(shaped.escalation.Finding, ["Severity"])}), {}) == {"not_handled"}
	codes(json.remove(shaped.escalation, ["Finding/Severity"]), {}) == {"severity_unknown"}
	codes(with_finding(shaped.escalation, {"Severity": "8"}), {}) == {"severity_unknown"}
	codes(with_finding(shaped.sensitive, {"Severity": {}}), {}) == {"severity_unknown"}
	codes(with_finding(shaped.check, {"Severity": {}}), {}) == set()
}

test_findings_that_lack_what_is_told if {
	bare := {"AccountId": "111122223333", "Region": "ap-northeast-1", "Finding": {"Arn": "arn:x", "CreatedAt": "2026-10-10T03:00:00Z", "Severity": 9}}
	some e in reasons(bare, {}, {})
	e.code == "not_handled"
	e.detail.type == "-"
}

test_a_detector_that_is_on if {
	reasons(shaped.detector, {}, {}) == set()
}
