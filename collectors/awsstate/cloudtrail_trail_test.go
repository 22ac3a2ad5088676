package awsstate

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	aws "github.com/evidencepack/evidence/internal/demo/aws"
)

// TestTrailBodies: a trail is read once, where it lives, though other regions show it.
func TestTrailBodies(t *testing.T) {
	records, _ := read(t, serve(t, company(), nil).organization(t), "cloudtrail.trail")
	if len(records) != 3 {
		t.Errorf("%d records, want one for each trail", len(records))
	}
	status := `"Status":{"IsLogging":true,"LatestDeliveryAttemptSucceeded":"2026-11-03T09:20:12Z","LatestDeliveryAttemptTime":"2026-11-03T09:20:12Z","LatestDeliveryTime":"2026-11-03T09:20:12Z",` +
		`"LatestDigestDeliveryTime":"2026-11-03T09:20:12Z","StartLoggingTime":"2023-11-14T22:13:20Z","TimeLoggingStarted":"2023-11-14T22:13:20Z","TimeLoggingStopped":""},`
	head := `{"AccountId":"444455556666","Region":"ap-northeast-1","Trail":{`
	for id, want := range map[string]string{
		"1": head + `"HasCustomEventSelectors":false,"HasInsightSelectors":false,"HomeRegion":"ap-northeast-1","IncludeGlobalServiceEvents":true,"IsMultiRegionTrail":true,"IsOrganizationTrail":false,` +
			`"LogFileValidationEnabled":true,"Name":"trail-1","S3BucketName":"logs","TrailARN":"` + trailARN + `1"},` + status +
			`"EventSelectors":[{"DataResources":[],"ExcludeManagementEventSources":[],"IncludeManagementEvents":true,"ReadWriteType":"All"}],"AdvancedEventSelectors":[]}`,
		"2": head + `"HasCustomEventSelectors":true,"HasInsightSelectors":false,"HomeRegion":"ap-northeast-1","IncludeGlobalServiceEvents":true,"IsMultiRegionTrail":true,"IsOrganizationTrail":false,` +
			`"LogFileValidationEnabled":false,"Name":"trail-2","S3BucketName":"logs","TrailARN":"` + trailARN + `2"},` + status +
			`"EventSelectors":[],"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},{"Field":"readOnly","Equals":["false"]}],"Name":"writes"}]}`,
	} {
		if d := cmp.Diff(want, bodyOf(t, records, "444455556666/ap-northeast-1/"+trailARN+id+"@")); d != "" {
			t.Errorf("%s:\n%s", id, d)
		}
	}
}

// TestTrailWithoutStatus: what of a trail may not be read is absent, and a gap.
func TestTrailWithoutStatus(t *testing.T) {
	w := serve(t, company(), func(r *http.Request) *aws.Fault {
		if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".GetTrailStatus") {
			return &aws.Fault{Status: http.StatusBadRequest, Code: "AccessDeniedException"}
		}
		return nil
	})
	records, claims := read(t, w.organization(t), "cloudtrail.trail")
	if body := bodyOf(t, records, "444455556666/ap-northeast-1/"+trailARN+"1@"); strings.Contains(body, `"Status"`) || !strings.Contains(body, `"EventSelectors"`) {
		t.Error(body)
	}
	var gaps []string
	for _, c := range claims {
		for _, g := range c.Gaps {
			gaps = append(gaps, g.Object)
		}
	}
	at := "account=444455556666 region=ap-northeast-1 " + trailARN
	if d := cmp.Diff([]string{at + "1: cloudtrail:GetTrailStatus", at + "2: cloudtrail:GetTrailStatus", at + "3: cloudtrail:GetTrailStatus"}, gaps); d != "" {
		t.Error(d)
	}
}
