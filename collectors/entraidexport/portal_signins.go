package entraidexport

import (
	"regexp"
	"strings"
)

// What the files of sign-ins have in common.
var signInColumns = []string{
	"Date (UTC)", "Request ID", "Correlation ID", "Application", "Application ID", "Resource", "Resource ID", "IP address", "Location",
	"Status", "Sign-in error code", "Failure reason", "Conditional Access",
}

// userSheet is a file of users' sign-ins, interactive or not.
var userSheet = sheet{
	marks: []string{"Date (UTC)", "Request ID", "Username"},
	needs: append([]string{
		"User ID", "User", "Username", "User type", "Client app", "Device ID", "Browser", "Operating System", "Compliant", "Managed", "Join Type",
		"Multifactor authentication result", "Multifactor authentication auth method", "Multifactor authentication auth detail", "Authentication requirement",
	}, signInColumns...),
	kind:  SignIn,
	event: userEvent,
	graph: userSignIn,
}

// applicationSheet is a file of sign-ins of applications or managed identities.
var applicationSheet = sheet{
	marks: []string{"Date (UTC)", "Request ID", "Service principal ID"},
	needs: append([]string{"Service principal ID", "Service principal name"}, signInColumns...),
	kind:  SignIn,
	event: applicationEvent,
	graph: applicationSignIn,
}

var (
	conditionalAccess = map[string]string{"": "null", "success": `"success"`, "failure": `"failure"`, "notapplied": `"notApplied"`}
	requirement       = map[string]string{
		"": "null", "singlefactorauthentication": `"singleFactorAuthentication"`, "multifactorauthentication": `"multiFactorAuthentication"`,
	}
	protocol = map[string]string{
		"": "null", "none": `"none"`, "oauth2": `"oAuth2"`, "oauth20": `"oAuth2"`, "ropc": `"ropc"`, "wsfederation": `"wsFederation"`,
		"saml20": `"saml20"`, "devicecode": `"deviceCode"`, "authenticationtransfer": `"authenticationTransfer"`, "nativeauth": `"nativeAuth"`,
	}
	userType    = map[string]string{"": "null", "member": `"member"`, "guest": `"guest"`}
	tokenIssuer = map[string]string{
		"": "null", "azuread": `"AzureAD"`, "adfederationservices": `"ADFederationServices"`, "azureadbackupauth": `"AzureADBackupAuth"`,
		"adfederationservicesmfaadapter": `"ADFederationServicesMFAAdapter"`, "npsextension": `"NPSExtension"`,
	}
)

// signIn begins a sign-in of any type.
func signIn(r *row) *draft {
	d := &draft{row: r}
	d.set("id", d.value("Request ID"))
	d.set("createdDateTime", d.time("Date (UTC)"))
	d.set("correlationId", d.value("Correlation ID"))
	d.set("appId", d.value("Application ID"))
	d.set("appDisplayName", d.value("Application"))
	d.set("resourceId", d.value("Resource ID"))
	d.set("resourceDisplayName", d.value("Resource"))
	d.optional("resourceTenantId", "Resource tenant ID", d.value)
	d.optional("homeTenantId", "Home tenant ID", d.value)
	d.optional("homeTenantName", "Home tenant name", d.value)
	d.set("ipAddress", d.value("IP address"))
	d.set("location", d.location())
	d.set("conditionalAccessStatus", d.known("Conditional Access", conditionalAccess))
	return d
}

// typed adds what is known of the type of a sign-in by the name of the file.
func (d *draft) typed() {
	if d.row.event == "" {
		return
	}
	interactive := "false"
	if d.row.event == "interactiveUser" {
		interactive = "true"
	}
	d.set("isInteractive", interactive)
	d.set("signInEventTypes", `[`+encode(d.row.event)+`]`)
}

