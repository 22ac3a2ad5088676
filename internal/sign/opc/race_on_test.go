//go:build race

package opc

// raceDetector: it keeps memory of its own, and makes large workbooks slow.
const raceDetector = true
