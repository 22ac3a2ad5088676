package entraidexport

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// cut reads a content to its end: its elements and flaws with their lines.
func cut(content io.Reader, name string) (got []string, err error) {
	list, err := newElements(content, name)
	if err != nil {
		return nil, err
	}
	for {
		e, err := list.next()
		var bad *flaw
		switch {
		case err == io.EOF:
			return got, nil
		case errors.As(err, &bad):
			got = append(got, fmt.Sprintf("%d %s", bad.line, bad.code))
		case err != nil:
			return got, err
		case e.row != nil:
			got = append(got, fmt.Sprintf("%d %s", e.line, strings.Join(e.row.cells, "|")))
		default:
			got = append(got, fmt.Sprintf("%d %s", e.line, e.raw))
		}
		if len(got) > 1<<16 {
			return got, errors.New("it does not end")
		}
	}
}

const bom = "\xef\xbb\xbf"

func TestElements(t *testing.T) {
	for _, tt := range []struct {
		name, content string
		want          []string
	}{
		{"lines", "{\"a\":1}\n{\"a\":2}\r\n\n{\"a\":3}\n", []string{`1 {"a":1}`, `2 {"a":2}`, `4 {"a":3}`}},
		{"no line break at the end", "{\"a\":1}\n{\"a\":2}", []string{`1 {"a":1}`, `2 {"a":2}`}},
		{"a byte order mark", bom + "\n {\"a\":1}\n", []string{`2 {"a":1}`}},
		{"half a line at the end", "{\"a\":1}\n{\"a\":", []string{`1 {"a":1}`, `2 line_cut_short`}},
		{"half a line within", "{\"a\":1}\n{\"a\"\n{\"a\":3}\n", []string{`1 {"a":1}`, `2 line_invalid`, `3 {"a":3}`}},
		{"half a line at the beginning", "{\"a\":\n{\"a\":2}\n", []string{`1 line_invalid`, `2 {"a":2}`}},
		{"two objects in a line", "{\"a\":1}{\"a\":2}\n", []string{`1 line_invalid`}},
		{"records, a line", "{\"records\":[{\"a\":1},{\"a\":2}]}\n", []string{`1 {"a":1}`, `1 {"a":2}`}},
		{"records, several lines of them", "{\"records\":[{\"a\":1}]}\n{\"records\":[]}\n{\"records\":[{\"a\":2}]}\n", []string{`1 {"a":1}`, `3 {"a":2}`}},
		{"records without a line break", `{"records": [ {"a":"]}"} , {"a":2}]}`, []string{`1 {"a":"]}"}`, `1 {"a":2}`}},
		{"records over several lines", "{\n \"records\":\n [\n {\"a\":1},\n {\"a\":\n 2}\n ]\n}\n", []string{`4 {"a":1}`, "5 {\"a\":\n 2}"}},
		{"records that end early", "{\"records\":[\n{\"a\":1},\n{\"a\":", []string{`2 {"a":1}`, `3 line_cut_short`}},
		{"records without an end", "{\"records\":[\n{\"a\":1}\n", []string{`2 {"a":1}`, `3 line_cut_short`}},
		{"an answer of Graph", "{\"@odata.context\":\"https://x/$metadata#a,b\",\n\"value\":[{\"a\":1}],\"@odata.nextLink\":\"[{\"}\n", []string{`2 {"a":1}`}},
		{"several documents", "{\n\"records\":[{\"a\":1}]}\n{\"value\":[\n{\"a\":2}]}", []string{`2 {"a":1}`, `4 {"a":2}`}},
		{"an object over several lines", "{\n\"a\": {\"records\":[1]},\n\"b\":\"\\\"}\"\n}\n", []string{"1 {\"a\":{\"records\":[1]},\"b\":\"\\\"}\"}"}},
		{"a list", "[{\"a\":1},\n {\"a\":[1,[2]]} ]\n", []string{`1 {"a":1}`, `2 {"a":[1,[2]]}`}},
		{"an empty list", "[]", nil},
		{"a list with what is none", "[1,\"a,]\",null,{\"a\":1}]", []string{`1 1`, `1 "a,]"`, `1 null`, `1 {"a":1}`}},
		{"a list with what is no JSON", "[{\"a\" 1},\n{\"a\":2}]", []string{`1 line_invalid`, `2 {"a":2}`}},
		{"a list that ends early", "[{\"a\":1},\n{\"a\":2", []string{`1 {"a":1}`, `2 line_cut_short`}},
		{"a list without an end", "[{\"a\":1}", []string{`1 {"a":1}`, `1 line_cut_short`}},
		{"something after a list", "[{\"a\":1}]\nx", []string{`1 {"a":1}`, `2 line_invalid`}},
		{"a record that is named like a list", "{\"value\":\"x\",\"a\":1}\n", []string{`1 {"value":"x","a":1}`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for how, r := range map[string]io.Reader{
				"at once":       strings.NewReader(tt.content),
				"byte by byte":  iotest.OneByteReader(strings.NewReader(tt.content)),
				"error at last": iotest.DataErrReader(strings.NewReader(tt.content)),
			} {
				got, err := cut(r, "x.json")
				if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
					t.Errorf("%s: %v (-want +got):\n%s", how, err, diff)
				}
			}
		})
	}
}

