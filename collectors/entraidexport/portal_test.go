package entraidexport

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The headers as the admin centre writes them, with its blanks and its repetition.
var (
	userHeader = strings.Split("Date (UTC),Request ID,User agent,Correlation ID,User ID,User,Username,User type,Cross tenant access type,Incoming token type,"+
		"Authentication Protocol,Unique token identifier,Original transfer method,Client credential type,Token Protection - Sign In Session,"+
		"Token Protection - Sign In Session StatusCode,Application,Application ID ,App owner tenant ID,Resource,Resource ID ,Resource tenant ID,"+
		"Resource owner tenant ID,Home tenant ID,Home tenant name,IP address,Location,Status,Sign-in error code,Failure reason,Client app,Device ID,Browser,"+
		"Operating System,Compliant,Managed,Join Type,Multifactor authentication result,Multifactor authentication auth method,"+
		"Multifactor authentication auth detail,Authentication requirement,Sign-in identifier,Session ID,IP address (seen by resource),"+
		"Through Global Secure Access,Global Secure Access IP address,Autonomous system  number,Flagged for review,Token issuer type,Incoming token type,"+
		"Token issuer name,Latency,Conditional Access,Managed Identity type,Associated Resource Id,Federated Token Id,Federated Token Issuer", ",")
	applicationHeader = strings.Split("Date (UTC),Request ID,Correlation ID,Service principal ID,Service principal name,Credential key ID,Credential thumbprint,"+
		"Application,Application ID ,App owner tenant ID,Resource,Resource ID ,Resource tenant ID,Resource owner tenant ID,Home tenant ID,Home tenant name,"+
		"IP address,Location,Status,Sign-in error code,Failure reason,Conditional Access", ",")
	auditHeader = makeAuditHeader()
)

func makeAuditHeader() []string {
	h := strings.Split("Date (UTC),CorrelationId,Service,Category,Activity,Result,ResultReason,User Agent,ActorType,ActorDisplayName,ActorObjectId,"+
		"ActorUserPrincipalName,IPAddress,ActorHomeTenantId,ActorHomeTenantName,ActorServicePrincipalId,ActorServicePrincipalName", ",")
	for target := 1; target <= 3; target++ {
		for _, name := range []string{"Type", "DisplayName", "ObjectId", "UserPrincipalName"} {
			h = append(h, fmt.Sprintf("Target%d%s", target, name))
		}
		for property := 1; property <= 5; property++ {
			for _, name := range []string{"Name", "OldValue", "NewValue"} {
				h = append(h, fmt.Sprintf("Target%dModifiedProperty%d%s", target, property, name))
			}
		}
	}
	for n := 1; n <= 6; n++ {
		h = append(h, fmt.Sprintf("AdditionalDetail%dKey", n), fmt.Sprintf("AdditionalDetail%dValue", n))
	}
	return h
}

// cells are a row's by the names of their columns; others are empty.
type cells map[string]string

// sheetText writes a CSV as the admin centre does.
func sheetText(header []string, list ...cells) string {
	var b bytes.Buffer
	b.WriteString(bom)
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	_ = w.Write(header)
	for _, c := range list {
		row := make([]string, len(header))
		for i, h := range header {
			row[i] = c[h]
		}
		_ = w.Write(row)
	}
	w.Flush()
	return b.String()
}

// entries reads the entries of a content.
func entries(t *testing.T, content, name string) (list []entry, flaws []string) {
	t.Helper()
	source, err := newElements(strings.NewReader(content), name)
	if err != nil {
		t.Fatal(err)
	}
	for {
		e, err := source.next()
		if err == nil {
			var got entry
			if got, err = entryOf(e); err == nil {
				list = append(list, got)
				continue
			}
		}
		bad, ok := err.(*flaw)
		if !ok {
			return list, flaws
		}
		flaws = append(flaws, bad.Error())
	}
}

