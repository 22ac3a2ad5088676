package aws

import (
	"encoding/xml"
	"net/http"
	"strings"
)

// Distributions is CloudFront's collection of XML, each a DistributionSummary. They
// have no region.
const Distributions = "cloudfront distributions"

func cloudFrontOperation(c *call) string {
	if c.Method == http.MethodGet && strings.HasSuffix(c.URL.Path, "/distribution") {
		return "ListDistributions"
	}
	return c.Method + " " + c.URL.Path
}

func (s *Server) cloudFront(c *call) response {
	if c.operation != "ListDistributions" {
		return c.unknownOperation()
	}
	list := listOf[XML](s.opt.State, c.account, "", Distributions)
	page, next, bad := pageOf(s.opt.State, list, c.URL.Query().Get("Marker"), 100)
	if bad {
		return c.fail(http.StatusBadRequest, "InvalidArgument", "The marker is not valid")
	}
	return xmlResponse(http.StatusOK, struct {
		XMLName   xml.Name `xml:"DistributionList"`
		Namespace string   `xml:"xmlns,attr"`
		Marker    string
		Next      string `xml:"NextMarker,omitempty"`
		MaxItems  int
		Truncated bool `xml:"IsTruncated"`
		Quantity  int
		Items     []XML `xml:"Items>DistributionSummary"`
	}{Namespace: "http://cloudfront.amazonaws.com/doc/2020-05-31/", Next: next, MaxItems: 100, Truncated: next != "", Quantity: len(page), Items: page})
}
