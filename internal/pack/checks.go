package pack

import "github.com/evidencepack/evidence"

// Check is one thing that verification looked at.
type Check struct {
	ID     CheckID `json:"check"`  // the same in every language and version
	Name   string  `json:"name"`   // what was checked, in words
	State  State   `json:"state"`  // what it came to
	Detail string  `json:"detail"` // what was found
	Means  string  `json:"means"`  // what it shows when it holds, and what it does not
}

// State of a check.
type State string

const (
	OK     State = "ok"
	Failed State = "failed"
	Noted  State = "note" // nothing is wrong, and the reader must know it
)

// CheckID names a check for programs.
type CheckID string

// The checks, in the order in which they are made.
const (
	CheckContainer     CheckID = "container"
	CheckSignature     CheckID = "signature"
	CheckSigner        CheckID = "signer"
	CheckCertificate   CheckID = "certificate"
	CheckTimestamp     CheckID = "timestamp"
	CheckFiles         CheckID = "files"
	CheckApprovals     CheckID = "approvals"
	CheckDocuments     CheckID = "documents"
	CheckSeal          CheckID = "seal"
	CheckKnown         CheckID = "known-checkpoints"
	CheckEvidence      CheckID = "evidence"
	CheckRedaction     CheckID = "redaction" // of an auditor's copy, in the place of evidence
	CheckReperformance CheckID = "re-performance"
	CheckChanges       CheckID = "changes"
	CheckReports       CheckID = "reports"
	CheckOriginals     CheckID = "originals"
)

// description is how a check is called, and what it shows.
type description struct{ name, means evidence.Text }

var descriptions = map[CheckID]description{
	CheckContainer: {
		evidence.Text{JA: "容器", EN: "container"},
		evidence.Text{
			JA: "パックの容器に、その内容から定まるもの以外のバイトがないことを示す。内容自体の改変の有無は、署名及びファイルの検査で確かめる。",
			EN: "The pack's container has no byte but those that its files give. Whether the files were altered, the signature and the hashes tell.",
		},
	},
	CheckSignature: {
		evidence.Text{JA: "署名", EN: "signature"},
		evidence.Text{
			JA: "ファイルの一覧(各ファイルのSHA-256)が、示した指紋の鍵で署名された後に変更されていないことを示す。鍵の持ち主は示さない。",
			EN: "The list of files, with the SHA-256 of each, was not changed since the key of this fingerprint signed it. Whose key that is, it does not show.",
		},
	},
	CheckSigner: {
		evidence.Text{JA: "署名者", EN: "signer"},
		evidence.Text{
			JA: "署名した鍵が、検証者の指定した公開鍵若しくは証明書のもの、又は指定した認証局の証明書によるものであることを示す。",
			EN: "The key that signed is one that the verifier named, or its certificate was issued below an authority that the verifier named.",
		},
	},
	CheckCertificate: {
		evidence.Text{JA: "証明書", EN: "certificate"},
		evidence.Text{
			JA: "署名者の証明書が、検証者の指定したルート証明書に至り、署名の時点で有効であったことを示す。失効の有無は、ネットワークを用いないため確認しない。",
			EN: "The signer's certificate leads to a root that the verifier named, and was valid when it signed. Whether it was revoked is not looked up, since there is no network.",
		},
	},
	CheckTimestamp: {
		evidence.Text{JA: "タイムスタンプ", EN: "timestamp"},
		evidence.Text{
			JA: "署名が、遅くともその時刻には存在していたことを、署名者ではない第三者(タイムスタンプ局)が証明していることを示す(RFC 3161)。",
			EN: "A third party, a timestamp authority, confirms that the signature existed at that time at the latest (RFC 3161).",
		},
	},
	CheckFiles: {
		evidence.Text{JA: "ファイル", EN: "files"},
		evidence.Text{
			JA: "全てのファイルが署名されたときのものであり、欠落も追加もないことを示す。",
			EN: "Every file is the one that was signed; none is missing and none was added.",
		},
	},
	CheckDocuments: {
		evidence.Text{JA: "文書の電子署名", EN: "signatures of documents"},
		evidence.Text{
			JA: "報告書自体に付された電子署名が、その文書の全体(Excelでは文書のプロパティを除く)を対象としており、署名の後に変更されていないことを示す。鍵の持ち主は示さない。",
			EN: "The signature that a report itself bears is over all of it (of the workbook, all but its properties), and it was not changed since. Whose key that is, it does not show.",
		},
	},
	CheckApprovals: {
		evidence.Text{JA: "承認", EN: "approvals"},
		evidence.Text{
			JA: "承認者が、前の署名者の署名したものと同じパックに署名しており、両者が異なる者であることを示す。",
			EN: "The approver signed the very pack that the signer before had signed, and is somebody else.",
		},
	},
	CheckSeal: {
		evidence.Text{JA: "封印", EN: "seal"},
		evidence.Text{
			JA: "証跡の収集記録の一覧が、チェックポイントとして封印された時点のものであることを示す。",
			EN: "The log of what was collected is as it was when the checkpoint sealed it.",
		},
	},
	CheckKnown: {
		evidence.Text{JA: "既知のチェックポイント", EN: "known checkpoints"},
		evidence.Text{
			JA: "封印が、別の場所から得たチェックポイントと矛盾せず、ロッカー全体が書き換えられていないことを示す。整合性証明が与えられていない区間については、その旨を注記する。",
			EN: "The seal agrees with checkpoints that are known from elsewhere: the locker was not rewritten as a whole. Where no consistency proof is at hand, a note says so.",
		},
	},
	CheckEvidence: {
		evidence.Text{JA: "証跡", EN: "evidence"},
		evidence.Text{
			JA: "収めた記録の全てが封印に含まれ、収集後に変更、削除又は追加されていないことを示す。証跡元における収集前の変更は示さない。",
			EN: "All records in the pack are under the seal: none was altered, removed or added since it was collected. What was altered at its source before that, it does not show.",
		},
	},
	CheckRedaction: {
		evidence.Text{JA: "秘匿化", EN: "redaction"},
		evidence.Text{
			JA: "収めた記録の件数が封印された記録と同じであり、署名された秘匿化の一覧と一致することを示す。各記録が封印された記録を置き換えたものであることは、ロッカーと鍵を用いる「原本との照合」により確かめる。",
			EN: "The records in the pack are as many as were sealed, and those of the signed list of redacted objects. That each is made of the sealed record, the check of the originals shows, which needs the locker and the key.",
		},
	},
	CheckReperformance: {
		evidence.Text{JA: "再実施", EN: "re-performance"},
		evidence.Text{
			JA: "パックの記録と判定規則のみから全ての検証手続を再度実施し、結果、母集団、例外事項及びサンプルがパックの記載と一致することを示す。",
			EN: "Every test was repeated from the pack's own records and rules alone, and gave the results, populations, exceptions and samples that the pack states.",
		},
	},
	CheckChanges: {
		evidence.Text{JA: "前回からの変更", EN: "changes since the previous period"},
		evidence.Text{
			JA: "前回からの変更の記載が、前回の結果と今回の結果の比較から得られるものであることを示す。",
			EN: "What the pack says has changed follows from comparing the earlier results with these.",
		},
	},
	CheckReports: {
		evidence.Text{JA: "報告書", EN: "reports"},
		evidence.Text{
			JA: "報告書の記載が、再実施した結果から得られるものであることを示す。",
			EN: "What the reports say follows from the results that were repeated.",
		},
	},
	CheckOriginals: {
		evidence.Text{JA: "原本との照合", EN: "originals"},
		evidence.Text{
			JA: "封印された記録を、パックに記載の規則と鍵により再度置き換えた結果が、パックの全ての行と一致することを示す。",
			EN: "Redacting the sealed records again, by the rules that the pack states and the key, gives every line of the pack.",
		},
	},
}

