//go:build !race

package opc

const raceDetector = false
