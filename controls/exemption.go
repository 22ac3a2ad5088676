package controls

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/evidencepack/evidence"
)

// exempting begins the names of parameters that leave something out, and of the codes
// of why items are not applicable that rest on one.
const exempting = "exempt"

// LapsedCode is the observation of an item that an exemption would leave out, had it
// not lapsed. No policy gives it: evaluation does.
const LapsedCode = "exemption_lapsed"

var (
	lapsedText = evidence.Text{
		JA: "適用除外「{what}」（{parameter}）は {until} をもって期限が到来しており、この項目には適用されない。",
		EN: "The exemption {what} ({parameter}) lapsed at the end of {until}, and does not leave this item out.",
	}
	lapsedHeading = evidence.Text{JA: "期限の到来した適用除外", EN: "Exemption lapsed"}
)

// Exemption is an entry of a parameter that leaves something out, with what it says of
// that.
type Exemption struct {
	Parameter  string
	What       string // "account = 1, region = r", or the text
	Why        string // may be empty, as what follows may
	ApprovedBy evidence.Name
	Until      string    // the last day: "2027-03-31"
	Ends       time.Time // when that day is over, in the organisation's time zone; zero: it does not lapse

	at    int  // its place in the parameter
	plain bool // the policy sees its value alone
}

// Approved reports whether the exemption says who approved it.
func (e Exemption) Approved() bool { return e.ApprovedBy != evidence.Name{} }

// holds reports whether the exemption has not lapsed at a moment.
func (e Exemption) holds(at time.Time) bool { return e.Ends.IsZero() || e.Ends.After(at) }

// Lapsed reports whether the exemption lapsed before the end of a period.
func (e Exemption) Lapsed(p evidence.Period) bool { return !e.Ends.IsZero() && e.Ends.Before(p.End) }

// Exemptions lists what the control's parameters leave out: the entries of the lists
// whose names begin with "exempt", and of those that the control names in Exempting.
// A last day that is no date is an error: an exemption must not hold for ever because
// of a slip.
func (c *Control) Exemptions(zone *time.Location) ([]Exemption, error) {
	return c.ExemptionsOf(c.Params, zone)
}

// ExemptionsOf is [Control.Exemptions] with other parameters: those that a pack's
// results were judged by.
func (c *Control) ExemptionsOf(params map[string]any, zone *time.Location) ([]Exemption, error) {
	var list []Exemption
	for _, name := range slices.Sorted(maps.Keys(params)) {
		entries, ok := params[name].([]any)
		if !ok || !c.exempts(name) {
			continue
		}
		for i, entry := range entries {
			e, err := exemption(entry, zone)
			if err != nil {
				return nil, fmt.Errorf("parameter %s: entry %d: %w", name, i+1, err)
			}
			e.Parameter, e.at = name, i
			list = append(list, e)
		}
	}
	return list, nil
}

// exempts reports whether the entries of a parameter leave items out.
func (c *Control) exempts(param string) bool {
	return strings.HasPrefix(param, exempting) || slices.Contains(c.Exempting, param)
}

func exemption(entry any, zone *time.Location) (e Exemption, err error) {
	members, ok := entry.(map[string]any)
	if !ok {
		e.What = said(entry)
		return e, nil
	}
	if text, ok := plainValue(members); ok {
		e.What, e.plain = said(text), true
	}
	var what []string
	for _, member := range slices.Sorted(maps.Keys(members)) {
		value := said(members[member])
		switch member {
		case "why":
			e.Why = value
		case "approved_by":
			if e.ApprovedBy, err = approver(members[member]); err != nil {
				return e, err
			}
		case "until":
			e.Until = value
		default:
			what = append(what, member+" = "+value)
		}
	}
	if e.What == "" {
		e.What = strings.Join(what, ", ")
	}
	if e.Until == "" {
		return e, nil
	}
	last, err := time.ParseInLocation(time.DateOnly, e.Until, zone)
	if err != nil {
		return e, fmt.Errorf("until: %q is no day, such as 2027-03-31", e.Until)
	}
	e.Ends = last.AddDate(0, 0, 1)
	return e, nil
}

// approver reads a name, or one in both languages.
func approver(v any) (evidence.Name, error) {
	both, ok := v.(map[string]any)
	if !ok {
		return evidence.OneName(said(v)), nil
	}
	name := evidence.Name{JA: said(both["ja"]), EN: said(both["en"])}
	if len(both) != 2 || !evidence.Text(name).Complete() {
		return name, errors.New("approved_by: want a name, or one in both languages: {ja: …, en: …}")
	}
	return name, nil
}

// said writes a value of a parameter as a reader sees it; nothing for none.
func said(v any) string {
	if v == nil {
		return ""
	}
	return strings.TrimSpace(fmt.Sprint(v))
}

// plainValue is what a policy sees of an entry {value: x, why: …, approved_by: …,
// until: …}: x alone. So a list of texts can tell who approved each.
func plainValue(entry map[string]any) (value any, ok bool) {
	value, ok = entry["value"]
	for member := range entry {
		ok = ok && slices.Contains([]string{"value", "why", "approved_by", "until"}, member)
	}
	return value, ok
}

// paramsWith are the parameters as the policy sees them, with those exemptions alone
// that hold says are there.
func (c *Control) paramsWith(holds func(param string, at int) bool) map[string]any {
	params := maps.Clone(c.Params)
	for name, v := range params {
		entries, ok := v.([]any)
		if !ok || !c.exempts(name) {
			continue
		}
		kept := []any{}
		for i, entry := range entries {
			if !holds(name, i) {
				continue
			}
			if members, ok := entry.(map[string]any); ok {
				if value, ok := plainValue(members); ok {
					entry = value
				}
			}
			kept = append(kept, entry)
		}
		params[name] = kept
	}
	return params
}

// Exempt reports whether an exemption leaves an item with the verdict and the reasons out.
func Exempt(v evidence.Verdict, reasons []Reason) bool {
	return v == evidence.NotApplicable && slices.ContainsFunc(reasons, func(r Reason) bool { return strings.HasPrefix(r.Code, exempting) })
}

// Exempt reports whether an exemption leaves the item out.
func (i Item) Exempt() bool { return Exempt(i.Verdict, i.Reasons) }

// lapsed is the observation of an item that the exemption no longer leaves out.
func (e Exemption) lapsed() (Reason, error) {
	detail, err := detailJSON(map[string]any{"parameter": e.Parameter, "what": e.What, "until": e.Until})
	return Reason{Code: LapsedCode, Detail: detail}, err
}
