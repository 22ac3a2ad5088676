package aws

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// State is the resources that accounts hold: lists of things in the wire shape of
// their service, by account, region and collection. Each state_<service>.go says
// which collections its calls answer from, and of what type.
type State struct {
	mu    sync.Mutex
	lists map[place]map[string][]any

	// Regions are those enabled in every account.
	Regions []string
	// PageSize lowers how many things a listing gives at a time; 0: as asked for.
	PageSize int
	// Organization is the organization that the accounts belong to; nil: none.
	Organization *Organization
}

// place is an account and region; global services have no region.
type place struct{ account, region string }

// Add puts things into a collection of an account and region.
func (s *State) Add(account, region, collection string, things ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := place{account, region}
	if s.lists == nil {
		s.lists = map[place]map[string][]any{}
	}
	if s.lists[at] == nil {
		s.lists[at] = map[string][]any{}
	}
	s.lists[at][collection] = append(s.lists[at][collection], things...)
}

// listOf is a collection's things, in the order in which they were added.
func listOf[T any](s *State, account, region, collection string) []T {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []T{}
	for _, v := range s.lists[place{account, region}][collection] {
		list = append(list, v.(T))
	}
	return list
}

// pageOf is a page of a list and the token of the next one, which is empty on the
// last. bad says that the token is none of ours.
func pageOf[T any](s *State, list []T, token string, size int) (page []T, next string, bad bool) {
	from := 0
	if token != "" {
		text, _ := base64.StdEncoding.DecodeString(token)
		var err error
		if from, err = strconv.Atoi(strings.TrimPrefix(string(text), "from ")); err != nil || from < 0 || from > len(list) {
			return nil, "", true
		}
	}
	if size <= 0 || s.PageSize > 0 && s.PageSize < size {
		size = s.PageSize
	}
	if size <= 0 || from+size >= len(list) {
		return list[from:], "", false
	}
	return list[from : from+size], base64.StdEncoding.EncodeToString([]byte("from " + strconv.Itoa(from+size))), false
}

// protocol is how a service's errors are written.
type protocol int

const (
	jsonProtocol  protocol = iota // JSON 1.0 and 1.1: the operation is in X-Amz-Target
	restJSON                      // the operation is method and path
	queryProtocol                 // XML; the operation is the parameter Action
	ec2Protocol                   // as query, with errors of its own
	restXML
)

// stateService is a service that answers from the state.
type stateService struct {
	protocol  protocol
	operation func(*call) string // of REST services
	answer    func(*Server, *call) response
}

// stateServices are the services by the names that requests are signed for.
func stateServices() map[string]stateService {
	return map[string]stateService{
		"apigateway":           {protocol: restJSON, operation: apiGatewayOperation, answer: (*Server).apiGateway},
		"cloudfront":           {protocol: restXML, operation: cloudFrontOperation, answer: (*Server).cloudFront},
		"config":               {protocol: jsonProtocol, answer: (*Server).config},
		"ec2":                  {protocol: ec2Protocol, answer: (*Server).ec2},
		"elasticloadbalancing": {protocol: queryProtocol, answer: (*Server).loadBalancing},
		"guardduty":            {protocol: restJSON, operation: guardDutyOperation, answer: (*Server).guardDuty},
		"iam":                  {protocol: queryProtocol, answer: (*Server).iam},
		"identitystore":        {protocol: jsonProtocol, answer: (*Server).identityStore},
		"securityhub":          {protocol: restJSON, operation: securityHubOperation, answer: (*Server).securityHub},
		"sns":                  {protocol: queryProtocol, answer: (*Server).sns},
		"ssm":                  {protocol: jsonProtocol, answer: (*Server).ssm},
		"sso":                  {protocol: jsonProtocol, answer: (*Server).identityCenter},
		"wafv2":                {protocol: jsonProtocol, answer: (*Server).waf},
	}
}

// stateOperation names the operation of a call of a service that answers from the state.
func (c *call) stateOperation() string {
	svc := stateServices()[c.service]
	switch svc.protocol {
	case queryProtocol, ec2Protocol:
		return formValue(c.body, "Action")
	case restJSON, restXML:
		return svc.operation(c)
	}
	_, operation, _ := cutLast(c.Header.Get("X-Amz-Target"), ".")
	return operation
}

func (c *call) unknownOperation() response {
	return c.fail(http.StatusBadRequest, "InvalidAction", "the simulation does not know "+c.service+":"+c.operation)
}

// XML is the inside of an element, as the service writes it.
type XML struct {
	Inner string `xml:",innerxml"`
}

// formValues are the values of a numbered parameter: "Filter.1.Value.2" belongs to
// "Filter.1.Value".
func formValues(body []byte, name string) []string {
	var list []string
	for n := 1; ; n++ {
		v := formValue(body, name+"."+strconv.Itoa(n))
		if v == "" {
			return list
		}
		list = append(list, v)
	}
}

// filterValues are the values of EC2's filter of a name, and whether it was given.
func filterValues(body []byte, name string) ([]string, bool) {
	for n := 1; ; n++ {
		f := "Filter." + strconv.Itoa(n)
		switch formValue(body, f+".Name") {
		case "":
			return nil, false
		case name:
			return formValues(body, f+".Value"), true
		}
	}
}

// accepts reports whether a filter that may not have been given lets a value pass.
func accepts(values []string, given bool, v string) bool { return !given || slices.Contains(values, v) }