func userSignIn(r *row) (body string, doubts []string) {
	d := signIn(r)
	d.set("userId", d.value("User ID"))
	d.set("userDisplayName", d.value("User"))
	d.set("userPrincipalName", d.value("Username"))
	d.set("userType", d.known("User type", userType))
	d.set("clientAppUsed", d.value("Client app"))
	d.set("authenticationRequirement", d.known("Authentication requirement", requirement))
	d.set("status", d.status("Multifactor authentication result"))
	d.set("deviceDetail", d.device())
	d.set("mfaDetail", d.factor())
	d.typed()
	d.optional("userAgent", "User agent", d.value)
	d.optional("crossTenantAccessType", "Cross tenant access type", d.small)
	d.optional("authenticationProtocol", "Authentication Protocol", func(c string) string { return d.known(c, protocol) })
	d.optional("uniqueTokenIdentifier", "Unique token identifier", d.token)
	d.optional("signInIdentifier", "Sign-in identifier", d.value)
	d.optional("sessionId", "Session ID", d.value)
	d.optional("ipAddressFromResourceProvider", "IP address (seen by resource)", d.value)
	d.optional("globalSecureAccessIpAddress", "Global Secure Access IP address", d.value)
	d.optional("autonomousSystemNumber", "Autonomous system number", d.numeric)
	d.optional("flaggedForReview", "Flagged for review", func(c string) string { return d.known(c, yesNo) })
	d.optional("tokenIssuerType", "Token issuer type", d.issuer)
	d.optional("tokenIssuerName", "Token issuer name", d.value)
	d.optional("processingTimeInMilliseconds", "Latency", d.numeric)
	return d.done(), d.doubts
}

// issuer is who issued the token, as the admin centre calls it where Graph's name is
// not known.
func (d *draft) issuer(column string) string {
	if raw, ok := tokenIssuer[letters(d.row.get(column))]; ok {
		return raw
	}
	return d.value(column)
}

func applicationSignIn(r *row) (body string, doubts []string) {
	d := signIn(r)
	d.set("servicePrincipalId", d.value("Service principal ID"))
	d.set("servicePrincipalName", d.value("Service principal name"))
	d.optional("servicePrincipalCredentialKeyId", "Credential key ID", d.value)
	d.optional("servicePrincipalCredentialThumbprint", "Credential thumbprint", d.value)
	d.set("status", d.status(""))
	d.typed()
	return d.done(), d.doubts
}

// status is what came of a sign-in. The admin centre leaves the code of a success
// empty, and may write one for it.
func (d *draft) status(additional string) string {
	in := &draft{row: d.row}
	code := in.numeric("Sign-in error code")
	if code == "null" && letters(d.row.get("Status")) == "success" {
		in.doubts, code = nil, "0"
	}
	d.doubts = append(d.doubts, in.doubts...)
	if code == "null" {
		d.doubts = append(d.doubts, "columns Status and Sign-in error code tell no result")
	}
	in.set("errorCode", code)
	in.set("failureReason", d.value("Failure reason"))
	if additional != "" {
		in.set("additionalDetails", d.value(additional))
	}
	return in.done()
}

var countryPattern = regexp.MustCompile(`^[A-Z]{2}$`)

// location takes "City, State, JP" apart. A city may have a comma in its name.
func (d *draft) location() string {
	cell := d.row.get("Location")
	parts := strings.Split(cell, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	last := len(parts) - 1
	if !countryPattern.MatchString(parts[last]) {
		if strings.Trim(cell, ", ") != "" {
			d.doubts = append(d.doubts, "column Location does not end with a country: "+clip(cell))
		}
		return "null"
	}
	in := &draft{}
	city, state := "", ""
	if last >= 2 {
		city, state = strings.Join(parts[:last-1], ", "), parts[last-1]
	}
	in.set("city", orNull(city))
	in.set("state", orNull(state))
	in.set("countryOrRegion", encode(parts[last]))
	return in.done()
}

func (d *draft) device() string {
	in := &draft{row: d.row}
	in.set("deviceId", in.value("Device ID"))
	in.set("operatingSystem", in.value("Operating System"))
	in.set("browser", in.value("Browser"))
	in.set("isCompliant", in.known("Compliant", yesNo))
	in.set("isManaged", in.known("Managed", yesNo))
	in.set("trustType", in.value("Join Type"))
	d.doubts = append(d.doubts, in.doubts...)
	return in.done()
}

// factor is the second factor, null where there was none.
func (d *draft) factor() string {
	method, detail := d.row.get("Multifactor authentication auth method"), d.row.get("Multifactor authentication auth detail")
	if method == "" && detail == "" {
		return "null"
	}
	in := &draft{}
	in.set("authMethod", orNull(method))
	in.set("authDetail", orNull(detail))
	return in.done()
}

// token is an identifier that the admin centre puts an apostrophe before where
// spreadsheets would take it for a formula.
func (d *draft) token(column string) string {
	cell := d.row.get(column)
	if len(cell) > 1 && cell[0] == '\'' && strings.IndexByte("+-=@", cell[1]) >= 0 {
		cell = cell[1:]
	}
	return orNull(cell)
}
