// Package reportstest makes packs that renderers are tried on: a made-up
// organisation with a month of AWS evidence, one control for each of the four
// results and more, and texts that attack whoever prints them.
package reportstest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
)

// Options says what kind of pack is wanted. The zero value is a Japanese pack
// of a closed period with a few hundred items.
type Options struct {
	Lang  evidence.Lang // empty: Japanese
	Demo  bool          // simulated data, signed with a key that proves nothing
	Open  bool          // collected before the period's end
	Items int           // items of the largest population; 0: 400
}

// Location is the organisation's time zone, made without the system's time
// zone files so that every machine renders the same.
var Location = time.FixedZone("JST", 9*60*60)

// Period is October 2026 in Location.
var Period = evidence.Period{
	Start: time.Date(2026, 10, 1, 0, 0, 0, 0, Location),
	End:   time.Date(2026, 11, 1, 0, 0, 0, 0, Location),
}

// builder makes the parts of one pack.
type builder struct {
	Options
	asOf time.Time
}

// Pack builds the pack. Equal options give equal packs.
func Pack(o Options) *reports.Pack {
	if o.Lang == "" {
		o.Lang = evidence.Japanese
	}
	if o.Items == 0 {
		o.Items = 400
	}
	b := builder{Options: o, asOf: time.Date(2026, 11, 2, 3, 15, 42, 0, Location)}
	if o.Open {
		b.asOf = time.Date(2026, 10, 20, 3, 15, 42, 0, Location)
	}
	p := &reports.Pack{
		Organisation: b.in("みなも決済株式会社", "Minamo Payments, Inc."),
		Period:       Period,
		PeriodName:   "2026-10",
		Location:     Location,
		Lang:         o.Lang,
		Demo:         o.Demo,
		Open:         o.Open,
		AsOf:         b.asOf,
		PreparedBy:   b.in("情報セキュリティ部 統制推進グループ", "Information Security, Control Office"),
		Distribution: b.in("監査関係者限り", "Restricted to the parties of the audit"),
		Recipients: []reports.Recipient{
			{Name: b.in("監査責任者", "The engagement partner"), Organisation: b.in("監査法人", "The audit firm"), Purpose: b.in("SOC 1 Type 2 の評価", "SOC 1 type 2 examination")},
			{Name: b.in("内部監査室", "Internal audit")},
		},
		Assertion: &reports.Assertion{
			Text:      b.in("当社は、対象期間において、記載した統制を整備し、運用したことを確認する。\n例外事項に対する対応は、回答のとおりである。", "Management confirms that the controls described were in place and operated in the period.\nIts answers to exceptions are given beside them."),
			Signatory: b.in("代表取締役社長", "The president"), Date: Period.End.AddDate(0, 0, 5),
		},
		Tool: "evidence v0.1.0",
		Checkpoint: reports.Checkpoint{
			Origin: "minamo.example/evidence", Size: 1284, Root: Hash("root"),
			SealedAt: b.asOf.Add(9 * time.Minute), KeyID: "minamo.example/evidence+1f6c2a90",
		},
		Signer: reports.Signer{
			Name: "CN=Minamo Evidence Signing 2026,O=Minamo Payments", Algorithm: "ECDSA P-256",
			Fingerprint: "SHA256:" + Hash("key"), Ephemeral: o.Demo,
		},
		Sources:  b.sources(),
		Controls: b.controls(),
		Files:    files(),
		Attachments: []reports.Attachment{
			b.attachment("ipe.json", b.in("母集団の情報源、抽出条件、照合", "Sources, parameters and match of the populations"), `{"sources":[]}`),
			b.attachment("results-summary.json", b.in("統制ごとの結果及び件数", "Results and counts by control"), `{"controls":[{"id":"LOG-01"}]}`),
			{File: reports.File{Path: "results.json", Size: 41_000_000, SHA256: Hash("results.json")}, MediaType: "application/json",
				Description: b.in("判定の結果", "What the tests found")},
		},
		Limits: []string{
			b.in("CloudTrailのアーカイブに配信される前に失われたイベントは、本パックでは検出できない。", "Events that were lost before they reached the CloudTrail archive cannot be detected by this pack."),
			b.in("データイベント（S3オブジェクトの読み書きなど）は証跡の収集対象ではない。", "Data events, such as reads and writes of S3 objects, are not collected."),
			b.in("統制の整備状況（デザイン）の妥当性は評価していない。本パックは運用状況の有効性に関する証跡である。", "Whether the controls are suitably designed is not judged here: this pack is evidence of operating effectiveness."),
		},
	}
	p.Framework = b.framework()
	p.Registers = b.registers(p.Controls)
	for i := range p.Sources {
		p.Sources[i].Absent = p.AbsentAccounts(p.Sources[i].Name)
	}
	p.Window = b.window(p)
	p.Sampling = b.sampling()
	for i := range p.Controls {
		p.Controls[i].Sample, p.Controls[i].ExemptSample = b.sample(&p.Controls[i]), b.exemptSample(&p.Controls[i])
	}
	p.Delta = b.delta(p.Controls)
	return p
}

