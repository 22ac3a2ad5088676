package awsstate

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/evidencepack/evidence"
)

var iamCredentialReport = kind{
	name: "iam.credential_report", form: evidence.Snapshot, where: global,
	title: evidence.Text{JA: "IAM 認証情報レポートの行（IAM ユーザー及びルートユーザーごと）", EN: "row of the IAM credential report, for an IAM user or the root user"},
	needs: []need{{action: "iam:GetCredentialReport"}, {"iam:GenerateCredentialReport", evidence.Text{
		JA: "認証情報レポートの作成の依頼（4時間以内に作成されたものがあれば、それが用いられる。ユーザー及び認証情報は変更しない）",
		EN: "to have the report made, unless one was within the last four hours; no user or credential is changed",
	}}},
	read: readCredentialReport,
}

const (
	reportPause = 3 * time.Second
	mostPauses  = 200 // ten minutes
)

// readCredentialReport emits each row as the report has it: its columns by their names
// and in their order, their values as text.
func readCredentialReport(ctx context.Context, r *reader) error {
	out, err := r.credentialReport(ctx, iam.NewFromConfig(r.config))
	if err != nil {
		return err
	}
	r.page(out.ResultMetadata)
	rows, err := reportRows(out.Content)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if row.user == "" {
			r.unnamed("a row of the credential report")
			continue
		}
		nouns := []noun{{"Row", row.text}}
		if out.GeneratedTime != nil {
			nouns = append(nouns, noun{"GeneratedTime", out.GeneratedTime})
		}
		if err := r.snapshot(row.user, nouns...); err != nil {
			return err
		}
	}
	return nil
}

// credentialReport has a report made and waits for it. One that is gone when it is
// asked for, since the last was just too old, is made again.
func (r *reader) credentialReport(ctx context.Context, client *iam.Client) (*iam.GetCredentialReportOutput, error) {
	for attempt := range mostPauses {
		made, err := client.GenerateCredentialReport(ctx, &iam.GenerateCredentialReportInput{})
		if err != nil {
			return nil, err
		}
		if made.State == types.ReportStateTypeComplete {
			out, err := client.GetCredentialReport(ctx, &iam.GetCredentialReportInput{})
			if !coded(err, "ReportInProgress", "ReportNotPresent", "ReportExpired") {
				return out, err
			}
		}
		if err := r.pause(ctx, attempt); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("iam:GenerateCredentialReport in account %s: the report was not there after %d attempts", r.account, mostPauses)
}

// pause waits for something that AWS is making.
func (r *reader) pause(ctx context.Context, attempt int) error {
	wait := reportPause
	if r.session.Backoff != nil {
		wait = r.session.Backoff(attempt)
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

type reportRow struct {
	user string
	text json.RawMessage
}

// reportRows reads a report. A row that has not as many values as there are columns is
// an error: what is in which could not be told.
func reportRows(content []byte) ([]reportRow, error) {
	table, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("the credential report: %w", err)
	}
	// Even of an account without users it has the root user.
	if len(table) < 2 {
		return nil, errors.New("the credential report has no rows")
	}
	columns := table[0]
	user := slices.Index(columns, "user")
	if user < 0 || len(slices.Compact(slices.Sorted(slices.Values(columns)))) != len(columns) {
		return nil, errors.New("the credential report: its columns are not told apart, or none of them is user")
	}
	var rows []reportRow
	for _, values := range table[1:] {
		var nouns []noun
		for i, name := range columns {
			nouns = append(nouns, noun{name, values[i]})
		}
		text, err := object(nouns)
		if err != nil {
			return nil, err
		}
		rows = append(rows, reportRow{values[user], text})
	}
	return rows, nil
}
