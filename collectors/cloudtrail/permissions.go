package cloudtrail

import (
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/collectors/internal/awsauth"
)

// permissions are what an archive in S3 needs in general.
var permissions = map[string][]collectors.Permission{
	EventKind: append(awsauth.ReadBucket("{bucket}", "{prefix}"), listKeys),
}

// listKeys gives the public keys of the signatures on digests.
var listKeys = collectors.Permission{System: collectors.AWS, Name: "cloudtrail:ListPublicKeys"}

// Permissions are what this archive needs: nothing of AWS when it is a folder
// whose public keys lie beside it.
func (a *archive) Permissions(kind string) []collectors.Permission {
	var reads []collectors.Permission
	if b, ok := a.store.(*bucket); ok && kind == EventKind {
		reads = awsauth.ReadBucket(b.Name(), a.prefix)
	}
	if a.settings.PublicKeys == "" && a.settings.Digests == digestsRequired {
		reads = append(reads, listKeys)
	}
	if len(reads) == 0 {
		return nil
	}
	return a.settings.Settings.Permissions(reads...)
}
