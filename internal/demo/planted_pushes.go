package demo

import (
	"time"

	"github.com/evidencepack/evidence/internal/demo/github"
)

// pushed says what CHG-05 makes of a commit on a branch.
func (h *hub) pushed(b *github.Branch, c *github.Commit, e expectation) {
	id := b.Of().ID() + ":" + c.OID()
	if b != b.Of().Default() {
		id = b.Of().ID() + ":" + b.Name + ":" + c.OID()
	}
	h.expects[id] = append(h.expects[id], e)
}

// pushStory is for CHG-05: commits around pull requests.
func (h *hub) pushStory() {
	around := func(ja, en string) expectation { return exception("CHG-05", ja, en, "no_pull_request") }

	b := h.payments.Default()
	h.direct = h.payments.Push("direct", b, h.sre2, inJapan("2026-10-14 02:35:12"), "hotfix: 接続先を切り替える", "src/api/endpoint.go")
	h.pushed(b, h.direct,
		around("sre-02 が既定ブランチへ直接プッシュした。", "sre-02 pushed directly to the default branch."))

	b = h.payments.Branch("release/2.4")
	h.pushed(b, h.payments.Push("release pushed", b, h.dev1, inJapan("2026-10-23 20:11:00"), "2.4.3", "VERSION"),
		around("dev-01 がリリースブランチへ直接プッシュした。", "dev-01 pushed directly to the release branch."))

	// It dates itself two years back, and so stands in no history of the month.
	b = h.infrastructure.Default()
	c := h.infrastructure.Push("backdated", b, h.sre3, inJapan("2026-10-15 21:17:40"), "古い設定の整理", "services/old.tf").Dated(inJapan("2024-10-15 21:00:00"))
	h.pushed(b, c, around("日付を2年前としたコミットが、対象期間に既定ブランチへ直接プッシュされた。",
		"A commit that dates itself two years back was pushed directly to the default branch in the period."))

	// A secret was pushed, and pushed away again.
	b = h.access.Default()
	h.pushed(b, h.access.Push("secret", b, h.sec2, inJapan("2026-10-29 18:02:10"), "一時的な確認", "teams/tmp.yaml"),
		around("sec-02 が既定ブランチへ直接プッシュした。このコミットは後の強制プッシュにより履歴から失われている。",
			"sec-02 pushed directly to the default branch a commit that a later forced push took out of the history."))
	h.pushed(b, h.access.ForcePush("secret removed", b, h.sec2, inJapan("2026-10-29 18:09:55"), 1, "一時的な確認(修正)", "teams/tmp.yaml"),
		around("sec-02 が強制プッシュにより、既定ブランチのコミットを差し替えた。", "sec-02 replaced a commit of the default branch by a forced push."))

	h.releaseNotes()
}

// releaseNotes: an App may push the change log.
func (h *hub) releaseNotes() {
	b := h.mobile.Default()
	for _, day := range []string{"2026-10-07", "2026-10-21"} {
		c := h.mobile.Push("release notes "+day, b, h.release, inJapan(day+" 18:30:00"), "Release notes", "CHANGELOG.md")
		h.pushed(b, c, notApplicable("CHG-05"))
	}
	// A person who signs as the App is still a person.
	c := h.mobile.Push("as the App", b, h.mob3, inJapan("2026-10-28 19:12:00").Add(17*time.Second), "Release notes", "app/pay/fee.swift").By(h.release.Signature())
	h.pushed(b, c, exception("CHG-05", "mob-03 が、Bot の名義のコミットを既定ブランチへ直接プッシュした。",
		"mob-03 pushed a commit under the bot's name directly to the default branch.", "no_pull_request"))
}
