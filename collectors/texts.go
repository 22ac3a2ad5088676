package collectors

import "github.com/evidencepack/evidence"

// Texts explains the codes that claims of every driver may use.
var Texts = map[string]evidence.Text{
	evidence.LeftOut: {
		JA: "設定により収集の対象外としており、読み取っていない",
		EN: "left out of collection by the settings: nothing of it was read",
	},
	evidence.NotSettled: {
		JA: "遅れて到着するレコードがなお見込まれる間に読み取った。右の期間の後に再度収集することで補完される",
		EN: "read while late records may still arrive; collecting again after the time given adds them",
	},
}

// Text explains a code that the driver's claims use; a code that nothing explains, by itself.
func (d Driver) Text(code string) evidence.Text {
	if t, ok := d.Texts[code]; ok {
		return t
	}
	if t, ok := Texts[code]; ok {
		return t
	}
	return evidence.Text{JA: code, EN: code}
}
