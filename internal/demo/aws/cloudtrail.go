package aws

import (
	"encoding/json"
	"math"
	"net/http"
	"slices"
	"time"
)

func (s *Server) cloudTrail(c *call) response {
	switch c.operation {
	case "ListPublicKeys":
		return s.listPublicKeys(c)
	case "LookupEvents":
		return s.lookupEvents(c)
	case "DescribeTrails":
		return s.describeTrails(c)
	case "GetTrailStatus", "GetEventSelectors":
		return s.trailState(c)
	case "GetTrail":
		return s.getTrail(c)
	}
	return c.jsonError(http.StatusBadRequest, "UnknownOperationException", c.operation)
}

// epoch is a time in the JSON 1.1 protocol: seconds since 1970, as a number.
type epoch float64

func newEpoch(t time.Time) epoch { return epoch(t.Unix()) }

func (e *epoch) time(otherwise time.Time) time.Time {
	if e == nil {
		return otherwise
	}
	sec, frac := math.Modf(float64(*e))
	return time.Unix(int64(sec), int64(frac*1e9)).UTC()
}

type publicKey struct {
	Value             []byte
	ValidityStartTime epoch
	ValidityEndTime   epoch
	Fingerprint       string
}

// listPublicKeys gives the keys of the region that the request was signed for:
// each region has its own.
func (s *Server) listPublicKeys(c *call) response {
	var in struct{ StartTime, EndTime *epoch }
	if err := json.Unmarshal(c.body, &in); err != nil {
		return c.jsonError(http.StatusBadRequest, "SerializationException", err.Error())
	}
	now := s.opt.Now()
	from, to := in.StartTime.time(now), in.EndTime.time(now)
	if to.Before(from) {
		return c.jsonError(http.StatusBadRequest, "InvalidTimeRangeException", "The start time is after the end time.")
	}
	list := []publicKey{}
	for _, a := range s.opt.Archives {
		for _, k := range a.PublicKeys() {
			known := slices.ContainsFunc(list, func(p publicKey) bool { return p.Fingerprint == k.Fingerprint })
			if k.region == c.region && !known && !k.ValidityStartTime.After(to) && !k.ValidityEndTime.Before(from) {
				list = append(list, publicKey{k.Value, newEpoch(k.ValidityStartTime), newEpoch(k.ValidityEndTime), k.Fingerprint})
			}
		}
	}
	return jsonResponse(http.StatusOK, map[string]any{"PublicKeyList": list})
}

type trail struct {
	Name                       string
	S3BucketName               string
	S3KeyPrefix                string `json:",omitempty"`
	IncludeGlobalServiceEvents bool
	IsMultiRegionTrail         bool
	HomeRegion                 string
	TrailARN                   string
	LogFileValidationEnabled   bool
	HasCustomEventSelectors    bool
	HasInsightSelectors        bool
	IsOrganizationTrail        bool
}

func (s *Server) trails() []trail {
	out := []trail{}
	for _, a := range s.opt.Archives {
		out = append(out, trail{
			Name: a.opt.Trail, S3BucketName: a.opt.Bucket, S3KeyPrefix: a.opt.Prefix,
			IncludeGlobalServiceEvents: true, IsMultiRegionTrail: true, HomeRegion: a.opt.HomeRegion,
			TrailARN: a.TrailARN(s.opt.Account), LogFileValidationEnabled: true,
			IsOrganizationTrail: a.opt.Organization != "",
		})
	}
	return out
}

func (s *Server) getTrail(c *call) response {
	var in struct{ Name string }
	if err := json.Unmarshal(c.body, &in); err != nil {
		return c.jsonError(http.StatusBadRequest, "SerializationException", err.Error())
	}
	for _, t := range s.trails() {
		if in.Name == t.Name || in.Name == t.TrailARN {
			return jsonResponse(http.StatusOK, map[string]any{"Trail": t})
		}
	}
	return c.jsonError(http.StatusBadRequest, "TrailNotFoundException", "Unknown trail: "+in.Name)
}

// organizations answers DescribeOrganization, which validate-logs needs for the
// trail of an organisation.
func (s *Server) organizations(c *call) response {
	if o := s.opt.State.Organization; o != nil {
		return s.organization(c, o)
	}
	for _, a := range s.opt.Archives {
		if c.operation == "DescribeOrganization" && a.opt.Organization != "" {
			id := a.opt.Organization
			return jsonResponse(http.StatusOK, map[string]any{"Organization": map[string]any{
				"Id": id, "FeatureSet": "ALL", "MasterAccountId": s.opt.Account,
				"Arn": "arn:aws:organizations::" + s.opt.Account + ":organization/" + id,
			}})
		}
	}
	return c.jsonError(http.StatusBadRequest, "AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
}

func jsonResponse(status int, v any) response {
	b, err := json.Marshal(v)
	if err != nil { // the types here can all be encoded
		panic("aws: " + err.Error())
	}
	return response{status: status, header: http.Header{"Content-Type": {"application/x-amz-json-1.1"}}, body: b}
}

func (c *call) jsonError(status int, code, message string) response {
	return jsonResponse(status, map[string]string{"__type": code, "message": message})
}
