package evidence

import "fmt"

// Form says how the records of a kind relate to the things that they tell of,
// and so what two records under one identity mean. The zero Form is Event.
//
// A kind keeps its form: what would need another one is another kind.
type Form int

const (
	// Event: something that happened and never changes, such as an API call. Two
	// different bodies under one identity contradict each other.
	Event Form = iota
	// Mutable: a thing that changes, such as a pull request or a ticket. Each
	// collection gives it as it is by then. The version that was sealed last is
	// the record; earlier ones stay sealed, and are counted and shown as such.
	Mutable
	// Snapshot: how a thing was at one moment, such as the members of a team. The
	// identity holds the moment, which is the record's time: for a run after the
	// period that lies outside of it.
	Snapshot
)

var formNames = [...]string{Event: "event", Mutable: "mutable", Snapshot: "snapshot"}

// Name returns the form in an auditor's words.
func (f Form) Name() Text {
	switch f {
	case Event:
		return Text{JA: "事象", EN: "event"}
	case Mutable:
		return Text{JA: "更新される対象", EN: "changing object"}
	case Snapshot:
		return Text{JA: "ある時点の状態", EN: "state at a moment"}
	}
	return Text{JA: f.String(), EN: f.String()}
}

// String is the form as it is written in JSON: "event", "mutable", "snapshot".
func (f Form) String() string {
	if f < 0 || int(f) >= len(formNames) {
		return fmt.Sprintf("form %d", int(f))
	}
	return formNames[f]
}

// MarshalText refuses forms that are none.
func (f Form) MarshalText() ([]byte, error) {
	if f < 0 || int(f) >= len(formNames) {
		return nil, fmt.Errorf("%s: there is no such form", f)
	}
	return []byte(f.String()), nil
}

// UnmarshalText reads what MarshalText wrote.
func (f *Form) UnmarshalText(b []byte) error {
	for form, name := range formNames {
		if name == string(b) {
			*f = Form(form)
			return nil
		}
	}
	return fmt.Errorf("form %q: want event, mutable or snapshot", b)
}
