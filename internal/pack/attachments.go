package pack

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
)

// maxAttached is how large a file may be that report.pdf carries, in bytes. As JSON
// shrinks to a tenth, the document stays one that can be mailed and that readers
// open at once, whatever the population; the pack has the file in any case.
const maxAttached = 16 << 20

// summaryName is what report.pdf carries for results.json where that is too large.
// It is no file of the pack.
const summaryName = "results-summary.json"

const jsonType = "application/json"

var (
	resultsDescription = evidence.Text{JA: "統制ごとの判定結果、件数、パラメータ、及び例外事項等の一覧", EN: "For each control: its result, counts and parameters, and lists of its exceptions and other items to note"}
	ipeDescription     = evidence.Text{JA: "証跡元ごとの収集の内容、抽出条件及び網羅性の照合（IPE）", EN: "For each source: what was collected, by which parameters, and how its completeness was matched (IPE)"}
	summaryDescription = evidence.Text{JA: "results.json から項目の一覧を除いたもの（統制ごとの判定結果、件数及びパラメータ）", EN: "results.json without its lists of items: each control's result, counts and parameters"}
)

// attachments are the files that report.pdf carries, by name: what the tests found
// and what the populations rest on, for machines to read. Of files larger than
// limit only name, size and hash are given, and of large results a summary.
func (c *contents) attachments(limit int64) ([]reports.Attachment, error) {
	ipe, err := c.attachment(IPEFile, ipeDescription, limit)
	if err != nil {
		return nil, err
	}
	results, err := c.attachment(ResultsFile, resultsDescription, limit)
	if err != nil {
		return nil, err
	}
	if results.Open != nil {
		return []reports.Attachment{ipe, results}, nil
	}
	summary, err := c.summary()
	if err != nil {
		return nil, err
	}
	return []reports.Attachment{ipe, summary, results}, nil
}

// attachment is a file of the pack, read from there whenever it is needed.
func (c *contents) attachment(name string, about evidence.Text, limit int64) (reports.Attachment, error) {
	i := slices.IndexFunc(c.manifest.Files, func(f File) bool { return f.Path == name })
	if i < 0 {
		return reports.Attachment{}, fmt.Errorf("the pack has no %s for report.pdf to carry", name)
	}
	a := reports.Attachment{File: reports.File(c.manifest.Files[i]), MediaType: jsonType, Description: c.in(about)}
	if a.Size <= limit {
		a.Open = func() (io.ReadCloser, error) { return c.files.Open(name) }
	}
	return a, nil
}

// summary holds the results without their items: some kilobytes a control.
func (c *contents) summary() (reports.Attachment, error) {
	var b bytes.Buffer
	if err := c.results.EncodeSummary(&b); err != nil {
		return reports.Attachment{}, err
	}
	sum := sha256.Sum256(b.Bytes())
	return reports.Attachment{
		File:      reports.File{Path: summaryName, Size: int64(b.Len()), SHA256: hex.EncodeToString(sum[:])},
		MediaType: jsonType, Description: c.in(summaryDescription),
		Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.Bytes())), nil },
	}, nil
}
