package graph

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Application is an application of the tenant's own, with its service principal.
type Application struct {
	t *Tenant
	*history

	ID, AppID, Name string
	Principal       *ServicePrincipal
}

// ServicePrincipal is an application in the tenant: its own, or another's.
type ServicePrincipal struct {
	t *Tenant
	*history

	ID, AppID, Name string
}

// Application registers an application.
func (t *Tenant) Application(name string, created time.Time) *Application {
	a := &Application{t: t, ID: t.id("application", name), AppID: t.id("app", name), Name: name}
	a.history = t.begin(created, Object{
		"id": a.ID, "appId": a.AppID, "displayName": name, "createdDateTime": stamp(created), "deletedDateTime": nil, "description": nil, "notes": nil,
		"signInAudience": "AzureADMyOrg", "publisherDomain": t.Domain, "identifierUris": list[string](), "tags": list[string](), "addIns": list[Object](), "appRoles": list[Object](),
		"disabledByMicrosoftStatus": nil, "groupMembershipClaims": nil, "isDeviceOnlyAuthSupported": nil, "isFallbackPublicClient": nil, "serviceManagementReference": nil,
		"applicationTemplateId": nil, "requiredResourceAccess": list[Object](), "passwordCredentials": list[Object](), "keyCredentials": list[Object](),
	})
	a.Principal = t.servicePrincipal(name, a.AppID, t.ID, created)
	t.apps = append(t.apps, a)
	return a
}

// External is another organisation's application that was let into the tenant.
func (t *Tenant) External(name string, created time.Time) *ServicePrincipal {
	return t.servicePrincipal(name, identity("external application", name), identity("tenant of", name), created)
}

func (t *Tenant) servicePrincipal(name, appID, owner string, created time.Time) *ServicePrincipal {
	p := &ServicePrincipal{t: t, ID: t.id("service principal", name), AppID: appID, Name: name}
	p.history = t.begin(created, Object{
		"id": p.ID, "appId": p.AppID, "displayName": name, "appDisplayName": name, "accountEnabled": true, "deletedDateTime": nil,
		"servicePrincipalType": "Application", "signInAudience": "AzureADMyOrg", "appOwnerOrganizationId": owner, "appRoleAssignmentRequired": false, "appDescription": nil,
		"description": nil, "homepage": nil, "loginUrl": nil, "logoutUrl": nil, "notes": nil, "preferredSingleSignOnMode": nil, "disabledByMicrosoftStatus": nil,
		"applicationTemplateId": nil, "servicePrincipalNames": list(appID), "tags": list("WindowsAzureActiveDirectoryIntegratedApp"), "alternativeNames": list[string](),
		"replyUrls": list[string](), "notificationEmailAddresses": list[string](), "appRoles": list[Object](), "oauth2PermissionScopes": list[Object](),
		"passwordCredentials": list[Object](), "keyCredentials": list[Object](),
	})
	t.principals = append(t.principals, p)
	return p
}

func (p *ServicePrincipal) identity() Object { return Object{"id": p.ID, "displayName": p.Name} }

// initiator: Entra leaves appId out of what an application did.
func (p *ServicePrincipal) initiator(string) Object {
	return Object{"user": nil, "app": Object{"appId": nil, "displayName": p.Name, "servicePrincipalId": p.ID, "servicePrincipalName": nil}}
}

func (p *ServicePrincipal) principal() (id, name, kind string) {
	return p.ID, p.Name, "ServicePrincipal"
}

func (p *ServicePrincipal) target(changed ...Object) Object {
	return target("ServicePrincipal", p.ID, p.Name, changed...)
}

func (p *ServicePrincipal) asMember(now time.Time) Object {
	o := p.at(now)
	if o != nil {
		o["@odata.type"] = "#microsoft.graph.servicePrincipal"
	}
	return o
}

// Credential is a secret or certificate that an application logs in with.
type Credential struct {
	KeyID, Name string
	kind        string // Password, AsymmetricX509Cert
	from, till  time.Time
}

// described is the credential as audits write it.
func (c Credential) described() string {
	return fmt.Sprintf("[KeyIdentifier=%s,KeyType=%s,KeyUsage=Verify,DisplayName=%s]", c.KeyID, c.kind, c.Name)
}

