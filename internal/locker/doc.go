// Package locker keeps evidence: an append-only store with a Merkle log over it.
//
// What a collector hands over is appended as a [Manifest], which says what was
// collected, from where, by whom and how completely, and an object that holds
// the records. Both wait in the pending area, durable but not yet in the log.
// Sealing gives every pending manifest its place in the log and signs a
// [Checkpoint]: the log's size and the root of its Merkle tree. From then on
// nothing before it can be changed, removed, inserted or reordered without
// [Verify] naming it, because every later checkpoint is proven to extend it.
//
//	locker.json                     format version, origin, verifier key, signed
//	batches/<sha256>.jsonl.zst      objects: records, one a line, compressed
//	tile/8/data/…                   manifests, one a line, 256 to a file
//	tile/8/0/… tile/8/1/…           hashes of the Merkle tree
//	checkpoints/<size>              every checkpoint
//	checkpoint                      the latest one
//	pending/                        what was appended and not sealed
//	lock/                           who writes
//	tmp/                            files being written
//
// FORMAT.md in this folder describes each to the byte. The log is a C2SP
// tlog-tiles log in all but its entry tiles, which are JSON lines so that jq
// reads them; hashing is that of RFC 6962, section 2.1.
//
// All of it is kept in a [Store]: a folder ([Dir]), or a place in S3 with Object Lock
// ([Bucket]). One process writes at a time, and any number may read meanwhile.
package locker
