package hrcsv

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/internal/roster"
)

func TestEncodings(t *testing.T) {
	text := head + threeRows
	sjis := shiftJISOf(t, text)
	for _, tt := range []struct {
		name    string
		content []byte
		set     string
		want    encoding // empty: refused
	}{
		{"UTF-8", []byte(text), "auto", utf8Encoding},
		{"UTF-8 with a mark", []byte("\ufeff" + text), "auto", utf8Encoding},
		{"Shift_JIS", sjis, "auto", shiftJIS},
		{"ASCII", []byte("a,b\n1,2\n"), "auto", utf8Encoding},
		{"one line of UTF-8 that is Shift_JIS too", []byte("氏名\n"), "auto", utf8Encoding},
		{"UTF-8 with a broken line", []byte(text + "\xff\n"), "auto", utf8Encoding},
		{"Shift_JIS with a broken line", append(bytes.Clone(sjis), "\x81\n"...), "auto", shiftJIS},
		{"half-width katakana", shiftJISOf(t, "社員番号,ｼﾒｲ\r\n1,ｶｲｹｲ\r\n"), "auto", shiftJIS},
		{"UTF-8 as set", []byte(text), "utf-8", utf8Encoding},
		{"Shift_JIS as set", sjis, "shift_jis", shiftJIS},
		{"neither", []byte("\xff\xff\n"), "auto", ""},
		{"UTF-16", []byte("\xfe\xff\x00a"), "utf-8", ""},
		{"UTF-16 without a mark", []byte("a\x00,\x00"), "auto", ""},
	} {
		got, err := encodingOf(tt.content, tt.set)
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%s: %q, %v", tt.name, got, err)
		}
	}
}

// TestShiftJISIsThatOfWindows: the characters that Windows has beside the
// standard's, in names above all, and those whose second byte is a sign of ASCII.
func TestShiftJISIsThatOfWindows(t *testing.T) {
	for s, b := range map[string]string{
		"髙": "\xfb\xfc", "﨑": "\xfa\xb1", "①": "\x87\x40", "㈱": "\x87\x8a", "～": "\x81\x60", "－": "\x81\x7c", "ソ": "\x83\x5c", "表": "\x95\x5c", "ポ": "\x83\x7c", "ｱ": "\xb1", "\\": "\x5c", "~": "\x7e",
	} {
		if got, ok := shiftJIS.text([]byte(b)); !ok || got != s {
			t.Errorf("%x is %q, %t; want %q", b, got, ok, s)
		}
	}
	for _, b := range []string{"\x81", "\x81\x20", "\x81\xff", "\xff", "\xa0", "\xfd", "\x82\x9e\x82"} {
		if got, ok := shiftJIS.text([]byte(b)); ok {
			t.Errorf("%x was read as %q", b, got)
		}
	}
}

// TestSecondBytesAreNoDelimiters: no character of Shift_JIS has a comma, a tab, a
// quote or an end of line in it, so that cells can be split before they are decoded.
func TestSecondBytesAreNoDelimiters(t *testing.T) {
	for first := 0x80; first <= 0xff; first++ {
		for _, second := range []byte(",\t\"\r\n") {
			if got, ok := shiftJIS.text([]byte{byte(first), second}); ok && utf8.RuneCountInString(got) == 1 {
				t.Errorf("%x %x is one character, %q", first, second, got)
			}
		}
	}
}

func TestChecksums(t *testing.T) {
	sum := strings.Repeat("0a", 32)
	for _, tt := range []struct{ text, want string }{
		{sum, sum},
		{strings.ToUpper(sum) + "\r\n", sum},
		{sum + "  roster.csv\n", sum},
		{sum + " *C:/hr/roster.csv", sum},
		{"SHA256 (hr/roster.csv) = " + sum, sum},
		{strings.Repeat("0b", 32) + "  other.csv\n" + sum + "  roster.csv\n", sum},
		{sum + "  other.csv", ""},
		{sum[:62] + "  roster.csv", ""},
		{"", ""},
		{"# comment\n\n" + sum + "  roster.csv", sum},
	} {
		got, err := checksumIn(tt.text, "hr/roster.csv")
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%q: %q, %v", tt.text, got, err)
		}
	}
}

// FuzzRoster: whatever a file holds, each row is a person, says again what another
// says, is blank or is a gap, and nothing but what was mapped is recorded.
func FuzzRoster(f *testing.F) {
	f.Add([]byte(head+threeRows), uint8(0), true)
	f.Add(shiftJISOf(f, head+threeRows), uint8(0), false)
	f.Add(shiftJISOf(f, head+threeRows), uint8(1), false)
	f.Add([]byte(head+sreRow+"10001,\"a\r\n\"b,\r\n,,,\r\n"+sreRow), uint8(1), false)
	f.Add([]byte("\ufeff社員番号\t氏名\t入社年月日\t退職年月日\t異動日\t異動後部署\n1\ta\t\t\tR8.10.1\tb\n1\ta\t\t\t\t\n"), uint8(0), true)
	f.Fuzz(func(t *testing.T, content []byte, encoding uint8, withMoves bool) {
		s := &source{settings: settings{File: "a.csv", Encoding: []string{"auto", "utf-8", "shift_jis"}[encoding%3]}, dates: roster.Dates{Location: time.UTC}}
		if _, err := s.settings.validate(); err != nil {
			t.Fatal(err)
		}
		if withMoves {
			s.settings.Moves = &moves{At: "異動日", Department: "異動後部署"}
		}
		snap := roster.Snapshot{Roster: "r", Unit: evidence.Unit{Window: october}}
		r := &reading{source: s, snap: &snap, file: contentOf(content), said: map[string]bool{}, same: map[string]*someone{}}
		if r.table() != nil {
			return
		}
		r.entries()
		r.measure()
		joined := int64(0)
		for _, p := range r.people {
			joined += int64(len(p.turns)) - 1
		}
		if int64(len(snap.Entries))+r.repeated+joined != r.sound || r.sound > r.rows {
			t.Fatalf("%d entries, %d repeated and %d joined of %d sound rows of %d", len(snap.Entries), r.repeated, joined, r.sound, r.rows)
		}
		if (r.sound == r.rows) != snap.Gaps.None() {
			t.Fatalf("%d of %d rows are sound, and gaps none: %t", r.sound, r.rows, snap.Gaps.None())
		}
		keys := map[string]bool{}
		for _, e := range snap.Entries {
			if keys[e.Key] || e.Person.Number == "" {
				t.Fatalf("key %q twice, or no number", e.Key)
			}
			keys[e.Key] = true
			var cells map[string]string
			if err := json.Unmarshal(e.Person.Source, &cells); err != nil {
				t.Fatalf("source %q: %v", e.Person.Source, err)
			}
			for header := range cells {
				if private(header) {
					t.Fatalf("%q is recorded", header)
				}
			}
		}
	})
}

func contentOf(b []byte) content { return content{name: "a.csv", bytes: b, modified: october.End} }
