package graph

import (
	"errors"
	"fmt"
	"testing"
)

func TestWhatErrorsSay(t *testing.T) {
	for _, c := range []struct {
		err                                   error
		denied, unlicensed, expired, notFound bool
	}{
		{err: &Error{Status: 403, Code: "Authorization_RequestDenied", Message: "Insufficient privileges to complete the operation."}, denied: true},
		{err: &Error{Status: 401, Code: "UnknownError"}, denied: true},
		{err: &Error{Status: 403, Code: "Authentication_RequestFromNonPremiumTenantOrB2CTenant", Message: "Neither tenant is B2C or tenant doesn't have premium license"}, denied: true, unlicensed: true},
		{err: &Error{Status: 400, Code: "AadPremiumLicenseRequired", Message: "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license."}, unlicensed: true},
		{err: &Error{Status: 403, Code: "Forbidden", Message: "Your tenant is not licensed for this feature."}, denied: true, unlicensed: true},
		{err: &Error{Status: 403, Code: "Forbidden", Message: "The organization does not have a Microsoft Entra ID P2 license."}, denied: true, unlicensed: true},
		{err: &Error{Status: 401, Code: "AadPremiumLicenseRequired", Message: "Your tenant is not licensed for this feature."}, denied: true},
		{err: &Error{Status: 400, Code: "Request_BadRequest", Message: "Invalid $select properties: assignedLicenses"}},
		{err: &Error{Status: 400, Code: "BadRequest", Message: "Could not find a property named 'skuId' on type 'microsoft.graph.user'."}},
		{err: &Error{Status: 400, Code: "BadRequest", Message: "'skuId' is not a property of the tenant"}},
		{err: &Error{Status: 403, Code: "PermissionScopeNotGranted", Message: "Authorization failed due to missing permission scope LicenseAssignment.Read.All."}, denied: true},
		{err: &Error{Status: 400, Code: "BadRequest", Message: "Invalid filter clause"}},
		{err: &Error{Status: 400, Code: "BadRequest", Message: "Skip token is null or invalid"}, expired: true},
		{err: &Error{Status: 400, Code: "Directory_ExpiredPageToken", Message: "The specified page token value has expired and can no longer be included in your request."}, expired: true},
		{err: &Error{Status: 410, Code: "resyncRequired"}, expired: true, notFound: true},
		{err: &Error{Status: 404, Code: "UnknownError"}, notFound: true},
		{err: &Error{Status: 500, Message: "page token"}},
		{err: &loginError{text: "log in: 401 unlicensed"}},
		{err: errors.New("403")},
	} {
		err := fmt.Errorf("GET /x: %w", c.err)
		got := [4]bool{Denied(err), Unlicensed(err), Expired(err), NotFound(err)}
		if want := [4]bool{c.denied, c.unlicensed, c.expired, c.notFound}; got != want {
			t.Errorf("%v: denied, unlicensed, expired, not found: %v, want %v", c.err, got, want)
		}
	}
	if LoginFailed(&Error{Status: 401}) || !LoginFailed(fmt.Errorf("x: %w", &loginError{})) {
		t.Error("a login that failed, and Graph's refusal, must be told apart")
	}
}