// meansOfCopy is what a check shows of an auditor's copy, where that is another thing.
var meansOfCopy = map[CheckID]evidence.Text{
	CheckEvidence: {
		JA: "本パックは監査人用の写しであり、収めた記録は、封印された記録(原本)の個人情報を仮名等に置き換えたものである。包含証明は、原本の収集記録のハッシュが封印に含まれ、収集後に変更、削除又は追加されていないことを示し、このハッシュが写しと組織のロッカーにある原本とを結び付ける。写しの各記録が原本を置き換えたものであることは、本検査では示されず、ロッカーと鍵を用いる「原本との照合」によってのみ確かめられる。",
		EN: "The pack is an auditor's copy: its records are the sealed ones with personal data pseudonymised or removed. The proofs show that the hashes of the original manifests are under the seal, and that none was altered, removed or added since it was collected; these hashes link the copy to the originals in the organisation's locker. That the records of the copy are made of those originals, this check does not show: only the check of the originals can, with the locker and the key.",
	},
	CheckReperformance: {
		JA: "写しの記録と判定規則のみから全ての検証手続を再度実施し、結果、母集団、例外事項及びサンプルが写しの記載と一致することを示す。原本に対する結果と一致することは、写しの作成時に確認したものであり、本検査では示されない。",
		EN: "Every test was repeated from the copy's own records and rules alone, and gave the results, populations, exceptions and samples that the copy states. That the originals give the same was compared when the copy was made; this check does not show it.",
	},
}

// means says what a check shows of the pack at hand.
func (w *verifier) means(id CheckID) string {
	if text, ok := meansOfCopy[id]; ok && w.redacted != nil {
		return text.In(w.Lang)
	}
	return descriptions[id].means.In(w.Lang)
}

// begin says what is checked next.
func (w *verifier) begin(id CheckID) {
	w.check, w.step = id, descriptions[id].name.In(w.Lang)
}

func (w *verifier) report(s State, detail string) {
	if w.Report != nil {
		w.Report(Check{w.check, w.step, s, detail, w.means(w.check)})
	}
}
