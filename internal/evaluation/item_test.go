package evaluation

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
)

var spooledItems = []Item{
	{ID: "a", Time: time.Date(2026, 10, 2, 1, 2, 3, 456, time.UTC), Verdict: evidence.Pass, SHA256: "00ff"},
	{
		ID: "社員/1", Label: "user-1 <b>", Time: time.Date(2026, 10, 2, 1, 2, 3, 0, time.FixedZone("JST", 9*3600)), Verdict: evidence.Exception,
		Reasons: []controls.Reason{{Code: "bad", Detail: json.RawMessage(`{"why":"x"}`)}, {Code: "worse"}},
		Until:   time.Date(1900, 1, 1, 0, 0, 0, 0, time.FixedZone("", -3600)),
		SHA256:  "ff", Link: "https://example.com/?q=%20", Group: "g",
		Fields: []controls.Field{
			{}, {Text: "", Set: true}, {Text: "text", Set: true}, {Time: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Set: true}, {Number: -1.5e300, Set: true},
		},
		Observations: []controls.Reason{{Code: "seen", Detail: json.RawMessage(`"text"`)}},
		Record:       []byte(`{"a":"\u0000"}`),
	},
	{ID: "b", Verdict: evidence.Pending},
	{ID: "longer than what is buffered", Label: strings.Repeat("長", 50_000)},
}

func TestSpooledItems(t *testing.T) {
	s, err := newSpool()
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	for _, i := range spooledItems {
		if err := s.add(appendItem(nil, i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.finish(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		var got []Item
		for i, err := range s.all() {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, i)
		}
		if d := cmp.Diff(spooledItems, got); d != "" {
			t.Error(d)
		}
		// A time is written with the offset that it came with.
		if d := cmp.Diff(stamps(spooledItems), stamps(got)); d != "" {
			t.Error(d)
		}
	}
}

func stamps(items []Item) []string {
	var list []string
	for _, i := range items {
		list = append(list, i.Time.Format(time.RFC3339Nano), i.Until.Format(time.RFC3339Nano))
	}
	return list
}

// TestSpooledTexts: what is not UTF-8 becomes what JSON makes of it.
func TestSpooledTexts(t *testing.T) {
	const text = "a\xffb\xe6\x97c日"
	b, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	var want string
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	r := itemReader{in: bufio.NewReader(bytes.NewReader(appendItem(nil, Item{ID: text})))}
	got, err := r.next()
	if err != nil || got.ID != want {
		t.Errorf("got %q, %v; want %q", got.ID, err, want)
	}
}

// TestSpoolCutOff: an item that is cut off is an error, not an end.
func TestSpoolCutOff(t *testing.T) {
	whole := appendItem(nil, spooledItems[1])
	for n := 1; n < len(whole); n++ {
		r := itemReader{in: bufio.NewReader(bytes.NewReader(whole[:n]))}
		if i, err := r.next(); err == nil || err == io.EOF {
			t.Fatalf("%d bytes of %d: %v, %v", n, len(whole), i, err)
		}
	}
}

func FuzzItemReader(f *testing.F) {
	for _, i := range spooledItems {
		f.Add(appendItem(nil, i))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r := itemReader{in: bufio.NewReader(bytes.NewReader(b))}
		i, err := r.next()
		if err != nil {
			return
		}
		again := itemReader{in: bufio.NewReader(bytes.NewReader(appendItem(nil, i)))}
		if _, err := again.next(); err != nil {
			t.Errorf("%v is not read again: %v", i, err)
		}
	})
}
