// Package sign signs packs and checkpoints, and verifies what was signed, with
// keys and formats that other tools know: PEM keys and X.509 certificates, DSSE
// envelopes over in-toto statements, signed notes.
//
// A [Signer] holds a key and signs messages. [SignStatement] puts a statement
// that names every file of a pack by its hash into an envelope, [Verify] checks
// it, and [OpenSSL] gives the commands with which anybody can check it without
// this package. [Timestamp] has third parties confirm when that was, through package tsa.
package sign
