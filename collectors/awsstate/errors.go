package awsstate

import (
	"errors"
	"net"
	"slices"
	"strings"
	"unicode"

	"github.com/aws/smithy-go"
)

// refusals are the codes by which AWS says that the caller may not ask, or that the
// account has not opted in to a region or subscribed to a service.
var refusals = []string{
	"AccessDenied", "AccessDeniedException", "AccessDeniedForDependencyException", "AuthFailure", "AuthorizationError", "AuthorizationErrorException",
	"InvalidAccessException", "InvalidClientTokenId", "NotAuthorized", "OptInRequired", "OperationNotPermitted", "SubscriptionRequiredException",
	"UnauthorizedAccess", "UnauthorizedException", "UnauthorizedOperation", "UnrecognizedClientException",
}

const noOrganization = "AWSOrganizationsNotInUseException"

// coded reports whether an error is AWS's answer with one of the codes.
func coded(err error, codes ...string) bool {
	var e smithy.APIError
	return errors.As(err, &e) && slices.Contains(codes, e.ErrorCode())
}

// refused reports whether AWS does not let something be read. Throttling, expired
// credentials and skewed clocks are no refusals: they are failures, which end a unit.
func refused(err error) bool { return coded(err, refusals...) }

// expired reports whether a token of a list may be no longer good. Several services have no
// code for that: they say that something of the request is wrong.
func expired(err error) bool {
	return coded(err, "BadRequestException", "InvalidInputException", "ValidationError", "ValidationException", "WAFInvalidParameterException",
		"ExpiredNextTokenException", "ExpiredPaginationToken", "InvalidMarker", "InvalidNextToken", "InvalidNextTokenException",
		"InvalidPaginationToken", "InvalidPaginationTokenException", "InvalidPaginationException")
}

// noEndpoint reports whether the service has no address where it was looked for.
func noEndpoint(err error) bool {
	var e *net.DNSError
	return errors.As(err, &e) && e.IsNotFound
}

// plain is AWS's answer in one line without what differs from attempt to attempt:
// request IDs, and the encoded text of authorization failures.
func plain(err error) string {
	var e smithy.APIError
	if !errors.As(err, &e) {
		return short(err.Error())
	}
	message, _, _ := strings.Cut(e.ErrorMessage(), " Encoded authorization failure message:")
	text := e.ErrorCode()
	if message != "" {
		text += ": " + message
	}
	return short(text)
}

// operation is the call that went wrong as a policy names it: "ec2:DescribeRegions".
// Without one it is the kind's first.
func (k kind) operation(err error) string {
	var e *smithy.OperationError
	if errors.As(err, &e) {
		for _, n := range k.needs {
			if _, name, _ := strings.Cut(n.action, ":"); name == e.Operation() {
				return n.action
			}
		}
		return strings.ToLower(e.Service()) + ":" + e.Operation()
	}
	return k.needs[0].action
}

// short makes somebody else's words fit into a finding: without control characters,
// and not long.
func short(s string) string {
	const most = 400
	r := []rune(strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, s))
	if len(r) > most {
		return string(r[:most]) + "…"
	}
	return string(r)
}
