package reports

import (
	"slices"
	"strings"

	"github.com/evidencepack/evidence"
)

// ResultCount is how many controls came to a result.
type ResultCount struct {
	Result evidence.Result
	N      int64
}

// ResultCounts counts the pack's controls by result: one entry for each of the
// four, in the order of [evidence.Results].
func (p *Pack) ResultCounts() []ResultCount {
	counts := make([]ResultCount, len(evidence.Results))
	for i, r := range evidence.Results {
		counts[i].Result = r
		for _, c := range p.Controls {
			if c.Result == r {
				counts[i].N++
			}
		}
	}
	return counts
}

// Serving returns the pack's controls that serve a framework item, in the
// item's order. A control that the item names and the pack does not have is left out.
func (p *Pack) Serving(item FrameworkItem) []*Control {
	var serving []*Control
	for _, id := range item.Controls {
		if i := slices.IndexFunc(p.Controls, func(c Control) bool { return c.ID == id }); i >= 0 {
			serving = append(serving, &p.Controls[i])
		}
	}
	return serving
}

// ItemResult is the result of a framework item: of its controls' results, the
// one that [evidence.Results] puts first, since an objective is reached only
// where every control that serves it operated. ok is false when the pack has no
// control for the item.
func (p *Pack) ItemResult(item FrameworkItem) (r evidence.Result, ok bool) {
	serving := p.Serving(item)
	for _, r := range evidence.Results {
		if slices.ContainsFunc(serving, func(c *Control) bool { return c.Result == r }) {
			return r, true
		}
	}
	return "", false
}

// Served splits the framework's items into those that a control of
// the pack serves and the others.
func (p *Pack) Served() (served, unserved []FrameworkItem) {
	for _, item := range p.Framework.Items {
		if len(p.Serving(item)) > 0 {
			served = append(served, item)
		} else {
			unserved = append(unserved, item)
		}
	}
	return served, unserved
}

// NamedRule is a file of rules and the controls that are judged by it.
type NamedRule struct {
	RuleFile
	Controls []string
}

// RuleFiles lists the files of the controls' rules, each once: those that are a
// control's own, in the order of the controls, and then the shared ones.
func (p *Pack) RuleFiles() []NamedRule {
	var own, shared []NamedRule
	for _, c := range p.Controls {
		for _, r := range c.Rules {
			i := slices.IndexFunc(shared, func(s NamedRule) bool { return s.RuleFile == r })
			switch {
			case !r.Shared:
				own = append(own, NamedRule{r, []string{c.ID}})
			case i < 0:
				shared = append(shared, NamedRule{r, []string{c.ID}})
			default:
				shared[i].Controls = append(shared[i].Controls, c.ID)
			}
		}
	}
	slices.SortStableFunc(shared, func(a, b NamedRule) int { return strings.Compare(a.Name, b.Name) })
	return append(own, shared...)
}

// Exceptions is the number of exceptions of all controls.
func (p *Pack) Exceptions() int64 {
	var n int64
	for _, c := range p.Controls {
		n += c.Counts.Exceptions
	}
	return n
}

// Answered is how many of the exceptions have a response.
func (c *Control) Answered() int64 {
	var n int64
	for _, r := range c.Responses {
		n += r.N
	}
	return n
}

// Unanswered is how many of the exceptions have none.
func (c *Control) Unanswered() int64 { return c.Counts.Exceptions - c.Answered() }

// Answered is how many of the exceptions of all controls have a response.
func (p *Pack) Answered() int64 {
	var n int64
	for i := range p.Controls {
		n += p.Controls[i].Answered()
	}
	return n
}
