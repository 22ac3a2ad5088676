package cloudtraillookup

import "github.com/evidencepack/evidence/collectors"

// permissions are what the event history needs.
var permissions = map[string][]collectors.Permission{
	"cloudtrail.event": {{System: collectors.AWS, Name: "cloudtrail:LookupEvents"}},
}

// Permissions adds the role that is assumed, if there is one.
func (h *history) Permissions(kind string) []collectors.Permission {
	return h.settings.Settings.Permissions(permissions[kind]...)
}
