// Package github reads the evidence of change management out of GitHub: every
// merged pull request of a period with who wrote, approved and merged it, the
// history of the protected branches that it is reconciled with, and how branches,
// teams and deployments were governed.
//
// A unit is one repository, or one organisation, for the whole period. A
// repository's unit goes through steps (steps.go), each of which hands over
// batches and moves the cursor on: its state now, its pull requests beside its
// history, what the walk missed, pushes, owners' files, deployments. An
// unchanged repository costs one request.
//
// The queries are in queries/; bodies are the JSON that GitHub gave.
package github
