package awsstate

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	aws "github.com/evidencepack/evidence/internal/demo/aws"
)

// TestConfigHistory: of each resource the items of the period and the last one before
// it are read, of those that were gone before nothing, and nothing of after it.
func TestConfigHistory(t *testing.T) {
	w := serve(t, company(), nil)
	s := w.organization(t)
	records, claims := read(t, s, "config.item")
	var ids []string
	for _, r := range records {
		ids = append(ids, strings.TrimPrefix(r.ID, production+"/"+tokyo+"/AWS::EC2::SecurityGroup/"))
	}
	slices.Sort(ids)
	want := []string{
		"sg-0a@2026-07-03T00:00:00Z/1783036800000",
		"sg-0b@2026-09-30T23:00:00Z/1790809200000", "sg-0b@2026-10-01T01:00:00Z/1790816400000", "sg-0b@2026-10-11T00:00:00Z/1791676800000",
		"sg-0c@2026-10-03T00:00:00Z/1790985600000", "sg-0c@2026-10-03T01:00:00Z/1790989200000",
	}
	if d := cmp.Diff(want, ids); d != "" {
		t.Error(d)
	}
	notes := map[string]string{}
	for _, c := range claims {
		if !c.Satisfied() {
			t.Errorf("%s: %+v", c.Scope, c.Gaps)
		}
		for _, n := range c.Notes {
			notes[n.Object] = n.Code + ": " + n.Detail
		}
	}
	if d := cmp.Diff(map[string]string{
		"account=" + management + " region=" + tokyo:    "config_not_on: there is no configuration recorder",
		"account=" + management + " region=" + virginia: "config_not_on: there is no configuration recorder",
		"account=" + sandbox + " region=" + tokyo:       "config_not_on: there is no configuration recorder",
		"account=" + sandbox + " region=" + virginia:    "config_not_on: there is no configuration recorder",
		"account=" + production + " region=" + virginia: "config_not_on: no resource of type AWS::EC2::SecurityGroup was recorded",
		"account=" + gone: "account_not_active: Organizations gives its state as SUSPENDED",
	}, notes); d != "" {
		t.Error(d)
	}
	// What has not changed for months takes one call, since its last change is known: the
	// others take five each.
	if n := w.srv.Requests()["config:GetResourceConfigHistory"]; n != 11 {
		t.Errorf("%d calls for the history of three groups", n)
	}
	in := `{"AccountId":"444455556666","Region":"ap-northeast-1","ConfigurationItem":{"accountId":"444455556666","arn":"arn:aws:ec2:ap-northeast-1:444455556666:security-group/sg-0c","awsRegion":"ap-northeast-1",` +
		`"configuration":"{\"groupId\":\"sg-0c\",\"ipPermissions\":[]}","configurationItemCaptureTime":"2026-10-03T01:00:00Z","configurationItemStatus":"ResourceDeleted","configurationStateId":"1790989200000",` +
		`"relatedEvents":[],"resourceId":"sg-0c","resourceType":"AWS::EC2::SecurityGroup","tags":{"Name":"web"},"version":"1.3"}}`
	if d := cmp.Diff(in, bodyOf(t, records, production+"/"+tokyo+"/AWS::EC2::SecurityGroup/sg-0c@2026-10-03T01")); d != "" {
		t.Error(d)
	}
}

// TestConfigReachesAsFarAsWanted: a selection that reaches around the period gets the
// items of that time, and the last one before it.
func TestConfigReachesAsFarAsWanted(t *testing.T) {
	s := serve(t, company(), nil).organization(t)
	u := unitOf(t, s, "config.item")
	u.Want = []evidence.Selection{{Kind: "config.item", For: "X", Before: 100 * 24 * time.Hour, After: 24 * time.Hour}}
	var ids []string
	for b, err := range s.Collect(t.Context(), u, nil) {
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range b.Records {
			ids = append(ids, r.Time.Format("01-02T15"))
		}
	}
	slices.Sort(ids)
	want := []string{"07-03T00", "08-27T00", "09-29T00", "09-30T23", "10-01T01", "10-03T00", "10-03T01", "10-11T00", "11-01T01"}
	if d := cmp.Diff(want, ids); d != "" {
		t.Error(d)
	}
}

