package entraid

import (
	"slices"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
)

// The record kinds.
const (
	SignIn                  = "entraid.sign_in"
	DirectoryAudit          = "entraid.directory_audit"
	User                    = "entraid.user"
	Group                   = "entraid.group"
	RoleAssignment          = "entraid.role_assignment"
	PIMRequest              = "entraid.pim_request"
	ConditionalAccessPolicy = "entraid.conditional_access_policy"
	NamedLocation           = "entraid.named_location"
	AuthMethodRegistration  = "entraid.auth_method_registration"
	RiskDetection           = "entraid.risk_detection"
	RiskyUser               = "entraid.risky_user"
	Application             = "entraid.application"
	ServicePrincipal        = "entraid.service_principal"
	Organization            = "entraid.organization"
)

// kind is what is known of a record kind beforehand.
type kind struct {
	name    string
	form    evidence.Form
	daily   bool          // a log: one unit a day
	settles time.Duration // how long after a day its records still arrive or change
	title   evidence.Text
	licence evidence.Text // what the tenant must have beside the permissions; may be empty
	needs   []need        // the permissions, that of the kind's own list first
}

// need is an application permission of Microsoft Graph.
type need struct {
	name string
	note evidence.Text // what it is for, where it is not for the list itself
}

// Licences that a tenant may lack.
var (
	p1 = evidence.Text{JA: "Microsoft Entra ID P1 又は P2 のライセンス", EN: "a licence of Microsoft Entra ID P1 or P2"}
	p2 = evidence.Text{JA: "Microsoft Entra ID P2 又は Microsoft Entra ID Governance のライセンス", EN: "a licence of Microsoft Entra ID P2 or Microsoft Entra ID Governance"}
)

// The permissions that several kinds need.
const (
	readAuditLog     = "AuditLog.Read.All"
	readPolicies     = "Policy.Read.All"
	readUsers        = "User.Read.All"
	readLeaving      = "User-LifeCycleInfo.Read.All"
	readGroups       = "GroupMember.Read.All"
	readHidden       = "Member.Read.Hidden"
	readActive       = "RoleAssignmentSchedule.Read.Directory"
	readEligible     = "RoleEligibilitySchedule.Read.Directory"
	readRoles        = "RoleManagement.Read.Directory"
	askAssignments   = "RoleAssignmentSchedule.ReadWrite.Directory"
	askEligibilities = "RoleEligibilitySchedule.ReadWrite.Directory"
	readRiskEvents   = "IdentityRiskEvent.Read.All"
	readRiskyUsers   = "IdentityRiskyUser.Read.All"
	readApplications = "Application.Read.All"
	readOrganization = "Organization.Read.All"
)

var writesToo = evidence.Text{
	JA: "Microsoft Graph には、申請の一覧を読み取るだけのアプリケーション権限がない。変更の権限を与えない場合は付与せず、設定の except に entraid.pim_request を挙げる",
	EN: "Microsoft Graph has no application permission that only reads the list of requests; where one that may write is not acceptable, leave it out and name entraid.pim_request in the setting except",
}

