package collectors

import "github.com/evidencepack/evidence"

// NotSettled is the code of a note that the pipeline adds to the claims of a unit that
// was read before it had settled. Its window is from the reading until then.
const NotSettled = "not_settled"

// Texts explains the codes that claims of every driver may use.
var Texts = map[string]evidence.Text{
	NotSettled: {
		JA: "遅れて到着するレコードがなお見込まれる間に読み取った。右の期間の後に再度収集することで補完される",
		EN: "read while late records may still arrive; collecting again after the time given adds them",
	},
}
