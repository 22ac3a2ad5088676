//go:build race

package reports_test

// raceDetector: it keeps memory of its own, and makes large packs slow.
const raceDetector = true
