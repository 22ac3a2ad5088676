package roster

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNumbers(t *testing.T) {
	for _, tt := range []struct {
		in    string
		width int
		want  string
	}{
		{"10023", 0, "10023"},
		{" １００２３\u3000", 0, "10023"},
		{"123", 6, "000123"},
		{"１２３", 6, "000123"},
		{"1234567", 6, "1234567"},
		{"A123", 6, "A123"}, // not a number: there are no zeros to put back
		{"Ａ－１２３", 0, "A-123"},
		{"", 6, ""},
		{" ", 6, ""},
		{"00123", 0, "00123"},
		{"12.5", 6, "12.5"},
		{"\ufeff7", 0, "7"},
	} {
		if got := Number(tt.in, tt.width); got != tt.want {
			t.Errorf("%q to the width %d is %q, want %q", tt.in, tt.width, got, tt.want)
		}
	}
}

func TestEmails(t *testing.T) {
	for _, tt := range []struct {
		in     []string
		want   []string
		others int
	}{
		{[]string{"SRE-01@Example.co.jp"}, []string{"sre-01@example.co.jp"}, 0},
		{[]string{" sre-01@example.co.jp\u3000"}, []string{"sre-01@example.co.jp"}, 0},
		{[]string{"ｓｒｅ－０１＠ｅｘａｍｐｌｅ．ｃｏ．ｊｐ"}, []string{"sre-01@example.co.jp"}, 0},
		{[]string{"a@example.co.jp;b@example.co.jp", "B@example.co.jp", "c@example.co.jp、d@example.co.jp e@example.co.jp"},
			[]string{"a@example.co.jp", "b@example.co.jp", "c@example.co.jp", "d@example.co.jp", "e@example.co.jp"}, 0},
		{[]string{"", " "}, nil, 0},
		{[]string{"なし", "-", "a@", "@b", "a@b@c", "<a@b>", "a@."}, nil, 7},
	} {
		got, others := Emails(tt.in...)
		if diff := cmp.Diff(tt.want, got); diff != "" || others != tt.others {
			t.Errorf("%q: %d others, want %d\n%s", tt.in, others, tt.others, diff)
		}
	}
}

func FuzzEmails(f *testing.F) {
	f.Add("a@example.co.jp;Ｂ＠example")
	f.Add("İ@ı")
	f.Fuzz(func(t *testing.T, s string) {
		list, _ := Emails(s)
		again, others := Emails(strings.Join(list, ";"))
		if diff := cmp.Diff(list, again); diff != "" || others > 0 {
			t.Errorf("%q gives %q, and that again %q and %d others", s, list, again, others)
		}
	})
}
