//go:build !race

package pipeline

// raceEnabled says that the race detector slows everything down.
const raceEnabled = false
