package aws

import (
	"encoding/xml"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// LoadBalancers is Elastic Load Balancing's collection of LoadBalancer.
const LoadBalancers = "elbv2 load balancers"

// LoadBalancer is a load balancer.
type LoadBalancer struct {
	ARN, Name, Type string
	More            string // further members, as XML
	Tags            map[string]string
	WebACL          string // ARN of the web ACL on it
}

const elbv2Namespace = "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"

func (s *Server) loadBalancing(c *call) response {
	list := listOf[LoadBalancer](s.opt.State, c.account, c.region, LoadBalancers)
	switch c.operation {
	case "DescribeLoadBalancers":
		size, _ := strconv.Atoi(formValue(c.body, "PageSize"))
		page, next, bad := pageOf(s.opt.State, list, formValue(c.body, "Marker"), size)
		if bad {
			return c.fail(http.StatusBadRequest, "ValidationError", "The marker is not valid")
		}
		var members []any
		for _, lb := range page {
			members = append(members, XML{"<LoadBalancerArn>" + lb.ARN + "</LoadBalancerArn><LoadBalancerName>" + lb.Name +
				"</LoadBalancerName><Type>" + lb.Type + "</Type>" + lb.More})
		}
		return c.queryAnswer(elbv2Namespace, struct {
			XMLName xml.Name
			Members []any  `xml:"LoadBalancers>member"`
			Next    string `xml:"NextMarker,omitempty"`
		}{c.resultName(), members, next})
	case "DescribeTags":
		type tag struct{ Key, Value string }
		type description struct {
			ResourceArn string
			Tags        []tag `xml:"Tags>member"`
		}
		var members []description
		for _, arn := range formValues(c.body, "ResourceArns.member") {
			d := description{ResourceArn: arn}
			for _, lb := range list {
				if lb.ARN == arn {
					for k, v := range lb.Tags {
						d.Tags = append(d.Tags, tag{k, v})
					}
				}
			}
			slices.SortFunc(d.Tags, func(a, b tag) int { return strings.Compare(a.Key, b.Key) })
			members = append(members, d)
		}
		return c.queryAnswer(elbv2Namespace, struct {
			XMLName xml.Name
			Members []description `xml:"TagDescriptions>member"`
		}{c.resultName(), members})
	}
	return c.unknownOperation()
}

// queryAnswer is <OperationResponse><OperationResult>…</OperationResult>…: result is a
// structure whose field XMLName is resultName.
func (c *call) queryAnswer(namespace string, result any) response {
	return xmlResponse(http.StatusOK, struct {
		XMLName   xml.Name
		Namespace string `xml:"xmlns,attr"`
		Result    any
		Metadata  metadata `xml:"ResponseMetadata"`
	}{XMLName: xml.Name{Local: c.operation + "Response"}, Namespace: namespace, Result: result, Metadata: metadata{c.id}})
}

func (c *call) resultName() xml.Name { return xml.Name{Local: c.operation + "Result"} }