var aSignIn = cells{
	"Date (UTC)": "2026-10-05T01:02:03Z", "Request ID": "r-1", "Correlation ID": "c-1", "User ID": "u-1", "User": "経理 02, 部長", "Username": "keiri-02@example.co.jp",
	"User type": "Member", "Application": "Azure Portal", "Application ID ": "a-1", "Resource": "Windows Azure Service Management API", "Resource ID ": "res-1",
	"Resource tenant ID": "t-1", "Home tenant ID": "t-1", "IP address": "203.0.113.7", "Location": "Chiyoda-ku, Tokyo, JP", "Status": "Success", "Sign-in error code": "",
	"Failure reason": "Other.", "Client app": "Browser", "Device ID": "d-1", "Browser": "Edge 126.0.0", "Operating System": "Windows10", "Compliant": "Yes", "Managed": "",
	"Join Type": "Microsoft Entra joined", "Multifactor authentication result": "MFA completed in Azure AD",
	"Multifactor authentication auth method": "Mobile app notification", "Authentication requirement": "Multifactor authentication",
	"Autonomous system  number": "64496", "Flagged for review": "No", "Token issuer type": "Azure AD", "Latency": "123", "Conditional Access": "Not Applied",
	"Authentication Protocol": "Device code", "Unique token identifier": "'-abc", "Cross tenant access type": "None", "User agent": "Mozilla/5.0",
}

func with(c cells, more cells) cells {
	out := cells{}
	for _, m := range []cells{c, more} {
		for k, v := range m {
			out[k] = v
		}
	}
	return out
}

