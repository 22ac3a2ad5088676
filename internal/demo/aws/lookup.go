package aws

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"
	"golang.org/x/time/rate"
)

const (
	lookupRetention = 90 * 24 * time.Hour
	lookupPage      = 50
	lookupRate      = 2 // requests per second, account and region
)

// historyEvent is an event as LookupEvents gives it.
type historyEvent struct {
	EventID         string `json:"EventId"`
	EventName       string
	ReadOnly        string `json:",omitempty"`
	AccessKeyID     string `json:"AccessKeyId,omitempty"`
	EventTime       epoch
	EventSource     string
	Username        string          `json:",omitempty"`
	Resources       []eventResource // always there, mostly empty
	CloudTrailEvent string

	at time.Time
}

type eventResource struct {
	ResourceType string
	ResourceName string
}

// history is what LookupEvents answers from: the archives' log files, read when
// first asked for and again when they have changed. Newest first.
type history struct {
	version int
	events  map[chainID][]historyEvent
}

type lookupRequest struct {
	LookupAttributes   []struct{ AttributeKey, AttributeValue string }
	StartTime, EndTime *epoch
	EventCategory      string
	MaxResults         *int
	NextToken          string
}

func (s *Server) lookupEvents(c *call) response {
	var in lookupRequest
	if err := json.Unmarshal(c.body, &in); err != nil {
		return c.jsonError(http.StatusBadRequest, "SerializationException", err.Error())
	}
	if s.throttled(c) {
		return c.jsonError(http.StatusBadRequest, "ThrottlingException", "Rate exceeded")
	}
	size, from, fail := in.check(c)
	if fail != nil {
		return *fail
	}
	now := s.opt.Now()
	oldest := now.Add(-lookupRetention)
	start, end := in.StartTime.time(oldest), in.EndTime.time(now)
	if end.Before(start) {
		return c.jsonError(http.StatusBadRequest, "InvalidTimeRangeException", "The start time is after the end time.")
	}
	if start.Before(oldest) {
		start = oldest
	}
	all, err := s.eventsOf(chainID{c.account, c.region})
	if err != nil {
		return c.jsonError(http.StatusInternalServerError, "InternalFailure", err.Error())
	}
	out := struct {
		Events    []historyEvent
		NextToken string `json:",omitempty"`
	}{Events: []historyEvent{}}
	skipped := 0
	for _, e := range all {
		if e.at.Before(start) || e.at.After(end) || !in.wants(e) {
			continue
		}
		if skipped < from {
			skipped++
			continue
		}
		if len(out.Events) == size {
			out.NextToken = in.token(from + size)
			break
		}
		out.Events = append(out.Events, e)
	}
	return jsonResponse(http.StatusOK, out)
}

// check validates the request and returns the page's size and first event.
func (in *lookupRequest) check(c *call) (size, from int, fail *response) {
	size = lookupPage
	if in.MaxResults != nil {
		size = *in.MaxResults
	}
	var r response
	switch {
	case size < 1 || size > lookupPage:
		r = c.jsonError(http.StatusBadRequest, "InvalidMaxResultsException", "MaxResults must be between 1 and 50.")
	case len(in.LookupAttributes) > 1:
		r = c.jsonError(http.StatusBadRequest, "InvalidLookupAttributesException", "You can specify only one lookup attribute.")
	case len(in.LookupAttributes) == 1 && attribute(historyEvent{}, in.LookupAttributes[0].AttributeKey) == nil:
		r = c.jsonError(http.StatusBadRequest, "InvalidLookupAttributesException", "Unknown attribute key.")
	case in.NextToken != "":
		var ok bool
		if from, ok = in.parseToken(); ok {
			return size, from, nil
		}
		r = c.jsonError(http.StatusBadRequest, "InvalidNextTokenException", "The token is not valid for this request.")
	default:
		return size, 0, nil
	}
	return 0, 0, &r
}

// query is the part of a request that must be repeated with a token.
func (in *lookupRequest) query() string {
	q := *in
	q.NextToken, q.MaxResults = "", nil
	b, err := json.Marshal(q)
	if err != nil { // strings and numbers
		panic("aws: " + err.Error())
	}
	return string(b)
}

func (in *lookupRequest) token(from int) string {
	return base64.StdEncoding.EncodeToString([]byte(strconv.Itoa(from) + " " + in.query()))
}

