package pipeline

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/evidencepack/evidence"
)

// signIns are the sign-ins of a tenant in a period, as Graph's beta endpoint gives
// them: made when asked for, since a million of 3 kB are not to be held.
type signIns struct {
	n, users int
	period   evidence.Period
	seed     uint64
}

// application is what users sign in to, and with what.
type application struct {
	id, name, client, agent, resource string
}

// A few things that a tenant has: what is the same in many sign-ins.
var (
	applications = []application{
		{"00000002-0000-0ff1-ce00-000000000000", "Office 365 Exchange Online", "Browser", edge, "Office 365 Exchange Online"},
		{"1fec8e78-bce4-4aaf-ab1b-5451cc387264", "Microsoft Teams", "Mobile Apps and Desktop clients", desktop, "Microsoft Graph"},
		{"d3590ed6-52b3-4102-aeff-aad2292ab01c", "Microsoft Office", "Mobile Apps and Desktop clients", desktop, "Microsoft Graph"},
		{"c44b4083-3bb0-49c1-b47d-974e53cbdf3c", "Azure Portal", "Browser", edge, "Windows Azure Service Management API"},
		{"00000003-0000-0ff1-ce00-000000000000", "Office 365 SharePoint Online", "Browser", chrome, "Office 365 SharePoint Online"},
		{"4765445b-32c6-49b0-83e6-1d93765276ca", "OfficeHome", "Browser", chrome, "Microsoft Graph"},
		{"7d1c1a54-4c1a-4f1e-9c0b-6d2f1a0e7b11", "経費精算", "Browser", chrome, "Windows Azure Active Directory"},
		{"a3f0c1de-6f3c-4f57-8a35-91b8b6f6b2c4", "AWS IAM Identity Center", "Browser", edge, "Windows Azure Active Directory"},
	}
	legacyClients = []string{"Authenticated SMTP", "IMAP4", "Exchange ActiveSync", "Other clients"}
	cities        = []string{
		`{"city":"Chiyoda-ku","state":"Tokyo","countryOrRegion":"JP","geoCoordinates":{"altitude":null,"latitude":35.69402,"longitude":139.75364}}`,
		`{"city":"Osaka","state":"Osaka","countryOrRegion":"JP","geoCoordinates":{"altitude":null,"latitude":34.69374,"longitude":135.50217}}`,
		`{"city":"Sapporo","state":"Hokkaido","countryOrRegion":"JP","geoCoordinates":{"altitude":null,"latitude":43.06417,"longitude":141.34694}}`,
	}
	failures = []struct {
		code   int
		reason string
	}{
		{50126, "Error validating credentials due to invalid username or password."},
		{50074, "Strong Authentication is required."},
		{50140, "This occurred due to 'Keep me signed in' interrupt when the user was signing-in."},
		{53003, "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance."},
	}
)

const (
	edge    = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0"
	chrome  = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
	desktop = "Mozilla/5.0 (Windows NT 10.0; Microsoft Outlook 16.0.18429; Pro) AppleWebKit/537.36"
	tenant  = "3c0a5c9e-5a64-4c8f-9f0e-2a3c1f0b7d21"
)

// at is when the i-th sign-in was: they are spread evenly over the period.
func (s signIns) at(i int) time.Time {
	step := float64(s.period.Duration()) / float64(s.n)
	return s.period.Start.Add(time.Duration(float64(i) * step)).UTC().Truncate(time.Second)
}

