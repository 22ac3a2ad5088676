// Package demo is a simulated company and a month of its life, so that the whole of
// evidence can be tried, and tested, without an account anywhere.
//
// [Company] makes the month: October 2026 in Asia/Tokyo, an organisation trail
// over two accounts and three regions, some tens of thousands of ordinary
// events, and a story of planted ones: exceptions, near misses, hostile text, a
// log record delivered twice. Its GitHub ([Organization]) has five repositories,
// pull requests by the ordinary process, and what went around that. Its people
// (tenant_people.go) have accounts in its Microsoft Entra tenant and are on the
// roster of its SmartHR: sign-ins, roles, policies, leavers (tenant.go). They are
// served by servePeople, and not yet part of what follows. [Scenario.Serve] serves AWS
// and GitHub on loopback, and [Config] is the evidence.yaml that reads them. What every
// control must find is [Expected], which is complete in both directions: everything
// that it lists is to be found, and nothing else.
//
// The month before ([EarlierPeriod]) is there to be compared with. The trail records its
// ordinary events; its last days have the sign-ins and changes of people; what was
// introduced in October, the daily comparison of security groups for one, it lacks.
// [Scenario.ServeEarlier] serves the systems as on the day on which it was collected. What
// stands in them is told of the end of October alone, but for security groups and what
// Entra ID keeps the history of: it stood so before. Nothing is planted in it.
//
// The company, its people and its events are invented. The shapes of the events
// are those of real CloudTrail records, and of Microsoft's published types.
package demo
