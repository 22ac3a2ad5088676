package aws

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

// Trails is CloudTrail's collection of Trail, in each trail's home region.
const Trails = "cloudtrail trails"

// Trail is a trail. The archives' own need not be among them.
type Trail struct {
	Name, ARN, Bucket string
	SingleRegion      bool
	NoGlobal          bool // events of global services are left out
	NotValidated      bool // log file validation is off
	Organization      bool
	Status            map[string]any // GetTrailStatus
	Selectors         []any          // of events, as GetEventSelectors gives them; nil: all management events
	AdvancedSelectors []any
}

func (t Trail) described(region string) trail {
	return trail{
		Name: t.Name, TrailARN: t.ARN, S3BucketName: t.Bucket, HomeRegion: region,
		IsMultiRegionTrail: !t.SingleRegion, IncludeGlobalServiceEvents: !t.NoGlobal,
		LogFileValidationEnabled: !t.NotValidated, IsOrganizationTrail: t.Organization,
		HasCustomEventSelectors: t.Selectors != nil || t.AdvancedSelectors != nil,
	}
}

// describeTrails gives, beside the trails of the region, those of other regions that
// are kept in all, unless shadows are not asked for.
func (s *Server) describeTrails(c *call) response {
	in := struct {
		IncludeShadowTrails *bool
		TrailNameList       []string
	}{}
	if err := json.Unmarshal(c.body, &in); err != nil {
		return c.jsonError(http.StatusBadRequest, "SerializationException", err.Error())
	}
	list := s.trails()
	shadows := in.IncludeShadowTrails == nil || *in.IncludeShadowTrails
	if !shadows {
		list = slices.DeleteFunc(list, func(t trail) bool { return c.account != s.opt.Account || t.HomeRegion != c.region })
	}
	for _, t := range listOf[Trail](s.opt.State, c.account, c.region, Trails) {
		list = append(list, t.described(c.region))
	}
	for _, region := range s.opt.State.Regions {
		for _, t := range listOf[Trail](s.opt.State, c.account, region, Trails) {
			if shadows && region != c.region && !t.SingleRegion {
				list = append(list, t.described(region))
			}
		}
	}
	return jsonResponse(http.StatusOK, map[string]any{"trailList": list})
}

// trailState answers what is asked of one trail, by its ARN.
func (s *Server) trailState(c *call) response {
	var in struct{ Name, TrailName string }
	if err := json.Unmarshal(c.body, &in); err != nil {
		return c.jsonError(http.StatusBadRequest, "SerializationException", err.Error())
	}
	all := []any{map[string]any{
		"ReadWriteType": "All", "IncludeManagementEvents": true, "DataResources": []any{}, "ExcludeManagementEventSources": []any{},
	}}
	for _, t := range listOf[Trail](s.opt.State, c.account, c.region, Trails) {
		switch {
		case t.ARN != in.Name+in.TrailName:
		case c.operation == "GetTrailStatus":
			return jsonResponse(http.StatusOK, t.Status)
		case t.AdvancedSelectors != nil:
			return jsonResponse(http.StatusOK, map[string]any{"TrailARN": t.ARN, "AdvancedEventSelectors": t.AdvancedSelectors})
		case t.Selectors != nil:
			return jsonResponse(http.StatusOK, map[string]any{"TrailARN": t.ARN, "EventSelectors": t.Selectors})
		default:
			return jsonResponse(http.StatusOK, map[string]any{"TrailARN": t.ARN, "EventSelectors": all})
		}
	}
	for _, t := range s.trails() {
		switch {
		case t.TrailARN != in.Name+in.TrailName:
		case c.operation == "GetTrailStatus":
			return jsonResponse(http.StatusOK, Logging(s.opt.Now().Add(-10*time.Minute)))
		default:
			return jsonResponse(http.StatusOK, map[string]any{"TrailARN": t.TrailARN, "EventSelectors": all})
		}
	}
	return c.jsonError(http.StatusBadRequest, "TrailNotFoundException", "Unknown trail: "+in.Name+in.TrailName)
}

// Logging is the status of a trail that delivered last at a time.
func Logging(delivered time.Time) map[string]any {
	text := delivered.UTC().Format(time.RFC3339)
	return map[string]any{
		"IsLogging": true, "LatestDeliveryTime": newEpoch(delivered), "LatestDigestDeliveryTime": newEpoch(delivered), "StartLoggingTime": 1700000000,
		"TimeLoggingStarted": "2023-11-14T22:13:20Z", "TimeLoggingStopped": "", "LatestDeliveryAttemptTime": text, "LatestDeliveryAttemptSucceeded": text,
	}
}
