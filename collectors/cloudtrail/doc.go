// Package cloudtrail reads AWS CloudTrail's archive: the log files that a trail
// delivers to S3, in the bucket itself or in a folder copy of it, proved complete
// by the digests that CloudTrail writes beside them.
//
// A unit is one account, region and UTC day. Collecting it goes in this order:
//
//	plan.go       which accounts, regions and days there are, out of the keys (keys.go)
//	validate.go   the unit's digests (digest.go), their signatures (publickeys.go),
//	              and whether they follow each other without a hole (chain.go)
//	collect.go    the log files, several at a time, handed over in the order of their keys
//	read.go       one log file: inflated, hashed and cut into records (scan.go) in one pass
//	filter.go     which records the selections want
//	claim.go      what was counted, and what is missing by name
//
// The objects come from a store (package archive); bucket.go and folder.go add what
// CloudTrail writes of them.
package cloudtrail