// object is the credential as applications show it. Nobody is shown the secret, but
// three letters of it and the hint of a certificate, which Graph gives to anybody
// who may read applications.
func (c Credential) object() Object {
	o := Object{"displayName": c.Name, "keyId": c.KeyID, "startDateTime": stamp(c.from), "endDateTime": stamp(c.till)}
	if c.kind == "Password" {
		return o.With(Object{"customKeyIdentifier": nil, "hint": identity("hint", c.KeyID)[:3], "secretText": nil})
	}
	return o.With(Object{"customKeyIdentifier": strings.ToUpper(strings.ReplaceAll(identity("thumbprint", c.KeyID), "-", "")), "key": nil, "type": c.kind, "usage": "Verify"})
}

func (a *Application) credential(name, kind string, from, till time.Time) Credential {
	return Credential{KeyID: a.t.id("credential", a.Name, name), Name: name, kind: kind, from: from, till: till}
}

// list is where a credential is kept.
func (c Credential) list() string {
	if c.kind == "Password" {
		return "passwordCredentials"
	}
	return "keyCredentials"
}

// Has gives the application a secret from before the story.
func (a *Application) Has(name string, from, till time.Time) *Application {
	c := a.credential(name, "Password", from, till)
	a.began[c.list()] = append(a.began[c.list()].([]Object), c.object())
	return a
}

// AddSecret adds a client secret.
func (a *Application) AddSecret(by Actor, at time.Time, name string, till time.Time) Change {
	return a.addCredential(by, at, a.credential(name, "Password", at, till))
}

// AddCertificate adds a certificate.
func (a *Application) AddCertificate(by Actor, at time.Time, name string, till time.Time) Change {
	return a.addCredential(by, at, a.credential(name, "AsymmetricX509Cert", at, till))
}

func (a *Application) addCredential(by Actor, at time.Time, k Credential) Change {
	return a.credentials(by, at, "add credential", k.KeyID, func(o Object) { o[k.list()] = append(o[k.list()].([]Object), k.object()) })
}

// RemoveSecret removes a credential by its name.
func (a *Application) RemoveSecret(by Actor, at time.Time, name string) Change {
	k := a.credential(name, "Password", at, at)
	return a.credentials(by, at, "remove credential", k.KeyID, func(o Object) {
		o[k.list()] = slices.DeleteFunc(o[k.list()].([]Object), func(x Object) bool { return x["keyId"] == k.KeyID })
	})
}

// credentials changes the credentials. The portal's action is logged twice: as the
// management of secrets, with the descriptions before and after, and as an update.
func (a *Application) credentials(by Actor, at time.Time, what, keyID string, apply func(Object)) Change {
	c := a.t.change(at, what, a.ID, keyID)
	a.change(c.At, apply, func(before, after Object) []Object {
		changed := a.target(modified("KeyDescription", descriptions(before), descriptions(after)), updated("KeyDescription"))
		appID := append(userAgent(by), detail("AppId", a.AppID))
		return []Object{
			c.log(audit{activity: secretsManaged, by: by, targets: []Object{changed}, details: appID}),
			c.log(audit{activity: "Update application", by: by, targets: []Object{a.target(updated())}, details: appID}),
		}
	})
	return c
}

func descriptions(of Object) []string {
	out := []string{}
	for _, kept := range []struct{ list, kind string }{{"keyCredentials", "AsymmetricX509Cert"}, {"passwordCredentials", "Password"}} {
		for _, k := range of[kept.list].([]Object) {
			out = append(out, Credential{KeyID: k["keyId"].(string), Name: k["displayName"].(string), kind: kept.kind}.described())
		}
	}
	return out
}

func (a *Application) target(changed ...Object) Object {
	return target("Application", a.ID, a.Name, changed...)
}

// Added logs that the application was registered.
func (a *Application) Added(by Actor) Change {
	c := a.t.change(a.born, "add application", a.ID)
	a.t.tell(c.log(audit{activity: "Add application", by: by, targets: []Object{a.target(
		modified("AppId", list[string](), list(a.AppID)), modified("DisplayName", list[string](), list(a.Name)), updated("AppId", "DisplayName"))}}))
	return c
}

