package demo

import "github.com/evidencepack/evidence/internal/demo/aws"

// federationStandings are for ACC-08: the users of IAM Identity Center, which the
// tenant's accounts and groups are provisioned to, and three whom somebody made by
// hand. The audit account administers it for the organisation.
func federationStandings() []standing {
	const store = "d-9567sample"
	ic := aws.IdentityCenter{ARN: "arn:aws:sso:::instance/ssoins-7758sample0001", Store: store, Owner: managementAccount}
	user := func(name string, more map[string]any) string {
		id := derivedID("identity center", name)
		u := map[string]any{
			"UserId": id, "IdentityStoreId": store, "UserName": name, "DisplayName": name, "UserStatus": "ENABLED",
			"Emails": []any{map[string]any{"Value": name, "Type": "work", "Primary": true}},
		}
		for k, v := range more {
			u[k] = v
		}
		ic.Users = append(ic.Users, u)
		return id
	}
	var all []standing
	judged := func(id string, e expectation) {
		all = append(all, standing{place: audit, id: managementAccount + "/" + id, expects: []expectation{e}})
	}
	provisioned := map[string]string{}
	for _, post := range []string{"sre-01", "sre-02", "sre-03", "dba-01", "dba-02", "bizops-01", "audit-01", "dev-01", "dev-02"} {
		name := post + "@" + tenantDomain
		provisioned[post] = user(name, map[string]any{"ExternalIds": []any{map[string]any{
			"Issuer": "https://scim.ap-northeast-1.amazonaws.com/7758sample", "Id": derivedID("scim", name),
		}}})
		judged(provisioned[post], passes("ACC-08"))
	}
	vendor, trial := user("vendor-monitor", nil), user("trial", nil)
	setup := user("setup-admin", map[string]any{"UserStatus": "DISABLED"})
	judged(vendor, exception("ACC-08",
		"Identity Center に直接作成されたユーザー vendor-monitor が、本番アカウントを参照できる。",
		"The user vendor-monitor, made in Identity Center by hand, can read the production account.",
		"not_provisioned"))
	judged(trial, passes("ACC-08"))
	judged(setup, notApplicable("ACC-08"))

	group := func(name string, posts ...string) string {
		g := aws.IdentityGroup{ID: derivedID("identity center group", name), Name: name}
		for _, p := range posts {
			g.Users = append(g.Users, provisioned[p])
		}
		ic.Groups = append(ic.Groups, g)
		return g.ID
	}
	set := func(name string, policies ...string) string {
		arn := "arn:aws:sso:::permissionSet/ssoins-7758sample0001/ps-" + derivedID("permission set", name)[:16]
		ic.PermissionSets = append(ic.PermissionSets, aws.PermissionSet{ARN: arn, Name: name, SessionDuration: "PT4H", Policies: policies})
		return arn
	}
	// As they are in the tenant after the month.
	admins := group("aws-production-admins", "sre-01", "sre-02", "sre-03")
	readers := group("aws-production-readonly", "bizops-01", "audit-01", "dev-01")
	database := group("aws-production-database", "dba-01", "dba-02")
	readOnly := set("ReadOnly", "ReadOnlyAccess")
	auditor := set("Auditor", "SecurityAudit")
	administrator, operator := set("Administrator", "AdministratorAccess"), set("Operator", "PowerUserAccess")
	ic.Assignments = []aws.Assignment{
		{Account: productionAccount, PermissionSet: administrator, Principal: admins, Group: true},
		{Account: productionAccount, PermissionSet: operator, Principal: admins, Group: true},
		{Account: productionAccount, PermissionSet: readOnly, Principal: readers, Group: true},
		{Account: productionAccount, PermissionSet: set("Database", "AmazonRDSFullAccess"), Principal: database, Group: true},
		{Account: auditAccount, PermissionSet: auditor, Principal: provisioned["audit-01"]},
		{Account: productionAccount, PermissionSet: readOnly, Principal: vendor},
	}
	all[0].resources = []resource{{aws.IdentityCenters, ic}}
	return all
}
