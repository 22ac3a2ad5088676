package awsstate

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"

	"github.com/evidencepack/evidence"
)

var guarddutyDetector = kind{
	name: "guardduty.detector", form: evidence.Snapshot, sparse: true,
	title: evidence.Text{JA: "GuardDuty の有効化の状態（アカウント及びリージョンごと）", EN: "state of GuardDuty in an account and region"},
	needs: []need{{action: "guardduty:ListDetectors"}, {action: "guardduty:GetDetector"}, {"guardduty:GetAdministratorAccount", evidence.Text{
		JA: "GuardDuty の管理者アカウントの取得", EN: "for the account that administers GuardDuty",
	}}},
	read: readDetectors,
}

// readDetectors emits one record, also where there is no detector.
func readDetectors(ctx context.Context, r *reader) error {
	client := guardduty.NewFromConfig(r.config)
	var ids []string
	pages := guardduty.NewListDetectorsPaginator(client, &guardduty.ListDetectorsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		r.page(page.ResultMetadata)
		ids = append(ids, page.DetectorIds...)
	}
	slices.Sort(ids)
	var detectors []json.RawMessage
	administrator := ""
	for _, id := range ids {
		out, err := client.GetDetector(ctx, &guardduty.GetDetectorInput{DetectorId: &id})
		if err != nil {
			return err
		}
		r.page(out.ResultMetadata)
		detector, err := shape(out, noun{"DetectorId", id})
		if err != nil {
			return err
		}
		detectors = append(detectors, detector)
		above, err := client.GetAdministratorAccount(ctx, &guardduty.GetAdministratorAccountInput{DetectorId: &id})
		if err := r.partly("detector "+short(id), err); err != nil {
			return err
		}
		if above != nil && above.Administrator != nil {
			administrator = aws.ToString(above.Administrator.AccountId)
		}
	}
	nouns := []noun{{"Detectors", detectors}}
	if administrator != "" {
		nouns = append(nouns, noun{"AdministratorAccountId", administrator})
	}
	return r.snapshot("", nouns...)
}
