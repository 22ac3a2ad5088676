package reports

import "github.com/evidencepack/evidence"

// DayState says what a source gave for a day.
type DayState string

// The states of days.
const (
	DayComplete    DayState = "complete"
	DayProvisional DayState = "provisional" // complete as of its reading, while late records might still arrive
	DayLate        DayState = "late"        // complete, and collected long after it
	DayGap         DayState = "gap"
	DayMissing     DayState = "missing" // nothing was collected
	DayAhead       DayState = "ahead"   // had not happened, or not settled, when collected
)

// DayStates lists them in the order of legends.
var DayStates = []DayState{DayComplete, DayProvisional, DayLate, DayGap, DayMissing, DayAhead}

// Name returns the word for a day's state.
func (s DayState) Name() evidence.Text {
	switch s {
	case DayComplete:
		return evidence.Text{JA: "収集済み", EN: "complete"}
	case DayProvisional:
		return evidence.Text{JA: "収集済み（暫定）", EN: "complete, provisional"}
	case DayLate:
		return evidence.Text{JA: "収集済み（遅延）", EN: "complete, late"}
	case DayGap:
		return evidence.Text{JA: "欠落あり", EN: "gap"}
	case DayMissing:
		return evidence.Text{JA: "未収集", EN: "missing"}
	case DayAhead:
		return evidence.Text{JA: "収集時期前", EN: "not yet due"}
	}
	return evidence.Text{JA: string(s), EN: string(s)}
}

// Mark is the sign of a day in a calendar, in reports and on the terminal alike.
func (s DayState) Mark() string {
	switch s {
	case DayComplete:
		return "○"
	case DayProvisional:
		return "◇"
	case DayLate:
		return "△"
	case DayGap:
		return "▲"
	case DayMissing:
		return "×"
	case DayAhead:
		return "－"
	}
	return ""
}
