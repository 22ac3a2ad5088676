package demo

import (
	"github.com/evidencepack/evidence/internal/demo/aws"
)

func detectorID(where place) string { return resourceID("d", where.account, where.region)[3:] }

// detectorStandings are for LOG-04: GuardDuty everywhere but in one region, and what it
// found in production.
func detectorStandings() []standing {
	var all []standing
	for _, where := range []place{production, productionWorld, audit, auditBack, auditWorld} {
		all = append(all, stands(where, "", aws.Detectors, aws.Detector{
			ID: detectorID(where), Administrator: auditAccount, CreatedAt: "2025-04-01T00:00:00.000Z", Status: "ENABLED", Frequency: "FIFTEEN_MINUTES",
			ServiceRole: "arn:aws:iam::" + where.account + ":role/aws-service-role/guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDuty",
			Features:    []aws.DetectorFeature{{Name: "CLOUD_TRAIL", Status: "ENABLED"}}, Tags: map[string]string{},
		}, passes("LOG-04")))
	}
	return append(all,
		standing{place: productionBack, id: productionAccount + "/" + osaka, expects: []expectation{exception("LOG-04",
			"大阪リージョンで GuardDuty が有効にされていない。", "GuardDuty is not on in the Osaka region.", "no_detector")}},
		finding("probe", "Recon:EC2/PortProbeUnprotectedPort", 2, "2026-10-13 17:41:00", false, notApplicable("LOG-04")),
		finding("credentials", "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS", 8, "2026-10-08 03:12:00", true, passes("LOG-04")),
		finding("mining", "CryptoCurrency:EC2/BitcoinTool.B!DNS", 8, "2026-10-15 22:05:00", false, exception("LOG-04",
			"重大度の高い検出結果が、期限までにアーカイブされず、チケットもない。", "A finding of high severity was neither archived in time nor has it a ticket.", "not_handled")),
		finding("policy", "PrivilegeEscalation:IAMUser/AnomalousBehavior", 8, "2026-10-20 15:00:00", true, exception("LOG-04",
			"重大度の高い検出結果が、期限を二日過ぎてアーカイブされた。", "A finding of high severity was archived two days late.", "handled_late")),
	)
}

func findingID(name string) string { return derivedID("finding", name) }

// finding is one of GuardDuty's in production.
func finding(name, kind string, severity float64, at string, archived bool, e expectation) standing {
	id, made := findingID(name), inJapan(at)
	arn := "arn:aws:guardduty:" + tokyo + ":" + productionAccount + ":detector/" + detectorID(production) + "/finding/" + id
	stamp := made.UTC().Format("2006-01-02T15:04:05.000Z")
	return standing{place: production, id: arn, since: made, expects: []expectation{e}, resources: []resource{{aws.DetectorFindings, map[string]any{
		"accountId": productionAccount, "region": tokyo, "id": id, "arn": arn, "partition": "aws", "type": kind, "severity": severity,
		"title": kind, "description": kind, "schemaVersion": "2.0", "createdAt": stamp, "updatedAt": stamp,
		"resource": map[string]any{"resourceType": "Instance"},
		"service": map[string]any{"archived": archived, "count": 1, "detectorId": detectorID(production), "serviceName": "guardduty",
			"eventFirstSeen": stamp, "eventLastSeen": stamp, "resourceRole": "TARGET"},
	}}}}
}

// detectorStory is what was done about the findings.
func detectorStory() []planted {
	archive := func(name, at, of string) planted {
		return plant(name, at, production, person("sec-01", "Security"), call{service: "guardduty", name: "ArchiveFindings",
			request: fields{"detectorId": detectorID(production), "findingIds": []string{findingID(of)}}})
	}
	return []planted{
		archive("detectors: archived", "2026-10-08 10:20:00", "credentials"),
		archive("detectors: archived late", "2026-10-25 15:30:00", "policy"),
	}
}

// recorderStandings are for LOG-06: AWS Config records everywhere but in one region,
// where its recorder was stopped before the month.
func recorderStandings() []standing {
	const since, now = 1743465600, 1793577600 // 1 April 2025, 2 November 2026
	var all []standing
	for _, where := range []place{production, productionBack, productionWorld, audit, auditBack, auditWorld} {
		e := passes("LOG-06")
		status := map[string]any{"name": "default", "lastStartTime": since, "recording": true, "lastStatus": "SUCCESS", "lastStatusChangeTime": now}
		if where == auditBack {
			status["recording"], status["lastStopTime"] = false, inJapan("2026-08-20 11:06:00").Unix()
			e = exception("LOG-06", "監査用アカウントの大阪リージョンの構成レコーダーは、8月から停止している。",
				"The configuration recorder in the Osaka region of the audit account has been stopped since August.", "not_recording")
		}
		delivered := map[string]any{"lastStatus": "SUCCESS", "lastAttemptTime": now, "lastSuccessfulTime": now}
		all = append(all, stands(where, "", aws.ConfigRecorders, aws.ConfigRecorder{
			Recorder: map[string]any{"name": "default", "roleARN": "arn:aws:iam::" + where.account + ":role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig",
				"recordingGroup": map[string]any{"allSupported": true, "includeGlobalResourceTypes": where.region == virginia, "resourceTypes": []string{},
					"recordingStrategy": map[string]any{"useOnly": "ALL_SUPPORTED_RESOURCE_TYPES"}},
				"recordingMode": map[string]any{"recordingFrequency": "CONTINUOUS"}},
			Status: status, Channel: map[string]any{"name": "default", "s3BucketName": "sample-payments-config"},
			ChannelStatus: map[string]any{"name": "default", "configHistoryDeliveryInfo": delivered, "configSnapshotDeliveryInfo": map[string]any{},
				"configStreamDeliveryInfo": map[string]any{"lastStatus": "SUCCESS", "lastStatusChangeTime": now}},
		}, e))
	}
	return all
}