// table is every kind, in the order in which they are planned. Permissions are the
// least privileged application permissions of Graph's reference.
var table = []kind{
	{
		name: SignIn, form: evidence.Mutable, daily: true, settles: 72 * time.Hour, licence: p1,
		title: evidence.Text{JA: "サインイン", EN: "sign-in"},
		needs: []need{{name: readAuditLog}, {readPolicies, evidence.Text{
			JA: "サインインに適用された条件付きアクセスポリシーの詳細（appliedConditionalAccessPolicies）。ない場合、Microsoft Graph はこれを省く",
			EN: "for the conditional access policies that applied to a sign-in (appliedConditionalAccessPolicies), which Graph leaves out without it",
		}}},
	},
	{
		name: DirectoryAudit, form: evidence.Mutable, daily: true, settles: 72 * time.Hour,
		title: evidence.Text{JA: "ディレクトリの監査ログ", EN: "directory audit"},
		needs: []need{{name: readAuditLog}},
	},
	{
		name: User, form: evidence.Snapshot,
		title: evidence.Text{JA: "ユーザー（削除済みを含む）", EN: "user, deleted ones too"},
		needs: []need{{name: readUsers}, {readAuditLog, evidence.Text{
			JA: "最終サインイン（signInActivity）。" + p1.JA + "も要る", EN: "for the last sign-in (signInActivity); takes " + p1.EN + " too",
		}}, {readLeaving, evidence.Text{JA: "退職日時（employeeLeaveDateTime）", EN: "for the leaving time (employeeLeaveDateTime)"}}},
	},
	{
		name: Group, form: evidence.Snapshot,
		title: evidence.Text{JA: "グループとその構成員及び所有者", EN: "group with its members and owners"},
		needs: []need{{name: readGroups}, {readUsers, evidence.Text{
			JA: "構成員であるユーザーの名前と状態", EN: "for the names and state of the users among the members",
		}}, {readApplications, evidence.Text{
			JA: "構成員であるアプリケーションの名前", EN: "for the names of the applications among the members",
		}}, {readHidden, evidence.Text{
			JA: "構成員が非表示のグループがある場合", EN: "where there are groups with hidden membership",
		}}},
	},
	{
		name: RoleAssignment, form: evidence.Snapshot, licence: p2,
		title: evidence.Text{JA: "ロールの割当て（有効及び資格）", EN: "role assignment, active or eligible"},
		needs: []need{{name: readActive}, {name: readEligible}, {readRoles, evidence.Text{
			JA: "Privileged Identity Management のライセンスがないテナントの場合", EN: "where the tenant has no licence for Privileged Identity Management",
		}}},
	},
	{
		name: PIMRequest, form: evidence.Mutable, licence: p2,
		title: evidence.Text{JA: "特権ロールの申請（PIM）", EN: "request for a privileged role (PIM)"},
		needs: []need{{askAssignments, writesToo}, {askEligibilities, writesToo}},
	},
	{
		name: ConditionalAccessPolicy, form: evidence.Snapshot, licence: p1,
		title: evidence.Text{JA: "条件付きアクセスポリシー", EN: "conditional access policy"},
		needs: []need{{name: readPolicies}},
	},
	{
		name: NamedLocation, form: evidence.Snapshot, licence: p1,
		title: evidence.Text{JA: "ネームドロケーション", EN: "named location"},
		needs: []need{{name: readPolicies}},
	},
	{
		name: AuthMethodRegistration, form: evidence.Snapshot, licence: p1,
		title: evidence.Text{JA: "認証方法の登録状況", EN: "registration of authentication methods"},
		needs: []need{{name: readAuditLog}},
	},
	{
		name: RiskDetection, form: evidence.Mutable, daily: true, settles: 30 * 24 * time.Hour, licence: p2,
		title: evidence.Text{JA: "リスクの検出", EN: "risk detection"},
		needs: []need{{name: readRiskEvents}},
	},
	{
		name: RiskyUser, form: evidence.Snapshot, licence: p2,
		title: evidence.Text{JA: "危険なユーザー", EN: "risky user"},
		needs: []need{{name: readRiskyUsers}},
	},
	{
		name: Application, form: evidence.Snapshot,
		title: evidence.Text{JA: "アプリケーションの登録", EN: "application registration"},
		needs: []need{{name: readApplications}},
	},
	{
		name: ServicePrincipal, form: evidence.Snapshot,
		title: evidence.Text{JA: "サービスプリンシパル", EN: "service principal"},
		needs: []need{{name: readApplications}},
	},
	{
		name: Organization, form: evidence.Snapshot,
		title: evidence.Text{JA: "組織（テナント）", EN: "organization (tenant)"},
		needs: []need{{name: readOrganization}},
	},
}

// kindOf finds a kind in the table.
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
		list = append(list, collectors.Kind{
			Name: k.name, Title: k.title, Form: k.form, Settles: k.settles,
			Methods: []evidence.Method{evidence.PagesExhausted},
		})
	}
	return list
}

// permissions are what each kind needs, as the driver declares it.
func permissions() map[string][]collectors.Permission {
	all := map[string][]collectors.Permission{}
	for _, k := range table {
		for i, n := range k.needs {
			note := n.note
			if i == 0 && k.licence.Complete() {
				note = and(note, k.licence)
			}
			all[k.name] = append(all[k.name], collectors.Permission{System: collectors.Graph, Name: n.name, Note: note})
		}
	}
	return all
}

// and adds the licence that a list takes to what there is to be said of it.
func and(note, licence evidence.Text) evidence.Text {
	takes := evidence.Text{JA: licence.JA + "が要る", EN: "takes " + licence.EN}
	if !note.Complete() {
		return takes
	}
	return evidence.Text{JA: takes.JA + "。" + note.JA, EN: takes.EN + "; " + note.EN}
}
