// Package tsa has third parties confirm when something was signed, and verifies
// what they confirmed: timestamps by RFC 3161.
//
// A [Server] asks one authority, [InTurn] the next where one does not answer, and
// [Gather] all of them. A token is the DER of a TimeStampToken over the SHA-256 of a
// message. [Verify] checks it offline: what it is over, its signature, that the
// certificate may do nothing but make timestamps and is the one that the signature
// names, and its chain to the roots that the verifier trusts, at the token's own time.
package tsa
