package graph

import (
	"slices"
	"time"
)

// App is what somebody signs in to: a client application and the resource behind it.
type App struct{ ID, Name, ResourceID, Resource string }

// Applications of Microsoft's, with their well-known ids.
var (
	OfficeHome     = App{"4765445b-32c6-49b0-83e6-1d93765276ca", "OfficeHome", "4765445b-32c6-49b0-83e6-1d93765276ca", "OfficeHome"}
	Teams          = App{"1fec8e78-bce4-4aaf-ab1b-5451cc387264", "Microsoft Teams", "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe", "Microsoft Teams Services"}
	Outlook        = App{"d3590ed6-52b3-4102-aeff-aad2292ab01c", "Microsoft Office", "00000002-0000-0ff1-ce00-000000000000", "Office 365 Exchange Online"}
	Portal         = App{"c44b4083-3bb0-49c1-b47d-974e53cbdf3c", "Azure Portal", "797f4846-ba00-4fd7-ba43-dac1f8f63013", "Windows Azure Service Management API"}
	ExchangeOnline = App{"00000002-0000-0ff1-ce00-000000000000", "Office 365 Exchange Online", "00000002-0000-0ff1-ce00-000000000000", "Office 365 Exchange Online"}
	SharePoint     = App{"00000003-0000-0ff1-ce00-000000000000", "Office 365 SharePoint Online", "00000003-0000-0ff1-ce00-000000000000", "Office 365 SharePoint Online"}
	GraphItself    = App{microsoftGraph, "Microsoft Graph", microsoftGraph, "Microsoft Graph"}
)

// To is the application as one that people sign in to.
func (p *ServicePrincipal) To() App { return App{p.AppID, p.Name, p.AppID, p.Name} }

// Place is where somebody is.
type Place struct {
	City, State, Country string
	Latitude, Longitude  float64
}

// Places.
var (
	Tokyo     = Place{"Chiyoda-Ku", "Tokyo", "JP", 35.694, 139.754}
	Osaka     = Place{"Osaka", "Osaka", "JP", 34.694, 135.502}
	Frankfurt = Place{"Frankfurt Am Main", "Hessen", "DE", 50.115, 8.684}
)

// SignIn is a sign-in, or an attempt at one. It begins as one by browser with a
// password and a notification on the phone, from the office.
type SignIn struct {
	t   *Tenant
	key string
	ID  string
	At  time.Time

	user      *User
	principal *ServicePrincipal
	app       App
	event     string
	client    string
	agent     string
	protocol  string
	address   string
	place     Place
	device    Object
	single    bool
	methods   []method
	code      int
	detail    string
	results   map[*Policy]string
	risk      *Risk
	late      time.Duration
	untold    bool
	name, upn string
}

// method is a way to prove who one is, and how the log tells that it was used.
type method struct {
	name, detail, result string
	second, failed       bool
}

var (
	password       = method{name: "Password", detail: "Password in the cloud", result: "Correct password"}
	wrongPassword  = method{name: "Password", detail: "Password in the cloud", result: "Invalid username or password or Invalid on-premise username or password.", failed: true}
	notification   = method{name: "Mobile app notification", result: "MFA completed in Azure AD", second: true}
	refused        = method{name: "Mobile app notification", result: "MFA denied; user declined the authentication", second: true, failed: true}
	satisfiedFirst = method{name: "Previously satisfied", result: "First factor requirement satisfied by claim in the token"}
	satisfied      = method{name: "Previously satisfied", result: "MFA requirement satisfied by claim in the token", second: true}
	fido           = method{name: "FIDO2 security key", detail: "YubiKey 5", result: "MFA requirement satisfied by strongly authenticated key"}
)

// SignIn adds a sign-in; the key names it.
func (t *Tenant) SignIn(key string, who *User, to App, at time.Time) *SignIn {
	t.unsettled()
	s := &SignIn{
		t: t, key: key, ID: t.id("sign-in", key), At: hundredths(at, key), user: who, app: to, event: "interactiveUser", client: "Browser", agent: agentEdge, protocol: "authorizationCodeWithPkce",
		address: office, place: Tokyo, methods: []method{password, notification}, results: map[*Policy]string{},
		device: deviceOf(who.key),
	}
	s.name, s.upn = who.Name, who.UPN
	t.signIns = append(t.signIns, s)
	return s
}

