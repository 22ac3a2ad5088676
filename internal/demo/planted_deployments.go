package demo

import (
	"fmt"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/demo/github"
)

// named is the pull request of a story's key.
func (h *hub) named(key string) *change {
	for _, c := range h.changes {
		if c.Key() == key {
			return c
		}
	}
	panic("demo: no change " + key)
}

func (h *hub) deployed(d *github.Deployment, e ...expectation) {
	h.expects[d.ID()] = append(h.expects[d.ID()], e...)
}

// deploymentStory is for CHG-08: each day's last change of payments-api reaches
// production in the afternoon. Some came there otherwise.
func (h *hub) deploymentStory() {
	for n := 1; n <= 63; n += 9 {
		c := h.named(fmt.Sprintf("everyday %d", n))
		h.deployed(h.payments.Deploy(fmt.Sprintf("staging %d", n), "staging", c.Pull, h.deployer, c.Merged.Add(10*time.Minute)), notApplicable("CHG-08"))
		h.deployed(h.payments.Deploy(fmt.Sprintf("production %d", n), "production", c.Pull, h.deployer, c.Merged.Add(50*time.Minute)))
	}
	fails := func(d *github.Deployment, code, ja, en string) { h.deployed(d, exception("CHG-08", ja, en, code)) }

	c := h.named("emergency forgotten")
	fails(h.payments.Deploy("unapproved", "production", c.Pull, h.sre2, c.Merged.Add(4*time.Minute)), "change_not_approved",
		"承認なしに自己マージされた変更が本番環境に配備された。", "A change that its author merged without an approval was deployed to production.")

	fails(h.payments.DeployCommit("direct", "production", h.direct, "main", h.sre2, inJapan("2026-10-14 02:37:30")), "no_pull_request",
		"プルリクエストを経ずに直接プッシュされたコミットが本番環境に配備された。", "A commit that was pushed directly, around pull requests, was deployed to production.")

	hotfix := h.payments.Stray("hotfix", h.sre1, inJapan("2026-10-24 03:10:00"), "hotfix: 上限を外す")
	d := h.payments.DeployCommit("hotfix", "production", hotfix, "hotfix/limit", h.sre1, inJapan("2026-10-24 03:15:00"))
	d.States = []string{"IN_PROGRESS", "FAILURE"}
	fails(d, "no_pull_request", "どの変更にも属さないブランチ hotfix/limit が本番環境に配備され、失敗した。", "A branch that belongs to no change, hotfix/limit, was deployed to production; it failed.")

	c = h.named("into a sandbox")
	fails(h.payments.Deploy("sandbox", "production", c.Pull, h.deployer, c.Merged.Add(time.Hour)), "not_merged_to_protected",
		"保護されていないブランチへマージされた変更が本番環境に配備された。", "A change that was merged into a branch that is not protected was deployed to production.")

	h.deployedBesides(fails)
}

func (h *hub) deployedBesides(fails func(d *github.Deployment, code, ja, en string)) {
	c := h.change(h.payments, "deployed early", "2026-10-27 18:40:00", h.dev3, h.dev2, "Retry the issuer once", "src/api/retry.go")
	c.How = github.MergeCommit
	fails(h.payments.DeployCommit("early", "production", c.Commits[0], c.Head, h.dev3, c.Merged.Add(-2*time.Hour)), "deployed_before_merge",
		"変更がマージされる2時間前に本番環境に配備された。", "It was deployed to production two hours before it was merged.")
	h.deployed(h.payments.DeployCommit("after", "production", c.Commits[0], "main", h.deployer, c.Merged.Add(time.Minute)))

	// In another case, of an approved change; and a change of the month before.
	c = h.named("approved again")
	h.deployed(h.payments.Deploy("capitals", "Production", c.Pull, h.deployer, c.Merged.Add(time.Hour)))
	c = h.change(h.payments, "of september", "2026-09-30 17:30:00", h.dev1, h.dev2, "締め処理を早くする", "src/batch/close.go")
	h.deployed(h.payments.Deploy("of september", "production", c.Pull, h.deployer, inJapan("2026-10-01 10:00:00")))
	// It belongs to an unapproved pull request into a feature branch, and to the approved one that brought it on.
	c = h.named("into a feature branch, second")
	h.deployed(h.payments.Deploy("feature", "production", c.Pull, h.deployer, inJapan("2026-10-20 14:00:00")))
	// Unapproved, but not to production; to production, but not in the month.
	c = h.named("emergency late")
	h.deployed(h.payments.Deploy("staging unapproved", "staging", c.Pull, h.deployer, c.Merged.Add(time.Minute)), notApplicable("CHG-08"))
	h.payments.Deploy("of november", "production", c.Pull, h.deployer, inJapan("2026-11-01 00:00:00"))
}

// verdict of a deployment, or anything else that is known by its identity alone.
func (h *hub) verdict(control, id string) expectation {
	for _, e := range h.expects[id] {
		if e.control == control {
			return e
		}
	}
	return expectation{control: control, verdict: evidence.Pass}
}