func (in *lookupRequest) parseToken() (from int, ok bool) {
	b, err := base64.StdEncoding.DecodeString(in.NextToken)
	if err != nil {
		return 0, false
	}
	offset, query, _ := strings.Cut(string(b), " ")
	from, err = strconv.Atoi(offset)
	return from, err == nil && from > 0 && query == in.query()
}

func (in *lookupRequest) wants(e historyEvent) bool {
	for _, a := range in.LookupAttributes {
		if !slices.Contains(attribute(e, a.AttributeKey), a.AttributeValue) {
			return false
		}
	}
	return true
}

// attribute returns the values that an event has for a lookup attribute, nil for
// an attribute that does not exist.
func attribute(e historyEvent, key string) []string {
	values := []string{}
	switch key {
	case "EventId":
		return append(values, e.EventID)
	case "EventName":
		return append(values, e.EventName)
	case "EventSource":
		return append(values, e.EventSource)
	case "ReadOnly":
		return append(values, e.ReadOnly)
	case "Username":
		return append(values, e.Username)
	case "AccessKeyId":
		return append(values, e.AccessKeyID)
	case "ResourceType":
		for _, r := range e.Resources {
			values = append(values, r.ResourceType)
		}
		return values
	case "ResourceName":
		for _, r := range e.Resources {
			values = append(values, r.ResourceName)
		}
		return values
	}
	return nil
}

func (s *Server) throttled(c *call) bool {
	if !s.opt.Throttle {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	key := c.account + " " + c.region
	if s.limits[key] == nil {
		s.limits[key] = rate.NewLimiter(lookupRate, lookupRate)
	}
	return !s.limits[key].AllowN(s.opt.Now(), 1)
}

// eventsOf returns an account's events of a region, newest first. The slice is
// shared: it is not written to.
func (s *Server) eventsOf(id chainID) ([]historyEvent, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	version := 0
	for _, a := range s.opt.Archives {
		a.mu.RLock()
		version += a.version
		a.mu.RUnlock()
	}
	if s.history.events == nil || s.history.version != version {
		s.history = history{version: version, events: map[chainID][]historyEvent{}}
	}
	if events, ok := s.history.events[id]; ok {
		return events, nil
	}
	events := []historyEvent{}
	for _, a := range s.opt.Archives {
		for _, key := range a.Keys(a.root(id.account) + "/CloudTrail/" + id.region + "/") {
			more, err := readLog(a.Get(key))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", key, err)
			}
			events = append(events, more...)
		}
	}
	slices.SortStableFunc(events, func(x, y historyEvent) int {
		return cmp.Or(y.at.Compare(x.at), cmp.Compare(x.EventID, y.EventID))
	})
	// What was delivered twice is one event of the history.
	events = slices.CompactFunc(events, func(x, y historyEvent) bool { return x.EventID == y.EventID })
	s.history.events[id] = events
	return events, nil
}

func readLog(o *Object) ([]historyEvent, error) {
	if o == nil {
		return nil, nil // deleted while listing
	}
	z, err := gzip.NewReader(bytes.NewReader(o.Body))
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(z)
	if err != nil {
		return nil, err
	}
	var file struct{ Records []json.RawMessage }
	if err := json.Unmarshal(b, &file); err != nil {
		return nil, err
	}
	var events []historyEvent
	for _, raw := range file.Records {
		e, err := newHistoryEvent(raw)
		if err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, nil
}

func newHistoryEvent(raw json.RawMessage) (historyEvent, error) {
	var e struct {
		EventID, EventName, EventSource string
		EventTime                       time.Time
		ReadOnly                        *bool
		UserIdentity                    struct {
			UserName, PrincipalID, AccessKeyID string
		}
		Resources []struct{ Type, ARN string }
	}
	if err := json.Unmarshal(raw, &e); err != nil {
		return historyEvent{}, fmt.Errorf("event: %w", err)
	}
	h := historyEvent{
		EventID: e.EventID, EventName: e.EventName, EventSource: e.EventSource,
		AccessKeyID: e.UserIdentity.AccessKeyID, Username: e.UserIdentity.UserName,
		EventTime: newEpoch(e.EventTime), at: e.EventTime,
		Resources: []eventResource{}, CloudTrailEvent: string(raw),
	}
	if e.ReadOnly != nil {
		h.ReadOnly = strconv.FormatBool(*e.ReadOnly)
	}
	if _, session, ok := strings.Cut(e.UserIdentity.PrincipalID, ":"); ok && h.Username == "" {
		h.Username = session // of an assumed role
	}
	for _, r := range e.Resources {
		h.Resources = append(h.Resources, eventResource{r.Type, r.ARN})
	}
	return h, nil
}