// deviceOf is somebody's own computer, which the company manages.
func deviceOf(who string) Object {
	return Object{
		"deviceId": identity("device", who), "displayName": "PC-" + who, "operatingSystem": "Windows11", "browser": "Edge 141.0.0",
		"isCompliant": true, "isManaged": true, "trustType": "Azure AD joined",
	}
}

// unknownDevice is one that the company does not manage.
func unknownDevice(system, browser string) Object {
	return Object{"deviceId": "", "displayName": "", "operatingSystem": system, "browser": browser, "isCompliant": false, "isManaged": false, "trustType": ""}
}

// PrincipalSignIn adds a sign-in of an application by itself.
func (t *Tenant) PrincipalSignIn(key string, who *ServicePrincipal, to App, at time.Time) *SignIn {
	t.unsettled()
	s := &SignIn{
		t: t, key: key, ID: t.id("sign-in", key), At: hundredths(at, key), principal: who, app: to, event: "servicePrincipal", protocol: "clientCredentials",
		address: "198.51.100.77", place: Osaka, single: true, results: map[*Policy]string{}, device: unknownDevice("", ""),
	}
	t.signIns = append(t.signIns, s)
	return s
}

// SingleFactor makes it one with a password alone.
func (s *SignIn) SingleFactor() *SignIn {
	s.single, s.methods = true, []method{password}
	return s
}

// Claims makes it one whose factors were shown before, in the same session.
func (s *SignIn) Claims() *SignIn {
	s.methods, s.detail = []method{satisfiedFirst, satisfied}, "MFA requirement satisfied by claim in the token"
	return s
}

// Skipped makes it one of which Entra says that it left the second factor out:
// "remembered device", "location".
func (s *SignIn) Skipped(because string) *SignIn {
	s.methods, s.detail = []method{password}, "MFA requirement skipped due to "+because
	return s
}

// Untold leaves out how it ended: records with an empty status exist.
func (s *SignIn) Untold() *SignIn {
	s.untold = true
	return s.SingleFactor()
}

// Key makes it one with a security key, which is more than one factor in itself.
func (s *SignIn) Key() *SignIn {
	s.methods = []method{fido}
	return s
}

// NonInteractive makes it one that a client does on somebody's behalf.
func (s *SignIn) NonInteractive() *SignIn {
	s.Claims()
	s.event, s.client, s.protocol = "nonInteractiveUser", "Mobile Apps and Desktop clients", "refreshTokenGrant"
	return s
}

// Client is the client, as the log calls it, and its user agent.
func (s *SignIn) Client(name, agent string) *SignIn {
	s.client, s.agent = name, agent
	return s
}

// Legacy makes it a sign-in by an old protocol, with a password alone: "IMAP4",
// "Authenticated SMTP", "Exchange ActiveSync", "Other clients".
func (s *SignIn) Legacy(client, agent string) *SignIn {
	s.protocol = "ropc"
	s.device = unknownDevice("", "")
	return s.SingleFactor().Client(client, agent)
}

// From is where it comes from.
func (s *SignIn) From(address string, place Place) *SignIn {
	s.address, s.place = address, place
	return s
}

// Elsewhere makes the device one that the company does not know.
func (s *SignIn) Elsewhere(system, browser string) *SignIn {
	s.device = unknownDevice(system, browser)
	return s
}

// Late makes it readable only some time after it happened.
func (s *SignIn) Late(by time.Duration) *SignIn {
	s.late = by
	return s
}

// Fails makes it end with an error of Entra's: 50126 for a wrong password, 53003 for
// what a policy blocks, 50057 for a disabled account.
func (s *SignIn) Fails(code int) *SignIn {
	s.code = code
	switch code {
	case 50126:
		s.single, s.methods = true, []method{wrongPassword}
	case 50057, 50074, 50140, 53003:
		s.single, s.methods = true, []method{password}
	case 500121:
		s.methods = []method{password, refused}
	}
	return s
}

// Blocked makes a policy block it.
func (s *SignIn) Blocked(by *Policy) *SignIn {
	s.results[by] = "failure"
	return s.Fails(53003)
}

// NotApplied says that a policy did not apply, because of an exclusion for example.
func (s *SignIn) NotApplied(p *Policy) *SignIn {
	s.results[p] = "notApplied"
	return s
}

