package pipeline

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/pack"
	"github.com/evidencepack/evidence/internal/sign"
	"github.com/evidencepack/evidence/internal/sign/opc"
)

// workbookSigned gives what signs and what takes off.
func workbookSigned(t *testing.T, data []byte, s sign.Signer, at time.Time) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := opc.Sign(t.Context(), &out, bytes.NewReader(data), int64(len(data)), opc.Options{Signer: s, At: at}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func workbookUnsigned(t *testing.T, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := opc.Unsigned(&out, bytes.NewReader(data), int64(len(data))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestWorkbooksAreSigned: as the report, so the workbook, from the folder and from the zip.
func TestWorkbooksAreSigned(t *testing.T) {
	r, _ := twoMonths(t)
	signer := certified(t, r)
	r.Tool = "evidence v1.0.0"
	dir := forgePack(t, r, "all")
	workbook := read(t, dir, pack.ReportXLSX)
	for path, lines := range map[string]map[evidence.Lang][]string{
		dir: {evidence.Japanese: {
			"ok 文書の電子署名: report.xlsx sig1.xml: CN=作成 花子,O=Example K.K.(ECDSA P-256 SHA256:", "ok 報告書: report.xlsx は、署名を除き、結果から再描画したものと"}},
		dir + ".zip": {evidence.English: {
			"ok signatures of documents: report.xlsx, sig1.xml: by CN=作成 花子,O=Example K.K. (ECDSA P-256 SHA256:", "ok reports: report.xlsx is, byte for byte and but for its signatures,"}},
	} {
		for lang, want := range lines {
			said := ""
			err := pack.Verify(t.Context(), path, pack.Verification{Drivers: r.Drivers, Tool: r.Tool, Lang: lang, Report: func(c pack.Check) {
				said += string(c.State) + " " + c.Name + ": " + c.Detail + "\n"
			}})
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range want {
				if !strings.Contains(said, line) {
					t.Errorf("verify does not say %q:\n%s", line, said)
				}
			}
		}
	}
	signatures, err := opc.Verify(t.Context(), bytes.NewReader(workbook), int64(len(workbook)))
	if err != nil || len(signatures) != 1 || signatures[0].Purpose != "Preparation of the audit evidence pack" || !signatures[0].At.Equal(r.Now().UTC().Truncate(time.Second)) {
		t.Errorf("%+v, %v", signatures, err)
	}
	if text := string(read(t, dir, pack.VerifyFile)); !strings.Contains(text, "署名の表示") || !strings.Contains(text, "View Signatures") {
		t.Error("VERIFY.md does not say, in both languages, where the workbook's signature is shown")
	}

	cell := bytes.Clone(workbook)
	cell[len(cell)/3] ^= 1
	rendered := workbookUnsigned(t, workbook)
	book, err := excelize.OpenReader(bytes.NewReader(rendered))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	if err := book.SetCellValue(book.GetSheetName(1), "B3", "effective"); err != nil {
		t.Fatal(err)
	}
	var edited bytes.Buffer
	if err := book.Write(&edited); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		workbook []byte
		noted    string
		refused  string
	}{
		"the signature taken off":      {rendered, "report.xlsx bears no signature of its own", ""},
		"signed again at another time": {workbookSigned(t, rendered, signer, r.Now().AddDate(0, 0, 1)), "", ""},
		"a part altered":               {cell, "", "report.xlsx"},
		"something after it":           {append(bytes.Clone(workbook), 0), "", "report.xlsx"},
		"a cell edited, and signed":    {workbookSigned(t, edited.Bytes(), signer, r.Now()), "", "report.xlsx is not what the results give"},
	} {
		t.Run(name, func(t *testing.T) {
			write(t, dir, pack.ReportXLSX, tt.workbook)
			signAnew(t, r, dir)
			notes, err := verifyForge(t, r, dir)
			if tt.refused != "" && (!errors.Is(err, pack.ErrTampered) || !strings.Contains(err.Error(), tt.refused)) || tt.refused == "" && err != nil {
				t.Errorf("%v, want %q", err, tt.refused)
			}
			if tt.noted != "" && !strings.Contains(strings.Join(notes, "\n"), tt.noted) {
				t.Errorf("notes %q, want %q", notes, tt.noted)
			}
		})
	}
}
