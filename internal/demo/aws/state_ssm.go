package aws

import (
	"encoding/json"
	"net/http"
)

// Nodes is Systems Manager's collection of what DescribeInstanceInformation lists:
// map[string]any.
const Nodes = "ssm nodes"

func (s *Server) ssm(c *call) response {
	var in struct {
		NextToken  string
		MaxResults int
	}
	if err := json.Unmarshal(c.body, &in); err != nil || c.operation != "DescribeInstanceInformation" {
		return c.unknownOperation()
	}
	list := []any{}
	for _, n := range listOf[map[string]any](s.opt.State, c.account, c.region, Nodes) {
		list = append(list, n)
	}
	page, next, bad := pageOf(s.opt.State, list, in.NextToken, in.MaxResults)
	if bad {
		return c.fail(http.StatusBadRequest, "InvalidNextToken", "The specified token isn't valid.")
	}
	return paged(page, "InstanceInformationList", next)
}
