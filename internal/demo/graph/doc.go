// Package graph is a simulated Microsoft Entra tenant on loopback: its login
// endpoint and its Microsoft Graph, so that demo and tests run the real clients
// against them.
//
// Two layers. [Tenant] is the story: people, groups, roles, conditional access
// policies, applications, sign-ins, risks and what Microsoft 365 recorded. Each is
// told with its time, in any order; whatever changes something writes the directory
// audits that Entra writes for it (user.go, group.go, role.go, policy.go, application.go,
// signin.go, risk.go, record.go). [Server] shows the tenant as it is at the
// simulated time, and behaves as Graph does where that makes collecting hard (server.go):
//
//   - pages of Graph's own sizes, links to the next whose tokens go stale (page.go);
//   - throttling by Graph's documented limits, with and without Retry-After (throttle.go);
//   - query options that are understood strictly: what the reference does not list is a
//     400 (query.go, filter.go);
//   - permissions of the application's token, and the tenant's licences (endpoint.go).
//
// It is written after the API reference, and a test holds everything that it serves
// against the reference's examples and Microsoft's published types (package graphtest).
package graph
