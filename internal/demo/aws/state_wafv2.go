package aws

import (
	"encoding/json"
	"net/http"
	"strings"
)

// WebACLs is AWS WAF's collection of WebACL. Those of CloudFront are in us-east-1.
const WebACLs = "wafv2 web ACLs"

// WebACL is a web ACL.
type WebACL struct {
	ID, Name, ARN string
	CloudFront    bool
	LogTo         string // ARN of the destination of its logs; empty: none
	Rules         []any  // as GetWebACL gives them
}

func (w WebACL) summary() map[string]any {
	return map[string]any{"Id": w.ID, "Name": w.Name, "ARN": w.ARN}
}

func (s *Server) waf(c *call) response {
	var in struct {
		Scope, ID, ResourceArn, WebACLArn, ResourceType, NextMarker string
		Limit                                                       int
	}
	if err := json.Unmarshal(c.body, &in); err != nil {
		return c.fail(http.StatusBadRequest, "WAFInvalidParameterException", err.Error())
	}
	list := listOf[WebACL](s.opt.State, c.account, c.region, WebACLs)
	balancers := listOf[LoadBalancer](s.opt.State, c.account, c.region, LoadBalancers)
	missing := c.fail(http.StatusBadRequest, "WAFNonexistentItemException", "AWS WAF couldn't perform the operation because your resource doesn't exist.")
	switch c.operation {
	case "ListWebACLs":
		of := []any{}
		for _, w := range list {
			if w.CloudFront == (in.Scope == "CLOUDFRONT") {
				of = append(of, w.summary())
			}
		}
		page, next, bad := pageOf(s.opt.State, of, in.NextMarker, in.Limit)
		if bad {
			return c.fail(http.StatusBadRequest, "WAFInvalidParameterException", "The marker is not valid")
		}
		out := map[string]any{"WebACLs": page}
		if next != "" {
			out["NextMarker"] = next
		}
		return jsonResponse(http.StatusOK, out)
	case "GetWebACL":
		for _, w := range list {
			if w.ID == in.ID {
				acl := w.summary()
				acl["DefaultAction"], acl["Rules"], acl["Capacity"] = map[string]any{"Allow": map[string]any{}}, append([]any{}, w.Rules...), 0
				return jsonResponse(http.StatusOK, map[string]any{"WebACL": acl, "LockToken": "simulated"})
			}
		}
		return missing
	case "GetLoggingConfiguration":
		for _, w := range list {
			if w.ARN == in.ResourceArn && w.LogTo != "" {
				return jsonResponse(http.StatusOK, map[string]any{"LoggingConfiguration": map[string]any{"ResourceArn": w.ARN, "LogDestinationConfigs": []string{w.LogTo}}})
			}
		}
		return missing
	case "ListResourcesForWebACL":
		arns := []string{}
		for _, lb := range balancers {
			if in.ResourceType == "APPLICATION_LOAD_BALANCER" && lb.WebACL == in.WebACLArn {
				arns = append(arns, lb.ARN)
			}
		}
		for _, stage := range listOf[Stage](s.opt.State, c.account, c.region, Stages) {
			if in.ResourceType == "API_GATEWAY" && strings.EqualFold(stage.WebACL, in.WebACLArn) {
				arns = append(arns, "arn:aws:apigateway:"+c.region+"::/restapis/"+stage.API+"/stages/"+stage.Name)
			}
		}
		return jsonResponse(http.StatusOK, map[string]any{"ResourceArns": arns})
	case "GetWebACLForResource":
		for _, lb := range balancers {
			for _, w := range list {
				if lb.ARN == in.ResourceArn && lb.WebACL == w.ARN {
					return jsonResponse(http.StatusOK, map[string]any{"WebACL": w.summary()})
				}
			}
		}
		return jsonResponse(http.StatusOK, map[string]any{})
	}
	return c.unknownOperation()
}
