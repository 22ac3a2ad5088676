package controls

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/evidencepack/evidence"
)

// finding is one element of the policy's exception, undetermined, pending, observation
// or not_applicable_because.
type finding struct {
	item   string // with scope whole
	reason Reason // its code may be empty when pending
	until  time.Time
}

// read checks the policy's answer against the contract. Whatever it does not
// know is an error: an answer that is not understood must not become a pass.
func (e *Evaluator) read(answer map[string]any) (judgement, error) {
	var j judgement
	for _, name := range results {
		lists, _ := answer[name].([]any) // of one element, or of none when the rule is undefined
		for _, list := range lists {
			if err := e.readResult(&j, name, list); err != nil {
				return judgement{}, fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	if _, gives := answer[because]; gives {
		if err := j.checkBecause(); err != nil {
			return judgement{}, err
		}
	}
	return j, nil
}

// checkBecause holds a policy that says why items are not applicable to saying so of
// all that are, and of no other.
func (j judgement) checkBecause() error {
	why := map[string]bool{}
	for _, f := range j.because {
		why[f.item] = true
		if !slices.Contains(j.notApplicable, f.item) {
			return fmt.Errorf("%s: code %q is given where not_applicable is not", because, f.reason.Code)
		}
	}
	for _, item := range j.notApplicable {
		if !why[item] {
			return fmt.Errorf("%s: no code is given where not_applicable is", because)
		}
	}
	return nil
}

func (e *Evaluator) readResult(j *judgement, name string, v any) error {
	if yes, ok := v.(bool); ok && name == "not_applicable" {
		if yes {
			j.notApplicable = []string{""}
		}
		return nil
	}
	elements, ok := v.([]any)
	if !ok {
		return fmt.Errorf("the policy gave %T", v)
	}
	for _, element := range elements {
		if name == "not_applicable" {
			id, ok := element.(string)
			if !ok {
				return fmt.Errorf("%v is not an item's ID", element)
			}
			j.notApplicable = append(j.notApplicable, id)
			continue
		}
		f, err := e.finding(name, element)
		if err != nil {
			return err
		}
		switch name {
		case "undetermined":
			j.undetermined = append(j.undetermined, f)
		case "pending":
			j.pending = append(j.pending, f)
		case "observation":
			j.observations = append(j.observations, f)
		case because:
			j.because = append(j.because, f)
		default:
			j.exceptions = append(j.exceptions, f)
		}
	}
	return nil
}

func (e *Evaluator) finding(name string, v any) (finding, error) {
	members, ok := v.(map[string]any)
	if !ok {
		return finding{}, fmt.Errorf("%v is not an object", v)
	}
	var f finding
	for _, key := range slices.Sorted(maps.Keys(members)) { // so that an error is the same each time
		value := members[key]
		text, isText := value.(string)
		switch {
		case key == "code" && isText:
			f.reason.Code = text
		case key == "detail" && name != because:
			detail, err := detailJSON(value)
			if err != nil {
				return finding{}, err
			}
			f.reason.Detail = detail
		case key == "item" && isText && e.control.Scope == Whole:
			f.item = text
		case key == "until" && isText && name == "pending":
			t, err := time.Parse(time.RFC3339Nano, text)
			if err != nil {
				return finding{}, fmt.Errorf("until %q is not a time in RFC 3339", text)
			}
			f.until = t
		default:
			return finding{}, fmt.Errorf("member %q: %v is not expected here", key, value)
		}
	}
	return f, e.checkFinding(name, f)
}

func (e *Evaluator) checkFinding(name string, f finding) error {
	texts, called := e.control.Reasons, "reasons"
	switch name {
	case "observation":
		texts, called = e.control.Observations, "observations"
	case because:
		texts, called = e.control.NotApplicable, "not_applicable"
	}
	if _, known := texts[f.reason.Code]; !known && (f.reason.Code != "" || name != "pending") {
		return fmt.Errorf("code %q has no text in the %s of %s", f.reason.Code, called, ControlFile)
	}
	if name == "pending" && f.until.IsZero() {
		return fmt.Errorf("an element without until")
	}
	if e.control.Scope == Whole && f.item == "" {
		return fmt.Errorf("code %q: an element without item", f.reason.Code)
	}
	return nil
}

// detailJSON writes a detail with its keys in order, so that equal details are
// equal bytes.
func detailJSON(v any) (json.RawMessage, error) {
	switch v.(type) {
	case string, map[string]any:
	default:
		return nil, fmt.Errorf("detail %v is neither an object nor a string", v)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("detail: %w", err)
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// judge turns what was found for one item into its verdict.
func judge(rec evidence.Record, t, asOf time.Time, j judgement) (Item, error) {
	item := Item{Record: rec, Time: t, Verdict: j.verdict(), Observations: reasons(j.observations)}
	switch item.Verdict {
	case evidence.Exception:
		item.Reasons = reasons(j.exceptions)
	case evidence.Undetermined:
		item.Reasons = reasons(j.undetermined)
	case evidence.NotApplicable:
		item.Reasons = reasons(j.because)
	case evidence.Pending:
		item.Reasons = reasons(j.pending)
		for _, f := range j.pending {
			if !f.until.After(asOf) {
				return Item{}, fmt.Errorf("pending until %s, which had passed when the evidence was collected", f.until.Format(time.RFC3339Nano))
			}
			if f.until.After(item.Until) {
				item.Until = f.until
			}
		}
	}
	return item, nil
}

func reasons(found []finding) []Reason {
	var rs []Reason
	for _, f := range found {
		if f.reason.Code != "" {
			rs = append(rs, f.reason)
		}
	}
	return sorted(rs)
}

// sorted orders reasons by code and detail.
func sorted(rs []Reason) []Reason {
	slices.SortFunc(rs, func(a, b Reason) int {
		return cmp.Or(cmp.Compare(a.Code, b.Code), bytes.Compare(a.Detail, b.Detail))
	})
	return rs
}
