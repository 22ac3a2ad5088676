package evidence

import "time"

// Batch is what a collector hands over at a time: it becomes durable as a
// whole or not at all.
type Batch struct {
	Kind    string   // the kind of every record in it
	Records []Record // in source order
	Origins []Origin // the responses the records came from; Record.Origin indexes it
	Claims  []Claim  // what was measured of the unit's completeness, usually with its last batch
	Cursor  Cursor   // where to resume once this batch is durable
}

// Cursor is a resume point within a unit. It is opaque to all but the collector
// that made it. A nil cursor means the beginning.
type Cursor []byte

// Origin is one response of a source, described so that an auditor can ask for
// it again and compare. It never holds a secret.
type Origin struct {
	Request  string    `json:"request"`            // what was asked: "s3://bucket/key", "LookupEvents account region page 3"
	Response string    `json:"response,omitempty"` // the source's own name for its answer: request id, version id, ETag
	Date     time.Time `json:"date,omitzero"`      // when the source answered, by the source's clock
	SHA256   string    `json:"sha256"`             // of the raw response; of the inflated bytes where the source's own proof hashes those
	Size     int64     `json:"size"`               // bytes that SHA256 is over
	Proof    string    `json:"proof,omitempty"`    // what the source published to prove it: the digest object that lists a log file
}
