package aws

import (
	"encoding/json"
	"net/http"
	"slices"
)

// The collections of Security Hub. Where it is on, an account and region has a Hub; an
// administrator's findings are those of its members too.
const (
	Hubs        = "securityhub hubs"     // struct{}
	HubFindings = "securityhub findings" // map[string]any, as GetFindings gives them
)

func securityHubOperation(c *call) string {
	if c.Method == http.MethodPost && c.URL.Path == "/findings" {
		return "GetFindings"
	}
	return c.Method + " " + c.URL.Path
}

func (s *Server) securityHub(c *call) response {
	var in struct {
		NextToken  string
		MaxResults int
		Filters    struct {
			AwsAccountID []struct{ Value string } `json:"AwsAccountId"` //nolint:revive // AWS's name
			Region       []struct{ Value string }
			CreatedAt    []struct{ Start, End string }
		}
	}
	if err := json.Unmarshal(c.body, &in); err != nil || c.operation != "GetFindings" {
		return c.unknownOperation()
	}
	if len(listOf[struct{}](s.opt.State, c.account, c.region, Hubs)) == 0 {
		return c.fail(http.StatusUnauthorized, "InvalidAccessException", "Account "+c.account+" is not subscribed to AWS Security Hub")
	}
	list := []any{}
	for _, f := range listOf[map[string]any](s.opt.State, c.account, c.region, HubFindings) {
		text := func(name string) string { v, _ := f[name].(string); return v }
		in := slices.ContainsFunc(in.Filters.AwsAccountID, func(v struct{ Value string }) bool { return v.Value == text("AwsAccountId") }) &&
			slices.ContainsFunc(in.Filters.Region, func(v struct{ Value string }) bool { return v.Value == text("Region") }) &&
			slices.ContainsFunc(in.Filters.CreatedAt, func(v struct{ Start, End string }) bool {
				return text("CreatedAt") >= v.Start && text("CreatedAt") <= v.End
			})
		if in {
			list = append(list, f)
		}
	}
	page, next, bad := pageOf(s.opt.State, list, in.NextToken, in.MaxResults)
	if bad {
		return c.fail(http.StatusBadRequest, "InvalidInputException", "Invalid parameter 'NextToken'.")
	}
	return paged(page, "Findings", next)
}