// TestConfigIndexRefused: without the permission for the times of last changes the
// history is read all the same, and what could not be asked is a gap.
func TestConfigIndexRefused(t *testing.T) {
	w := serve(t, company(), denying("AccessDeniedException", func(body, _, _ string) bool { return strings.Contains(body, "resourceKeys") }))
	records, claims := read(t, w.organization(t), "config.item")
	if len(records) != 6 {
		t.Errorf("%d records", len(records))
	}
	var gaps []evidence.Finding
	for _, c := range claims {
		gaps = append(gaps, c.Gaps...)
	}
	if len(gaps) != 1 || !strings.HasSuffix(gaps[0].Object, "config:BatchGetResourceConfig") {
		t.Errorf("%+v", gaps)
	}
}

// TestConfigRetention: what of the period is older than Config keeps items is a gap that
// an earlier reading may not have.
func TestConfigRetention(t *testing.T) {
	for _, tt := range []struct {
		days []any
		lost time.Time // until when; zero: nothing
	}{
		{nil, time.Time{}}, {[]any{2557}, time.Time{}}, {[]any{34}, time.Time{}},
		{[]any{30}, now.Add(-30 * 24 * time.Hour).Truncate(time.Second)},
	} {
		state := company()
		state.Add(production, tokyo, aws.ConfigRetention, tt.days...)
		s := serve(t, state, nil).organization(t)
		_, claims := read(t, s, "config.item")
		var gaps, want []evidence.Finding
		for _, c := range claims {
			gaps = append(gaps, c.Gaps...)
		}
		if !tt.lost.IsZero() {
			want = []evidence.Finding{{
				Code: "older_than_retained", Forgotten: true, Object: "account=" + production + " region=" + tokyo,
				Window: evidence.Period{Start: october.Start, End: tt.lost},
			}}
		}
		if d := cmp.Diff(want, gaps); d != "" {
			t.Errorf("%v days: %s", tt.days, d)
		}
	}
}

// TestConfigRetentionRefused: without the permission for how long items are kept it is not
// known whether some of the period were deleted.
func TestConfigRetentionRefused(t *testing.T) {
	w := serve(t, company(), func(r *http.Request) *aws.Fault {
		if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".DescribeRetentionConfigurations") {
			return &aws.Fault{Status: http.StatusBadRequest, Code: "AccessDeniedException"}
		}
		return nil
	})
	records, claims := read(t, w.organization(t), "config.item")
	var gaps []evidence.Finding
	for _, c := range claims {
		gaps = append(gaps, c.Gaps...)
	}
	if len(records) != 6 || len(gaps) != 1 || gaps[0].Code != "not_readable" || !strings.HasSuffix(gaps[0].Object, "retention: config:DescribeRetentionConfigurations") {
		t.Errorf("%d records, %+v", len(records), gaps)
	}
}

func TestConfigRecorderBodies(t *testing.T) {
	s := serve(t, company(), nil).organization(t)
	records, _ := read(t, s, "config.recorder")
	want := `{"AccountId":"444455556666","Region":"us-east-1","ConfigurationRecorders":[{"name":"default","recordingGroup":{"allSupported":true,"includeGlobalResourceTypes":true,"resourceTypes":[]},` +
		`"roleARN":"arn:aws:iam::444455556666:role/config"}],"ConfigurationRecordersStatus":[{"lastStartTime":"2026-09-21T14:13:20.123Z","lastStatus":"SUCCESS","name":"default","recording":true}],` +
		`"DeliveryChannels":[{"name":"default","s3BucketName":"config-logs"}],"DeliveryChannelsStatus":[]}`
	if d := cmp.Diff(want, bodyOf(t, records, "444455556666/us-east-1@")); d != "" {
		t.Error(d)
	}
	want = `{"AccountId":"777788889999","Region":"us-east-1","ConfigurationRecorders":[],"ConfigurationRecordersStatus":[],"DeliveryChannels":[],"DeliveryChannelsStatus":[]}`
	if d := cmp.Diff(want, bodyOf(t, records, "777788889999/us-east-1@")); d != "" {
		t.Error(d)
	}
}
