// Package cloudtraillookup reads AWS CloudTrail's event history through the
// LookupEvents API, for accounts without an archive. It sees the management
// events of the last 90 days, at two requests a second and fifty events each, and
// nothing proves that they are all: see package cloudtrail for the real source.
//
// A unit is one region and UTC day. Collecting it walks the history from the
// newest event to the oldest (walk.go), once for each event name that the
// selections name, or once for all (query.go).
package cloudtraillookup
