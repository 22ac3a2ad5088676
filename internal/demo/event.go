package demo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"
)

// event is a CloudTrail record, its fields in the order in which CloudTrail
// writes them. Field sets and nesting follow records of real trails.
type event struct {
	EventVersion        string      `json:"eventVersion"`
	UserIdentity        identity    `json:"userIdentity"`
	EventTime           time.Time   `json:"eventTime"`
	EventSource         string      `json:"eventSource"`
	EventName           string      `json:"eventName"`
	AWSRegion           string      `json:"awsRegion"`
	SourceIPAddress     string      `json:"sourceIPAddress"`
	UserAgent           string      `json:"userAgent"`
	ErrorCode           string      `json:"errorCode,omitempty"`
	ErrorMessage        string      `json:"errorMessage,omitempty"`
	RequestParameters   fields      `json:"requestParameters"` // null when there are none
	ResponseElements    fields      `json:"responseElements"`  // null when there are none
	AdditionalEventData fields      `json:"additionalEventData,omitempty"`
	RequestID           string      `json:"requestID,omitempty"`
	EventID             string      `json:"eventID"`
	ReadOnly            bool        `json:"readOnly"`
	Resources           []fields    `json:"resources,omitempty"`
	EventType           string      `json:"eventType"`
	ManagementEvent     bool        `json:"managementEvent"`
	RecipientAccountID  string      `json:"recipientAccountId"`
	SharedEventID       string      `json:"sharedEventID,omitempty"`
	ServiceEventDetails fields      `json:"serviceEventDetails,omitempty"`
	EventCategory       string      `json:"eventCategory"`
	TLSDetails          *tlsDetails `json:"tlsDetails,omitempty"`
	FromConsole         string      `json:"sessionCredentialFromConsole,omitempty"`
}

// fields is a JSON object; its names are written in their order.
type fields map[string]any

type tlsDetails struct {
	TLSVersion  string `json:"tlsVersion"`
	CipherSuite string `json:"cipherSuite"`
	Host        string `json:"clientProvidedHostHeader"`
}

// identity is the userIdentity element.
type identity struct {
	Type           string          `json:"type,omitempty"`
	PrincipalID    string          `json:"principalId,omitempty"`
	ARN            string          `json:"arn,omitempty"`
	AccountID      string          `json:"accountId,omitempty"`
	AccessKeyID    string          `json:"accessKeyId,omitempty"`
	UserName       string          `json:"userName,omitempty"`
	SessionContext *sessionContext `json:"sessionContext,omitempty"`
	InvokedBy      string          `json:"invokedBy,omitempty"`
}

type sessionContext struct {
	SessionIssuer       *sessionIssuer    `json:"sessionIssuer,omitempty"`
	WebIDFederationData *fields           `json:"webIdFederationData,omitempty"` // {} in most sessions
	Attributes          sessionAttributes `json:"attributes"`
}

type sessionIssuer struct {
	Type        string `json:"type"`
	PrincipalID string `json:"principalId"`
	ARN         string `json:"arn"`
	AccountID   string `json:"accountId"`
	UserName    string `json:"userName"`
}

type sessionAttributes struct {
	CreationDate     time.Time `json:"creationDate"`
	MFAAuthenticated string    `json:"mfaAuthenticated"`
}

// place is where an event is recorded.
type place struct{ account, region string }

// call is what somebody asks of a service.
type call struct {
	service  string // "ec2": the host name's first label
	name     string
	request  fields
	response fields
	readOnly bool
	effect   *effect // on a security group; nil: none
}

// newEvent is a call by an actor, made through the API. id is its identity.
func newEvent(id string, at time.Time, where place, by actor, c call) event {
	return event{
		EventVersion:       "1.10",
		UserIdentity:       by.identity(where.account, at),
		EventTime:          at.UTC().Truncate(time.Second),
		EventSource:        c.service + ".amazonaws.com",
		EventName:          c.name,
		AWSRegion:          where.region,
		SourceIPAddress:    by.from,
		UserAgent:          by.agent,
		RequestParameters:  c.request,
		ResponseElements:   c.response,
		RequestID:          derivedID(id, "request"),
		EventID:            id,
		ReadOnly:           c.readOnly,
		EventType:          "AwsApiCall",
		ManagementEvent:    true,
		RecipientAccountID: where.account,
		EventCategory:      "Management",
		TLSDetails:         by.tls(c.service, where.region),
	}
}

// encode writes the record as CloudTrail does: compact, and with <, > and & as
// they are.
func (e event) encode() json.RawMessage {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(e); err != nil { // strings, numbers, maps of them
		panic(fmt.Sprintf("demo: event %s cannot be encoded: %v", e.EventID, err))
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

// derivedID makes a UUID of names: the same names, the same UUID.
func derivedID(names ...string) string {
	space := uuid.NameSpaceURL
	for _, n := range names {
		space = uuid.NewSHA1(space, []byte(n))
	}
	return space.String()
}

// randomID draws a UUID from r.
func randomID(r *rand.Rand) string {
	var id uuid.UUID
	for i := range id {
		id[i] = byte(r.Uint32())
	}
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	return id.String()
}
