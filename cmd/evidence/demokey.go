package main

import (
	"fmt"

	"github.com/evidencepack/evidence/internal/config"
	"github.com/evidencepack/evidence/internal/sign"
)

// markDemo says of packs that were signed by a demonstration's key that they were.
func (a *app) markDemo(c *config.Config) {
	if !c.Demo {
		return
	}
	fmt.Fprintln(a.stderr, "evidence:", fmt.Sprintf(words(c.Lang)(
		"注意: デモ用に一時的に作成した鍵(%s)による署名であり、署名者を証明しない",
		"caution: signed with a key made for a demonstration (%s): it proves nothing about who signed"), sign.DemoSubject))
}
