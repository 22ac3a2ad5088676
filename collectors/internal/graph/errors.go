package graph

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
)

// Error is Graph's answer to a request that it refuses.
type Error struct {
	Status  int // of HTTP; 200 where Graph noticed too late for another
	Code    string
	Message string
}

func (e *Error) Error() string {
	switch {
	case e.Code == "" && e.Message == "":
		return fmt.Sprintf("Graph: %d %s", e.Status, http.StatusText(e.Status))
	case e.Code == "":
		return fmt.Sprintf("Graph: %d: %s", e.Status, e.Message)
	case e.Message == "":
		return fmt.Sprintf("Graph: %d %s", e.Status, e.Code)
	}
	return fmt.Sprintf("Graph: %d %s: %s", e.Status, e.Code, e.Message)
}

// Denied reports whether an error says that a permission or a role is missing. A
// login that fails is something else: it says nothing of what it was wanted for.
func Denied(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden)
}

// NotFound reports whether an error says that something does not exist.
func NotFound(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.Status == http.StatusNotFound || e.Status == http.StatusGone)
}

var (
	licenceCodes   = []string{"Authentication_RequestFromNonPremiumTenantOrB2CTenant", "AadPremiumLicenseRequired"}
	licenceMessage = regexp.MustCompile(`(?i)\b(tenant|organi[sz]ation|directory)( (is not|isn't) licensed for| needs to have .*\blicen[sc]e| has no .*\blicen[sc]e| (does not|doesn't) have (an? |the )?.*\b(licen[sc]e|premium))`)
	skipToken      = regexp.MustCompile(`(?i)(skip|page|paging|continuation|delta) ?token|nextlink|cursor`)
	skipTokenCode  = regexp.MustCompile(`(?i)PageToken|SkipToken|resyncRequired`)
)

// Unlicensed reports whether an error says that the tenant has no licence for what
// was asked: by its code, or in a sentence about the tenant. A word alone says nothing:
// properties and permissions have "license" in their names.
func Unlicensed(err error) bool {
	var e *Error
	if !errors.As(err, &e) || !slices.Contains([]int{http.StatusBadRequest, http.StatusPaymentRequired, http.StatusForbidden}, e.Status) {
		return false
	}
	return slices.Contains(licenceCodes, e.Code) || licenceMessage.MatchString(e.Message)
}

// Expired reports whether an error says that a link to a next page is no longer
// good: the list must be read from its beginning.
func Expired(err error) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	return e.Status == http.StatusGone || e.Status == http.StatusBadRequest && (skipTokenCode.MatchString(e.Code) || skipToken.MatchString(e.Message))
}
