// Package demo is a simulated company and one month of its life, so that the
// whole of evidence can be tried, and tested, without an account anywhere.
//
// [Company] makes the month: October 2026 in Asia/Tokyo, an organisation trail
// over two accounts and three regions, some tens of thousands of ordinary
// events, and a story of planted ones: exceptions, near misses, hostile text, a
// log record delivered twice. Its GitHub ([Organization]) has five repositories,
// pull requests by the ordinary process, and what went around that. [Scenario.Serve]
// serves both on loopback, and [Config] is the evidence.yaml that reads them. What every control must find is
// [Expected], which is complete in both directions: everything that it lists is
// to be found, and nothing else.
//
// The company, its people and its events are invented. The shapes of the events
// are those of real CloudTrail records.
package demo