func TestElementsOfNothing(t *testing.T) {
	for _, content := range []string{"", " \r\n\t", bom} {
		if got, err := cut(strings.NewReader(content), "x"); err != io.EOF {
			t.Errorf("%q: %q, %v", content, got, err)
		}
	}
}

// TestLongElements passes over what is too long to be held, and goes on.
func TestLongElements(t *testing.T) {
	long := `{"a":"` + strings.Repeat("x", elementLimit) + `"}`
	for name, content := range map[string]string{
		"lines":    "{\"a\":1}\n" + long + "\n{\"a\":3}\n",
		"list":     "[{\"a\":1},\n" + long + ",\n{\"a\":3}]",
		"document": "{\n\"records\":[{\"a\":1},\n" + long + ",\n{\"a\":3}]}",
	} {
		got, err := cut(strings.NewReader(content), "x.json")
		if err != nil || len(got) != 3 || !strings.HasSuffix(got[1], "line_invalid") || !strings.HasSuffix(got[2], `{"a":3}`) {
			t.Errorf("%s: %d elements, %v", name, len(got), err)
		}
	}
	// Of a CSV there is no telling where the next row begins.
	row := func(cell string) string { return strings.Repeat(",", 44) + cell + "\n" }
	csv := strings.Join(auditHeader, ",") + "\n" + strings.Repeat(",", len(auditHeader)-1) + "\n\"" + strings.Repeat("x", 2*elementLimit) + row("")
	got, err := cut(strings.NewReader(csv), "x.csv")
	if err != nil || len(got) != 2 || !strings.HasSuffix(got[1], "line_invalid") {
		t.Errorf("CSV: %d rows, %v", len(got), err)
	}
}

// TestLargeSheets: it is a row that may not be too long, not the file.
func TestLargeSheets(t *testing.T) {
	long := with(anAudit, cells{"ResultReason": strings.Repeat("x", elementLimit*3/5)})
	list, flaws := entries(t, sheetText(auditHeader, long, long, long), "AuditLogs.csv")
	if len(list) != 3 || len(flaws) > 0 {
		t.Errorf("%d entries, flaws %q", len(list), flaws)
	}
}

func TestReadingErrorsAreNotTheFiles(t *testing.T) {
	broke := errors.New("connection reset")
	for _, content := range []string{"{\"a\":1}\n{\"a\":", "[{\"a\":1},{\"a\"", "{\n\"records\":[{\"a\":1", "{\n\"a\":", strings.Join(auditHeader, ",") + "\n\"x"} {
		if got, err := cut(io.MultiReader(strings.NewReader(content), iotest.ErrReader(broke)), "x"); !errors.Is(err, broke) {
			t.Errorf("%q: %q, %v", content, got, err)
		}
	}
}

// FuzzElements: whatever a file holds, reading it ends, and a file of lines loses
// none of them.
func FuzzElements(f *testing.F) {
	for _, p := range pairs(f) {
		f.Add(string(p.line)+"\n"+string(p.graph), "PT1H.json")
	}
	f.Add("{\n\"records\":[{\"a\":1},{\"a\":\"\\\"]\"}],\"x\":{}}\n[1,2]", "x")
	f.Add("{\"value\":[[]]}\n{\"value\":{}}", "x")
	f.Add(strings.Join(auditHeader, ",")+"\n"+strings.Repeat(",", len(auditHeader)-1)+"\n", "AuditLogs.csv")
	f.Fuzz(func(t *testing.T, content, name string) {
		got, err := cut(strings.NewReader(content), name)
		var no refused
		if err != nil && err != io.EOF && !errors.As(err, &no) {
			t.Fatal(err)
		}
		again, err2 := cut(iotest.OneByteReader(strings.NewReader(content)), name)
		if diff := cmp.Diff(got, again); diff != "" || fmt.Sprint(err) != fmt.Sprint(err2) {
			t.Fatalf("read in other pieces it is something else: %v, %v\n%s", err, err2, diff)
		}
	})
}
