package github

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"time"
)

// Identities are derived from what they are for, so that a story has the same
// ones however often it is told, and whatever is told beside it.

// nodeID is an identity of the graph.
func nodeID(prefix string, of ...string) string {
	sum := sha256.Sum256([]byte(prefix + "\x00" + strings.Join(of, "\x00")))
	return prefix + "_kwDO" + base64.RawURLEncoding.EncodeToString(sum[:12])
}

// oidOf is the name of a Git object.
func oidOf(of ...string) string {
	sum := sha1.Sum([]byte(strings.Join(of, "\x00")))
	return hex.EncodeToString(sum[:])
}

// databaseID is an identity of the REST API.
func databaseID(of ...string) int {
	sum := sha256.Sum256([]byte(strings.Join(of, "\x00")))
	return int(binary.BigEndian.Uint32(sum[:]) >> 1)
}

// stamp is a time as GitHub writes it; null for the zero time.
func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}