func (b builder) in(ja, en string) string { return evidence.Text{JA: ja, EN: en}.In(b.Lang) }

// Hash is a well-formed SHA-256 for s.
func Hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func (b builder) attachment(name, description, content string) reports.Attachment {
	return reports.Attachment{
		File: reports.File{Path: name, Size: int64(len(content)), SHA256: Hash(content)}, MediaType: "application/json", Description: description,
		Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil },
	}
}

func files() []reports.File {
	var files []reports.File
	for _, path := range []string{
		"VERIFY.md", "checkpoint", "controls/access/ACC-08/control.yaml", "controls/access/ACC-08/policy.rego",
		"controls/access/ACC-10/control.yaml", "controls/access/ACC-10/policy.rego",
		"controls/CHG-01/control.yaml", "controls/CHG-01/policy.rego", "controls/lib/approvals.rego",
		"controls/registers/log-gaps.yaml", "controls/registers/self-merge.yaml",
		"controls/logging/LOG-01/control.yaml", "controls/logging/LOG-01/policy.rego",
		"controls/logging/LOG-02/control.yaml", "controls/logging/LOG-02/policy.rego",
		"controls/network/NET-02/control.yaml", "controls/network/NET-02/policy.rego", "delta.json",
		"evidence/cloudtrail.event.jsonl.zst", "evidence/evidence.claim.jsonl.zst", "ipe.json", "manifest.json", "results.json",
		"samples/ACC-08.txt.zst", "samples/ACC-08-exempt.txt.zst", "samples/CHG-01.txt.zst", "samples/LOG-01.txt.zst", "samples/LOG-02.txt.zst", "samples/NET-02.txt.zst",
	} {
		files = append(files, reports.File{Path: path, Size: int64(len(path)) * 48271 % 9_000_000, SHA256: Hash(path)})
	}
	return files
}

func (b builder) framework() reports.Framework {
	return reports.Framework{
		ID:    "soc1",
		Title: b.in("SOC 1 統制目標（みなも決済）", "SOC 1 control objectives (Minamo Payments)"),
		Items: []reports.FrameworkItem{
			{ID: "CM-1", Group: b.in("変更管理", "Change management"), Title: b.in("本番環境への変更は、承認されたものだけが適用される。", "Only approved changes are applied to production.")},
			{ID: "CM-2", Group: b.in("変更管理", "Change management"), Title: b.in("変更は、作成者以外の者による承認を経て適用される。", "Changes are approved by someone other than their authors."), Controls: []string{"CHG-01"}},
			{ID: "LA-1", Group: b.in("論理アクセス", "Logical access"), Title: b.in("本番環境へのアクセスは、権限を与えられた個人に限られる。", "Access to production is limited to authorised individuals."), Controls: []string{"ACC-08", "ACC-10"}},
			{ID: "IO-1", Group: b.in("基盤・運用", "Infrastructure and operations"), Title: b.in("本番環境のネットワークは、インターネットからの不正なアクセスから保護されている。", "The production network is protected from unauthorised access from the internet."), Controls: []string{"NET-02"}},
			{ID: "MO-1", Group: b.in("監視・ログ", "Monitoring and logging"), Title: b.in("監査ログは、完全かつ改ざんされることなく取得・保管される。", "Audit logs are captured and kept completely and unaltered."), Controls: []string{"LOG-01", "LOG-02"}},
			{ID: "MO-2", Group: b.in("監視・ログ", "Monitoring and logging"), Title: b.in("特権の利用は監視され、異常は適時に対応される。", "Privileged use is monitored and anomalies are handled in time."), Controls: []string{"ACC-10", "LOG-99"}},
		},
	}
}

// at is the time of the i-th of n items, spread over the period in order.
func at(i, n int) time.Time {
	return Period.Start.Add(time.Duration(float64(Period.Duration()) * (float64(i) + 0.5) / float64(n))).Truncate(time.Second)
}

func eventID(control string, i int) string {
	h := Hash(fmt.Sprintf("%s %d", control, i))
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:32]
}
