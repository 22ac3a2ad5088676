package awsstate

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"
	"github.com/aws/aws-sdk-go-v2/service/securityhub/types"
	"github.com/aws/smithy-go"

	"github.com/evidencepack/evidence"
)

// securityhubFinding has no time after which it settles: the state of the work on a
// finding may change at any time.
var securityhubFinding = kind{
	name: "securityhub.finding", form: evidence.Mutable, sparse: true,
	title: evidence.Text{JA: "Security Hub の検出結果", EN: "Security Hub finding"},
	needs: []need{{action: "securityhub:GetFindings"}},
	read:  readHubFindings,
}

const (
	hubPage         = 100
	archivedHubKept = 30 * 24 * time.Hour // of findings whose RecordState is ARCHIVED
)

// readHubFindings emits the findings of the account and region themselves that were
// created in the time that is wanted. An administrator's account, and a region that
// others are aggregated into, give those of others too: they are read where they
// belong. Findings that were only updated are not asked for: those of the standards'
// checks are updated every day.
func readHubFindings(ctx context.Context, r *reader) error {
	client, wanted := securityhub.NewFromConfig(r.config), r.around()
	equals := func(v string) []types.StringFilter {
		return []types.StringFilter{{Comparison: types.StringFilterComparisonEquals, Value: &v}}
	}
	in := &securityhub.GetFindingsInput{MaxResults: aws.Int32(hubPage), Filters: &types.AwsSecurityFindingFilters{
		AwsAccountId: equals(r.account), Region: equals(r.region),
		CreatedAt: []types.DateFilter{{Start: aws.String(wanted.Start.Format(hubTime)), End: aws.String(wanted.End.Format(hubTime))}},
	}}
	r.forgotten(findingsKept)
	if oldest := r.at.Taken.Add(-archivedHubKept); r.unit.Window.Start.Before(oldest) {
		r.note(evidence.Finding{Code: "archived_not_kept", Object: r.unit.Scope.String(), Detail: "those last updated before " + oldest.Format(time.RFC3339)})
	}
	for {
		in.NextToken = r.token()
		out, err := client.GetFindings(ctx, in)
		switch {
		case notSubscribed(err) && r.at.Token == "":
			r.at.Tally.Gaps, r.at.Tally.Notes = nil, nil // nothing is kept of what there is not
			r.note(evidence.Finding{Code: "not_enabled", Object: r.unit.Scope.String(), Detail: plain(err)})
			return nil
		case err != nil:
			return err
		}
		r.page(out.ResultMetadata)
		for _, f := range out.Findings {
			if err := emitHubFinding(r, f, wanted); err != nil {
				return err
			}
		}
		if more, err := r.next(out.NextToken); !more || err != nil {
			return err
		}
	}
}

const hubTime = "2006-01-02T15:04:05.000Z"

func emitHubFinding(r *reader, f types.AwsSecurityFinding, wanted evidence.Period) error {
	id, product := aws.ToString(f.Id), aws.ToString(f.ProductArn)
	created, err := hubTimeOf(aws.ToString(f.CreatedAt))
	switch {
	case id == "" || product == "" || err != nil:
		r.unnamed("a Security Hub finding without an ID, a product or a time of creation: " + short(id))
		return nil
	case aws.ToString(f.AwsAccountId) != r.account || aws.ToString(f.Region) != r.region && f.Region != nil:
		return nil
	case created.Before(wanted.Start) || !created.Before(wanted.End):
		return nil
	}
	// The details of a resource hold the variables of functions, tasks and builds.
	for i := range f.Resources {
		f.Resources[i].Details = nil
	}
	return r.emit(product+" "+id, created, noun{"Finding", f})
}

// notSubscribed reports whether Security Hub is not enabled, which it says with the
// code of a refusal.
func notSubscribed(err error) bool {
	var e smithy.APIError
	return errors.As(err, &e) && e.ErrorCode() == "InvalidAccessException" && strings.Contains(e.ErrorMessage(), "not subscribed")
}

// hubTimeOf reads a time as Security Hub lets products write it: an offset may lack its
// colon, or its minutes.
func hubTimeOf(text string) (at time.Time, err error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05Z07"} {
		if at, err = time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	return at, err
}
