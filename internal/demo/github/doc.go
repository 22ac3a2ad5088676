// Package github is a simulated GitHub on loopback: it answers the GraphQL and
// REST requests that the collector of GitHub makes, with real pagination, logins
// and errors, so that demo and tests run the real client against it.
//
// Two layers: [Server] executes any GraphQL query over plain [Object]s (graphql.go,
// page.go) and hands REST to a function; [Organization] is a company's GitHub as
// such objects: people, repositories, pull requests, pushes (organization.go,
// repository.go, pull.go). Asking for a field that no object has is an error that
// names it, as on GitHub, and never a silent null.
//
// It is written after GitHub's published schema, and a test holds what it answers
// against that.
package github
