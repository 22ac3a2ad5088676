package reports

import "fmt"

// Sampling says how the samples of a pack were drawn.
type Sampling struct {
	Method string // "evidence-sample/v1"
	Root   string // of the checkpoint that they follow from, in hex
	Size   int64  // of that checkpoint: it may be an earlier one than the pack's
	Nonce  string // of the auditor; empty: none was given
}

// Sample is what was drawn out of a control's population, for the auditor to inspect.
type Sample struct {
	Exempt        bool  // it is of the items that exemptions leave out
	Population    int64 // items that it was drawn from
	NotApplicable int64 // other items of the control's population to which it does not apply
	Size          int64
	SizedBy       string // what gave the size, in the pack's language
	Seed          string // hex
	Drawn         []DrawnItem
}

// DrawnItem is an item that was drawn. Those of a sample stand in the order of their
// ranks: sampled and replaced ones as they come, and then the reserves.
type DrawnItem struct {
	Item
	Rank   string // hex
	State  DrawnState
	Reason string // why it was replaced, by whom and when; empty where it was not
	By     string
	Date   string
}

// DrawnState says what became of an item that was drawn.
type DrawnState string

const (
	InSample DrawnState = "sample"
	Replaced DrawnState = "replaced" // a later one stands for it
	Reserve  DrawnState = "reserve"  // would stand for the next that is replaced
)

// CountDrawn counts the drawn items of a state.
func (s *Sample) CountDrawn(state DrawnState) int64 {
	n := int64(0)
	for _, d := range s.Drawn {
		if d.State == state {
			n++
		}
	}
	return n
}

// Whole reports whether everything that could be drawn stands in the sample: where it was
// drawn from is too small to choose from.
func (s *Sample) Whole() bool { return s.Size == s.Population && s.CountDrawn(Replaced) == 0 }

// Check refuses a sample that is not as large as it says.
func (s *Sample) Check() error {
	if n := s.CountDrawn(InSample); n > s.Size || n < s.Size && s.CountDrawn(Reserve) > 0 {
		return fmt.Errorf("%d items of %d stand in the sample", n, s.Size)
	}
	return nil
}

// SampledControl is a control with one of its samples.
type SampledControl struct {
	*Control
	Sample *Sample
}

// Sampled lists the samples, those of a control one after the other.
func (p *Pack) Sampled() []SampledControl {
	var list []SampledControl
	for i := range p.Controls {
		c := &p.Controls[i]
		for _, s := range []*Sample{c.Sample, c.ExemptSample} {
			if s != nil {
				list = append(list, SampledControl{c, s})
			}
		}
	}
	return list
}
