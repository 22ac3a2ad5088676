package entraidexport

import (
	"slices"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
)

// The record kinds. They are those of the collector that asks Microsoft Graph, and
// mean the same by their identities.
const (
	SignIn         = "entraid.sign_in"
	DirectoryAudit = "entraid.directory_audit"
	RiskDetection  = "entraid.risk_detection"
	RiskyUser      = "entraid.risky_user"
)

// How far around a unit's window the files are read. An hour's file holds what
// was received in that hour, whenever it happened.
const (
	early    = time.Hour           // before the window: clocks that differ
	late     = 72 * time.Hour      // after the window: what arrives late
	lateRisk = 30 * 24 * time.Hour // of risk detections, which are written again when their state changes
)

// kind is what is known of a record kind beforehand.
type kind struct {
	name  string
	form  evidence.Form
	daily bool          // one unit a day; others have one for the period
	late  time.Duration // how long after a window its records may still arrive, and are looked for
	at    string        // the property that says when it happened
	few   bool          // few enough to be held, so that of each the last version alone is kept
	title evidence.Text
}

// table is every kind, in the order in which they are planned.
var table = []kind{
	{
		name: SignIn, form: evidence.Mutable, daily: true, late: late, at: "createdDateTime",
		title: evidence.Text{JA: "サインイン", EN: "sign-in"},
	},
	{
		name: DirectoryAudit, form: evidence.Mutable, daily: true, late: late, at: "activityDateTime",
		title: evidence.Text{JA: "ディレクトリの監査ログ", EN: "directory audit"},
	},
	{
		name: RiskDetection, form: evidence.Mutable, daily: true, late: lateRisk, at: "detectedDateTime", few: true,
		title: evidence.Text{JA: "リスクの検出", EN: "risk detection"},
	},
	{
		name: RiskyUser, form: evidence.Snapshot, late: late, at: "riskLastUpdatedDateTime", few: true,
		title: evidence.Text{JA: "危険なユーザー", EN: "risky user"},
	},
}

func kindOf(name string) (kind, bool) {
	at := slices.IndexFunc(table, func(k kind) bool { return k.name == name })
	if at < 0 {
		return kind{}, false
	}
	return table[at], true
}

// kinds lists what the driver yields.
func kinds() []collectors.Kind {
	var list []collectors.Kind
	for _, k := range table {
		// What is still being written is not read: the last of the files that are looked
		// at can be so much later.
		settles := k.late + 2*settling
		if k.form == evidence.Snapshot {
			settles = 0
		}
		list = append(list, collectors.Kind{
			Name: k.name, Title: k.title, Form: k.form, Settles: settles,
			Methods: []evidence.Method{evidence.PagesExhausted},
		})
	}
	return list
}

// category is a category of the diagnostic settings.
type category struct {
	name      string // as a record says it
	kind      string
	container string // behind "insights-logs-"
	event     string // of a sign-in: its type as Graph names it
}

var categories = []category{
	{"SignInLogs", SignIn, "signinlogs", "interactiveUser"},
	{"NonInteractiveUserSignInLogs", SignIn, "noninteractiveusersigninlogs", "nonInteractiveUser"},
	{"ServicePrincipalSignInLogs", SignIn, "serviceprincipalsigninlogs", "servicePrincipal"},
	{"ManagedIdentitySignInLogs", SignIn, "managedidentitysigninlogs", "managedIdentity"},
	{"AuditLogs", DirectoryAudit, "auditlogs", ""},
	{"UserRiskEvents", RiskDetection, "userriskevents", ""},
	{"RiskyUsers", RiskyUser, "riskyusers", ""},
}

// sparse are the categories of which a whole day without a record is nothing
// unusual, unless settings say otherwise.
var sparse = []string{"ServicePrincipalSignInLogs", "ManagedIdentitySignInLogs", "UserRiskEvents", "RiskyUsers"}

func categoryNamed(name string) (category, bool) {
	at := slices.IndexFunc(categories, func(c category) bool { return c.name == name })
	if at < 0 {
		return category{}, false
	}
	return categories[at], true
}

// categoryOf is the category of a sign-in's type.
func categoryOf(event string) (category, bool) {
	at := slices.IndexFunc(categories, func(c category) bool { return c.event != "" && c.event == event })
	if at < 0 {
		return category{}, false
	}
	return categories[at], true
}

// categories lists the names of a kind's categories.
func (k kind) categories() []string {
	var list []string
	for _, c := range categories {
		if c.kind == k.name {
			list = append(list, c.name)
		}
	}
	return list
}