// reasons are Entra's texts for its error codes.
var reasons = map[int][2]any{
	0:       {"Other.", nil},
	50053:   {"The account is locked, you've tried to sign in too many times with an incorrect user ID or password.", nil},
	50057:   {"The user account is disabled.", nil},
	50074:   {"Strong Authentication is required.", "MFA required in Azure AD"},
	50126:   {"Error validating credentials due to invalid username or password.", "The user didn't enter the right credentials. It's expected to see some number of these errors in your logs due to users making mistakes."},
	50140:   {"This error occurred due to 'Keep me signed in' interrupt when the user was signing-in.", nil},
	53003:   {"Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.", nil},
	500121:  {"Authentication failed during strong authentication request.", "MFA denied; user declined the authentication"},
	7000215: {"Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{identifier}'.", nil},
}

func (s *SignIn) status() Object {
	if s.untold {
		return Object{}
	}
	said, ok := reasons[s.code]
	if !ok {
		panic("graph: no text of Entra's for this error code of a sign-in")
	}
	o := Object{"errorCode": s.code, "failureReason": said[0], "additionalDetails": said[1]}
	if s.code == 0 {
		o["additionalDetails"] = null(s.detail)
	}
	return o
}

// body is the signIn as beta has it.
func (s *SignIn) body() Object {
	policies, access := s.applied()
	at := stamp(s.At.Truncate(time.Second))
	o := Object{
		"id": s.ID, "createdDateTime": at, "userDisplayName": s.name, "userPrincipalName": s.upn, "userId": "", "appId": s.app.ID, "appDisplayName": s.app.Name,
		"appOwnerTenantId": s.t.ID, "resourceOwnerTenantId": identity("tenant of", "Microsoft"), "ipAddress": s.address, "ipAddressFromResourceProvider": nil,
		"clientAppUsed": s.client, "userAgent": s.agent, "correlationId": s.t.id("sign-in correlation", s.key), "conditionalAccessStatus": access, "conditionalAccessAudiences": list[string](),
		"originalRequestId": s.ID, "isInteractive": s.event == "interactiveUser", "tokenIssuerName": "", "tokenIssuerType": "AzureAD", "authenticationProtocol": s.protocol,
		"incomingTokenType": "none", "clientCredentialType": "none", "processingTimeInMilliseconds": 100 + len(s.key)*7%400, "uniqueTokenIdentifier": s.t.id("token", s.key),
		"resourceDisplayName": s.app.Resource, "resourceId": s.app.ResourceID, "resourceTenantId": s.t.ID, "resourceServicePrincipalId": s.t.id("service principal", s.app.Resource),
		"homeTenantId": s.t.ID, "homeTenantName": "", "isTenantRestricted": false, "isThroughGlobalSecureAccess": false, "globalSecureAccessIpAddress": "",
		"authenticationMethodsUsed": list[string](), "authenticationRequirement": s.requirement(), "authenticationDetails": s.details(), "authenticationProcessingDetails": list[Object](),
		"authenticationRequirementPolicies": list[Object](), "sessionLifetimePolicies": list[Object](), "appliedEventListeners": list[Object](), "authenticationContextClassReferences": list[Object](),
		"signInIdentifier": s.upn, "signInIdentifierType": nil, "signInEventTypes": list(s.event), "servicePrincipalId": "", "servicePrincipalName": nil,
		"servicePrincipalCredentialKeyId": "", "servicePrincipalCredentialThumbprint": "", "federatedCredentialId": "", "userType": "member", "sessionId": s.t.id("session", s.key),
		"flaggedForReview": false, "autonomousSystemNumber": 64500, "crossTenantAccessType": "none", "mfaDetail": nil, "azureResourceId": nil,
		"status": s.status(), "deviceDetail": deep(s.device), "networkLocationDetails": s.networks(), "appliedConditionalAccessPolicies": policies,
		"location": Object{
			"city": s.place.City, "state": s.place.State, "countryOrRegion": s.place.Country,
			"geoCoordinates": Object{"altitude": nil, "latitude": s.place.Latitude, "longitude": s.place.Longitude},
		},
	}
	if s.user != nil {
		o["userId"] = s.user.ID
	}
	if s.principal != nil {
		o["userDisplayName"], o["userPrincipalName"], o["homeTenantId"], o["userType"] = "", "", "", "member"
		o["servicePrincipalId"], o["servicePrincipalName"], o["appId"], o["appDisplayName"] = s.principal.ID, s.principal.Name, s.principal.AppID, s.principal.Name
		o["clientCredentialType"] = "clientSecret"
	}
	s.addRisk(o)
	return o
}

