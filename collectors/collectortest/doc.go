// Package collectortest is the contract of a collector as tests: every
// collector's own tests run it.
//
//	func TestConformance(t *testing.T) {
//		collectortest.Run(t, collectortest.Case{Driver: Driver(), Settings: …, Env: …, Query: …})
//	}
//
// A collector that speaks HTTP also names a [Faults], through which its test
// server lets every request pass; the suite then makes requests go wrong.
package collectortest
