package demo

import (
	"time"

	"github.com/evidencepack/evidence/internal/demo/github"
)

// newHub is the company's GitHub before the month: people, teams, repositories,
// what protects them and who owns what.
func newHub() *hub {
	p, b := github.Person, github.Bot
	h := &hub{
		org:  github.NewOrganization(hubOrganisation),
		dev1: p("dev-01"), dev2: p("dev-02"), dev3: p("dev-03"), dev4: p("contractor-04").Renamed("dev-04"), dev5: p("dev-05"), dev6: p("dev-06"),
		sre1: p("sre-01"), sre2: p("sre-02"), sre3: p("sre-03"), dba1: p("dba-01"), dba2: p("dba-02"),
		mob1: p("mob-01"), mob2: p("mob-02"), mob3: p("mob-03"), sec1: p("sec-01"), sec2: p("sec-02"),
		renovate: b("renovate"), reviewBot: b("review-helper"), deployer: b("deploy-pipeline"), queue: b("github-merge-queue"),
		accessSync: b("team-sync").Renamed("access-sync"), release: b("release-notes"), runner: p("ci-runner"),
		expects: map[string][]expectation{},
	}
	h.paymentTeam = h.org.Team("payments", h.dev1, h.dev2, h.dev3, h.dev4, h.dev5)
	h.ledgerTeam = h.org.Team("ledger-owners", h.dev1, h.sre1)
	h.org.Team("mobile", h.mob1, h.mob2, h.mob3)
	h.org.Team("dba", h.dba1)
	h.sreTeam = h.org.Team("sre", h.sre1, h.sre2, h.sre3)
	h.org.Team("security", h.sec1, h.sec2)
	h.repositories()
	h.protect()
	return h
}

const (
	paymentsOwners = `# Who must approve what.
*                @sample-payments/payments
/src/ledger/     @sample-payments/ledger-owners
/db/             @sample-payments/dba dba-lead@example.co.jp
/terraform/      @sample-payments/sre
/docs/
`
	infrastructureOwners = "*  @sample-payments/sre\n/modules/iam/  @sample-payments/security\n/docs/\n"
	mobileOwners         = "*  @sample-payments/mobile\n*.entitlements  @Mob-01\n/docs/\n"
	accessOwners         = "*  @sample-payments/security\n/docs/\n"
)

func (h *hub) repositories() {
	day := func(year int, month time.Month, day int) time.Time {
		return time.Date(year, month, day, 3, 0, 0, 0, time.UTC)
	}
	made := func(name string, at time.Time, path, owners string) *github.Repository {
		r := h.org.Repository(name, at, h.sre1)
		r.Push("codeowners", r.Default(), h.sre1, at.Add(time.Hour), "CODEOWNERS").Writing(path, owners)
		return r
	}
	h.payments = made("payments-api", day(2023, 4, 10), ".github/CODEOWNERS", paymentsOwners)
	h.infrastructure = made("infrastructure", day(2023, 4, 11), ".github/CODEOWNERS", infrastructureOwners)
	h.mobile = made("wallet-app", day(2024, 2, 5), "CODEOWNERS", mobileOwners)
	h.mobile.Name, h.mobile.Earlier = "mobile-app", "wallet-app"
	h.access = made("access-definitions", day(2024, 7, 1), "docs/CODEOWNERS", accessOwners)
	h.legacy = made("legacy-batch", day(2019, 5, 7), "CODEOWNERS", "*  @sample-payments/payments\n")
	h.legacy.Archived = day(2025, 3, 31)
}

// protect puts the branches under rules: payments-api and mobile-app under branch
// protection, infrastructure and access-definitions under rulesets.
func (h *hub) protect() {
	rule := github.Protection{Pattern: "main", Approvals: 1, Owners: true, Admins: true, Checks: h.requiredChecks(h.payments)}
	h.payments.Protect(rule, h.payments.Default())
	rule.Pattern = "release/*"
	h.payments.Protect(rule, h.payments.Fork("release/2.4", inJapan("2026-09-24 10:00:00")))
	h.payments.Fork("feature/refund-v2", inJapan("2026-10-05 10:00:00"))
	for _, r := range []*github.Repository{h.infrastructure, h.access} {
		r.Rule(github.Ruleset{
			Name: "main is reviewed", Include: []string{"~DEFAULT_BRANCH"}, Branches: []*github.Branch{r.Default()}, Approvals: 1, Owners: true,
			Checks: h.requiredChecks(r), Created: inJapan("2025-01-15 10:00:00"), Updated: h.ruleChanged(r),
		})
	}
	h.mobile.Protect(github.Protection{Pattern: "main", Approvals: 1, Owners: true, Checks: h.requiredChecks(h.mobile)}, h.mobile.Default())
}

// ruleChanged is when a repository's ruleset was changed last, as the audit log of
// the month has it.
func (h *hub) ruleChanged(r *github.Repository) time.Time {
	switch r {
	case h.access:
		return inJapan("2026-10-29 18:12:00")
	case h.infrastructure:
		return inJapan("2026-10-06 11:00:00")
	}
	return inJapan("2026-06-01 10:00:00")
}