// first is the number of the first sign-in that is not before t.
func (s signIns) first(t time.Time) int {
	lo, hi := 0, s.n
	for lo < hi {
		if mid := (lo + hi) / 2; s.at(mid).Before(t) {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// id makes an identifier of a number, in the form of a GUID.
func id(kind byte, n uint64) string {
	var b [16]byte
	for i := range 8 {
		b[i] = byte(n*0x9e3779b97f4a7c15>>(8*i)) ^ kind
		b[8+i] = byte(n >> (8 * i))
	}
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// body is the i-th sign-in. Of every two thousand one succeeded with a single
// factor, and of every five thousand one by a legacy client; some accounts of
// machines sign in so by permission.
func (s signIns) body(b []byte, i int) []byte {
	r := rand.New(rand.NewPCG(s.seed, uint64(i)))
	user := min(r.IntN(s.users), r.IntN(s.users)) // some sign in more often than others
	app := applications[r.IntN(len(applications))]
	upn := fmt.Sprintf("user-%04d@example.co.jp", user)
	service := user%500 == 7
	if service {
		upn = fmt.Sprintf("svc-%04d@example.co.jp", user)
	}
	code, reason := 0, "Other."
	if r.IntN(100) < 7 {
		f := failures[r.IntN(len(failures))]
		code, reason = f.code, f.reason
	}
	single := service || i%2000 == 77
	if i%5000 == 99 {
		app.client = legacyClients[r.IntN(len(legacyClients))]
		app.agent, single, code = "CBAInPROD", true, 0
	}
	if i%2000 == 77 {
		code = 0
	}
	at := s.at(i)
	when := at.Format(time.RFC3339)
	address := fmt.Sprintf("192.0.2.%d", 1+user%250)
	requirement, result := "multiFactorAuthentication", "success"
	if single {
		requirement, result = "singleFactorAuthentication", "notApplied"
	} else if code != 0 {
		result = "failure"
	}
	b = fmt.Appendf(b, `{"id":"%s","createdDateTime":"%s","userDisplayName":"社員 %04d","userPrincipalName":"%s","userId":"%s",`, id('s', uint64(i)), when, user, upn, id('u', uint64(user)))
	b = fmt.Appendf(b, `"appId":"%s","appDisplayName":"%s","ipAddress":"%s","ipAddressFromResourceProvider":null,"clientAppUsed":"%s","userAgent":"%s",`, app.id, app.name, address, app.client, app.agent)
	b = fmt.Appendf(b, `"correlationId":"%s","conditionalAccessStatus":"%s","originalRequestId":"","isInteractive":true,"tokenIssuerName":"","tokenIssuerType":"AzureAD","clientCredentialType":"none","processingTimeInMilliseconds":%d,`, id('c', uint64(i)), result, 60+r.IntN(400))
	b = fmt.Appendf(b, `"riskDetail":"none","riskLevelAggregated":"none","riskLevelDuringSignIn":"none","riskState":"none","riskEventTypes_v2":[],"resourceDisplayName":"%s","resourceId":"%s","resourceTenantId":"%s","homeTenantId":"%s","homeTenantName":"","authenticationMethodsUsed":[],`, app.resource, id('r', uint64(len(app.resource))), tenant, tenant)
	b = fmt.Appendf(b, `"authenticationRequirement":"%s","servicePrincipalName":null,"signInEventTypes":["interactiveUser"],"servicePrincipalId":"","federatedCredentialId":"","userType":"member","flaggedForReview":false,"isTenantRestricted":false,"autonomousSystemNumber":%d,"crossTenantAccessType":"none",`, requirement, 64500+user%8)
	b = fmt.Appendf(b, `"uniqueTokenIdentifier":"%s","incomingTokenType":"none","authenticationProtocol":"none","resourceServicePrincipalId":"%s","signInTokenProtectionStatus":"none","sessionId":"%s","mfaDetail":null,`, id('t', uint64(i)), id('p', uint64(len(app.resource))), id('n', uint64(i/3)))
	b = fmt.Appendf(b, `"status":{"errorCode":%d,"failureReason":"%s","additionalDetails":null},"deviceDetail":{"deviceId":"%s","displayName":"PC-%05d","operatingSystem":"Windows10","browser":"Edge 141.0.0","isCompliant":true,"isManaged":true,"trustType":"Hybrid Azure AD joined"},"location":%s,`, code, reason, id('d', uint64(user)), user, cities[user%len(cities)])
	b = fmt.Appendf(b, `"appliedConditionalAccessPolicies":[{"id":"%s","displayName":"CA001 多要素認証","enforcedGrantControls":["Mfa"],"enforcedSessionControls":[],"result":"%s"},{"id":"%s","displayName":"CA003 Compliant device","enforcedGrantControls":["RequireCompliantDevice"],"enforcedSessionControls":["SignInFrequency"],"result":"%s"}],`, id('a', 1), result, id('a', 3), [2]string{"notEnabled", "reportOnlySuccess"}[user%2])
	b = append(b, `"authenticationContextClassReferences":[],"authenticationProcessingDetails":[{"key":"Is CAE Token","value":"False"}],"networkLocationDetails":[],"authenticationDetails":[`...)
	b = fmt.Appendf(b, `{"authenticationStepDateTime":"%s","authenticationMethod":"Password","authenticationMethodDetail":"Password Hash Sync","succeeded":%t,"authenticationStepResultDetail":"Correct password","authenticationStepRequirement":"Primary authentication"}`, when, code == 0)
	if !single {
		method, detail := "Mobile app notification", "MFA successfully completed"
		if r.IntN(2) == 0 {
			method, detail = "Previously satisfied", "MFA requirement satisfied by claim in the token"
		}
		b = fmt.Appendf(b, `,{"authenticationStepDateTime":"%s","authenticationMethod":"%s","authenticationMethodDetail":null,"succeeded":%t,"authenticationStepResultDetail":"%s","authenticationStepRequirement":"Multi-factor authentication"}`, at.Add(9*time.Second).Format(time.RFC3339), method, code == 0, detail)
	}
	return append(b, `],"authenticationRequirementPolicies":[{"requirementProvider":"multiConditionalAccess","detail":"Conditional Access"}],"sessionLifetimePolicies":[],"privateLinkDetails":null,"appliedEventListeners":[]}`...)
}
