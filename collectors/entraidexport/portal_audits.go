package entraidexport

import (
	"fmt"
	"strings"
)

// auditSheet is a file of directory audits. Its rows have no identity: theirs is
// made of what stands in them.
var auditSheet = sheet{
	marks: []string{"Date (UTC)", "CorrelationId", "Service", "Category", "Activity"},
	needs: []string{
		"Result", "ResultReason", "ActorType", "ActorDisplayName", "ActorObjectId", "ActorUserPrincipalName", "IPAddress",
		"ActorServicePrincipalId", "ActorServicePrincipalName", "Target1Type", "Target1DisplayName", "Target1ObjectId", "Target1UserPrincipalName",
		"Target1ModifiedProperty1Name", "Target1ModifiedProperty1OldValue", "Target1ModifiedProperty1NewValue",
	},
	kind:      DirectoryAudit,
	anonymous: true,
	graph:     directoryAudit,
}

func directoryAudit(r *row) (body string, doubts []string) {
	d := &draft{row: r}
	d.set("id", encode(r.identity()))
	d.set("category", d.value("Category"))
	d.set("correlationId", d.value("CorrelationId"))
	d.set("result", d.small("Result"))
	d.set("resultReason", d.value("ResultReason"))
	d.set("activityDisplayName", d.value("Activity"))
	d.set("activityDateTime", d.time("Date (UTC)"))
	d.set("loggedByService", d.value("Service"))
	d.optional("userAgent", "User Agent", d.value)
	d.set("initiatedBy", d.initiator())
	d.set("targetResources", d.targets())
	d.set("additionalDetails", d.details())
	return d.done(), d.doubts
}

// identity tells a row from all others: of the same rows of a file, each is another
// event, and the same row of another file is the same one.
func (r *row) identity() string {
	if r.nth > 1 {
		return fmt.Sprintf("csv:%s-%d", r.hash, r.nth)
	}
	return "csv:" + r.hash
}

func (d *draft) initiator() string {
	in := &draft{}
	user, app := "null", "null"
	switch letters(d.row.get("ActorType")) {
	case "user":
		u := &draft{row: d.row}
		u.set("id", u.value("ActorObjectId"))
		u.set("displayName", u.value("ActorDisplayName"))
		u.set("userPrincipalName", u.value("ActorUserPrincipalName"))
		u.set("ipAddress", u.value("IPAddress"))
		u.optional("homeTenantId", "ActorHomeTenantId", u.value)
		u.optional("homeTenantName", "ActorHomeTenantName", u.value)
		user = u.done()
	case "application", "app", "serviceprincipal":
		a := &draft{row: d.row}
		a.set("appId", "null")
		a.set("displayName", a.value("ActorDisplayName"))
		a.set("servicePrincipalId", a.value("ActorServicePrincipalId"))
		a.set("servicePrincipalName", a.value("ActorServicePrincipalName"))
		app = a.done()
	case "":
	default:
		d.doubts = append(d.doubts, fmt.Sprintf("column ActorType has the unknown value %q", clip(d.row.get("ActorType"))))
	}
	in.set("user", user)
	in.set("app", app)
	return in.done()
}

// targets are as many as the file has columns for: three, as the admin centre
// makes it, with five modified properties each.
func (d *draft) targets() string {
	var list []string
	for n := 1; d.row.columns.has(fmt.Sprintf("Target%dType", n)); n++ {
		column := func(name string) string { return fmt.Sprintf("Target%d%s", n, name) }
		modified := d.modified(column)
		if d.blank(column("Type"), column("DisplayName"), column("ObjectId"), column("UserPrincipalName")) && modified == "[]" {
			continue
		}
		t := &draft{row: d.row}
		t.set("id", t.value(column("ObjectId")))
		t.set("displayName", t.value(column("DisplayName")))
		t.set("type", t.value(column("Type")))
		t.set("userPrincipalName", t.value(column("UserPrincipalName")))
		t.set("modifiedProperties", modified)
		list = append(list, t.done())
	}
	return join(list)
}

func (d *draft) modified(column func(string) string) string {
	var list []string
	for n := 1; ; n++ {
		name, before, after := column(fmt.Sprintf("ModifiedProperty%dName", n)), column(fmt.Sprintf("ModifiedProperty%dOldValue", n)), column(fmt.Sprintf("ModifiedProperty%dNewValue", n))
		if !d.row.columns.has(name) {
			return join(list)
		}
		if d.blank(name, before, after) {
			continue
		}
		p := &draft{row: d.row}
		p.set("displayName", p.value(name))
		p.set("oldValue", p.value(before))
		p.set("newValue", p.value(after))
		list = append(list, p.done())
	}
}

func (d *draft) details() string {
	var list []string
	for n := 1; ; n++ {
		key, value := fmt.Sprintf("AdditionalDetail%dKey", n), fmt.Sprintf("AdditionalDetail%dValue", n)
		if !d.row.columns.has(key) {
			return join(list)
		}
		if d.blank(key, value) {
			continue
		}
		p := &draft{row: d.row}
		p.set("key", p.value(key))
		p.set("value", p.value(value))
		list = append(list, p.done())
	}
}

// blank reports whether all of the cells are empty.
func (d *draft) blank(columns ...string) bool {
	for _, c := range columns {
		if d.row.get(c) != "" {
			return false
		}
	}
	return true
}

func join(list []string) string { return "[" + strings.Join(list, ",") + "]" }
