// Package aws is a small, faithful AWS on loopback: enough of S3, CloudTrail,
// STS and Organizations for the CloudTrail collectors, for `evidence demo` and
// for tests.
//
// An [Archive] is a bucket that an organisation's or an account's trail delivers
// into: gzipped log files, and hourly digest files that are signed and chained as
// AWS signs and chains them, so that `aws cloudtrail validate-logs` accepts them.
// A [Server] serves archives and answers from them, and from a [State]: what accounts
// hold, with a file state_<service>.go for each service (a constant for each
// collection, the wire shape of its things, and a line in stateServices). Requests must be signed, as
// AWS demands, but the signature is not verified: nobody's secret is known here.
//
// The formats follow the CloudTrail User Guide ("CloudTrail digest file
// structure", "Custom implementations of CloudTrail log file integrity
// validation") and the S3, CloudTrail and STS API references.
package aws
