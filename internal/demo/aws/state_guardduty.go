package aws

import (
	"net/http"
	"strconv"
	"strings"
)

// Detectors is GuardDuty's collection of Detector.
const Detectors = "guardduty detectors"

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
	}
	return c.unknownOperation()
}
