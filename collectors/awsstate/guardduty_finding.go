package awsstate

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/guardduty/types"

	"github.com/evidencepack/evidence"
)

// guarddutyFinding has no time after which it settles: a finding may be archived at
// any time, and recurs in the same one.
var guarddutyFinding = kind{
	name: "guardduty.finding", form: evidence.Mutable, sparse: true,
	title: evidence.Text{JA: "GuardDuty の検出結果", EN: "GuardDuty finding"},
	needs: []need{{action: "guardduty:ListDetectors"}, {action: "guardduty:ListFindings"}, {action: "guardduty:GetFindings"}},
	read:  readFindings,
}

const (
	// findingPage is as many findings as GuardDuty lists, and gives, at a time.
	findingPage = 50
	// findingsKept is how long GuardDuty and Security Hub keep a finding after its last
	// change.
	findingsKept = 90 * 24 * time.Hour
)

// readFindings emits the findings of the account itself that were created or changed in
// the time that is wanted. An administrator's account lists those of its members too:
// they are read where they belong.
func readFindings(ctx context.Context, r *reader) error {
	client := guardduty.NewFromConfig(r.config)
	var detectors []string
	pages := guardduty.NewListDetectorsPaginator(client, &guardduty.ListDetectorsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		detectors = append(detectors, page.DetectorIds...)
	}
	slices.Sort(detectors)
	if len(detectors) == 0 {
		r.note(evidence.Finding{Code: "not_enabled", Object: r.unit.Scope.String(), Detail: "GuardDuty has no detector"})
		return nil
	}
	r.forgotten(findingsKept)
	// The unit's list is that of one detector after the other: its token names both.
	at, _, _ := strings.Cut(r.at.Token, " ")
	for i, detector := range detectors {
		if detector < at {
			continue
		}
		next := ""
		if i+1 < len(detectors) {
			next = detectors[i+1]
		}
		if err := readDetectorFindings(ctx, r, client, detector, next); err != nil {
			return err
		}
	}
	return nil
}

// readDetectorFindings reads a detector's list to its end, which is followed by the
// detector next, if that is not empty.
func readDetectorFindings(ctx context.Context, r *reader, client *guardduty.Client, detector, next string) error {
	wanted := r.around()
	for {
		in := &guardduty.ListFindingsInput{DetectorId: &detector, MaxResults: aws.Int32(findingPage), FindingCriteria: &types.FindingCriteria{Criterion: map[string]types.Condition{
			"accountId": {Equals: []string{r.account}},
			"updatedAt": {GreaterThanOrEqual: aws.Int64(wanted.Start.UnixMilli())},
		}}}
		if at, token, _ := strings.Cut(r.at.Token, " "); at == detector && token != "" {
			in.NextToken = &token
		}
		list, err := client.ListFindings(ctx, in)
		if err != nil {
			return err
		}
		if len(list.FindingIds) > 0 {
			out, err := client.GetFindings(ctx, &guardduty.GetFindingsInput{DetectorId: &detector, FindingIds: list.FindingIds})
			if err != nil {
				return err
			}
			r.page(out.ResultMetadata)
			if err := emitFindings(r, out.Findings, wanted); err != nil {
				return err
			}
			for _, id := range list.FindingIds {
				if !slices.ContainsFunc(out.Findings, func(f types.Finding) bool { return aws.ToString(f.Id) == id }) {
					r.deleted("finding " + id)
				}
			}
		}
		token := aws.ToString(list.NextToken)
		following := ""
		switch {
		case token != "":
			following = detector + " " + token
		case next != "":
			following = next + " "
		}
		if more, err := r.next(&following); !more || token == "" || err != nil {
			return err
		}
	}
}

func emitFindings(r *reader, list []types.Finding, wanted evidence.Period) error {
	for _, f := range list {
		id := aws.ToString(f.Arn)
		created, err := time.Parse(time.RFC3339, aws.ToString(f.CreatedAt))
		switch {
		case id == "" || err != nil:
			r.unnamed("a GuardDuty finding without an ARN or a time of creation: " + short(aws.ToString(f.Id)))
			continue
		case aws.ToString(f.AccountId) != r.account || !created.Before(wanted.End):
			continue
		}
		if err := r.emit(id, created, noun{"Finding", f}); err != nil {
			return err
		}
	}
	return nil
}

// forgotten notes a part of the unit's window of which the service no longer keeps all.
func (r *reader) forgotten(kept time.Duration) {
	w := r.unit.Window
	if oldest := r.at.Taken.Add(-kept); w.Start.Before(oldest) {
		lost := evidence.Period{Start: w.Start, End: w.End}
		if oldest.Before(lost.End) {
			lost.End = oldest.Truncate(time.Second)
		}
		r.gap(evidence.Finding{Code: "older_than_retained", Forgotten: true, Object: r.unit.Scope.String(), Window: lost})
	}
}
