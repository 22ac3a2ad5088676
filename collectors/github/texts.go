package github

import (
	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
)

// kinds lists what the driver yields.
func kinds() []collectors.Kind {
	var list []collectors.Kind
	for _, k := range []struct {
		name  string
		form  evidence.Form
		title evidence.Text
	}{
		{PullRequest, evidence.Mutable, evidence.Text{JA: "プルリクエスト", EN: "pull request"}},
		{Commit, evidence.Mutable, evidence.Text{JA: "保護対象ブランチのコミット", EN: "commit of a protected branch"}},
		{Codeowners, evidence.Event, evidence.Text{JA: "CODEOWNERS ファイル", EN: "CODEOWNERS file"}},
		{Issue, evidence.Mutable, evidence.Text{JA: "GitHub Issue", EN: "GitHub issue"}},
		{Team, evidence.Snapshot, evidence.Text{JA: "チームとその構成員", EN: "team and its members"}},
		{Repository, evidence.Snapshot, evidence.Text{JA: "リポジトリ", EN: "repository"}},
		{BranchProtection, evidence.Snapshot, evidence.Text{JA: "ブランチ保護の設定", EN: "protection of a branch"}},
		{Ruleset, evidence.Snapshot, evidence.Text{JA: "ルールセット", EN: "ruleset"}},
		{Deployment, evidence.Mutable, evidence.Text{JA: "デプロイ", EN: "deployment"}},
		{WorkflowRun, evidence.Mutable, evidence.Text{JA: "ワークフローの実行", EN: "workflow run"}},
		{RefUpdate, evidence.Mutable, evidence.Text{JA: "ブランチへのプッシュ", EN: "push to a branch"}},
		{AuditEvent, evidence.Event, evidence.Text{JA: "監査ログのイベント", EN: "audit log event"}},
	} {
		list = append(list, collectors.Kind{Name: k.name, Title: k.title, Form: k.form, Methods: methodsOf(k.name)})
	}
	return list
}

// methodsOf lists the methods that a kind's claims may use.
func methodsOf(kind string) []evidence.Method {
	list := []evidence.Method{methods[kind]}
	if kind == Commit {
		list = append(list, evidence.PagesExhausted) // where GitHub's count cannot be held against what was read
	}
	return list
}

// texts explains every code of this driver's claims.
var texts = map[string]evidence.Text{
	"lists_read":             {JA: "末尾まで読み取った一覧", EN: "lists read to their ends"},
	"commits_of_the_history": {JA: "保護対象ブランチの履歴上のコミット", EN: "commits in the history of the protected branches"},
	"codeowners_files":       {JA: "参照された CODEOWNERS ファイル", EN: "CODEOWNERS files referred to"},
	"workflow_runs":          {JA: "ワークフローの実行", EN: "workflow runs"},

	"records_read":                 {JA: "読み取ったレコード", EN: "records read"},
	"records_kept":                 {JA: "保存したレコード", EN: "records kept"},
	"pull_requests_met":            {JA: "期間内に更新されたプルリクエスト", EN: "pull requests updated since the period began"},
	"branches_reconciled":          {JA: "突合したブランチ", EN: "branches reconciled"},
	"commits_of_pull_requests":     {JA: "マージ済みプルリクエストに属するコミット", EN: "commits that belong to a merged pull request"},
	"commits_without_pull_request": {JA: "マージ済みプルリクエストに属さないコミット", EN: "commits that belong to no merged pull request"},
	"commits_dated_outside":        {JA: "コミット日時が期間外であるが期間内にプッシュされたコミット", EN: "commits pushed in the period that date themselves outside it"},
	"references_to_no_issue":       {JA: "Issue として存在しなかった参照", EN: "references that are no issue's"},

	"not_readable":             {JA: "権限がないため取得不可", EN: "not readable for want of a permission"},
	"pull_request_unreadable":  {JA: "GitHub から取得できないプルリクエストがある", EN: "a pull request that GitHub does not give"},
	"pull_request_incomplete":  {JA: "一覧の一部を取得できないプルリクエストがある", EN: "a pull request with a list that cannot be read"},
	"list_cut_short":           {JA: "GitHub が全件を返さない一覧がある（該当する項目は統制が個別に判定する）", EN: "a list that GitHub does not give whole; controls judge the item by what is there"},
	"older_than_180_days":      {JA: "監査ログの保持期間（180 日）を過ぎており取得できない", EN: "older than the 180 days that the audit log is kept"},
	"branch_gone":              {JA: "期間内に削除された保護対象のブランチがあり、その履歴を読み取れない", EN: "a protected branch that was deleted in the period, whose history cannot be read"},
	"commit_unreadable":        {JA: "GitHub から取得できないコミットがある", EN: "a commit that GitHub does not give"},
	"branch_unreadable":        {JA: "履歴を取得できないブランチがある", EN: "a branch whose history cannot be read"},
	"deployment_unreadable":    {JA: "GitHub から取得できないデプロイがある", EN: "a deployment that GitHub does not give"},
	"file_unreadable":          {JA: "GitHub から取得できない CODEOWNERS ファイルがある", EN: "a CODEOWNERS file that GitHub does not give"},
	"pushed_commit_gone":       {JA: "プッシュされたコミットが GitHub に残っていない", EN: "a pushed commit that GitHub no longer has"},
	"push_too_large":           {JA: "一回のプッシュに含まれるコミットが多すぎ、全件を確認できない", EN: "a push with more commits than are looked at"},
	"more_rules_than_read":     {JA: "読み取り上限を超える数の保護ルールがある", EN: "more protection rules than are read"},
	"more_than_searchable":     {JA: "GitHub の検索上限を超える件数がある", EN: "more results than GitHub's search gives"},
	"no_audit_log":             {JA: "組織の監査ログを取得できない", EN: "the organization's audit log cannot be had"},
	"event_without_identity":   {JA: "識別子又は日時のない監査ログのイベントがある", EN: "an audit log event without an identity or a time"},
	"too_many_references":      {JA: "一件のプルリクエストが参照する Issue が多すぎ、一部を確認していない", EN: "a pull request that names more issues than are looked up"},
	"activity_not_available":   {JA: "プッシュの記録を取得できない。コミット日時が期間外の直接プッシュは検出されない", EN: "no record of pushes is to be had; direct pushes of commits dated outside the period are not found"},
	"ruleset_for_all_branches": {JA: "すべてのブランチを対象とするルールセットがある。既定以外のブランチは設定（branches）に挙げたものに限り突合する", EN: "a ruleset applies to all branches; of those beside the default one, only the ones named in settings (branches) are reconciled"},
	"history_out_of_order":     {JA: "コミット日時の順序が履歴の順序と異なるため、GitHub が返した件数（左）より多くのコミット（右）を履歴の末尾まで読み取った", EN: "commits date themselves out of order, so that more were read, to the history's end (right), than GitHub counts (left)"},
	"excluded_by_settings":     {JA: "設定（exclude）により対象外としたリポジトリ", EN: "a repository that is left out by settings (exclude)"},
	"not_an_organization":      {JA: "組織ではないため、チームはない", EN: "not an organization, and so without teams"},
}
