package aws

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Detectors is GuardDuty's collection of Detector.
const Detectors = "guardduty detectors"

// DetectorFindings is GuardDuty's collection of findings, as GetFindings gives them:
// map[string]any. An administrator's account lists those of its members too.
const DetectorFindings = "guardduty findings"

// Detector is a detector of an account and region.
type Detector struct {
	ID            string            `json:"-"`
	Administrator string            `json:"-"` // the account that administers it; empty: none
	CreatedAt     string            `json:"createdAt"`
	Status        string            `json:"status"`
	ServiceRole   string            `json:"serviceRole"`
	Frequency     string            `json:"findingPublishingFrequency,omitempty"`
	Features      []DetectorFeature `json:"features"`
	Tags          map[string]string `json:"tags"`
}

// DetectorFeature is one feature's state.
type DetectorFeature struct {
	Name   string `json:"name"`
	Status string `json:"status"`
}

func guardDutyOperation(c *call) string {
	parts := strings.Split(strings.Trim(c.URL.Path, "/"), "/")
	switch {
	case len(parts) == 3 && parts[2] == "findings" && c.Method == http.MethodPost:
		return "ListFindings"
	case len(parts) == 4 && parts[2] == "findings" && parts[3] == "get" && c.Method == http.MethodPost:
		return "GetFindings"
	case parts[0] != "detector" || c.Method != http.MethodGet:
	case len(parts) == 1:
		return "ListDetectors"
	case len(parts) == 2:
		return "GetDetector"
	case len(parts) == 3 && parts[2] == "administrator":
		return "GetAdministratorAccount"
	}
	return c.Method + " " + c.URL.Path
}

func (s *Server) guardDuty(c *call) response {
	list := listOf[Detector](s.opt.State, c.account, c.region, Detectors)
	switch c.operation {
	case "ListDetectors":
		size, _ := strconv.Atoi(c.URL.Query().Get("maxResults"))
		page, next, bad := pageOf(s.opt.State, list, c.URL.Query().Get("nextToken"), size)
		if bad {
			return c.fail(http.StatusBadRequest, "BadRequestException", "The request is rejected because an invalid or out-of-range value is specified as an input parameter.")
		}
		ids := []string{}
		for _, d := range page {
			ids = append(ids, d.ID)
		}
		return jsonResponse(http.StatusOK, map[string]any{"detectorIds": ids, "nextToken": next})
	case "GetDetector", "GetAdministratorAccount":
		id := strings.Split(strings.Trim(c.URL.Path, "/"), "/")[1]
		for _, d := range list {
			switch {
			case d.ID != id:
			case c.operation == "GetDetector":
				return jsonResponse(http.StatusOK, d)
			case d.Administrator == "":
				return jsonResponse(http.StatusOK, map[string]any{})
			default:
				return jsonResponse(http.StatusOK, map[string]any{"administrator": map[string]string{"accountId": d.Administrator, "relationshipStatus": "Enabled"}})
			}
		}
		return c.fail(http.StatusBadRequest, "BadRequestException", "The request is rejected because the input detectorId is not owned by the current account.")
	case "ListFindings", "GetFindings":
		id := strings.Split(strings.Trim(c.URL.Path, "/"), "/")[1]
		if !slices.ContainsFunc(list, func(d Detector) bool { return d.ID == id }) {
			return c.fail(http.StatusBadRequest, "BadRequestException", "The request is rejected because the input detectorId is not owned by the current account.")
		}
		return s.detectorFindings(c, id)
	}
	return c.unknownOperation()
}

// detectorFindings lists findings by the account and the time of their last change, or
// gives those of some IDs.
func (s *Server) detectorFindings(c *call, detector string) response {
	var in struct {
		FindingIDs      []string `json:"findingIds"`
		MaxResults      int      `json:"maxResults"`
		NextToken       string   `json:"nextToken"`
		FindingCriteria struct {
			Criterion map[string]struct {
				Equals             []string `json:"equals"`
				GreaterThanOrEqual *int64   `json:"greaterThanOrEqual"`
			} `json:"criterion"`
		} `json:"findingCriteria"`
	}
	if err := json.Unmarshal(c.body, &in); err != nil {
		return c.unknownOperation()
	}
	ids, found := []string{}, []any{}
	for _, f := range listOf[map[string]any](s.opt.State, c.account, c.region, DetectorFindings) {
		if f["service"].(map[string]any)["detectorId"] != detector {
			continue
		}
		id := f["id"].(string)
		if slices.Contains(in.FindingIDs, id) {
			found = append(found, f)
		}
		updated, err := time.Parse(time.RFC3339, f["updatedAt"].(string))
		since, owner := in.FindingCriteria.Criterion["updatedAt"].GreaterThanOrEqual, in.FindingCriteria.Criterion["accountId"].Equals
		if err == nil && (since == nil || updated.UnixMilli() >= *since) && (owner == nil || slices.Contains(owner, f["accountId"].(string))) {
			ids = append(ids, id)
		}
	}
	if c.operation == "GetFindings" {
		if len(in.FindingIDs) == 0 || len(in.FindingIDs) > 50 {
			return c.fail(http.StatusBadRequest, "BadRequestException", "The request is rejected because an invalid or out-of-range value is specified as an input parameter.")
		}
		return jsonResponse(http.StatusOK, map[string]any{"findings": found})
	}
	page, next, bad := pageOf(s.opt.State, ids, in.NextToken, in.MaxResults)
	if bad {
		return c.fail(http.StatusBadRequest, "BadRequestException", "The request is rejected because the parameter nextToken has an invalid value.")
	}
	return jsonResponse(http.StatusOK, map[string]any{"findingIds": page, "nextToken": next})
}
