// Package awsstate reads how AWS accounts stand: their security groups, detectors,
// recorders and so on, in every account and region, through AWS's own APIs.
//
// A unit is one kind in one account and region, or in one account for services that
// have no regions. Bodies are what the AWS CLI prints (shape.go).
//
// To add a kind, write one file <service>_<noun>.go with a variable of type kind and
// its read function, name the variable in the table of kinds.go, put its schema into
// controls/schemas, and let the simulation know the calls (a file state_<service>.go
// in internal/demo/aws). A read function asks for a page with r.token(), says with
// r.page that records come from that answer now, emits them, and ends the page with
// r.next; r.snapshot and r.emit make bodies of nouns. It returns errors as they are:
// the runner tells refusals, which become gaps, from failures. A call beside the list
// whose refusal should not lose the rest of the unit goes through r.partly. A kind whose
// readings are compared with each other is read to its end before it emits anything
// (securitygroup_snapshot.go).
package awsstate
