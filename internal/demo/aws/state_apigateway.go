package aws

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Stages is API Gateway's collection of Stage.
const Stages = "apigateway stages"

// Stage is a stage of a REST API.
type Stage struct {
	API, Name string
	WebACL    string // ARN of the web ACL on it
	Variables map[string]string
	Canary    map[string]any // canarySettings as GetStages gives them; nil: none
}

func apiGatewayOperation(c *call) string {
	parts := strings.Split(strings.Trim(c.URL.Path, "/"), "/")
	switch {
	case parts[0] != "restapis" || c.Method != http.MethodGet:
	case len(parts) == 1:
		return "GetRestApis"
	case len(parts) == 3 && parts[2] == "stages":
		return "GetStages"
	}
	return c.Method + " " + c.URL.Path
}

func (s *Server) apiGateway(c *call) response {
	list := listOf[Stage](s.opt.State, c.account, c.region, Stages)
	switch c.operation {
	case "GetRestApis":
		var ids []string
		for _, st := range list {
			if !slices.Contains(ids, st.API) {
				ids = append(ids, st.API)
			}
		}
		size, _ := strconv.Atoi(c.URL.Query().Get("limit"))
		page, next, bad := pageOf(s.opt.State, ids, c.URL.Query().Get("position"), size)
		if bad {
			return c.fail(http.StatusBadRequest, "BadRequestException", "Invalid position")
		}
		items := []any{}
		for _, id := range page {
			items = append(items, map[string]any{"id": id, "name": "api " + id, "endpointConfiguration": map[string]any{"types": []string{"REGIONAL"}}})
		}
		out := map[string]any{"item": items}
		if next != "" {
			out["position"] = next
		}
		return jsonResponse(http.StatusOK, out)
	case "GetStages":
		items := []any{}
		for _, st := range list {
			if st.API == strings.Split(strings.Trim(c.URL.Path, "/"), "/")[1] {
				item := map[string]any{"stageName": st.Name, "deploymentId": "d1", "variables": st.Variables, "createdDate": 1700000000}
				if st.WebACL != "" {
					item["webAclArn"] = st.WebACL
				}
				if st.Canary != nil {
					item["canarySettings"] = st.Canary
				}
				items = append(items, item)
			}
		}
		return jsonResponse(http.StatusOK, map[string]any{"item": items})
	}
	return c.unknownOperation()
}
