package reports

// Exemption is what a parameter leaves out of a control, and what it says of that.
type Exemption struct {
	Parameter  string
	What       string
	Why        string // may be empty, as what follows may
	ApprovedBy string
	Until      string // the last day: "2027-03-31"
	Lapsed     bool   // that day was over before the period was: from then on nothing was left out by it
	Over       bool   // and before the period began
	AddedFor   string // the pattern for which redaction added it to an auditor's copy; empty: the organisation wrote it
}

// ExemptionCounts sums up exemptions.
type ExemptionCounts struct {
	Exemptions      int64 // all that the organisation wrote, those that lapsed among them
	Lapsed          int64
	Unapproved      int64 // without a recorded approver, of those that held in the period
	Items           int64 // not applicable items that they leave out
	UnapprovedItems int64 // items whose verdict rests on one without a recorded approver
}

// ExemptionCounts counts the control's exemptions.
func (c *Control) ExemptionCounts() ExemptionCounts {
	n := ExemptionCounts{Items: c.Exempt, UnapprovedItems: c.Unapproved}
	for _, e := range c.Exemptions {
		if e.AddedFor != "" {
			continue // the pattern's own is counted, as in the pack of the originals
		}
		n.Exemptions++
		if e.Lapsed {
			n.Lapsed++
		}
		if !e.Over && e.ApprovedBy == "" {
			n.Unapproved++
		}
	}
	return n
}

// Exempting lists the controls whose parameters leave something out.
func (p *Pack) Exempting() []*Control {
	var list []*Control
	for i := range p.Controls {
		if len(p.Controls[i].Exemptions) > 0 {
			list = append(list, &p.Controls[i])
		}
	}
	return list
}

// ExemptionCounts counts the exemptions of all controls. One that is written for two
// controls counts twice, and so do the items that both leave out.
func (p *Pack) ExemptionCounts() ExemptionCounts {
	var sum ExemptionCounts
	for _, c := range p.Exempting() {
		n := c.ExemptionCounts()
		sum.Exemptions += n.Exemptions
		sum.Lapsed += n.Lapsed
		sum.Unapproved += n.Unapproved
		sum.Items += n.Items
		sum.UnapprovedItems += n.UnapprovedItems
	}
	return sum
}
