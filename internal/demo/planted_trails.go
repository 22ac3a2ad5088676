package demo

import (
	"maps"

	"github.com/evidencepack/evidence/internal/demo/aws"
)

// trailStandings are for LOG-01: what became of the trails after loggingStory, and
// trails of which the month's events tell nothing. The organisation's own trail is
// the archive's.
func trailStandings() []standing {
	at := func(where place, name string) string {
		return "arn:aws:cloudtrail:" + where.region + ":" + where.account + ":trail/" + name
	}
	trail := func(where place, name string, t aws.Trail, status map[string]any, expects ...expectation) standing {
		t.Name, t.ARN, t.Bucket, t.Status = name, at(where, name), trailBucket, aws.Logging(inJapan("2026-11-02 08:50:00"))
		maps.Copy(t.Status, status)
		return stands(where, t.ARN, aws.Trails, t, expects...)
	}
	return []standing{
		{place: audit, id: auditAccount + "/" + tokyo + "/" + at(audit, trailName), expects: []expectation{passes("LOG-01")}},
		trail(production, applicationTrail, aws.Trail{NotValidated: true},
			map[string]any{"StartLoggingTime": inJapan("2026-10-14 02:20:05").Unix(), "StopLoggingTime": inJapan("2026-10-14 02:13:05").Unix()},
			exception("LOG-01",
				"証跡 app-audit のログファイルの整合性検証は、10月20日に無効にされたままである。",
				"Log file validation of the trail app-audit is still off since it was turned off on 20 October.",
				"setting_off")),
		trail(productionBack, "backup-audit", aws.Trail{},
			map[string]any{"IsLogging": false, "StopLoggingTime": inJapan("2026-08-20 11:04:00").Unix()},
			exception("LOG-01",
				"大阪リージョンの証跡 backup-audit は8月から停止しており、対象期間のイベントには現れない。",
				"The trail backup-audit in the Osaka region has been off since August, which no event of the period shows.",
				"not_logging")),
		trail(auditWorld, "vault-audit", aws.Trail{}, map[string]any{"LatestDeliveryError": "AccessDenied"},
			exception("LOG-01",
				"監査用アカウントの証跡 vault-audit は記録中だが、バケットへの配信が拒否されている。",
				"The trail vault-audit of the audit account is logging, but its bucket refuses what it delivers.",
				"delivery_failed")),
		trail(production, "data-ledger", aws.Trail{
			SingleRegion: true,
			AdvancedSelectors: []any{map[string]any{"Name": "ledger", "FieldSelectors": []any{
				map[string]any{"Field": "eventCategory", "Equals": []string{"Data"}}, map[string]any{"Field": "resources.type", "Equals": []string{"AWS::DynamoDB::Table"}},
			}}},
		}, nil, notApplicable("LOG-01")),
	}
}
