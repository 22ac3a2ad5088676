//go:build !race

package locker

// raceEnabled says that the race detector slows everything down.
const raceEnabled = false
