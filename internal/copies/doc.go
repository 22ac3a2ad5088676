// Package copies keeps a locker's checkpoints in places beside the locker, so that
// a rewriting of the whole of it shows: whoever has the locker's key and may write
// to its place can make another locker that is sound by itself, but not another
// past for who remembers its checkpoints.
//
// A place is a folder (file:/path), a bucket (s3://bucket/prefix?…), or a Git
// repository (git+ssh://…, git+https://…, git+file:///…), and belongs to one locker:
//
//	locker.json           as it stands in the locker
//	checkpoints/<size>    each checkpoint
//	proofs/<size>         that its log begins with that of the checkpoint before it:
//	                      the hashes of the consistency proof of RFC 6962, section
//	                      2.1.2, in base64, one a line
//
// Nothing in a place is ever replaced.
package copies