// AddCredential adds a secret to the service principal itself, which no portal does.
func (p *ServicePrincipal) AddCredential(by Actor, at time.Time, name string, till time.Time) Change {
	c := p.t.change(at, "add service principal credential", p.ID, name)
	k := Credential{KeyID: p.t.id("credential", p.Name, name), Name: name, kind: "Password", from: at, till: till}
	p.change(c.At, func(o Object) { o[k.list()] = append(o[k.list()].([]Object), k.object()) }, func(before, after Object) []Object {
		return []Object{c.log(audit{activity: "Add service principal credentials", by: by, targets: []Object{p.target(
			modified("KeyDescription", descriptions(before), descriptions(after)), updated("KeyDescription"), modified("TargetId.ServicePrincipalNames", nil, p.AppID))}})}
	})
	return c
}

// Consent lets an application act with delegated scopes: for everybody (an
// administrator's consent), or for who consents alone.
func (p *ServicePrincipal) Consent(by *User, at time.Time, forAll bool, scopes ...string) Change {
	c := p.t.change(at, "consent", p.ID, by.ID)
	kind, principal := "Principal", by.ID
	if forAll {
		kind, principal = "AllPrincipals", ""
	}
	grant := fmt.Sprintf("[] => [[Id: %s, ClientId: %s, PrincipalId: %s, ResourceId: %s, ConsentType: %s, Scope:  %s, CreatedDateTime: , LastModifiedDateTime ]]; ",
		identity("grant", c.Correlation), p.ID, principal, p.t.id("service principal", "Microsoft Graph"), kind, strings.Join(scopes, " "))
	resource := target("ServicePrincipal", p.t.id("service principal", "Microsoft Graph"), "Microsoft Graph",
		modified("DelegatedPermissionGrant.Scope", nil, " "+strings.Join(scopes, " ")), modified("DelegatedPermissionGrant.ConsentType", nil, kind),
		modified("ServicePrincipal.ObjectID", nil, p.ID), modified("TargetId.ServicePrincipalNames", nil, microsoftGraph))
	said := func(b bool) string {
		if b {
			return "True"
		}
		return "False"
	}
	p.t.tell(
		c.log(audit{activity: "Add delegated permission grant", by: by, targets: []Object{resource, p.target()}}),
		c.log(audit{activity: "Consent to application", by: by, targets: []Object{p.target(
			modified("ConsentContext.IsAdminConsent", nil, said(forAll)), modified("ConsentContext.IsAppOnly", nil, "False"), modified("ConsentContext.OnBehalfOfAll", nil, said(forAll)),
			modified("ConsentContext.Tags", nil, "WindowsAzureActiveDirectoryIntegratedApp"), modified("ConsentAction.Permissions", nil, grant),
			modified("TargetId.ServicePrincipalNames", nil, p.AppID),
		)}}),
	)
	return c
}

// microsoftGraph is the appId of Microsoft Graph.
const microsoftGraph = "00000003-0000-0000-c000-000000000000"

// Grant gives an application a permission of Microsoft Graph to be used without a user.
func (p *ServicePrincipal) Grant(by Actor, at time.Time, permission string) Change {
	c := p.t.change(at, "grant", p.ID, permission)
	p.t.tell(c.log(audit{activity: "Add app role assignment to service principal", by: by, targets: []Object{
		target("ServicePrincipal", p.t.id("service principal", "Microsoft Graph"), "Microsoft Graph",
			modified("AppRole.Id", nil, identity("app role", permission)), modified("AppRole.Value", nil, permission), modified("AppRole.DisplayName", nil, permission),
			modified("AppRoleAssignment.CreatedDateTime", nil, stamp(c.At)), modified("AppRoleAssignment.LastModifiedDateTime", nil, stamp(c.At)),
			modified("ServicePrincipal.ObjectID", nil, p.ID), modified("ServicePrincipal.DisplayName", nil, p.Name), modified("ServicePrincipal.AppId", nil, p.AppID),
			modified("TargetId.ServicePrincipalNames", nil, microsoftGraph)),
		p.target(),
	}}))
	return c
}

func (t *Tenant) applicationsAt(now time.Time) []Object {
	out := []Object{}
	for _, a := range t.apps {
		if o := a.at(now); o != nil {
			out = append(out, o)
		}
	}
	return out
}

func (t *Tenant) principalsAt(now time.Time) []Object {
	out := []Object{}
	for _, p := range t.principals {
		if o := p.at(now); o != nil {
			out = append(out, o)
		}
	}
	return out
}
