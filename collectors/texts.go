package collectors

import "github.com/evidencepack/evidence"

// NotSettled is the code of a note that the pipeline adds to the claims of a unit that
// was read before it had settled. Its window is from the reading until then.
const NotSettled = "not_settled"

// LeftOut is the code of a note of what the settings leave out of collection: nothing of it
// was read. Its detail says why.
const LeftOut = "left_out"

// Texts explains the codes that claims of every driver may use.
var Texts = map[string]evidence.Text{
	LeftOut: {
		JA: "設定により収集の対象外としており、読み取っていない",
		EN: "left out of collection by the settings: nothing of it was read",
	},
	NotSettled: {
		JA: "遅れて到着するレコードがなお見込まれる間に読み取った。右の期間の後に再度収集することで補完される",
		EN: "read while late records may still arrive; collecting again after the time given adds them",
	},
}
