package demo

const applicationTrail = "app-audit" // a second trail, of the production account alone

func trailCall(name string, request, response fields) call {
	return call{service: "cloudtrail", name: name, request: request, response: response}
}

func trailARN(name string) string {
	return "arn:aws:cloudtrail:" + tokyo + ":" + productionAccount + ":trail/" + name
}

// loggingStory is for LOG-01: a trail is stopped for seven minutes, weakened,
// narrowed and an old one deleted. The organisation's own trail, which the
// evidence comes from, is never touched.
func loggingStory() []planted {
	operator, tf := person("sre-02", "Administrator"), ciRole("terraform-apply", "apply")
	scriptAgent := cli + ` <script>alert("evidence")</script>`
	return []planted{
		plant("logging: stop", "2026-10-14 02:13:05", production, operator,
			trailCall("StopLogging", fields{"name": trailARN(applicationTrail)}, nil),
			exception("LOG-01",
				"証跡 app-audit の記録が停止された。7分後に再開されたが、その間の記録はない。",
				"The trail app-audit was stopped. It was started again seven minutes later, but recorded nothing in between.",
				"logging_stopped")).deliveredTwice(),
		plant("logging: start", "2026-10-14 02:20:05", production, operator,
			trailCall("StartLogging", fields{"name": trailARN(applicationTrail)}, nil)),
		plant("logging: failed stop", "2026-10-08 11:02:41", production, tf,
			trailCall("StopLogging", fields{"name": trailARN(trailName)}, nil), passes("LOG-01")).
			failed("AccessDenied", "User: arn:aws:sts::"+productionAccount+":assumed-role/terraform-apply/apply is not authorized to perform: cloudtrail:StopLogging on resource: "+
				trailARN(trailName)+" with an explicit deny in a service control policy"),
		plant("logging: weakened", "2026-10-20 15:42:10", production, tf,
			trailCall("UpdateTrail",
				fields{"name": applicationTrail, "enableLogFileValidation": false, "isMultiRegionTrail": true},
				fields{"name": applicationTrail, "trailARN": trailARN(applicationTrail), "logFileValidationEnabled": false, "isMultiRegionTrail": true, "includeGlobalServiceEvents": true}),
			exception("LOG-01",
				"証跡 app-audit のログファイルの整合性検証が無効にされた。",
				"Log file validation of the trail app-audit was turned off.",
				"trail_weakened")),
		plant("logging: updated", "2026-10-06 10:31:55", production, tf,
			trailCall("UpdateTrail",
				fields{"name": applicationTrail, "s3BucketName": trailBucket, "enableLogFileValidation": true, "cloudWatchLogsLogGroupArn": "arn:aws:logs:" + tokyo + ":" + productionAccount + ":log-group:/audit/app:*"},
				fields{"name": applicationTrail, "trailARN": trailARN(applicationTrail), "logFileValidationEnabled": true, "isMultiRegionTrail": true, "includeGlobalServiceEvents": true}),
			passes("LOG-01")),
		plant("logging: narrowed", "2026-10-27 18:05:33", production, operator.with(scriptAgent),
			trailCall("PutEventSelectors", selectors("ReadOnly", false), selectors("ReadOnly", false)),
			exception("LOG-01",
				"証跡 app-audit で管理イベントが記録対象から外された。",
				"Management events were taken out of what the trail app-audit records.",
				"management_events_dropped")),
		plant("logging: selectors kept", "2026-10-27 18:40:02", production, operator,
			trailCall("PutEventSelectors", selectors("All", true), selectors("All", true)), passes("LOG-01")),
		plant("logging: deleted", "2026-10-29 16:20:47", productionBack, operator,
			trailCall("DeleteTrail", fields{"name": "legacy-osaka"}, nil),
			exception("LOG-01",
				"大阪リージョンの旧証跡 legacy-osaka が削除された。",
				"The old trail legacy-osaka in the Osaka region was deleted.",
				"trail_deleted")),
	}
}

func selectors(readWrite string, management bool) fields {
	return fields{"trailName": applicationTrail, "eventSelectors": []fields{{
		"readWriteType": readWrite, "includeManagementEvents": management,
		"dataResources": []fields{}, "excludeManagementEventSources": []string{},
	}}}
}
