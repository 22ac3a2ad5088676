package m365

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
)

// everything is the permission to read the records of all services.
const everything = "AuditLogsQuery.Read.All"

// services are those that have a permission of their own, by their names in settings,
// with how Microsoft calls them.
var services = map[string]struct{ name, permission string }{
	"crm":        {"Dynamics CRM", "AuditLogsQuery-CRM.Read.All"},
	"endpoint":   {"Data Loss Prevention for Endpoint", "AuditLogsQuery-Endpoint.Read.All"},
	"entra":      {"Entra", "AuditLogsQuery-Entra.Read.All"},
	"exchange":   {"Exchange", "AuditLogsQuery-Exchange.Read.All"},
	"onedrive":   {"OneDrive", "AuditLogsQuery-OneDrive.Read.All"},
	"sharepoint": {"SharePoint", "AuditLogsQuery-SharePoint.Read.All"},
}

func serviceNames() []string { return slices.Sorted(maps.Keys(services)) }

// permissions are the least that reading needs.
var permissions = map[string][]collectors.Permission{
	AuditRecord: {{
		System: collectors.Graph, Name: everything,
		Note: evidence.Text{
			JA: "一部のサービスに限る場合は、代わりにそのサービスの権限（AuditLogsQuery-Exchange.Read.All、AuditLogsQuery-SharePoint.Read.All、AuditLogsQuery-OneDrive.Read.All 等）を付与し、設定の services に記載する",
			EN: "for some services alone, those of the services (AuditLogsQuery-Exchange.Read.All, AuditLogsQuery-SharePoint.Read.All, AuditLogsQuery-OneDrive.Read.All …) instead, with services in the settings",
		},
	}},
}

// Permissions are those of the services that settings name, or that of all.
func (s *source) Permissions(kind string) []collectors.Permission {
	if kind != AuditRecord || len(s.settings.Services) == 0 {
		return permissions[kind]
	}
	var list []collectors.Permission
	for _, name := range slices.Sorted(slices.Values(s.settings.Services)) {
		list = append(list, collectors.Permission{System: collectors.Graph, Name: services[name].permission})
	}
	return list
}

// needed names the permissions for findings.
func needed() string {
	var names []string
	for _, p := range permissions[AuditRecord] {
		names = append(names, p.Name)
	}
	return strings.Join(names, ", ")
}

// readable notes what the application's permissions leave out. Graph says nothing of
// it: it gives the records of the services that may be read as if there were no others.
func (r *run) readable(ctx context.Context) error {
	roles, err := r.client.Roles(ctx)
	if err != nil {
		return err
	}
	if len(roles) == 0 || slices.Contains(roles, everything) {
		return nil
	}
	var read, hidden []string
	for _, name := range serviceNames() {
		switch s := services[name]; {
		case slices.Contains(roles, s.permission):
			read = append(read, s.name)
		case slices.Contains(r.settings.Services, name):
			hidden = append(hidden, name)
		}
	}
	if len(read) == 0 {
		return nil // Graph refuses, and says why
	}
	r.narrow = true
	for _, name := range hidden {
		r.at.Tally.gap(evidence.Finding{Code: "not_readable", Object: "audit records of " + services[name].name, Detail: "the application has no permission for them; needed: " + services[name].permission})
	}
	if len(r.settings.Services) == 0 {
		r.at.Tally.gap(evidence.Finding{
			Code: "not_readable", Object: "audit records of services other than " + strings.Join(read, ", "),
			Detail: "the application has permissions for some services alone; needed: " + needed() + ", or services in the settings",
		})
		return nil
	}
	r.at.Tally.note(evidence.Finding{Code: "some_services_only", Object: strings.Join(read, ", ")})
	return nil
}
