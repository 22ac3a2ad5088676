package graph

import "fmt"

// activity is an action as the audit log knows it: which service logs it, in which
// category, as what kind of operation. Names and categories are those of Microsoft's
// audit activity reference.
type activity struct{ service, category, operation string }

// Services that log directory audits.
const (
	core              = "Core Directory"
	pim               = "PIM"
	conditionalAccess = "Conditional Access"
	protection        = "Identity Protection"
)

// idPrefix begins the ids of what a service logs.
var idPrefix = map[string]string{core: "Directory", pim: "PIM", conditionalAccess: "IPCGraph", protection: "IPCGraph"}

// secretsManaged ends with a space and has a dash that is no hyphen, as in real logs.
const secretsManaged = "Update application – Certificates and secrets management "

var activities = map[string]activity{
	"Add user":        {core, "UserManagement", "Add"},
	"Update user":     {core, "UserManagement", "Update"},
	"Disable account": {core, "UserManagement", "Update"},
	"Enable account":  {core, "UserManagement", "Update"},
	"Delete user":     {core, "UserManagement", "Delete"},

	"Add group":                {core, "GroupManagement", "Add"},
	"Update group":             {core, "GroupManagement", "Update"},
	"Delete group":             {core, "GroupManagement", "Delete"},
	"Add member to group":      {core, "GroupManagement", "Assign"},
	"Remove member from group": {core, "GroupManagement", "Unassign"},
	"Add owner to group":       {core, "GroupManagement", "Assign"},
	"Remove owner from group":  {core, "GroupManagement", "Unassign"},

	"Add member to role":      {core, "RoleManagement", "Assign"},
	"Remove member from role": {core, "RoleManagement", "Unassign"},

	"Add eligible member to role in PIM requested (permanent)": {pim, "RoleManagement", "CreateRequestEligibleRoleAssignment"},
	"Add eligible member to role in PIM completed (permanent)": {pim, "RoleManagement", "AssignEligibleRole"},
	"Add eligible member to role in PIM requested (timebound)": {pim, "RoleManagement", "CreateRequestEligibleRoleAssignment"},
	"Add eligible member to role in PIM completed (timebound)": {pim, "RoleManagement", "AssignEligibleRole"},
	"Add member to role in PIM requested (permanent)":          {pim, "RoleManagement", "CreateRequestPermanentGrantedRole"},
	"Add member to role in PIM completed (permanent)":          {pim, "RoleManagement", "AssignPermanentGrantedRole"},
	"Add member to role in PIM requested (timebound)":          {pim, "RoleManagement", "CreateRequestGrantedRole"},
	"Add member to role in PIM completed (timebound)":          {pim, "RoleManagement", "AssignGrantedRole"},
	"Add member to role outside of PIM (permanent)":            {pim, "RoleManagement", "AssignPermanentGrantedRole"},
	"Remove member from role in PIM completed (permanent)":     {pim, "RoleManagement", "RemovePermanentDirectRole"},
	"Add member to role requested (PIM activation)":            {pim, "RoleManagement", "CreateRequestActivateRole"},
	"Add member to role approval requested (PIM activation)":   {pim, "RoleManagement", "AddApprovalRequest"},
	"Add member to role request approved (PIM activation)":     {pim, "RoleManagement", "ApproveRequest"},
	"Add member to role request denied (PIM activation)":       {pim, "RoleManagement", "DenyRequest"},
	"Add member to role completed (PIM activation)":            {pim, "RoleManagement", "ActivateRole"},
	"Remove member from role (PIM activation expired)":         {pim, "RoleManagement", "DeactivateRole"},
	"Remove member from role completed (PIM deactivate)":       {pim, "RoleManagement", "DeactivateRole"},

	"Add conditional access policy":    {conditionalAccess, "Policy", "Add"},
	"Update conditional access policy": {conditionalAccess, "Policy", "Update"},
	"Delete conditional access policy": {conditionalAccess, "Policy", "Delete"},
	"Add named location":               {conditionalAccess, "Policy", "Add"},
	"Update named location":            {conditionalAccess, "Policy", "Update"},
	"Add policy":                       {core, "Policy", "Add"},
	"Update policy":                    {core, "Policy", "Update"},
	"Delete policy":                    {core, "Policy", "Delete"},

	"Add application":                              {core, "ApplicationManagement", "Add"},
	"Update application":                           {core, "ApplicationManagement", "Update"},
	secretsManaged:                                 {core, "ApplicationManagement", "Update"},
	"Add service principal":                        {core, "ApplicationManagement", "Add"},
	"Add service principal credentials":            {core, "ApplicationManagement", "Update"},
	"Remove service principal credentials":         {core, "ApplicationManagement", "Update"},
	"Update service principal":                     {core, "ApplicationManagement", "Update"},
	"Consent to application":                       {core, "ApplicationManagement", "Assign"},
	"Add delegated permission grant":               {core, "ApplicationManagement", "Assign"},
	"Add app role assignment to service principal": {core, "ApplicationManagement", "Assign"},
	"Add owner to application":                     {core, "ApplicationManagement", "Assign"},

	"DismissUser":        {protection, "Other", "Update"},
	"ConfirmCompromised": {protection, "Other", "Update"},
	"ConfirmSafe":        {protection, "Other", "Update"},
}

func activityOf(name string) activity {
	a, ok := activities[name]
	if !ok {
		panic(fmt.Sprintf("graph: no activity of Entra's is called %q", name))
	}
	return a
}
