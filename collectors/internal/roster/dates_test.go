package roster

import (
	"testing"
	"time"
)

func tokyo(t testing.TB) Dates {
	t.Helper()
	loc, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	return Dates{loc}
}

func TestDaysAsHRSystemsWriteThem(t *testing.T) {
	d := tokyo(t)
	for _, s := range []string{
		"2026-10-31", "2026/10/31", "2026.10.31", "20261031", "2026年10月31日", " 2026-10-31\u3000",
		"２０２６／１０／３１", "２０２６年１０月３１日", "2026 年 10 月 31 日", "2026−10−31", "2026‐10‐31",
		"令和8年10月31日", "令和 8年 10月 31日", "令和８年１０月３１日", "㋿8年10月31日", "令和8.10.31",
		"R8.10.31", "r8.10.31", "R08/10/31", "R8-10-31", "Ｒ８．１０．３１", "平成38年10月31日", "H38.10.31",
		"2026/10/31 0:00", "2026-10-31 00:00:00", "2026-10-31T00:00:00", "2026-10-31 00:00:00.000", "\ufeff2026-10-31",
	} {
		from, err := d.From(s)
		if got := from.Format(time.RFC3339); err != nil || got != "2026-10-31T00:00:00+09:00" {
			t.Errorf("%q begins %s, %v", s, got, err)
		}
		until, err := d.Until(s)
		if got := until.Format(time.RFC3339); err != nil || got != "2026-10-31T23:59:59+09:00" {
			t.Errorf("%q ends %s, %v", s, got, err)
		}
	}
}

func TestDatesOfOtherDays(t *testing.T) {
	d := tokyo(t)
	for s, want := range map[string]string{
		"2026/1/5":                  "2026-01-05T00:00:00+09:00",
		"2024-02-29":                "2024-02-29T00:00:00+09:00",
		"令和元年5月1日":                  "2019-05-01T00:00:00+09:00",
		"平成31年4月30日":                "2019-04-30T00:00:00+09:00",
		"H1.1.8":                    "1989-01-08T00:00:00+09:00",
		"S64.1.7":                   "1989-01-07T00:00:00+09:00",
		"大正15年12月24日":               "1926-12-24T00:00:00+09:00",
		"T1.7.30":                   "1912-07-30T00:00:00+09:00",
		"9999/12/31":                "9999-12-31T00:00:00+09:00",
		"2026-10-31T18:30:00+09:00": "2026-10-31T18:30:00+09:00",
		"2026-10-31T09:30:00Z":      "2026-10-31T09:30:00Z",
		"2026-10-31T00:00:00+09:00": "2026-10-31T00:00:00+09:00", // a time is kept, midnight too
		"2026/10/31 18:30":          "2026-10-31T18:30:00+09:00",
		"2026年10月31日 18:30:05":      "2026-10-31T18:30:05+09:00",
	} {
		got, err := d.From(s)
		if err != nil || got.Format(time.RFC3339Nano) != want {
			t.Errorf("%q is %s, %v; want %s", s, got.Format(time.RFC3339Nano), err, want)
		}
	}
	left, err := d.Until("2026-10-31T00:00:00+09:00")
	if err != nil || left.Format(time.RFC3339) != "2026-10-31T00:00:00+09:00" {
		t.Errorf("a leaving time became %s, %v", left, err)
	}
	for _, s := range []string{"", " ", "\u3000"} {
		if got, err := d.Until(s); err != nil || !got.IsZero() {
			t.Errorf("%q is %s, %v; want no date", s, got, err)
		}
	}
}

func TestWhatIsNoDate(t *testing.T) {
	d := tokyo(t)
	for _, s := range []string{
		"-", "なし", "2026-13-01", "2026-02-29", "2026-10-32", "2026/00/10", "0000/00/00", "99999999", "2026-10/31", "2026年10月31", "2026年10-31日",
		"2026/10/31日", "10/31/2026", "31.10.2026", "261031", "令和0年1月1日", "令和8年13月1日", "X8.10.31", "R8.10", "2026-10", "46326", "１",
		"2026-10-31 24:00", "2026-10-31 10:60", "0001-01-01T00:00:00Z", "1868-01-01", "2026-10-31T25:00:00Z", "2026-10-31 x",
		"昭和101年10月31日",
	} {
		got, err := d.From(s)
		if err != errDate { // the same for all: it quotes nothing
			t.Errorf("%q was read as %s, %v", s, got, err)
		}
	}
}

// TestTheLastDayIsInItsMonth: who leaves on 31 October is a leaver of October, in
// the source's time zone, also where a day is not 24 hours.
func TestTheLastDayIsInItsMonth(t *testing.T) {
	for zone, want := range map[string]string{
		"Asia/Tokyo": "2026-10-31T14:59:59Z", "Europe/Berlin": "2026-10-31T22:59:59Z", "UTC": "2026-10-31T23:59:59Z",
	} {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Dates{loc}.Until("2026-10-31")
		if err != nil || got.UTC().Format(time.RFC3339) != want {
			t.Errorf("%s: %s, %v; want %s", zone, got.UTC().Format(time.RFC3339), err, want)
		}
		if next := time.Date(2026, 11, 1, 0, 0, 0, 0, loc); !got.Before(next) {
			t.Errorf("%s: %s is not before November", zone, got)
		}
	}
}

func FuzzDates(f *testing.F) {
	for _, s := range []string{"2026-10-31", "令和8年10月31日", "R8.10.31", "20261031", "2026-10-31T00:00:00Z", "2026/10/31 1:02", "平成元年1月8日", "２０２６"} {
		f.Add(s)
	}
	d := Dates{time.FixedZone("JST", 9*60*60)}
	f.Fuzz(func(t *testing.T, s string) {
		from, err := d.From(s)
		until, untilErr := d.Until(s)
		if (err == nil) != (untilErr == nil) {
			t.Fatalf("%q: %v, %v", s, err, untilErr)
		}
		if err != nil {
			if !from.IsZero() || !until.IsZero() {
				t.Fatalf("%q: an error, and %s and %s", s, from, until)
			}
			return
		}
		if from.IsZero() != until.IsZero() || until.Before(from) || until.Sub(from) >= 24*time.Hour {
			t.Fatalf("%q is from %s until %s", s, from, until)
		}
		if again, err := d.From(from.Format(time.RFC3339Nano)); !from.IsZero() && (err != nil || !again.Equal(from)) {
			t.Fatalf("%q is %s, which is then read as %s, %v", s, from, again, err)
		}
	})
}
