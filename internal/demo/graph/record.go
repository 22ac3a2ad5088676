package graph

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// Record is an entry of Microsoft 365's unified audit log.
type Record struct {
	ID        string
	At        time.Time
	kind      string // ExchangeAdmin, SharePointSharingOperation
	operation string
	workload  string
	by        *User
	object    string
	data      Object
	t         *Tenant
}

// recordTypes are the numbers that auditData has for the types.
var recordTypes = map[string]int{"ExchangeAdmin": 1, "ExchangeItem": 2, "SharePoint": 4, "SharePointFileOperation": 6, "AzureActiveDirectory": 8, "SharePointSharingOperation": 14, "MicrosoftTeams": 25}

// Record adds a record. Data are the fields that auditData has beside the common ones.
func (t *Tenant) Record(key, kind, workload, operation string, by *User, at time.Time, object string, data Object) *Record {
	t.unsettled()
	if recordTypes[kind] == 0 {
		panic("graph: no type of audit records is called " + kind)
	}
	r := &Record{ID: t.id("record", key), At: at.Truncate(time.Second), kind: kind, operation: operation, workload: workload, by: by, object: object, data: data, t: t}
	t.records = append(t.records, r)
	return r
}

// Link is a sharing link that somebody made of a file: "AnonymousLinkCreated",
// "CompanyLinkCreated".
func (t *Tenant) Link(key, operation string, by *User, at time.Time, file string) *Record {
	site := t.site(by)
	return t.Record(key, "SharePointSharingOperation", "OneDrive", operation, by, at, site+"Documents/"+file, Object{
		"CorrelationId": t.id("sharing", key), "EventSource": "SharePoint", "ItemType": "File", "ListItemUniqueId": t.id("file", file), "Site": t.id("site", by.UPN),
		"SiteUrl": site, "SourceFileName": file, "SourceFileExtension": file[strings.LastIndex(file, ".")+1:], "SourceRelativeUrl": "Documents", "UserAgent": agentEdge,
		"EventData": "<Type>View</Type>",
	})
}

// Shared is a file that somebody shared with somebody: a member, or a guest from
// outside ("SharingInvitationCreated", "SharingSet", "AddedToSecureLink").
func (t *Tenant) Shared(key, operation string, by *User, at time.Time, file, with, kind string) *Record {
	r := t.Link(key, operation, by, at, file)
	r.data["TargetUserOrGroupName"], r.data["TargetUserOrGroupType"] = with, kind
	return r
}

// site is somebody's OneDrive.
func (t *Tenant) site(of *User) string {
	personal := strings.NewReplacer("@", "_", ".", "_", "-", "_").Replace(of.UPN)
	return "https://" + strings.Split(t.Domain, ".")[0] + "-my.sharepoint.example/personal/" + personal + "/"
}

// InboxRule is a rule that somebody made for an inbox, or changed ("New-InboxRule",
// "Set-InboxRule"). Parameters are the cmdlet's.
func (t *Tenant) InboxRule(key, operation string, by *User, at time.Time, parameters ...[2]string) *Record {
	list := []Object{}
	name := ""
	for _, p := range parameters {
		list = append(list, Object{"Name": p[0], "Value": p[1]})
		if p[0] == "Name" {
			name = p[1]
		}
	}
	return t.Record(key, "ExchangeAdmin", "Exchange", operation, by, at, by.UPN+"\\"+name, Object{
		"Parameters": list, "ResultStatus": "True", "ExternalAccess": false, "OrganizationName": t.initial(), "OriginatingServer": "TYAPR01MB0001 (15.20.0000.000)", "AppId": "", "ClientAppId": "", "SessionId": t.id("session", key),
	})
}

// Refused makes it an attempt that failed.
func (r *Record) Refused() { r.data["ResultStatus"] = "False" }

// body is the auditLogRecord.
func (r *Record) body() Object {
	data := Object{
		"@odata.type": "#microsoft.graph.security.defaultAuditData", "CreationTime": r.At.UTC().Format("2006-01-02T15:04:05"), "Id": r.ID, "Operation": r.operation, "OrganizationId": r.t.ID,
		"RecordType": recordTypes[r.kind], "UserKey": r.by.ID, "UserType": 0, "Version": 1, "Workload": r.workload, "ClientIP": r.by.Address, "ObjectId": r.object, "UserId": r.by.UPN,
	}
	maps.Copy(data, r.data)
	return Object{
		"id": r.ID, "createdDateTime": stamp(r.At), "auditLogRecordType": r.kind, "operation": r.operation, "organizationId": r.t.ID, "userType": "Regular", "userId": r.by.UPN,
		"service": r.workload, "objectId": r.object, "userPrincipalName": r.by.UPN, "clientIp": r.by.Address, "administrativeUnits": list(""), "auditData": data,
	}
}

// search is what a query of the audit log asks for.
type search struct {
	from, to                            time.Time
	kinds, operations, services, people []string
}

func (t *Tenant) recordsAt(now time.Time, q search) []Object {
	asked := func(of []string, v string) bool {
		return len(of) == 0 || slices.ContainsFunc(of, func(x string) bool { return strings.EqualFold(x, v) })
	}
	out := []Object{}
	for _, r := range t.records { // newest first
		in := !r.At.After(now) && (q.from.IsZero() || !r.At.Before(q.from)) && (q.to.IsZero() || r.At.Before(q.to))
		if in && asked(q.kinds, r.kind) && asked(q.operations, r.operation) && asked(q.services, r.workload) && asked(q.people, r.by.UPN) {
			out = append(out, r.body())
		}
	}
	return out
}
