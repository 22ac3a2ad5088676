package demo

// noted is what a control must make of something of the tenant's story. Whatever is not
// here is as usual: the test of the story knows what that is.
type noted struct {
	key string // as the story has marked it
	expectation
}

// note is an exception.
func note(key, control, code, ja, en string) noted {
	return noted{key, exception(control, ja, en, code)}
}

// also adds another code to an exception.
func (n noted) also(code string) noted {
	n.codes = append(n.codes, code)
	return n
}

func fine(key, control string) noted    { return noted{key, passes(control)} }
func outside(key, control string) noted { return noted{key, notApplicable(control)} }

// tenantExpectations are all that the controls must make of the tenant's month that is not
// as usual. When a control's codes change, this is the place.
var tenantExpectations = []noted{
	// ACC-01: sign-ins use more than one factor.
	note("password from home", "ACC-01", "single_factor", "経理-02 が自宅からパスワードのみでサインインした。", "経理-02 signed in from home with a password alone."),
	note("password to the portal", "ACC-01", "single_factor", "it-02 がパスワードのみで Azure Portal にサインインした。", "it-02 signed in to the Azure portal with a password alone."),
	note("factor left out", "ACC-01", "factor_skipped", "営業-01 のサインインで、接続元のアドレスを理由に多要素認証が省略された。", "The second factor of 営業-01 was left out because of the address."),
	note("device remembered, policy content", "ACC-01", "factor_skipped", "営業-02 のサインインで、記憶されたデバイスであることを理由に多要素認証が省略された。", "The second factor of 営業-02 was left out because the device was remembered."),
	note("outcome not told", "ACC-01", "outcome_unknown", "営業-04 のサインインについて、成功したか否かが記録されていない。", "Whether 営業-04 was signed in is not recorded."),
	note("excluded from the policy", "ACC-01", "single_factor", "多要素認証のポリシーから除外された経理-03 が、パスワードのみでサインインした。", "経理-03, who had been excluded from the policy, signed in with a password alone."),
	note("mail by IMAP", "ACC-01", "single_factor", "ops-02 が IMAP によりパスワードのみでサインインした。", "ops-02 signed in by IMAP with a password alone."),
	note("mail on a telephone", "ACC-01", "single_factor", "mob-02 が Exchange ActiveSync によりパスワードのみでサインインした。", "mob-02 signed in by Exchange ActiveSync with a password alone."),
	note("a client with no name", "ACC-01", "single_factor", "dev-07 が旧式のクライアントによりパスワードのみでサインインした。", "dev-07 signed in with an old client and a password alone."),
	note("first second of the month, password", "ACC-01", "single_factor", "sre-02 が対象期間の最初の秒にパスワードのみでサインインした。", "sre-02 signed in with a password alone in the first second of the period."),
	note("last second of the month, password", "ACC-01", "single_factor", "sre-02 が対象期間の最後の秒にパスワードのみでサインインした。", "sre-02 signed in with a password alone in the last second of the period."),
	note("late to be read, password", "ACC-01", "single_factor", "bizops-01 がパスワードのみでサインインした。記録を読み取れたのは二日後である。", "bizops-01 signed in with a password alone. The record could be read two days later."),

	// ACC-02: no legacy authentication.
	note("mail by IMAP", "ACC-02", "legacy_client", "ops-02 が IMAP でサインインした。", "ops-02 signed in by IMAP.").also("password_by_application"),
	note("mail on a telephone", "ACC-02", "legacy_client", "mob-02 が Exchange ActiveSync でサインインした。", "mob-02 signed in by Exchange ActiveSync.").also("password_by_application"),
	note("a client with no name", "ACC-02", "legacy_client", "dev-07 が旧式のクライアントでサインインした。", "dev-07 signed in with an old client.").also("password_by_application"),

	// ACC-03: leavers' accounts are disabled in time.
	note("account stays enabled", "ACC-03", "still_enabled", "ops-03 は 10月9日に退職したが、アカウントが有効なままである。", "ops-03 left on 9 October, and the account is still enabled."),
	note("disabled five days later", "ACC-03", "disabled_late", "10月14日に退職した営業-03 のアカウントは、10月19日に無効化された。", "The account of 営業-03, who left on 14 October, was disabled on 19 October."),
	note("disabled half an hour late", "ACC-03", "disabled_late", "10月31日に退職した人事-02 のアカウントは、期限の半時間後に無効化された。", "The account of 人事-02, who left on 31 October, was disabled half an hour after it was due."),
	note("enabled again and used", "ACC-03", "reenabled", "10月20日に退職した bizops-02 のアカウントが二日後に有効化され、サインインに使われた。", "The account of bizops-02, who left on 20 October, was enabled again two days later, and signed in to.").also("used_after_deadline"),

	// ACC-04: accounts belong to people.
	note("account of nobody", "ACC-04", "no_person", "有効なアカウント test-01 に一致する者が名簿にいない。", "The enabled account test-01 matches nobody on the roster."),
	note("account of two", "ACC-04", "ambiguous", "支社共用のアカウントのメールアドレスが、支社-01 及び支社-02 の二名と一致する。", "The mail address of the branch's account is that of 支社-01 and of 支社-02."),
	note("account of a leaver", "ACC-04", "has_left", "退職した ops-03 のアカウントが有効である。", "The account of ops-03, who has left, is enabled."),
	note("account of somebody who comes later", "ACC-04", "not_joined", "11月16日に入社する予定の dev-09 のアカウントが有効である。", "The account of dev-09, who joins on 16 November, is enabled."),
	note("account with another number", "ACC-04", "other_number", "営業-02 のアカウントの従業員番号 91102 の者は名簿におらず、メールアドレスは 01102 の者と一致する。", "Nobody has the number 91102 of the account of 営業-02, and its mail address is that of 01102."),
	outside("scanner's account", "ACC-04"),
	outside("emergency account", "ACC-04"),
	outside("second emergency account", "ACC-04"),
	outside("guest", "ACC-04"),

	// ACC-05: privileged access is just in time.
	note("no justification", "ACC-05", "no_justification", "sre-02 が理由を記載せずにロールを有効化した。", "sre-02 activated a role without a justification."),
	note("a justification that says nothing", "ACC-05", "no_justification", "sre-03 が理由に記号のみを記載してロールを有効化した。", "sre-03 activated a role with dots for a justification."),
	note("a whole day", "ACC-05", "too_long", "it-01 がロールを 24 時間有効化した。", "it-01 activated a role for 24 hours."),
	note("nobody approved", "ACC-05", "not_approved", "sec-01 が承認なしに全体管理者を有効化した。", "sec-01 activated Global Administrator without an approval."),
	note("held for ever", "ACC-05", "permanent", "it-02 が全体管理者を期限なく有している。", "it-02 is a Global Administrator without an end."),
	note("given outside PIM", "ACC-05", "outside_pim", "it-02 が PIM を経ずに contractor-03 へユーザー管理者を割り当て、42 分後に解除した。", "it-02 gave contractor-03 the role User Administrator, not through PIM, and took it back 42 minutes later."),
	note("given for days", "ACC-05", "too_long", "it-01 が audit-02 へグローバル閲覧者を四日余り割り当てた。", "it-01 gave audit-02 the role Global Reader for more than four days."),

	// ACC-06: group changes come from automation.
	note("added by hand", "ACC-06", "by_person", "sre-01 が dev-03 を本番環境の管理者のグループへ手作業で加えた。", "sre-01 added dev-03 to the administrators of production by hand."),
	note("removed by hand", "ACC-06", "by_person", "sre-01 が dev-03 を本番環境の管理者のグループから手作業で外した。", "sre-01 removed dev-03 from the administrators of production by hand."),
	note("owner added by hand", "ACC-06", "by_person", "it-02 が自らを台帳承認者のグループの所有者とした。", "it-02 made themselves an owner of the ledger's approvers."),
	note("added by another application", "ACC-06", "by_application", "report-bot が経理-03 を台帳承認者のグループへ加えた。", "report-bot added 経理-03 to the ledger's approvers."),
	note("added by nobody known", "ACC-06", "by_nobody", "contractor-03 が github-payments へ加えられたが、実施者の記録がない。", "contractor-03 was added to github-payments; who did it is not on record."),
	note("joined by request", "ACC-06", "self_service", "営業-04 が申請により台帳承認者のグループのメンバーとなった。", "営業-04 became one of the ledger's approvers by a request of their own."),
	note("rule changed by hand", "ACC-06", "by_person", "it-02 が all-tech の動的メンバーシップの規則を変更した。", "it-02 changed the rule by which all-tech has its members."),
	outside("refused", "ACC-06"),
	outside("of no access", "ACC-06"),

	// ACC-07: conditional access stayed on.
	note("policy off for an hour", "ACC-07", "policy_disabled", "it-02 が多要素認証のポリシーを無効にした。約 1 時間後に有効に戻された。", "it-02 turned the policy for several factors off. It was on again an hour later."),
	note("exclusion added", "ACC-07", "policy_weakened", "it-02 が経理-03 を多要素認証のポリシーから除外した。", "it-02 excluded 経理-03 from the policy for several factors."),
	note("policy deleted", "ACC-07", "policy_deleted", "it-02 が国外からのアクセスを遮断するポリシーを削除した。", "it-02 deleted the policy that blocks access from abroad."),
	note("only reporting", "ACC-07", "policy_disabled", "it-02 がレガシー認証を遮断するポリシーを、40 分間レポート専用とした。", "it-02 let the policy that blocks legacy authentication only report for forty minutes."),
	note("trusted network widened", "ACC-07", "location_widened", "it-02 が信頼済みのネットワークに範囲を加えた。", "it-02 added a range to the trusted network."),

	// ACC-12: risky sign-ins are handled.
	note("nobody looked", "ACC-12", "still_at_risk", "役員-01 について検出されたリスクが対応されていない。", "The risk detected for 役員-01 was not handled."),
	note("looked into too late", "ACC-12", "closed_late", "営業-02 について検出されたリスクが 98 時間後に安全と確認された。", "The risk detected for 営業-02 was confirmed safe after 98 hours."),
	note("closed without a reason", "ACC-12", "no_reason", "mob-01 について検出されたリスクが、理由の記録なく終了している。", "The risk detected for mob-01 was closed without a reason."),
	note("compromise not cleared", "ACC-12", "compromise_not_cleared", "ops-01 について侵害が確認されたが、利用者のリスクが解消されていない。", "A compromise of ops-01 was confirmed, and the user's risk was not cleared."),
	outside("of low level", "ACC-12"),

	// ACC-13: consent to and credentials of applications.
	note("secret without a change", "ACC-13", "credential_unapproved", "it-02 が承認された変更なしに payroll-export へシークレットを追加した。", "it-02 added a secret to payroll-export without an approved change."),
	note("credential of the service principal", "ACC-13", "credential_unapproved", "it-02 が承認された変更なしに report-bot のサービスプリンシパルへ資格情報を追加した。", "it-02 added a credential to the service principal of report-bot without an approved change."),
	note("consent for everybody", "ACC-13", "consent_unapproved", "it-02 が承認された変更なしに、Calendar Helper に全利用者の権限を同意した。", "it-02 consented to permissions of Calendar Helper for everybody without an approved change."),
	note("its permissions", "ACC-13", "consent_unapproved", "it-02 の同意により、Calendar Helper に全利用者のアクセス許可が付与された。", "By the consent of it-02, Calendar Helper got permissions for everybody."),
	note("permission without a change", "ACC-13", "consent_unapproved", "it-02 が承認された変更なしに、report-bot に Mail.Read を付与した。", "it-02 granted report-bot Mail.Read without an approved change."),
	fine("certificate after a change", "ACC-13"),
	fine("secret by the application", "ACC-13"),

	// OPS-10: files are shared with approved parties only.
	note("link for anybody", "OPS-10", "anonymous_link", "営業-01 が見積一覧に、誰でも開けるリンクを作成した。", "営業-01 made a link to a list of quotations that anybody can open."),
	note("shared with a private address", "OPS-10", "shared_outside", "経理-02 が支払予定を私用のアドレスと共有した。", "経理-02 shared the payments to come with a private address."),
	note("shared with a guest of nowhere", "OPS-10", "unknown_guest", "dev-07 が設計メモを、ドメインの分からないゲストと共有した。", "dev-07 shared a design note with a guest whose domain is not known."),
	fine("shared with an approved party", "OPS-10"),

	// OPS-11: mail is not forwarded outside.
	note("rule forwards outside", "OPS-11", "forwards_outside", "経理-02 が請求及び振込に関するメールを私用のアドレスへ転送し、削除するルールを作成した。", "経理-02 made a rule that forwards mail about invoices and transfers to a private address and deletes it."),
	note("mailbox forwards outside", "OPS-11", "forwards_outside", "it-02 が退職した営業-03 のメールボックスを社外へ転送する設定をした。", "it-02 had the mailbox of 営業-03, who had left, forwarded outside."),
	note("rule forwards to a name", "OPS-11", "recipient_unknown", "ops-04 がメールを転送するルールを変更したが、転送先のアドレスが分からない。", "ops-04 changed a rule that forwards mail, and to which address is not told."),
	fine("rule forwards to a colleague", "OPS-11"),
	fine("rule forwards to an approved party", "OPS-11"),
}
