package reports_test

import (
	"bytes"
	"compress/zlib"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"
)

var (
	pdfStream = regexp.MustCompile(`(?s)/Filter /FlateDecode /Length \d+>>\nstream\n`)
	pdfShow   = regexp.MustCompile(`(?s)Td \((.*?)\) Tj ET`)
)

// pdfTexts reads what a document of ours shows: for each page, its texts in
// the order in which they were drawn.
func pdfTexts(t *testing.T, doc []byte) [][]string {
	t.Helper()
	var pages [][]string
	for _, at := range pdfStream.FindAllIndex(doc, -1) {
		z, err := zlib.NewReader(bytes.NewReader(doc[at[1]:]))
		if err != nil {
			t.Fatalf("page stream at %d: %v", at[0], err)
		}
		content, err := io.ReadAll(z)
		if err != nil {
			t.Fatalf("page stream at %d: %v", at[0], err)
		}
		var texts []string
		for _, show := range pdfShow.FindAllSubmatch(content, -1) {
			texts = append(texts, utf16Text(string(show[1])))
		}
		pages = append(pages, texts)
	}
	return pages
}

// utf16Text undoes the escapes of a PDF string that holds UTF-16.
func utf16Text(s string) string {
	s = strings.NewReplacer(`\\`, `\`, `\(`, `(`, `\)`, `)`, `\r`, "\r").Replace(s)
	units := make([]uint16, len(s)/2)
	for i := range units {
		units[i] = uint16(s[2*i])<<8 | uint16(s[2*i+1])
	}
	return string(utf16.Decode(units))
}
