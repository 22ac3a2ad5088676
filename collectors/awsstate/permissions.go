package awsstate

import (
	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
)

var (
	findRegions = collectors.Permission{System: collectors.AWS, Name: "ec2:DescribeRegions", Note: evidence.Text{
		JA: "有効なリージョンの検出（設定 regions を指定する場合は不要）", EN: "to find the regions that are enabled, unless the setting regions lists them",
	}}
	findAccounts = collectors.Permission{System: collectors.AWS, Name: "organizations:ListAccounts", Note: evidence.Text{
		JA: "組織のアカウントの列挙（設定 accounts が organization の場合）", EN: "to list the organization's accounts, where the setting accounts is organization",
	}}
	findHome = collectors.Permission{System: collectors.AWS, Name: "organizations:DescribeOrganization", Note: evidence.Text{
		JA: "組織の管理アカウントの特定", EN: "to find the organization's management account",
	}}
)

// permissions are what each kind needs, as the driver declares it.
func permissions() map[string][]collectors.Permission {
	all := map[string][]collectors.Permission{}
	for _, k := range table {
		all[k.name] = k.permissions()
		switch k.where {
		case regional:
			all[k.name] = append(all[k.name], findRegions, findAccounts)
		case global:
			all[k.name] = append(all[k.name], findAccounts)
		case organization:
			all[k.name] = with(all[k.name], findHome)
		}
	}
	return all
}

func (k kind) permissions() []collectors.Permission {
	var list []collectors.Permission
	for _, n := range k.needs {
		list = append(list, collectors.Permission{System: collectors.AWS, Name: n.action, Note: n.note})
	}
	return list
}

// with adds a permission that is not there.
func with(list []collectors.Permission, p collectors.Permission) []collectors.Permission {
	for _, have := range list {
		if have.Name == p.Name {
			return list
		}
	}
	return append(list, p)
}

// Permissions are those that the source needs as it is configured, with the roles
// that are assumed.
func (s *source) Permissions(kind string) []collectors.Permission {
	k, ok := kindOf(kind)
	if !ok {
		return nil
	}
	list := k.permissions()
	switch {
	case k.where == organization:
		return s.settings.Settings.Permissions(with(list, findHome)...)
	case k.where == regional && len(s.settings.Regions) == 0:
		list = with(list, findRegions)
	}
	if s.settings.Accounts.organization {
		list = with(list, findAccounts)
	}
	if s.settings.AccountRole != "" {
		list = append(list, collectors.Permission{
			System: collectors.AWSCaller, Name: "sts:AssumeRole", Resource: "arn:aws:iam::*:role/" + s.settings.AccountRole,
		})
	}
	return s.settings.Settings.Permissions(list...)
}

// neededFor tells an error's reader what was missing.
func neededFor(action string) string {
	return "needed: " + collectors.Needed([]collectors.Permission{{System: collectors.AWS, Name: action}})
}
