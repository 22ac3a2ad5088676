package cloudtrail

import (
	"fmt"
	"time"

	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
)

// EventKind is the kind of the records that both CloudTrail drivers yield: one
// API call or console action, as documented in "CloudTrail record contents".
const EventKind = "cloudtrail.event"

// Kind describes events, with the ways in which a driver can measure that it
// has all of them.
func Kind(methods ...evidence.Method) collectors.Kind {
	return collectors.Kind{
		Name:    EventKind,
		Title:   evidence.Text{JA: "AWS の操作記録（CloudTrail イベント）", EN: "AWS API and console activity (CloudTrail events)"},
		Methods: methods,
	}
}

// NewEvent makes a record of one event as CloudTrail wrote it: identified by
// its eventID, at its eventTime.
func NewEvent(body []byte, origin int) (evidence.Record, error) {
	found := gjson.GetManyBytes(body, "eventID", "eventTime")
	id, when := found[0], found[1]
	if id.Type != gjson.String || id.Str == "" {
		return evidence.Record{}, fmt.Errorf("event without eventID")
	}
	t, err := time.Parse(time.RFC3339, when.Str)
	if err != nil {
		return evidence.Record{}, fmt.Errorf("event %s: eventTime %q is not a time", id.Str, when.Str)
	}
	return evidence.NewRecord(EventKind, id.Str, t, origin, body)
}