func (s *SignIn) requirement() string {
	if s.single {
		return "singleFactorAuthentication"
	}
	return "multiFactorAuthentication"
}

func (s *SignIn) details() []Object {
	out := []Object{}
	for i, m := range s.methods {
		step := "Primary authentication"
		if m.second {
			step = "Multifactor authentication"
		}
		out = append(out, Object{
			"authenticationStepDateTime": stamp(s.At.Truncate(time.Second).Add(time.Duration(i*8) * time.Second)), "authenticationMethod": m.name, "authenticationMethodDetail": null(m.detail),
			"succeeded": !m.failed, "authenticationStepResultDetail": m.result, "authenticationStepRequirement": step,
		})
	}
	return out
}

// networks are the named locations that the address belongs to.
func (s *SignIn) networks() []Object {
	if s.address == office {
		return []Object{{"networkType": "trustedNamedLocation", "networkNames": list("Head office")}}
	}
	return []Object{}
}

// applied are the policies as they were then, and what came of all of them.
func (s *SignIn) applied() ([]Object, string) {
	out, access := []Object{}, "notApplied"
	for _, p := range s.t.policies {
		o := p.at(s.At)
		if o == nil {
			continue
		}
		controls := o.at("grantControls/builtInControls").([]string)
		result, told := s.results[p]
		if !told {
			result = s.usual(o, controls)
		}
		switch {
		case result == "failure":
			access = "failure"
		case result == "success" && access != "failure":
			access = "success"
		}
		out = append(out, Object{
			"id": p.ID, "displayName": p.Name, "enforcedGrantControls": enforced(controls), "enforcedSessionControls": list[string](), "result": result,
			"conditionsSatisfied": "none", "conditionsNotSatisfied": "none", "includeRulesSatisfied": list[Object](), "excludeRulesSatisfied": list[Object](),
			"sessionControlsNotSatisfied": list[string](),
		})
	}
	return out, access
}

// usual is what a policy comes to where the story says nothing of it.
func (s *SignIn) usual(policy Object, controls []string) string {
	state := policy["state"].(string)
	switch {
	case state == "disabled":
		return "notEnabled"
	case state != "enabled":
		return "reportOnlyNotApplied"
	case s.user == nil || !slices.Contains(controls, "mfa") || !s.meant(policy):
		return "notApplied"
	case s.code == 50074:
		return "failure"
	case !s.single:
		return "success"
	}
	return "notApplied"
}

// meant: a policy for everybody, and for the risk that there is.
func (s *SignIn) meant(policy Object) bool {
	levels := policy.at("conditions/signInRiskLevels").([]string)
	risky := s.risk != nil && slices.Contains(levels, s.risk.Level)
	return slices.Contains(policy.at("conditions/users/includeUsers").([]string), "All") && (len(levels) == 0 || risky)
}

func enforced(controls []string) []string {
	out := []string{}
	for _, c := range controls {
		out = append(out, map[string]string{"mfa": "Mfa", "block": "Block", "compliantDevice": "RequireCompliantDevice", "passwordChange": "PasswordChange"}[c])
	}
	return out
}

// addRisk: only tenants with P2 are told what the risk is.
func (s *SignIn) addRisk(o Object) {
	for name, value := range (Object{
		"riskDetail": "none", "riskLevelAggregated": "none", "riskLevelDuringSignIn": "none", "riskState": "none", "riskEventTypes": list[string](), "riskEventTypes_v2": list[string](),
	}) {
		o[name] = value
	}
	if s.risk == nil {
		return
	}
	o["riskEventTypes"], o["riskEventTypes_v2"], o["riskState"] = list(s.risk.Type), list(s.risk.Type), "atRisk"
	for _, name := range []string{"riskLevelAggregated", "riskLevelDuringSignIn"} {
		o[name] = s.risk.Level
	}
	if s.t.Plan < P2 {
		o["riskDetail"], o["riskLevelAggregated"], o["riskLevelDuringSignIn"] = "hidden", "hidden", "hidden"
	}
}
