package aws

import "testing"

// A range that is accepted lies within the object and is not empty.
func FuzzParseRange(f *testing.F) {
	for _, spec := range []string{"bytes=0-9", "bytes=10-", "bytes=-5", "bytes=--1", "bytes=5-999999999999999999999", "bytes=", "lines=1-2", "bytes=0-0,2-3"} {
		f.Add(spec, 100)
	}
	f.Add("bytes=-1", 0)
	f.Fuzz(func(t *testing.T, spec string, size int) {
		if size < 0 {
			t.Skip()
		}
		if from, to, ok := parseRange(spec, size); ok && (from < 0 || from >= to || to > size) {
			t.Errorf("%q of %d bytes: [%d,%d)", spec, size, from, to)
		}
	})
}
