package demo

import (
	"fmt"
	"time"

	"github.com/evidencepack/evidence/internal/demo/github"
)

// everyday is the sort of change that a repository sees again and again.
type everyday struct {
	repo         *github.Repository
	by, approver *github.Account
	title, path  string
}

// everydayChanges are sixty pull requests of ordinary days: three on each working
// day, all by the ordinary process. Every other one is merged by its author.
func (h *hub) everydayChanges() {
	kinds := []everyday{
		{h.payments, h.dev1, h.dev2, "決済APIのタイムアウトを見直す", "src/api/client.go"},
		{h.infrastructure, h.sre1, h.sre2, "Raise the memory of the settlement batch", "services/settlement.tf"},
		{h.mobile, h.mob2, h.mob3, "領収書画面の文言を修正する", "app/receipt/view.swift"},
		{h.payments, h.dev3, h.dev4, "Add a metric for issuer declines", "src/metrics/issuer.go"},
		{h.payments, h.dev2, h.sre1, "台帳の照合に仕訳番号を加える", "src/ledger/match.go"},
		{h.access, h.sec1, h.sec2, "Add the new member to the on-call rota", "teams/sre.yaml"},
		{h.infrastructure, h.sre3, h.sre1, "ログの保存期間を合わせる", "services/logs.tf"},
		{h.mobile, h.mob1, h.mob2, "Show the fee before the payment", "app/pay/fee.swift"},
		{h.payments, h.dev5, h.dba1, "取引の検索にインデックスを加える", "db/migrations/search.sql"},
	}
	n := 0
	for day := range 31 {
		morning := inJapan("2026-10-01 11:20:00").AddDate(0, 0, day)
		if !workingDay(morning) {
			continue
		}
		for i := range 3 {
			k := kinds[n%len(kinds)]
			at := morning.Add(time.Duration(i*2)*time.Hour + time.Duration(n%7)*11*time.Minute)
			c := h.change(k.repo, fmt.Sprintf("everyday %d", n+1), at.Format(time.DateTime), k.by, k.approver, k.title, k.path)
			if n%2 == 0 {
				c.MergedBy = k.by
			}
			n++
		}
	}
}