func TestUserSignInsOfACSV(t *testing.T) {
	list, flaws := entries(t, sheetText(userHeader, aSignIn, with(aSignIn, cells{
		"Request ID": "r-2", "Status": "Interrupted", "Sign-in error code": "50140", "Location": "Paris, Île-de-France, FR", "Compliant": "False",
		"Multifactor authentication auth method": "", "Authentication requirement": "Single-factor authentication", "User type": "Guest",
		"Conditional Access": "Failure", "Token issuer type": "", "Latency": "",
	})), "exports/InteractiveSignIns_2026-10-01_2026-10-31.csv")
	if len(flaws) > 0 || len(list) != 2 {
		t.Fatalf("%d entries, flaws %q", len(list), flaws)
	}
	want := `{"id":"r-1","createdDateTime":"2026-10-05T01:02:03Z","correlationId":"c-1","appId":"a-1","appDisplayName":"Azure Portal","resourceId":"res-1",` +
		`"resourceDisplayName":"Windows Azure Service Management API","resourceTenantId":"t-1","homeTenantId":"t-1","homeTenantName":null,"ipAddress":"203.0.113.7",` +
		`"location":{"city":"Chiyoda-ku","state":"Tokyo","countryOrRegion":"JP"},"conditionalAccessStatus":"notApplied","userId":"u-1","userDisplayName":"経理 02, 部長",` +
		`"userPrincipalName":"keiri-02@example.co.jp","userType":"member","clientAppUsed":"Browser","authenticationRequirement":"multiFactorAuthentication",` +
		`"status":{"errorCode":0,"failureReason":"Other.","additionalDetails":"MFA completed in Azure AD"},` +
		`"deviceDetail":{"deviceId":"d-1","operatingSystem":"Windows10","browser":"Edge 126.0.0","isCompliant":true,"isManaged":null,"trustType":"Microsoft Entra joined"},` +
		`"mfaDetail":{"authMethod":"Mobile app notification","authDetail":null},"isInteractive":true,"signInEventTypes":["interactiveUser"],"userAgent":"Mozilla/5.0",` +
		`"crossTenantAccessType":"none","authenticationProtocol":"deviceCode","uniqueTokenIdentifier":"-abc","signInIdentifier":null,"sessionId":null,` +
		`"ipAddressFromResourceProvider":null,"globalSecureAccessIpAddress":null,"autonomousSystemNumber":64496,"flaggedForReview":false,"tokenIssuerType":"AzureAD",` +
		`"tokenIssuerName":null,"processingTimeInMilliseconds":123}`
	if got := list[0].body(); got != want {
		t.Errorf("it is mapped to\n%s\nwant\n%s\n%s", got, want, cmp.Diff(decoded(t, []byte(want)), decoded(t, []byte(got))))
	}
	second := decoded(t, []byte(list[1].body())).(map[string]any)
	for name, want := range map[string]any{
		"status":                    map[string]any{"errorCode": 50140.0, "failureReason": "Other.", "additionalDetails": "MFA completed in Azure AD"},
		"location":                  map[string]any{"city": "Paris", "state": "Île-de-France", "countryOrRegion": "FR"},
		"mfaDetail":                 nil,
		"authenticationRequirement": "singleFactorAuthentication", "userType": "guest", "conditionalAccessStatus": "failure",
		"tokenIssuerType": nil, "processingTimeInMilliseconds": nil,
	} {
		if diff := cmp.Diff(want, second[name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for i, e := range list {
		if e.kind != SignIn || e.category != "SignInLogs" || e.unsure || len(e.doubts) > 0 || e.id != fmt.Sprintf("r-%d", i+1) || e.at.Minute() != 2 {
			t.Errorf("entry %d: %+v", i, e)
		}
	}
}

// TestFileNamesTellTheType: the columns do not.
func TestFileNamesTellTheType(t *testing.T) {
	application := with(aSignIn, cells{"Service principal ID": "sp-1", "Service principal name": "batch-01"})
	for _, tt := range []struct {
		name     string
		header   []string
		category string
		types    any
	}{
		{"InteractiveSignIns_2026-10-01_2026-10-31.csv", userHeader, "SignInLogs", []any{"interactiveUser"}},
		{"x.zip#NonInteractiveSignIns_2026-10-01_2026-10-31.csv", userHeader, "NonInteractiveUserSignInLogs", []any{"nonInteractiveUser"}},
		{"october.csv", userHeader, "SignInLogs", nil},
		{"ApplicationSignIns_2026-10-01_2026-10-31.csv", applicationHeader, "ServicePrincipalSignInLogs", []any{"servicePrincipal"}},
		{"MSISignIns_2026-10-01_2026-10-31.csv", applicationHeader, "ManagedIdentitySignInLogs", []any{"managedIdentity"}},
		{"october.csv", applicationHeader, "ServicePrincipalSignInLogs", nil},
	} {
		list, flaws := entries(t, sheetText(tt.header, application), tt.name)
		if len(flaws) > 0 || len(list) != 1 {
			t.Fatalf("%s: %d entries, flaws %q", tt.name, len(list), flaws)
		}
		e := list[0]
		body := decoded(t, []byte(e.body())).(map[string]any)
		if e.category != tt.category || e.unsure != (tt.types == nil) || !cmp.Equal(body["signInEventTypes"], tt.types) {
			t.Errorf("%s: category %s, unsure %t, types %v", tt.name, e.category, e.unsure, body["signInEventTypes"])
		}
		if slices.Equal(tt.header, applicationHeader) && (body["servicePrincipalId"] != "sp-1" || body["userId"] != nil) {
			t.Errorf("%s: %v", tt.name, body)
		}
	}
}

// TestValuesThatAreNotKnown are told of, and are not in the body.
func TestValuesThatAreNotKnown(t *testing.T) {
	list, _ := entries(t, sheetText(userHeader, with(aSignIn, cells{
		"Conditional Access": "Report only", "Compliant": "Perhaps", "Authentication requirement": "Passkey", "Location": "東京都", "Latency": "fast",
		"Status": "Pending", "Sign-in error code": "", "User type": "Bot", "Authentication Protocol": "Telepathy", "Token issuer type": "Somebody", "Flagged for review": "?",
	})), "InteractiveSignIns.csv")
	if n := len(list[0].doubts); n != 9 {
		t.Errorf("%d doubts: %q", n, list[0].doubts)
	}
	body := decoded(t, []byte(list[0].body())).(map[string]any)
	if body["tokenIssuerType"] != "Somebody" {
		t.Errorf("tokenIssuerType is %v", body["tokenIssuerType"])
	}
	for _, name := range []string{"conditionalAccessStatus", "authenticationRequirement", "location", "processingTimeInMilliseconds", "userType", "authenticationProtocol"} {
		if body[name] != nil {
			t.Errorf("%s is %v", name, body[name])
		}
	}
}

func TestLocations(t *testing.T) {
	for cell, want := range map[string]string{
		"Chiyoda-ku, Tokyo, JP":          `{"city":"Chiyoda-ku","state":"Tokyo","countryOrRegion":"JP"}`,
		"Washington, D.C., Columbia, US": `{"city":"Washington, D.C.","state":"Columbia","countryOrRegion":"US"}`,
		", , JP":                         `{"city":null,"state":null,"countryOrRegion":"JP"}`,
		"Tokyo, JP":                      `{"city":null,"state":null,"countryOrRegion":"JP"}`,
		"JP":                             `{"city":null,"state":null,"countryOrRegion":"JP"}`,
		"":                               `null`,
		", , ":                           `null`,
	} {
		d := &draft{row: &row{columns: columns{"location": 0}, cells: []string{cell}}}
		if got := d.location(); got != want || len(d.doubts) > 0 {
			t.Errorf("%q is %s, want %s; doubts %q", cell, got, want, d.doubts)
		}
	}
}

var anAudit = cells{
	"Date (UTC)": "2026-10-05T01:02:03.4567890+00:00", "CorrelationId": "c-1", "Service": "Core Directory", "Category": "RoleManagement",
	"Activity": "Add member to role", "Result": "success", "ActorType": "User", "ActorDisplayName": "it-admin-01", "ActorObjectId": "u-1",
	"ActorUserPrincipalName": "it-admin-01@example.co.jp", "IPAddress": "203.0.113.7", "ActorHomeTenantId": "t-1",
	"Target1Type": "User", "Target1ObjectId": "u-2", "Target1UserPrincipalName": "sre-01@example.co.jp",
	"Target1ModifiedProperty1Name": "Role.DisplayName", "Target1ModifiedProperty1NewValue": `"Global Administrator"`,
	"Target1ModifiedProperty3Name": "Role.TemplateId", "Target1ModifiedProperty3OldValue": `"a"`, "Target1ModifiedProperty3NewValue": `"b"`,
	"Target2Type": "Role", "Target2DisplayName": "Global Administrator", "AdditionalDetail1Key": "User-Agent", "AdditionalDetail1Value": "Mozilla/5.0",
}

func TestAuditsOfACSV(t *testing.T) {
	byApp := with(anAudit, cells{
		"ActorType": "Application", "ActorServicePrincipalId": "sp-1", "Result": "Failure", "ResultReason": "no", "Activity": "Update user", "IPAddress": "",
	})
	list, flaws := entries(t, sheetText(auditHeader, anAudit, byApp, anAudit), "AuditLogs_2026-10-31.csv")
	if len(flaws) > 0 || len(list) != 3 {
		t.Fatalf("%d entries, flaws %q", len(list), flaws)
	}
	want := `{"id":"` + list[0].id + `","category":"RoleManagement","correlationId":"c-1","result":"success","resultReason":null,"activityDisplayName":"Add member to role",` +
		`"activityDateTime":"2026-10-05T01:02:03.4567890Z","loggedByService":"Core Directory","userAgent":null,` +
		`"initiatedBy":{"user":{"id":"u-1","displayName":"it-admin-01","userPrincipalName":"it-admin-01@example.co.jp","ipAddress":"203.0.113.7","homeTenantId":"t-1","homeTenantName":null},"app":null},` +
		`"targetResources":[{"id":"u-2","displayName":null,"type":"User","userPrincipalName":"sre-01@example.co.jp","modifiedProperties":[` +
		`{"displayName":"Role.DisplayName","oldValue":null,"newValue":"\"Global Administrator\""},{"displayName":"Role.TemplateId","oldValue":"\"a\"","newValue":"\"b\""}]},` +
		`{"id":null,"displayName":"Global Administrator","type":"Role","userPrincipalName":null,"modifiedProperties":[]}],` +
		`"additionalDetails":[{"key":"User-Agent","value":"Mozilla/5.0"}]}`
	if got := list[0].body(); got != want {
		t.Errorf("it is mapped to\n%s\nwant\n%s\n%s", got, want, cmp.Diff(decoded(t, []byte(want)), decoded(t, []byte(got))))
	}
	app := decoded(t, []byte(list[1].body())).(map[string]any)
	wantApp := map[string]any{"user": nil, "app": map[string]any{"appId": nil, "displayName": "it-admin-01", "servicePrincipalId": "sp-1", "servicePrincipalName": nil}}
	if diff := cmp.Diff(wantApp, app["initiatedBy"]); diff != "" || app["result"] != "failure" || app["resultReason"] != "no" {
		t.Errorf("by an application: %v\n%s", app, diff)
	}
	// Equal rows are different events; the same file read again gives the same.
	if list[0].id == list[1].id || list[2].id != list[0].id+"-2" || !strings.HasPrefix(list[0].id, "csv:") {
		t.Errorf("identities %q, %q, %q", list[0].id, list[1].id, list[2].id)
	}
	again, _ := entries(t, sheetText(auditHeader, byApp, anAudit), "part.csv")
	if again[1].id != list[0].id {
		t.Errorf("in another file it is %q", again[1].id)
	}

	// Its line of the diagnostic settings is alike.
	line := `{"category":"AuditLogs","properties":{"id":"Directory_1","correlationId":"C-1","activityDisplayName":"Add member to role","activityDateTime":"2026-10-05T01:02:03.9+00:00","targetResources":[{"id":"u-2"}]}}`
	other, err := entryOf(element{line: 1, raw: []byte(line)})
	if err != nil || other.like != list[0].like || other.like == list[1].like {
		t.Errorf("%v: a line of the diagnostic settings is not told to be the row's", err)
	}
}

func TestSheetsThatAreRefused(t *testing.T) {
	without := func(header []string, names ...string) []string {
		return slices.DeleteFunc(slices.Clone(header), func(h string) bool { return slices.Contains(names, h) })
	}
	for name, tt := range map[string]struct {
		header     []string
		code, what string
	}{
		"a column less":   {without(userHeader, "Conditional Access"), "column_missing", "it lacks the columns Conditional Access;"},
		"two columns":     {without(auditHeader, "ActorType", "Target1ObjectId"), "column_missing", "it lacks the columns ActorType, Target1ObjectId;"},
		"application":     {without(applicationHeader, "Status"), "column_missing", "Status"},
		"in Japanese":     {strings.Split("日付 (UTC),要求 ID,ユーザー エージェント,相関 ID,ユーザー ID", ","), "unknown_format", "日付 (UTC)"},
		"something else":  {[]string{"a", "b"}, "unknown_format", `["a" "b"]`},
		"a text":          {[]string{"hello"}, "unknown_format", "hello"},
		"with semicolons": {[]string{"Date (UTC);Request ID;Username"}, "unknown_format", "Date (UTC);Request ID"},
	} {
		_, err := newElements(strings.NewReader(sheetText(tt.header)), "x.csv")
		no, ok := err.(refused)
		if !ok || no.code != tt.code || !strings.Contains(no.what, tt.what) {
			t.Errorf("%s: %v", name, err)
		}
		// A reader of either language is told what to do.
		text := texts[tt.code]
		for said, want := range map[string]string{no.what: "language set to English, or as JSON", text.EN: "language set to English, or as JSON", text.JA: "表示言語を英語にして、又は JSON 形式で"} {
			if !strings.Contains(said, want) {
				t.Errorf("%s: %q does not say %q", name, said, want)
			}
		}
	}
	if _, err := newElements(strings.NewReader("\"a"), "x"); err == nil {
		t.Error("a header that does not end is accepted")
	}
}

func TestRowsThatCannotBeRead(t *testing.T) {
	good := sheetText(auditHeader, anAudit, anAudit)
	lines := strings.SplitAfter(good, "\r\n")
	list, flaws := entries(t, lines[0]+"too,few\r\n"+lines[1]+strings.Replace(lines[2], "2026-10-05T01:02:03", "gestern", 1), "x.csv")
	if len(list) != 1 || len(flaws) != 2 || !strings.Contains(flaws[0], "line 2: it has 2 columns") || !strings.Contains(flaws[1], "line 4: activityDateTime is no time") {
		t.Errorf("%d entries, flaws %q", len(list), flaws)
	}
	list, flaws = entries(t, lines[0]+lines[1]+lines[2][:40]+`,"half a ce`, "x.csv")
	if len(list) != 1 || len(flaws) != 1 || !strings.Contains(flaws[0], "line 3: ") {
		t.Errorf("%d entries, flaws %q", len(list), flaws)
	}
}

// TestAuthenticationDetails: the file beside that of the sign-ins holds no record.
func TestAuthenticationDetails(t *testing.T) {
	header := []string{"Date (UTC)", "Request ID", "Authentication method", "Authentication method detail", "Succeeded", "Result detail"}
	list, flaws := entries(t, sheetText(header, cells{"Request ID": "r-1"}), "InteractiveSignIns_AuthDetails_2026-10-01_2026-10-31.csv")
	if len(flaws) > 0 || len(list) != 1 || list[0].kind != "" {
		t.Errorf("%+v, flaws %q", list, flaws)
	}
}

// FuzzRows: whatever stands in a row, its body is JSON with an identity and a time.
func FuzzRows(f *testing.F) {
	f.Add("Chiyoda-ku, Tokyo, JP", "Success", "0", "2026-10-05T01:02:03Z")
	f.Add("\"", "\x00\xff", "'=1", "1/2/2006 3:04:05 PM")
	f.Fuzz(func(t *testing.T, a, b, c, at string) {
		for _, header := range [][]string{userHeader, applicationHeader, auditHeader} {
			values := cells{}
			for i, h := range header {
				values[h] = []string{a, b, c}[i%3]
			}
			values["Date (UTC)"] = at
			source, err := newElements(strings.NewReader(sheetText(header, values)), "x.csv")
			if err != nil {
				t.Fatal(err)
			}
			e, err := source.next()
			if err != nil {
				continue // a row of more or fewer lines than one
			}
			got, err := entryOf(e)
			if err != nil {
				continue
			}
			body := decoded(t, []byte(got.body())).(map[string]any)
			if body["id"] == "" || got.id == "" || got.at.IsZero() {
				t.Fatalf("%+v: %v", got, body)
			}
		}
	})
}
